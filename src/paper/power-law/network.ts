import { type Figure, formatNumber } from "../../report/index.ts";
import type { Json } from "../../run/index.ts";
import { fitLine } from "../../statistics/index.ts";
import { judge } from "../claim.ts";
import type { Experiment, Finding, Plan, Work } from "../paper.ts";
import { bySeed, overSeeds } from "../over-seeds.ts";
import { bands } from "./bands.ts";
import type { Growth, NetworkInput, NetworkResult } from "./network-task.ts";

type Setting = Omit<NetworkInput, "seed" | "dataDir">;

/** By rising η/b; the one in the middle is followed away from its minimum, the last is not trained. */
function settings({ scale }: Plan): readonly Setting[] {
  const size = {
    smoke: { samples: 60, hidden: [6], steps: 40, settling: 10, batches: [20, 10, 5] },
    quick: { samples: 500, hidden: [32], steps: 1500, settling: 200, batches: [50, 20, 8] },
    standard: { samples: 5000, hidden: [64, 64], steps: 20_000, settling: 1000, batches: [128, 64, 32, 16, 8] }, // prettier-ignore
    paper: { samples: 10_000, hidden: [512, 512], steps: 100_000, settling: 2000, batches: [512, 256, 128, 64, 32] }, // prettier-ignore
  }[scale];
  const { batches, ...rest } = size;
  const middle = Math.floor(batches.length / 2);
  const trained = batches.map((batchSize, i): Setting => ({
    ...rest,
    learningRate: 0.02,
    batchSize,
    directions: i === middle ? 2 : 0,
  }));
  return [...trained, { ...trained[middle], steps: 0 }];
}

/** Networks are dear: at most so many seeds. */
const seedsOf = ({ scale, seeds }: Plan) => (scale === "quick" ? seeds.slice(0, 3) : seeds);

/** The covariance of a network's gradients away from where SGD ended, and κ against η/b. */
export const network: Experiment = {
  id: "network",
  title: "A network on Fashion-MNIST",
  claims: ["M13", "M14"],
  plan(plan) {
    return settings(plan).flatMap((setting) =>
      seedsOf(plan).map((seed): Work => {
        const { dataDir } = plan;
        const input: NetworkInput = { ...setting, ...(dataDir !== undefined && { dataDir }), seed };
        const { steps, batchSize, samples, directions } = setting;
        return {
          task: "power-law/network",
          input: input as unknown as Json,
          label: `network, η = ${setting.learningRate}, b = ${batchSize}${steps === 0 ? ", not trained" : ""}, seed ${seed}`,
          cost: 2 + steps * batchSize * 1e-5 + directions * samples * 4e-3,
        };
      }),
    );
  },
  judge: judged,
};

/** Power of the distance with which Tr C − Tr C(w*) grows. */
function exponentOf({ distances, ratios }: Pick<Growth, "distances" | "ratios">): number {
  const rising = distances.flatMap((r, i) =>
    ratios[i] > 1 ? [{ x: Math.log(r), y: Math.log(ratios[i] - 1) }] : [],
  );
  if (rising.length < 3) return NaN;
  return fitLine(
    rising.map(({ x }) => x),
    rising.map(({ y }) => y),
    { seed: "0" },
  ).slope.value;
}

