import {
  type MetricRow,
  type Optimiser,
  optimiser,
  type OptimiserSpec,
  type Probe,
  type ProbePoint,
} from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { batchHessian } from "../operators/batch-hessian.ts";
import { batchQuadratics } from "../sharpness/batch-quadratics.ts";
import { batchSharpness } from "../sharpness/batch-sharpness.ts";
import { type BatchSampler, uniformBatches } from "../problem/batches.ts";
import { gni, gniMeter } from "../sharpness/gni.ts";
import { optimizerDirection, optimizerSharpness } from "../sharpness/optimizer-sharpness.ts";
import { miniBatchSharpness } from "../sharpness/mini-batch-sharpness.ts";
import { parameterViews, type Problem, zeros } from "../problem/problem.ts";
import type { StopRule } from "../sharpness/sequential.ts";
import { trainingProblem } from "../problem/training-problem.ts";
import { keptWhile, pointKey, type ProbeOptions, row } from "./probe-kit.ts";

export interface BatchProbeOptions extends ProbeOptions, StopRule {
  /** Default: training's own at the step. */
  readonly batchSize?: number;
}

/** Row `batch-sharpness`: E_B[g_BᵀH_Bg_B/‖g_B‖²] over fresh batches, to the stop rule's error. */
export function batchSharpnessProbe(options: BatchProbeOptions): Probe {
  return batchProbe(
    "batch-sharpness",
    options,
    (runtime, problem, size) => batchQuadratics(runtime, problem, size),
    async (quadratics, at) => [
      row("batch-sharpness", await batchSharpness(quadratics, at.parameters, at.batches, at.rule)),
    ],
  );
}

/** Rows `mini-batch-sharpness`, and `mini-batch-sharpness-bs`: batch sharpness over the very same batches, never above it. */
export function miniBatchSharpnessProbe(options: BatchProbeOptions): Probe {
  const starts = stream(options.seed, "mini-batch-sharpness/lanczos");
  return batchProbe("mini-batch-sharpness", options, batchHessian, async (hessians, at) => {
    const { step, parameters, batches, rule } = at;
    const estimate = await miniBatchSharpness(
      hessians,
      parameters,
      batches,
      substream(starts, step),
      rule,
    );
    const own = estimate.batchSharpness;
    return [
      row("mini-batch-sharpness", estimate),
      ...(own ? [row("mini-batch-sharpness-bs", own)] : []),
    ];
  });
}

/** Row `gni`: E_B[g_BᵀHg_B]/‖∇L‖²; no row where it is undefined. */
export function gniProbe(options: BatchProbeOptions): Probe {
  return batchProbe(
    "gni",
    options,
    (runtime, problem, size) => gniMeter(runtime, problem, size),
    async (meter, at) => {
      const estimate = await gni(meter, at.parameters, at.batches, at.rule);
      return estimate.status === "undefined" ? [] : [row("gni", estimate)];
    },
  );
}

/**
 * Row `optimizer-sharpness`: E_B[sᵀH_Bs]/(−E_B[sᵀg_B]) for the step s that training's optimiser would
 * take from its present state on fresh batches. The edge is at 2 for any optimiser. Weight decay, which
 * is no part of the measured loss, is left out of the step; no row where the step is 0 on every batch.
 */
export function optimizerSharpnessProbe(options: BatchProbeOptions): Probe {
  return batchProbe(
    "optimizer-sharpness",
    options,
    (runtime, problem, size, { training }) =>
      batchQuadratics(
        runtime,
        problem,
        size,
        optimizerDirection(undecayed(training.optimiser), problem),
      ),
    async (quadratics, { point, batches, rule }) => {
      const { training, step, learningRate, slots, parameters } = point;
      const { problem } = quadratics;
      const numbers = undecayed(training.optimiser).scalars(step, learningRate);
      const scalars = zeros(problem.dtype, numbers.length);
      scalars.set(numbers);
      const state = [...slots.flatMap((slot) => parameterViews(problem, slot)), scalars];
      const estimate = await optimizerSharpness(quadratics, parameters, state, batches, rule);
      return estimate.status === "undefined" ? [] : [row("optimizer-sharpness", estimate)];
    },
  );
}

const undecayed = (spec: OptimiserSpec): Optimiser => optimiser({ ...spec, weightDecay: 0 });

/** What an estimator over batches is given at a point. */
interface BatchPoint {
  readonly point: ProbePoint;
  readonly step: number;
  readonly parameters: FloatArray;
  /** Of this step, from the probe's own stream. */
  readonly batches: BatchSampler;
  readonly rule: StopRule;
}

/** A probe that compiles something for one batch size, and keeps it while that size stays. */
function batchProbe<T extends AsyncDisposable>(
  name: string,
  { due, seed, batchSize, ...rule }: BatchProbeOptions,
  compile: (runtime: Runtime, problem: Problem, batchSize: number, point: ProbePoint) => Promise<T>,
  measure: (compiled: T, at: BatchPoint) => Promise<Omit<MetricRow, "step">[]>,
): Probe {
  const compiled = keptWhile<T>();
  return {
    name,
    due,
    async measure(point) {
      const { training, runtime, step, parameters, buffers } = point;
      const size = batchSize ?? point.batchSize;
      const { count } = training.samples;
      const held = await compiled.get(`${size}|${pointKey(point)}`, () =>
        compile(runtime, trainingProblem(training, buffers), size, point),
      );
      return measure(held, {
        point,
        step,
        parameters,
        batches: uniformBatches(substream(stream(seed, name), step), count, size),
        // A batch of all samples is always the same: one measurement is exact.
        rule: size === count ? { ...rule, minSamples: 2, maxSamples: 2 } : rule,
      });
    },
    dispose: () => compiled.dispose(),
  };
}
