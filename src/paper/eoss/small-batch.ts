import type { Json } from "../../run/index.ts";
import { judge } from "../claim.ts";
import { byCondition, worksOf } from "../conditions.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bands } from "./bands.ts";
import type { RunResult } from "./run-task.ts";
import { curve, runOf, secondHalf, statisticOf } from "./runs.ts";
import { column } from "./series.ts";
import { windowMean } from "./window.ts";

/** A batch too small for its learning rate: at the edge, and nothing is learnt. */
export const smallBatch: Experiment = {
  id: "small-batch",
  title: "Too small a batch",
  claims: [],
  further: (scale) => (scale === "quick" ? [] : ["D9a", "D9b"]),
  plan: (plan) => (plan.scale === "quick" ? [] : worksOf(runs(plan), plan)),
  judge: (results, plan) => judged(results, plan),
};

const measured = { measures: ["batch-sharpness"] } as const;

const runs = (plan: Plan) => [
  runOf(plan, "b = 4, η = 0.1", { batchSize: 4, learningRate: 0.1, steps: 12_000, ...measured }),
  runOf(plan, "b = 4, η = 0.01", { batchSize: 4, learningRate: 0.01, steps: 12_000, ...measured }),
  runOf(plan, "b = 16, η = 0.1", { batchSize: 16, learningRate: 0.1, steps: 12_000, ...measured }),
];

function judged(results: readonly Json[], plan: Plan): Finding {
  const all = runs(plan);
  const found = byCondition<RunResult>(results, all, plan);
  const edge = (i: number) => all[i].input.learningRate / 2;
  const sharpness = (i: number) =>
    statisticOf(all[i].label, found[i], plan, (r) => edge(i) * secondHalf(r, "batch-sharpness"));
  const kept = (i: number) => statisticOf(all[i].label, found[i], plan, lossKept);
  const doubts = all.flatMap(({ label }, i) =>
    found[i].some(({ status }) => status === "diverged") ? [`training diverged: ${label}`] : [],
  );
  return {
    claims: [
      judge({
        id: "D9a",
        statement: "With too small a batch for its rate batch sharpness is near 2/η all the same.",
        statistic: "η·BS/2, mean over the second half of the run; over seeds",
        band: bands.plateau,
        measured: [sharpness(0)],
        controls: [sharpness(1)],
        doubts,
      }),
      judge({
        id: "D9b",
        statement: "Its loss does not fall.",
        statistic: "loss of the run's last quarter over that of its second; over seeds",
        band: bands.lossKept,
        measured: [kept(0)],
        controls: [kept(2)],
        doubts,
      }),
    ],
    blocks: [
      {
        kind: "panels",
        panels: [
          {
            title: "batch sharpness",
            figure: {
              kind: "time-series",
              description: "η·BS/2 against step for a batch of 4, at two rates, and of 16.",
              xLabel: "step",
              yLabel: "η·BS/2",
              series: all.map(({ label }, i) =>
                curve(found[i][0].series, "batch-sharpness", edge(i), {
                  name: label,
                  colour: colours[i],
                }),
              ),
              thresholds: [{ label: "1", value: 1 }],
            },
          },
          {
            title: "full loss",
            figure: {
              kind: "time-series",
              description: "Full loss against step for the same runs.",
              xLabel: "step",
              yLabel: "full squared-error loss",
              yScale: "log",
              series: all.map(({ label }, i) =>
                curve(found[i][0].series, "full-loss", 1, { name: label, colour: colours[i] }),
              ),
            },
          },
        ],
        caption: `${found[0][0].sampleSet}; seed ${plan.seeds[0]}. At η = 0.1 batches of 1 diverge.`,
      },
    ],
  };
}

const colours = ["vermilion", "grey", "blue"] as const;

function lossKept({ series }: RunResult): number {
  const to = series.steps.at(-1)!;
  const mean = (from: number, until: number) =>
    windowMean(series.steps, column(series, "full-loss"), { from: from * to, to: until * to, reached: true }); // prettier-ignore
  return mean(0.75, 1) / mean(0.25, 0.5);
}