function judged(results: readonly Json[], plan: Plan): Finding {
  const seeds = seedsOf(plan);
  const all = settings(plan);
  const found = bySeed<NetworkResult>(results, seeds.length);
  const trained = all.slice(0, -1);
  const middle = trained.findIndex(({ directions }) => directions > 0);
  const growth = (results: readonly NetworkResult[], kind: Growth["kind"]) =>
    overSeeds(
      results.map(({ growths }) => {
        const own = growths.filter((g) => g.kind === kind).map(exponentOf);
        return own.reduce((sum, value) => sum + value, 0) / own.length;
      }),
      seeds,
    );
  const [at, initial] = [found[middle], found.at(-1)!];
  const kappa = (i: number, { curvature, curvatureVariance }: NetworkResult) =>
    (trained[i].batchSize * curvature) / (trained[i].learningRate * curvatureVariance);
  const slope = (y: (i: number, result: NetworkResult) => number) =>
    overSeeds(
      seeds.map((_, s) => {
        const line = fitLine(
          trained.map(({ learningRate, batchSize }) => Math.log(learningRate / batchSize)),
          trained.map((__, i) => Math.log(y(i, found[i][s]))),
          { seed: seeds[s] },
        );
        return line.slope.value;
      }),
      seeds,
    );
  const withoutRate = (i: number, result: NetworkResult) =>
    (kappa(i, result) * trained[i].learningRate) / trained[i].batchSize;
  const { hidden, samples, steps, settling, learningRate } = trained[middle];
  return {
    claims: [
      judge({
        id: "M13",
        statement:
          "In a network the covariance of the gradient grows with the square of the distance from the minimum, along random directions and along eigenvectors (covariance experiment).",
        statistic:
          "power of the distance in Tr C − Tr C(w*), from 1/30 of its growth to its 20-fold",
        band: bands.growth,
        measured: [
          { label: "random directions", estimate: growth(at, "random") },
          { label: "first eigenvectors", estimate: growth(at, "eigenvector") },
        ],
        controls: [
          {
            label: "about the initial weights, random directions",
            estimate: growth(initial, "random"),
          },
        ],
        doubts: [],
      }),
      judge({
        id: "M14",
        statement:
          "The tail index κ = bH/(ησ_H) of a trained network falls as η/b grows (experiments).",
        statistic: "d ln κ / d ln(η/b), along the first eigenvector",
        band: bands.kappaWithRate,
        measured: [{ label: "κ", estimate: slope(kappa) }],
        controls: [{ label: "H/σ_H, κ without its b/η", estimate: slope(withoutRate) }],
        doubts: [],
      }),
    ],
    blocks: [
      {
        kind: "text",
        paragraphs: [
          `A tanh network with ${hidden.join(", ")} hidden units on ${samples} images of Fashion-MNIST, a tenth of their labels at random, squared-error loss, ${steps} steps of SGD at η = ${learningRate} and ${settling} of full gradient. From where it ended Tr C is followed to both sides of unit directions, whose mean is free of odd powers, until it has grown 20-fold. κ is measured as it is defined, from the samples' curvatures along the first eigenvector.`,
          `${seeds.length} seeds. At b = ${trained[middle].batchSize} the mean loss is ${meanOf(at, (r) => r.loss).toPrecision(3)}, the gradient's norm ${meanOf(at, (r) => r.gradientNorm).toPrecision(2)}: near a minimum, as far as ‖∇L‖² is small against Tr C = ${meanOf(at, (r) => r.trace).toPrecision(3)}.`,
        ],
      },
      {
        kind: "panels",
        panels: [
          { title: "trained", figure: growthFigure(at) },
          { title: "not trained (control)", figure: growthFigure(initial) },
        ],
        caption: "Growth of the covariance's trace, first seed; broken lines have slope 2.",
      },
      {
        kind: "table",
        columns: [
          { label: "η, b" },
          { label: "H along u₁", align: "end" },
          { label: "σ_H of one sample", align: "end" },
          { label: "κ", align: "end" },
        ],
        rows: trained.map((setting, i) => [
          `η = ${setting.learningRate}, b = ${setting.batchSize}`,
          formatNumber(meanOf(found[i], (r) => r.curvature)),
          formatNumber(meanOf(found[i], (r) => r.curvatureVariance)),
          formatNumber(meanOf(found[i], (r) => kappa(i, r))),
        ]),
        caption: "Means over seeds.",
      },
    ],
  };
}

const meanOf = (results: readonly NetworkResult[], of: (r: NetworkResult) => number) =>
  results.reduce((sum, r) => sum + of(r), 0) / results.length;

function growthFigure([first]: readonly NetworkResult[]): Figure {
  const shown = first.growths.map((g) => ({
    ...g,
    points: g.distances.flatMap((x, i) =>
      g.ratios[i] > 1 ? [{ x, estimate: { value: g.ratios[i] - 1 } }] : [],
    ),
  }));
  return {
    kind: "line-fit",
    description: "Relative growth of the trace of the covariance against the distance.",
    xLabel: "distance",
    yLabel: "Tr C / Tr C(w*) − 1",
    xScale: "log",
    yScale: "log",
    series: shown.map(({ kind, points }, i) => ({
      name: `${kind === "random" ? "random" : "eigenvector"} ${Math.floor(i / 2) + 1}`,
      colour: kind === "random" ? (i < 2 ? "vermilion" : "amber") : i < 2 ? "blue" : "purple",
      points,
    })),
    lines: shown.flatMap(({ points, kind }) => {
      const last = points.at(-1);
      if (last === undefined) return [];
      const from = points[0].x;
      const y = last.estimate.value;
      return [
        {
          label: kind === "random" ? "square of the distance" : "",
          colour: "grey" as const,
          dashed: true,
          points: [
            { x: from, y: y * (from / last.x) ** 2 },
            { x: last.x, y },
          ],
        },
      ];
    }),
  };
}
