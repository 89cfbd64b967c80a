import type { Json } from "../../run/index.ts";
import { judge, type Statistic } from "../claim.ts";
import { bySeed, type Ends, overSeeds } from "../over-seeds.ts";
import type { Experiment, Finding, Plan, Work } from "../paper.ts";
import {
  type Along,
  clippedPoints,
  conditionsTable,
  mean,
  pointsTable,
  spectrumFigure,
  tracesFigure,
} from "./alignment-report.ts";
import { bands } from "./bands.ts";
import type { NoisePoint } from "./noise-point.ts";
import type { Checkpoint, OneHiddenInput } from "./one-hidden-task.ts";
import { sizes } from "./sizes.ts";
import type { TrainingInput } from "./training-task.ts";
import type { WellConditionedInput } from "./well-conditioned.ts";

/** Tr(HΣ) along training, and the two conditions that make it large. */
export const alignment: Experiment = {
  id: "alignment",
  title: "How the noise lies to the curvature",
  claims: ["R1", "R2", "R3", "C1", "C2"],
  plan({ scale, seeds, dataDir }) {
    const { oneHidden, measuredEpochs: at, rotations, wellConditioned, trainings } = sizes[scale];
    const works = (task: string, label: string, cost: number, of: (seed: string) => object) =>
      seeds.map((seed): Work => ({
        task: `anisotropic/${task}`,
        input: of(seed) as Json,
        label: `${label}, seed ${seed}`,
        cost,
      }));
    return [
      ...works("one-hidden", "one-hidden-layer network", 1 + 2 * at.length, (seed) => {
        const input: OneHiddenInput = { ...oneHidden, at, rotations, seed };
        return input;
      }),
      ...works("well-conditioned", "regression", 1, (seed) => {
        const input: WellConditionedInput = { ...wellConditioned, rotations, seed };
        return input;
      }),
      ...trainings.flatMap((training) =>
        works("training", `${training.network} network on Fashion-MNIST`, training.cost, (seed) => {
          const { cost: _, ...size } = training;
          const input: TrainingInput = { ...size, ...(dataDir !== undefined && { dataDir }), seed };
          return input;
        }),
      ),
    ];
  },
  judge: judged,
};

const smallest = (values: readonly number[]) => Math.min(...values);
const geometricMean = (values: readonly number[]) =>
  Math.exp(values.reduce((sum, v) => sum + Math.log(v), 0) / values.length);

