import { formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { judge, type Statistic } from "../claim.ts";
import { byCondition, type Condition, worksOf } from "../conditions.ts";
import { lineOf, slopeOf, splitResults } from "../line-statistics.ts";
import type { LinePoint } from "../linearity.ts";
import type { Experiment, Finding, Plan, ScaleName } from "../paper.ts";
import { bands } from "./bands.ts";
import { lossTable, minimumFigure } from "./minimum-figure.ts";
import { discreteLoss, printedLoss, type QuadraticSpec } from "./regression.ts";
import type { RegressionInput, RegressionPoint } from "./regression-task.ts";

/** E L at a minimum of a finite sum whose C is its H, and what equal η/S leaves alone there. */
export const atMinimum: Experiment = {
  id: "at-minimum",
  title: "The loss that noise keeps up: E L = (η/4S)·Tr H",
  claims: ["E1", "E2", "E3", "E4", "E5", "E6"],
  plan: (plan) => worksOf(Object.values(groups(plan.scale)).flat(), plan),
  judge: judged,
};

/** Eigenvalues of H: a decade. Tr H is 3.31. */
const curvatures = Array.from({ length: 8 }, (_, j) => 10 ** (-j / 7));
const trace = curvatures.reduce((sum, lambda) => sum + lambda, 0);

/** A learning rate and batch size on one of the sums. */
export interface MinimumCondition extends Condition {
  readonly eta: number;
  readonly batchSize: number;
}

const labels: QuadraticSpec["noise"] = { kind: "labels", variance: 1 };

function at(
  scale: ScaleName,
  eta: number,
  batchSize: number,
  noise: QuadraticSpec["noise"] = labels,
): MinimumCondition {
  const forget = 1 / (eta * curvatures.at(-1)!); // steps, of the slowest coordinate
  const [particles, looks] = { smoke: [512, 3], quick: [2048, 3], standard: [8192, 20], paper: [32768, 20] }[scale]; // prettier-ignore
  const input: Omit<RegressionInput, "seed" | "dataSeed"> = {
    curvatures,
    samples: 256,
    noise,
    eta,
    batchSize,
    particles,
    burnIn: Math.ceil(1.5 * forget),
    stride: Math.ceil(0.3 * forget),
    looks,
  };
  const steps = particles * (input.burnIn + looks * input.stride);
  const kind = noise.kind === "labels" ? `C = ${noise.variance}·H` : "C = I";
  return {
    task: "three-factors/regression",
    label: `${kind}, η = ${eta}, S = ${batchSize}`,
    input: { ...input },
    paired: true,
    cost: 0.1 + steps * batchSize * 1.5e-8,
    eta,
    batchSize,
  };
}

/** The first of `family` is what the others are held against; all have one η/S. */
const groups = (scale: ScaleName) => ({
  law: [[0.01, 32], [0.01, 16], [0.01, 8], [0.01, 4], [0.01, 2], [0.02, 16], [0.02, 4], [0.02, 2]].map(([eta, s]) => at(scale, eta, s)), // prettier-ignore
  louder: [8, 4, 2].map((s) => at(scale, 0.02, s, { kind: "labels", variance: 4 })),
  isotropic: [8, 4, 2].map((s) => at(scale, 0.02, s, { kind: "isotropic", variance: 1 })),
  family: [[0.04, 2], [0.02, 1], [0.08, 4], [0.16, 8], [1.28, 64]].map(([eta, s]) => at(scale, eta, s)), // prettier-ignore
  unequal: [
    [0.04, 8],
    [0.16, 2],
  ].map(([eta, s]) => at(scale, eta, s)),
  strong: [
    [0.2, 1],
    [0.2, 64],
    [0.5, 4],
    [1, 8],
  ].map(([eta, s]) => at(scale, eta, s)),
});

type Groups = ReturnType<typeof groups>;
type Measured = Readonly<Record<keyof Groups, readonly (readonly RegressionPoint[])[]>>;

function judged(results: readonly Json[], plan: Plan): Finding {
  const conditions = groups(plan.scale);
  const names = Object.keys(conditions) as (keyof Groups)[];
  const parts = splitResults(results, names.map((name) => conditions[name]), plan); // prettier-ignore
  const found = Object.fromEntries(
    names.map((name, i) => [name, byCondition<RegressionPoint>(parts[i], conditions[name], plan)]),
  ) as Record<keyof Groups, RegressionPoint[][]> satisfies Measured;
  const seed = plan.seeds.join(" ");
  const points = (name: keyof Groups): LinePoint[] =>
    conditions[name].map(({ eta, batchSize }, i) => linePoint(eta, batchSize, found[name][i]));
  const law = lineOf(points("law"), {
    label: "C = H, all particles",
    seed,
    span: 0,
  });
  const named = ({ eta, batchSize }: MinimumCondition) => `η = ${eta}, S = ${batchSize}`;
  const ratio = (
    name: keyof Groups,
    i: number,
    to: (condition: MinimumCondition, point: RegressionPoint) => number,
    label = named(conditions[name][i]),
  ): Statistic =>
    overParticles(
      label,
      found[name][i].map((point) => {
        const unit = to(conditions[name][i], point);
        return { value: point.excess / unit, stderr: point.stderr / unit };
      }),
    );
  const exact = (_: MinimumCondition, point: RegressionPoint) => point.exact;
  const printed = ({ eta, batchSize }: MinimumCondition) => printedLoss(eta, batchSize, curvatures);
  const against = (name: keyof Groups, i: number): Statistic =>
    overParticles(
      named(conditions[name][i]),
      found[name][i].map((point, s) => {
        const first = found.family[0][s];
        return {
          value: Math.log(point.excess / first.excess),
          stderr: Math.hypot(point.stderr / point.excess, first.stderr / first.excess),
        };
      }),
    );
  const claims = [
    judge({
      id: "E1",
      statement:
        "Near a minimum with C = H the loss is E L = L(minimum) + (η/4S)·Tr H (theory, from the stationary law).",
      statistic: "slope of (L̄ − L_min)/Tr H on η/4S; intervals over particles",
      band: bands.lossSlope,
      measured: [law.slope],
      controls: [
        slopeOf(points("louder"), "labels with σ² = 4, C = 4H", seed).statistic,
        slopeOf(points("isotropic"), "C = I, Tr C = 8", seed).statistic,
      ],
      doubts: law.doubts,
    }),
    judge({
      id: "E2",
      statement:
        "The recursion itself has Σ over modes with 2 − ηλ in the denominator, and more where batches change the curvature: the exact law of a finite sum (not in the paper).",
      statistic: "L̄ − L_min over the exact law; intervals over particles",
      band: bands.exactLaw,
      measured: [...conditions.law.keys()].map((i) => ratio("law", i, exact)).concat([2, 3].map((i) => ratio("strong", i, exact))), // prettier-ignore
      controls: [2, 3].map((i) =>
        ratio("strong", i, printed, `(η/4S)·Tr H at η = ${conditions.strong[i].eta}`),
      ),
      doubts: [],
    }),
    judge({
      id: "E3",
      statement:
        "(η, S) and (cη, cS) keep up the same loss: only η/S counts (rescaling, decided by the noise).",
      statistic: `ln of the loss over that of η = ${conditions.family[0].eta}, S = ${conditions.family[0].batchSize}; intervals over particles`,
      band: bands.equalOnSum,
      measured: [1, 2].map((i) => against("family", i)),
      controls: [0, 1].map((i) => against("unequal", i)),
      doubts: [],
    }),
    judge({
      id: "E4",
      statement: "The rescaling breaks where the learning rate gets too large (abstract).",
      statistic: "the same, at ηλmax = 1.28",
      band: bands.breaksOnSum,
      measured: [against("family", 4)],
      controls: [against("family", 2)],
      doubts: [],
    }),
    judge({
      id: "E5",
      statement: "The rescaling breaks where the batch gets too small (abstract).",
      statistic: "the same, at S = 1",
      band: bands.breaksOnSum,
      measured: [against("family", 1)],
      controls: [against("family", 2)],
      doubts: [],
    }),
    judge({
      id: "E6",
      statement:
        "At one learning rate the law (η/4S)·Tr H itself breaks where the batch gets too small.",
      statistic: "L̄ − L_min over (η/4S)·Tr H at η = 0.2; intervals over particles",
      band: bands.beyondPrinted,
      measured: [ratio("strong", 0, printed)],
      controls: [ratio("strong", 1, printed)],
      doubts: [],
    }),
  ];
  const rows = (Object.keys(conditions) as (keyof Groups)[])
    .filter((name) => name !== "louder" && name !== "isotropic")
    .flatMap((name) =>
      conditions[name].map(({ eta, batchSize }, i) => ({
        eta,
        batchSize,
        points: found[name][i],
        printed: printedLoss(eta, batchSize, curvatures),
        discrete: discreteLoss(eta, batchSize, curvatures),
      })),
    );
  const single = claims[4].measured[0].estimate.value;
  return {
    claims,
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `Linear regression with 8 inputs whose second moments are exactly diag(1 … 0.1), Tr H = ${formatNumber(trace)}, each of 128 inputs with the labels +1 and −1: the minimum is at 0 and the covariance of a sample's gradient is H exactly. Batches are drawn with replacement from these 256 samples. Particles begin at the minimum; the loss is averaged once the slowest coordinate has forgotten it.`,
          "The printed law is (η/4S)·Tr H, with 4 and not 2: η/2S is the variance of each coordinate. Beside it: additive noise in discrete steps, Σ ηλ/(2S(2 − ηλ)), and the exact law of the finite sum, whose batches change the curvature too.",
        ],
      },
      minimumFigure(
        [
          { name: "C = H", colour: "vermilion", points: points("law") },
          { name: "C = 4H (control)", colour: "blue", points: points("louder") },
          { name: "C = I (control)", colour: "grey", points: points("isotropic") },
        ],
        conditions.law.map(({ eta, batchSize }, i) => ({
          x: eta / (4 * batchSize),
          y: found.law[i][0].exact / trace,
        })),
      ),
      lossTable(rows),
    ],
    surprises:
      claims[4].verdict !== "not reproduced"
        ? []
        : [
            `A batch of one sample does not break the rescaling of the loss: at equal η/S, S = 1 differs from S = 2 by a factor of ${formatNumber(Math.exp(single))}. The noise of the curvature enters the second moments as η/S too; what small batches break is the law (η/4S)·Tr H at a fixed η, and what breaks the rescaling is η alone.`,
          ],
  };
}

/** (L̄ − L_min)/Tr H over the particles of all seeds. */
function linePoint(eta: number, batchSize: number, points: readonly RegressionPoint[]): LinePoint {
  const n = points.length;
  return {
    x: eta / (4 * batchSize),
    y: points.reduce((sum, { excess }) => sum + excess, 0) / n / trace,
    stderr: Math.sqrt(points.reduce((sum, { stderr }) => sum + stderr ** 2, 0)) / n / trace,
  };
}

/** The mean of the seeds' numbers, each with the error of its particles. */
function overParticles(
  label: string,
  numbers: readonly { readonly value: number; readonly stderr: number }[],
): Statistic {
  const n = numbers.length;
  const value = numbers.reduce((sum, number) => sum + number.value, 0) / n;
  const stderr = Math.sqrt(numbers.reduce((sum, number) => sum + number.stderr ** 2, 0)) / n;
  const half = stderr > 0 ? 1.96 * stderr : NaN;
  return { label, estimate: { value, low: value - half, high: value + half } };
}
