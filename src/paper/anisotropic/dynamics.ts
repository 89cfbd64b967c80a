import type { Block, Colour, Figure } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import type { FrozenBand } from "../claim.ts";
import { judge } from "../claim.ts";
import { bySeed, type Ends, overSeeds } from "../over-seeds.ts";
import type { Experiment, Finding, Plan, Work } from "../paper.ts";
import { bands } from "./bands.ts";
import type { DynamicsId, DynamicsInput, DynamicsRun, Look } from "./dynamics-task.ts";
import { sizes } from "./sizes.ts";

const labels: Readonly<Record<DynamicsId, string>> = {
  gd: "GD",
  constant: "GLD constant",
  dynamic: "GLD dynamic",
  diagonal: "GLD diagonal",
  leading: "GLD leading",
  hessian: "GLD Hessian",
  "first-eigenvector": "GLD first eigenvector",
  sgd: "SGD",
  "constant-released": "GLD constant, as released",
  "leading-released": "GLD leading, as released",
  "dynamic-again": "GLD dynamic, other draws (control)",
};
const ids = Object.keys(labels) as readonly DynamicsId[];

/** Tasks of about equal cost; each begins by the same descent. */
const groups: readonly (readonly DynamicsId[])[] = [
  ["leading", "hessian", "gd", "constant"],
  ["leading-released", "first-eigenvector", "sgd", "dynamic", "constant-released"],
  ["diagonal", "dynamic-again"],
];

const paperSteps = 20_000;

/** All dynamics from where gradient descent ended, on images some of whose labels are wrong. */
export const dynamics: Experiment = {
  id: "dynamics",
  title: "Eight dynamics on Fashion-MNIST with corrupted labels",
  claims: ["D1", "D2", "D3", "D4"],
  plan({ scale, seeds, dataDir }) {
    const { cost, ...size } = sizes[scale].dynamics;
    return groups.flatMap((own, group) =>
      seeds.map((seed): Work => {
        const input: DynamicsInput = {
          ...size,
          ...(dataDir !== undefined && { dataDir }),
          dynamics: own,
          seed,
        };
        return {
          task: "anisotropic/dynamics",
          input: input as unknown as Json,
          label: `dynamics ${own.join(", ")}, seed ${seed}`,
          cost: cost * [1, 0.9, 0.5][group],
        };
      }),
    );
  },
  judge: judged,
};

function judged(results: readonly Json[], plan: Plan): Finding {
  const { seeds } = plan;
  const size = sizes[plan.scale].dynamics;
  const grouped = bySeed<readonly DynamicsRun[]>(results, seeds.length);
  const runs = (id: DynamicsId): readonly DynamicsRun[] => {
    const group = groups.findIndex((own) => own.includes(id));
    return grouped[group].map((own) => own[groups[group].indexOf(id)]);
  };
  const last = (run: DynamicsRun): Look => run.looks.at(-1)!;
  /** Of one dynamics against another, seed by seed. */
  const against = (of: (a: Look, b: Look) => number, id: DynamicsId, baseline: DynamicsId) => ({
    label: `${labels[id]} against ${labels[baseline]}`,
    estimate: overSeeds(
      runs(id).map((run, s) => of(last(run), last(runs(baseline)[s]))),
      seeds,
    ),
  });
  const flatter = (a: Look, b: Look) => Math.log(a.sharpness / b.sharpness);
  const better = (a: Look, b: Look) => a.accuracy - b.accuracy;
  const claim = (
    id: string,
    statement: string,
    statistic: string,
    band: FrozenBand,
    of: (a: Look, b: Look) => number,
    measured: readonly DynamicsId[],
    controls: readonly DynamicsId[],
    baseline: DynamicsId,
  ) => {
    const found = measured.map((own) => against(of, own, baseline));
    const inside = found.every(({ estimate }) =>
      [estimate.low, estimate.high].every(
        (end) => end >= (band[0] ?? -Infinity) && end <= (band[1] ?? Infinity),
      ),
    );
    // What noise has done in few steps is done; what it has not done it may do in as many as the paper's.
    const early = !inside && size.steps < paperSteps;
    return judge({
      id,
      statement,
      statistic,
      band,
      measured: found,
      controls: controls.map((own) => against(of, own, baseline)),
      doubts: early ? [`${size.steps} steps, where the paper has ${paperSteps}`] : [],
    });
  };
  const drift = overSeeds(
    runs("gd").map((run) => last(run).sharpness / run.looks[0].sharpness),
    seeds,
  ).value;
  const equal = ["sgd", "leading", "hessian", "first-eigenvector"] as const;
  const released = ["sgd", "leading-released", "hessian", "first-eigenvector"] as const;
  const sharpness = "ln of expected sharpness over that of isotropic noise";
  const accuracy = "test accuracy less that of isotropic noise";
  return {
    claims: [
      claim(
        "D1",
        "From where GD ended, SGD and noise along the covariance, the Hessian or its first eigenvector find flatter minima than isotropic noise of equal trace (figures 3 and 5).",
        sharpness,
        bands.flatter,
        flatter,
        equal,
        ["dynamic-again", "diagonal"],
        "dynamic",
      ),
      claim(
        "D2",
        "And they generalise better than isotropic noise of equal trace (figures 3 and 5).",
        accuracy,
        bands.better,
        better,
        equal,
        ["dynamic-again"],
        "dynamic",
      ),
      claim(
        "D3",
        "As released, where constant noise is small and the leading noise is drawn in every tenth step only, they find flatter minima than constant noise.",
        sharpness,
        bands.flatter,
        flatter,
        released,
        ["gd"],
        "constant-released",
      ),
      claim(
        "D4",
        "As released, they generalise better than constant noise.",
        accuracy,
        bands.better,
        better,
        released,
        ["gd"],
        "constant-released",
      ),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `${size.clean} images with their labels and ${size.corrupted} with random ones, cross-entropy, ${size.network === "convnet" ? "the paper's ConvNet of 11,330 parameters" : `a network of ${size.hidden} hidden ReLUs on 4 × 4 means of the pixels`}. GD at η = ${size.descent.learningRate} for ${size.descent.steps} steps, then every dynamics from there at η = ${size.learningRate} for ${size.steps} steps. The paper has 20,000 steps of a ConvNet of 11,330 parameters on 1200 images.`,
          `All noises have the trace of SGD's covariance at b = ${size.batchSize} without replacement, but the constant ones: that of the start, or 10⁻³ a coordinate as released. It is that of the place where each of them is, so that their means along the way differ. The leading noise has 20 eigenpairs, rescaled to the trace and drawn in every step; as released it has its own eigenvalues and comes in every tenth step. Covariances are looked at anew every ${size.refresh} steps (the code does so every step, for the Hessian every ten). Sharpness is E|L(θ + ν) − L(θ)| for ν ~ N(0, ${size.delta}²·I), ${size.pairs} pairs ±ν that are the same everywhere; accuracy is of ${size.tested} other images, by which nothing is chosen.`,
          `Where GD ended is no minimum as the theory has it: the network fits the images, so that GD goes on for ever to smaller losses, and its own sharpness changes by a factor of ${drift.toPrecision(2)} in the same steps. Everything is therefore held against isotropic noise at the same step, not against the start. In fewer steps than the paper's, what has not happened is inconclusive.`,
        ],
      },
      table(ids, runs, seeds),
      {
        kind: "panels",
        panels: [
          { title: "expected sharpness", figure: pathFigure(runs, "sharpness") },
          { title: "test accuracy", figure: pathFigure(runs, "accuracy") },
        ],
        caption: "First seed, from the start of the dynamics.",
      },
    ],
  };
}