function judged(results: readonly Json[], plan: Plan): Finding {
  const { seeds } = plan;
  const { trainings, measuredEpochs } = sizes[plan.scale];
  const [oneHidden, regression, ...fashion] = bySeed<Json>(results, seeds.length);
  const paths = (found: readonly Json[]) => found as unknown as readonly (readonly Checkpoint[])[];
  const plane = paths(oneHidden);
  const blunt: readonly Along[] = (regression as unknown as readonly NoisePoint[]).map((p) => [p]);
  const images = fashion.map(paths);
  const clipped = clippedPoints(plane, seeds, measuredEpochs);
  const names = trainings.map(({ network }) =>
    network === "pooled" ? "Fashion-MNIST, fully connected" : "Fashion-MNIST, ConvNet",
  );
  const over = (found: readonly Along[], of: (path: Along) => number): Ends =>
    overSeeds(found.map(of), seeds);
  const statistic = (label: string, found: readonly Along[], of: (path: Along) => number): Statistic => ({ label, estimate: over(found, of) }); // prettier-ignore
  const ratios = (summary: (values: readonly number[]) => number) => (path: Along) =>
    summary(path.map(({ ratio }) => ratio));
  const rotated = (path: Along) => mean(path.map((p) => p.rotated.ratio));
  const isotropic: Statistic = {
    label: "isotropic noise",
    estimate: { value: 1, low: 1, high: 1 },
  };
  const last = (of: (p: NoisePoint) => number) => (path: Along) => of(path.at(-1)!);
  const trained = [
    { label: "one hidden layer", found: plane },
    ...images.map((found, i) => ({ label: names[i], found })),
  ];
  return {
    claims: [
      judge({
        id: "R1",
        statement:
          "All along the training of a network of one hidden layer Tr(HΣ) is far above that of isotropic noise of equal trace (figure 4).",
        statistic: "smallest ratio over the epochs",
        band: bands.ratioAtLeast,
        measured: [statistic("one hidden layer", plane, ratios(smallest))],
        controls: [
          isotropic,
          statistic("Σ rotated at random", plane, rotated),
          statistic("regression on white inputs", blunt, ratios(smallest)),
        ],
        doubts: [],
      }),
      judge({
        id: "R2",
        statement: "The two are about two orders of magnitude apart (figure 4).",
        statistic: "geometric mean of the ratio over the epochs",
        band: bands.ratioMean,
        measured: [statistic("one hidden layer", plane, ratios(geometricMean))],
        controls: [
          isotropic,
          statistic("Σ rotated at random", plane, rotated),
          statistic("regression on white inputs", blunt, ratios(geometricMean)),
        ],
        doubts: [],
      }),
      judge({
        id: "R3",
        statement:
          "So it is for a network on Fashion-MNIST, along its training (experiments on networks).",
        statistic: "smallest ratio over the checkpoints",
        band: bands.ratioOfImages,
        measured: images.map((found, i) => statistic(names[i], found, ratios(smallest))),
        controls: [
          isotropic,
          ...images.map((found, i) => statistic(`${names[i]}, Σ rotated`, found, rotated)),
        ],
        doubts: [],
      }),
      judge({
        id: "C1",
        statement:
          "The Hessians are ill-conditioned: λ_{k+1} < λ₁P^{−d} with d > ½ for a k far below P (first condition).",
        statistic: "d̂ at the k with the largest bound, at the end of training",
        band: bands.exponent,
        measured: trained.map(({ label, found }) => statistic(label, found, last((p) => p.exponent))), // prettier-ignore
        controls: [
          statistic(
            "regression on white inputs",
            blunt,
            last((p) => p.exponent),
          ),
        ],
        doubts: images.flatMap((found, i) => cutShort(names[i], found)),
      }),
      judge({
        id: "C2",
        statement:
          "The noise along the first eigenvector has the share that the curvature has: u₁ᵀΣu₁ ≥ a·λ₁Tr Σ/Tr H (second condition).",
        statistic: "â at the end of training",
        band: bands.aHat,
        measured: trained.map(({ label, found }) =>
          statistic(
            label,
            found,
            last((p) => p.aHat),
          ),
        ),
        controls: trained.map(({ label, found }) =>
          statistic(
            `${label}, Σ rotated`,
            found,
            last((p) => p.rotated.aHat),
          ),
        ),
        doubts: [],
      }),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `The ratio is P·Tr(HΣ)/(Tr H·Tr Σ), Σ the covariance of one sample's gradient. The network of one hidden layer is the paper's: ${sizes[plan.scale].oneHidden.hidden} ReLUs with outputs fixed at ±1, clipped, on points of a square cut along its diagonal, squared error, full-batch Adam; there H and Σ are whole matrices. On Fashion-MNIST both are known by products: traces from shared random probes, eigenvalues by Lanczos.`,
          "Controls: isotropic noise, whose ratio is 1 by definition; QΣQᵀ with random signed permutations Q, which has the spectrum of Σ and in the mean over Q the ratio 1; linear regression on white inputs, where Σ goes with H but no curvature stands out.",
          ...(clipped.length === 0
            ? []
            : [
                `Left out, for every output of the network of one hidden layer was clipped there and H = 0: ${clipped.join("; ")}.`,
              ]),
        ],
      },
      {
        kind: "panels",
        panels: [
          { title: "one hidden layer", figure: tracesFigure(plane, "epoch") },
          ...images.map((found, i) => ({ title: names[i], figure: tracesFigure(found, "steps") })),
        ],
        caption: "The paper's axes: Tr(HΣ) and Tr H·Tr Σ/P along training, a line a seed.",
      },
      pointsTable(plane, images, names),
      conditionsTable([
        ...trained,
        { label: "regression on white inputs (control)", found: blunt },
      ]),
      {
        kind: "figure",
        figure: spectrumFigure([...trained, { label: "regression (control)", found: blunt }]),
        caption:
          "Largest eigenvalues over the first, first seed, at the end of training. Broken: P^(−½) of the one-hidden-layer network, below which the first condition puts all but k.",
      },
    ],
    surprises: [
      [
        "What the proposition makes of the two conditions is little: ",
        ...trained.map(({ label, found }, i) => {
          const of = (f: (p: NoisePoint) => number) => mean(found.map((path) => f(path.at(-1)!)));
          return `${i === 0 ? "" : "; "}${label}: a ratio of ${of((p) => p.aHat * p.bound).toPrecision(2)} at least, where it is ${of((p) => p.ratio).toPrecision(3)}`;
        }),
        ". Tr H is far below the k + P^(1−d̂) times λ₁ that the bound puts in its place.",
      ],
    ],
  };
}

/** That more eigenvalues might meet the condition: its d̂ is at the last that is known, and short of the band. */
function cutShort(name: string, found: readonly (readonly NoisePoint[])[]): string[] {
  const ends = found.map((path) => path.at(-1)!);
  const short = ends.filter(
    ({ k, exponent, spectrum }) => k >= spectrum.length - 1 && exponent < (bands.exponent[0] ?? 0),
  );
  if (short.length === 0) return [];
  const most = Math.max(...short.map(({ spectrum }) => spectrum.length));
  return [
    `${name}: ${short.length} of ${ends.length} d̂ stand at the last of ${most} eigenvalues known, and would rise with more`,
  ];
}
