import type { Probe } from "../../learn/index.ts";
import { stream, substream } from "../../random/index.ts";
import { batchHessian, type BatchHessian } from "../batch-hessian.ts";
import { batchQuadratics, type BatchQuadratics } from "../batch-quadratics.ts";
import { batchSharpness } from "../batch-sharpness.ts";
import { uniformBatches } from "../batches.ts";
import { gni, gniMeter, type GniMeter } from "../gni.ts";
import { miniBatchSharpness } from "../mini-batch-sharpness.ts";
import type { StopRule } from "../sequential.ts";
import { trainingProblem } from "../training-problem.ts";
import { keptWhile, pointKey, type ProbeOptions, row } from "./probe-kit.ts";

export interface BatchProbeOptions extends ProbeOptions, StopRule {
  /** Default: training's own at the step. */
  readonly batchSize?: number;
}

/** Fresh batches of step `step`, from the probe's own stream. */
function batchesAt(seed: string, name: string, step: number, count: number, batchSize: number) {
  return uniformBatches(substream(stream(seed, name), step), count, batchSize);
}

/** A batch of all samples is always the same: one measurement is exact. */
function ruleFor(rule: StopRule, count: number, batchSize: number): StopRule {
  return batchSize === count ? { ...rule, minSamples: 2, maxSamples: 2 } : rule;
}

/** Row `batch-sharpness`: E_B[g_BᵀH_Bg_B/‖g_B‖²] over fresh batches, to the stop rule's error. */
export function batchSharpnessProbe({ due, seed, batchSize, ...rule }: BatchProbeOptions): Probe {
  const compiled = keptWhile<BatchQuadratics>();
  return {
    name: "batch-sharpness",
    due,
    async measure(point) {
      const size = batchSize ?? point.batchSize;
      const { count } = point.training.samples;
      const quadratics = await compiled.get(`${size}|${pointKey(point)}`, () =>
        batchQuadratics(point.runtime, trainingProblem(point.training, point.buffers), size),
      );
      const sampler = batchesAt(seed, "batch-sharpness", point.step, count, size);
      const estimate = await batchSharpness(
        quadratics,
        point.parameters,
        sampler,
        ruleFor(rule, count, size),
      );
      return [row("batch-sharpness", estimate)];
    },
    dispose: () => compiled.dispose(),
  };
}

/** Rows `mini-batch-sharpness`, and `mini-batch-sharpness-bs`: batch sharpness over the very same batches, never above it. */
export function miniBatchSharpnessProbe(options: BatchProbeOptions): Probe {
  const { due, seed, batchSize, ...rule } = options;
  const compiled = keptWhile<BatchHessian>();
  return {
    name: "mini-batch-sharpness",
    due,
    async measure(point) {
      const size = batchSize ?? point.batchSize;
      const { count } = point.training.samples;
      const hessians = await compiled.get(`${size}|${pointKey(point)}`, () =>
        batchHessian(point.runtime, trainingProblem(point.training, point.buffers), size),
      );
      const estimate = await miniBatchSharpness(
        hessians,
        point.parameters,
        batchesAt(seed, "mini-batch-sharpness", point.step, count, size),
        substream(stream(seed, "mini-batch-sharpness/lanczos"), point.step),
        ruleFor(rule, count, size),
      );
      const own = estimate.batchSharpness;
      return [
        row("mini-batch-sharpness", estimate),
        ...(own ? [row("mini-batch-sharpness-bs", own)] : []),
      ];
    },
    dispose: () => compiled.dispose(),
  };
}

/** Row `gni`: E_B[g_BᵀHg_B]/‖∇L‖²; no row where it is undefined. */
export function gniProbe({ due, seed, batchSize, ...rule }: BatchProbeOptions): Probe {
  const compiled = keptWhile<GniMeter>();
  return {
    name: "gni",
    due,
    async measure(point) {
      const size = batchSize ?? point.batchSize;
      const { count } = point.training.samples;
      const meter = await compiled.get(`${size}|${pointKey(point)}`, () =>
        gniMeter(point.runtime, trainingProblem(point.training, point.buffers), size),
      );
      const sampler = batchesAt(seed, "gni", point.step, count, size);
      const estimate = await gni(meter, point.parameters, sampler, ruleFor(rule, count, size));
      return estimate.status === "undefined" ? [] : [row("gni", estimate)];
    },
    dispose: () => compiled.dispose(),
  };
}
