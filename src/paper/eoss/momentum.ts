import type { OptimiserSpec } from "../../learn/index.ts";
import type { Json } from "../../run/index.ts";
import { optimizerSharpnessThreshold } from "../../measure/index.ts";
import { judge } from "../claim.ts";
import { byCondition, worksOf } from "../conditions.ts";
import type { Experiment, Finding, Plan } from "../paper.ts";
import { bands } from "./bands.ts";
import type { RunResult } from "./run-task.ts";
import { curve, inWindow, type Run, runOf, statisticOf, windowDoubts } from "./runs.ts";

/** β. */
const beta = 0.9;

/** Momentum at small and at large batch, and the sharpness of the optimiser's own step. */
export const momentum: Experiment = {
  id: "momentum",
  title: "Momentum",
  claims: [],
  further: (scale) => (scale === "quick" ? [] : ["D8a", "D8b", "D8c"]),
  plan: (plan) => (plan.scale === "quick" ? [] : worksOf(runs(plan), plan)),
  judge: (results, plan) => judged(results, plan),
};

/** Small batches, full batches, plain SGD, and a rate too small for the edge. */
function runs(plan: Plan): Run[] {
  const heavy: OptimiserSpec = { kind: "momentum", momentum: beta };
  const nesterov: OptimiserSpec = { kind: "nesterov", momentum: beta };
  const measures = ["lambda-max", "batch-sharpness", "optimizer-sharpness"] as const;
  const small = (batchSize: number, steps: number) =>
    runOf(plan, `momentum, b = ${batchSize}, η = 0.01`, { optimiser: heavy, batchSize, learningRate: 0.01, steps, toWindow: true, measures }); // prettier-ignore
  const full = { batchSize: 1024, toWindow: true, learningRate: 0.1, measures }; // prettier-ignore
  return [
    small(8, 60_000),
    small(16, 28_000),
    runOf(plan, "momentum, b = N, η = 0.1", { ...full, optimiser: heavy, steps: 3000, measurements: 60 }), // prettier-ignore
    runOf(plan, "Nesterov, b = N, η = 0.1", { ...full, optimiser: nesterov, steps: 3000, measurements: 60 }), // prettier-ignore
    runOf(plan, "SGD, b = 16, η = 0.1", { batchSize: 16, learningRate: 0.1, steps: 28_000, toWindow: true, measures }), // prettier-ignore
    runOf(plan, "SGD, clean labels, b = 16, η = 0.01", { batchSize: 16, learningRate: 0.01, steps: 28_000, labels: "clean", toWindow: true, measures }), // prettier-ignore
  ];
}

/** What η·S is at the edge of small batches, 2(1 − β), and of full ones: 2(1 + β), Nesterov's 2(1 + β)/(1 + 2β). */
const smallEdge = 2 * (1 - beta);
const fullEdges = [2 * (1 + beta), (2 * (1 + beta)) / (1 + 2 * beta)];

function judged(results: readonly Json[], plan: Plan): Finding {
  const all = runs(plan);
  const found = byCondition<RunResult>(results, all, plan);
  const mean = (i: number, name: string, unit: number) =>
    statisticOf(all[i].label, found[i], plan, (r) => unit * inWindow(r, name));
  const rate = (i: number) => all[i].input.learningRate;
  const some = (list: readonly number[], name: string, unit: (run: Run) => number) =>
    windowDoubts(
      list.map((i) => all[i]),
      list.map((i) => found[i]),
      name,
      unit,
      plan,
    );
  const batchSharpness = (i: number) => mean(i, "batch-sharpness", rate(i) / smallEdge);
  const lambdaMax = (i: number, edge: number) => mean(i, "lambda-max", rate(i) / edge);
  const own = (i: number) => mean(i, "optimizer-sharpness", 1 / optimizerSharpnessThreshold);
  return {
    claims: [
      judge({
        id: "D8a",
        statement: "With momentum β and small batches batch sharpness plateaus at 2(1 − β)/η.",
        statistic: `η·BS/2(1 − β), β = ${beta}, mean over the loss window`,
        band: bands.plateau,
        measured: [batchSharpness(0), batchSharpness(1)],
        controls: [batchSharpness(2)],
        doubts: some([0, 1], "batch-sharpness", (run) => run.input.learningRate / smallEdge),
      }),
      judge({
        id: "D8b",
        statement:
          "With large batches λmax is at the deterministic edge, 2(1 + β)/η and 2(1 + β)/η(1 + 2β) for Nesterov's.",
        statistic: `η·λmax over its edge, β = ${beta}, mean over the loss window`,
        band: bands.plateau,
        measured: [lambdaMax(2, fullEdges[0]), lambdaMax(3, fullEdges[1])],
        controls: [lambdaMax(0, fullEdges[0]), lambdaMax(1, fullEdges[0])],
        doubts: [
          ...some([2], "lambda-max", (run) => run.input.learningRate / fullEdges[0]),
          ...some([3], "lambda-max", (run) => run.input.learningRate / fullEdges[1]),
        ],
      }),
      judge({
        id: "D8c",
        statement:
          "The sharpness of the optimiser's own step, E[sᵀH_B s]/(−E[sᵀg_B]), is at 2 with and without momentum, at any batch.",
        statistic: "half of it, mean over the loss window",
        band: bands.plateau,
        measured: [0, 1, 2, 3, 4].map(own),
        controls: [own(5)],
        doubts: some([0, 1, 2, 3, 4], "optimizer-sharpness", () => 1 / optimizerSharpnessThreshold),
      }),
    ],
    blocks: [
      {
        kind: "panels",
        panels: [0, 1, 2, 3].map((i) => ({
          title: all[i].label,
          figure: {
            kind: "time-series" as const,
            description: `Sharpness measures against step, ${all[i].label}, each over its edge.`,
            xLabel: "step",
            yLabel: "over its edge",
            yDomain: [0, 2.2] as const,
            series: [
              i < 2
                ? curve(found[i][0].series, "batch-sharpness", rate(i) / smallEdge, {
                    name: "batch sharpness over 2(1 − β)/η",
                    colour: "vermilion",
                  })
                : curve(found[i][0].series, "lambda-max", rate(i) / fullEdges[i - 2], {
                    name: i === 2 ? "λmax over 2(1 + β)/η" : "λmax over 2(1 + β)/η(1 + 2β)",
                    colour: "blue",
                  }),
              curve(found[i][0].series, "optimizer-sharpness", 1 / optimizerSharpnessThreshold, {
                name: "optimizer sharpness over 2",
                colour: "purple",
                dashed: true,
              }),
            ],
            thresholds: [{ label: "1", value: 1 }],
          },
        })),
        caption: `${found[0][0].sampleSet}; β = ${beta}, seed ${plan.seeds[0]}. Heavy ball and Nesterov as PyTorch defines them, v ← βv + g.`,
      },
    ],
  };
}
