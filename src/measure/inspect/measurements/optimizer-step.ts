import { optimiser } from "../../../learn/index.ts";
import { batchQuadratics } from "../../sharpness/batch-quadratics.ts";
import { optimizerDirection, optimizerSharpness } from "../../sharpness/optimizer-sharpness.ts";
import type { FloatArray } from "../../../numeric/index.ts";
import { parameterViews, zeros } from "../../problem/problem.ts";
import type { Context } from "../context.ts";
import { asMeasured, estimated, exactly, measured, nothing } from "../quantities.ts";
import type { Quantity } from "../result.ts";

/** One step of the optimiser from its own state, on batches drawn here. */
export interface StepSharpness {
  /** E[sᵀH_Bs]/(−E[sᵀg_B]) of the step at the learning rate given, else of a step at rate 1. */
  readonly sharpness: Quantity;
  /** The rate at which it is 2: s is proportional to the rate, hence so is it. */
  readonly limit: Quantity;
}

/** undefined where the optimiser's state is not at hand. */
export async function stepSharpness(context: Context): Promise<StepSharpness | undefined> {
  const { runtime, problem, point, settings, state } = context;
  const { learningRate: eta = 1, batch } = settings;
  if (!state) return undefined;
  // Decay is no part of the measured loss, and the step is held against that loss alone.
  const { weightDecay: _, ...spec } = settings.optimizer;
  const rule = optimiser(spec);
  const own = state.slots.flatMap((slot): FloatArray[] => {
    const flat = zeros(problem.dtype, slot.length);
    flat.set(slot);
    return [...parameterViews(problem, flat)];
  });
  const numbers = rule.scalars(state.steps, eta);
  const scalars = zeros(problem.dtype, numbers.length);
  scalars.set(numbers);
  const sampler = context.batches();
  const direction = optimizerDirection(rule, problem);
  await using quadratics = await batchQuadratics(runtime, problem, batch, direction);
  const given = [...own, scalars];
  const sharpness =
    sampler.count === undefined
      ? estimated(await optimizerSharpness(quadratics, point, given, sampler, settings.rule))
      : await overAll(sampler.count);
  return { sharpness, limit: limitOf(sharpness, eta) };

  async function overAll(count: number): Promise<Quantity> {
    let [above, below] = [0, 0];
    for (let from = 0; from < count; from += 1000) {
      const to = Math.min(count, from + 1000);
      const { curvature, slope } = await quadratics.measure(point, sampler, from, to, given);
      for (let i = 0; i < curvature.length; i++) {
        above += curvature[i];
        below -= slope[i];
      }
    }
    const method = `ratio of means over all ${count} batches`;
    return below === 0
      ? nothing(method, "undefined", "every batch's step is 0")
      : exactly(above / below, method, { samples: count });
  }
}

/** 2η/value, where the step goes downhill and curves upward. */
function limitOf(sharpness: Quantity, eta: number): Quantity {
  const method = "rate at which the optimiser's sharpness is 2";
  const value = asMeasured(sharpness);
  if (!value || value.value <= 0)
    return nothing(method, "undefined", "the step does not meet positive curvature downhill");
  const at = (x: number) => (2 * eta) / x;
  if (!("stderr" in value)) return exactly(at(value.value), method);
  const { low, high, stderr } = value;
  return measured({
    ...value,
    value: at(value.value),
    stderr: (at(value.value) * stderr) / value.value,
    low: high > 0 ? at(high) : 0,
    // An interval that reaches down to 0 sets no upper end.
    high: low > 0 ? at(low) : Number.MAX_VALUE,
    method,
  });
}