function table(
  all: readonly DynamicsId[],
  runs: (id: DynamicsId) => readonly DynamicsRun[],
  seeds: readonly string[],
): Block {
  const means = (id: DynamicsId, of: (run: DynamicsRun) => number): Ends =>
    overSeeds(runs(id).map(of), seeds);
  const between = ({ value, low, high }: Ends, digits: (x: number) => string) =>
    Number.isNaN(low) ? digits(value) : `${digits(value)} [${digits(low)}, ${digits(high)}]`;
  return {
    kind: "table",
    narrow: "stack",
    columns: [
      { label: "dynamics" },
      { label: "trace", align: "end" },
      { label: "ratio at the start", align: "end" },
      { label: "sharpness at the end", align: "end" },
      { label: "test accuracy at the end", align: "end" },
      { label: "training loss", align: "end" },
    ],
    rows: [
      [
        "start",
        "",
        "",
        means("gd", (r) => r.looks[0].sharpness).value.toPrecision(3),
        means("gd", (r) => r.looks[0].accuracy).value.toFixed(4),
        means("gd", (r) => r.looks[0].loss).value.toPrecision(3),
      ],
      ...all.map((id) => [
        labels[id],
        means(id, (r) => r.trace).value.toPrecision(2),
        id === "gd" ? "" : means(id, (r) => r.ratio).value.toPrecision(3),
        between(
          means(id, (r) => r.looks.at(-1)!.sharpness),
          (x) => x.toPrecision(3),
        ),
        between(
          means(id, (r) => r.looks.at(-1)!.accuracy),
          (x) => x.toFixed(4),
        ),
        means(id, (r) => r.looks.at(-1)!.loss).value.toPrecision(3),
      ]),
    ],
    caption:
      "Means over seeds with 95 % intervals. The ratio is Tr(HΣ) of the noise over that of isotropic noise of its trace.",
  };
}

const drawnPaths: readonly (readonly [DynamicsId, Colour])[] = [
  ["sgd", "vermilion"],
  ["first-eigenvector", "blue"],
  ["hessian", "purple"],
  ["leading", "green"],
  ["diagonal", "amber"],
  ["dynamic", "grey"],
  ["gd", "ink"],
];

function pathFigure(
  runs: (id: DynamicsId) => readonly DynamicsRun[],
  of: "sharpness" | "accuracy",
): Figure {
  return {
    kind: "time-series",
    description: `The ${of} along each dynamics.`,
    xLabel: "steps",
    yLabel: of === "sharpness" ? "E|L(θ + ν) − L(θ)|" : "accuracy",
    ...(of === "sharpness" && { yScale: "log" as const }),
    series: drawnPaths.map(([id, colour]) => ({
      name: labels[id],
      colour,
      ...(id === "gd" && { dashed: true }),
      points: runs(id)[0].looks.map((look) => ({ x: look.step, y: look[of] })),
    })),
  };
}
