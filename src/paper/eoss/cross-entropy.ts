import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import { byCondition, worksOf } from "../conditions.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bands } from "./bands.ts";
import type { RunResult } from "./run-task.ts";
import { curve, runOf, statisticOf } from "./runs.ts";
import { column } from "./series.ts";

/** Full-batch descent on cross-entropy: at the edge for a while, and off it as the fit saturates. */
export const crossEntropy: Experiment = {
  id: "cross-entropy",
  title: "Cross-entropy reaches the edge and leaves it",
  claims: ["D10a", "D10b"],
  plan: (plan) => worksOf(runs(plan), plan),
  judge: (results, plan) => judged(results, plan),
};

/** Two rates that reach the edge, one too small for it, and the squared error. All of 512 samples. */
function runs(plan: Plan) {
  const all = {
    batchSize: 512,
    samples: 512,
    curvatureSamples: 512,
    labels: "clean",
    measures: ["lambda-max"],
  } as const;
  const entropy = { ...all, loss: "cross-entropy" } as const;
  const at = (learningRate: number) =>
    runOf(plan, `cross-entropy, η = ${learningRate}`, {
      ...entropy,
      ...small(plan),
      learningRate,
      steps: 1000,
    });
  return [
    at(0.1),
    at(0.2),
    at(0.005),
    runOf(plan, "squared error, random labels, η = 0.1", {
      ...all,
      ...small(plan),
      labels: "noisy",
      learningRate: 0.1,
      steps: 1000,
    }),
  ];
}

const small = ({ scale }: Plan) =>
  scale === "smoke" ? { samples: 128, curvatureSamples: 128, batchSize: 128 } : {};

const lambdas = ({ series }: RunResult) =>
  column(series, "lambda-max").map((value) => value ?? NaN);

function judged(results: readonly Json[], plan: Plan): Finding {
  const all = runs(plan);
  const found = byCondition<RunResult>(results, all, plan);
  const edge = (i: number) => all[i].input.learningRate / 2;
  const over = (i: number, number: (r: RunResult) => number) =>
    statisticOf(all[i].label, found[i], plan, (r) => edge(i) * number(r));
  const peak = (i: number) => over(i, (r) => Math.max(...lambdas(r)));
  const final = (i: number) => over(i, (r) => lambdas(r).at(-1)!);
  const diverged = all.flatMap(({ label }, i) =>
    found[i].some(({ status }) => status === "diverged") ? [`training diverged: ${label}`] : [],
  );
  return {
    claims: [
      judge({
        id: "D10a",
        statement: "Under cross-entropy λmax reaches or exceeds the edge 2/η at full batch.",
        statistic: "largest η·λmax/2 of the run; over seeds",
        band: bands.reaches,
        measured: [peak(0), peak(1)],
        controls: [peak(2)],
        doubts: diverged,
      }),
      judge({
        id: "D10b",
        statement: "It leaves the edge again as the fit saturates.",
        statistic: "η·λmax/2 at the end of the run; over seeds",
        band: bands.leaves,
        measured: [final(0), final(1)],
        controls: [final(3)],
        doubts: diverged,
      }),
    ],
    blocks: [
      {
        kind: "figure",
        figure: {
          kind: "time-series",
          description: "η·λmax/2 against step under cross-entropy at two rates and squared error.",
          xLabel: "step",
          yLabel: "η·λmax/2",
          series: [0, 1, 3].map((i, k) =>
            curve(found[i][0].series, "lambda-max", edge(i), {
              name: all[i].label,
              colour: (["blue", "vermilion", "grey"] as const)[k],
            }),
          ),
          thresholds: [{ label: "1", value: 1 }],
        },
        caption: `Full gradients of 512 images, ${found[0][0].sampleSet.split(", ").at(-1)}; seed ${plan.seeds[0]}. Where the loss saturates, its curvature goes with the errors that are left.`,
      },
    ],
  };
}
