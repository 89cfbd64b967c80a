import type { Series } from "../../report/index.ts";
import type { Condition } from "../conditions.ts";
import { overSeeds } from "../over-seeds.ts";
import type { Statistic } from "../claim.ts";
import type { Plan, ScaleName } from "../paper.ts";
import type { RunInput, RunResult } from "./run-task.ts";
import { points } from "./figures.ts";
import { maxDrift } from "./findings.ts";
import { column, type RunSeries } from "./series.ts";
import { windowDrift, windowMean } from "./window.ts";

/** A training of its own, under every seed. */
export interface Run extends Condition {
  readonly input: Omit<RunInput, "seed" | "dataSeed"> & Readonly<Record<string, unknown>>;
}

/** The network of `quick`'s sweep, on as many images. */
const network = (scale: ScaleName) =>
  ({
    dataset: "fashion-mnist",
    samples: scale === "smoke" ? 128 : 1024,
    model: { kind: "mlp", hidden: scale === "smoke" ? [16] : [64, 64] },
    activation: "relu",
    initScale: 0.3,
    labelNoise: 0.3,
    curvatureSamples: scale === "smoke" ? 128 : 1024,
  }) as const;

/** A run of that network; at `smoke` of a few steps. */
export function runOf(
  { scale, dataDir }: Pick<Plan, "scale" | "dataDir">,
  label: string,
  how: Pick<RunInput, "learningRate" | "batchSize" | "steps" | "measures"> & Partial<RunInput>,
): Run {
  const base = network(scale);
  const smoke = scale === "smoke";
  return {
    task: "eoss/run",
    label,
    paired: true,
    cost: smoke ? 0.5 : 2 + how.steps * (how.batchSize > 256 ? 0.004 : 0.0008),
    input: {
      ...base,
      labels: "noisy",
      loss: "squared-error",
      optimiser: { kind: "sgd" },
      toWindow: false,
      measurements: smoke ? 8 : 20,
      ...how,
      ...(smoke && { steps: 16, batchSize: Math.min(how.batchSize, base.samples) }),
      ...(dataDir !== undefined && { dataDir }),
    },
  };
}

/** A number of each seed's run. */
export const statisticOf = (
  label: string,
  results: readonly RunResult[],
  plan: Plan,
  number: (result: RunResult) => number,
): Statistic => ({ label, estimate: overSeeds(results.map(number), plan.seeds) });

/** Mean of a column over the loss window; NaN where there is none. */
export const inWindow = ({ series, window }: RunResult, name: string): number =>
  window === undefined ? NaN : windowMean(series.steps, column(series, name), window);

/** Mean of a column over the second half of the run. */
export function secondHalf({ series }: RunResult, name: string): number {
  const to = series.steps.at(-1)!;
  return windowMean(series.steps, column(series, name), { from: to / 2, to, reached: true });
}

/** Why a window's mean may be none, in the words of the sweep's own doubts. */
export function windowDoubts(
  runs: readonly Run[],
  results: readonly (readonly RunResult[])[],
  name: string,
  unit: (run: Run) => number,
  plan: Plan,
): string[] {
  return runs.flatMap((run, i) => {
    const own = results[i];
    const said = (why: string, which: (r: RunResult) => boolean) => {
      const seeds = plan.seeds.filter((_, s) => which(own[s]));
      return seeds.length === 0 ? [] : [`${why}: ${run.label}, seed ${seeds.join(", ")}`];
    };
    const drift = overSeeds(
      own.map(({ series, window }) =>
        window === undefined
          ? NaN
          : unit(run) * windowDrift(series.steps, column(series, name), window),
      ),
      plan.seeds,
    );
    return [
      ...said("training diverged", ({ status }) => status === "diverged"),
      ...said(
        "the end of the loss window was not reached",
        ({ status, window }) => status !== "diverged" && !window?.reached,
      ),
      ...(drift.low > maxDrift || drift.high < -maxDrift
        ? [`${name} still moves within the window: ${run.label}`]
        : []),
    ];
  });
}

/** A column against step in units of an edge, with 95 % error bands where it has standard errors. */
export function curve(
  series: RunSeries,
  name: string,
  unit: number,
  look: Pick<Series, "name" | "colour" | "dashed">,
): Series {
  return { ...look, points: points(series, name, unit) };
}
