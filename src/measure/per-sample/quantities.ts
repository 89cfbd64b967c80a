import {
  add,
  directional,
  expandDims,
  grad,
  square,
  squeeze,
  sum,
  type Tensor,
  vmap,
} from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { parameterViews, type Problem } from "../problem/problem.ts";
import { sampleMap, type SampleMapOptions, type SampleMapPlan } from "./sample-map.ts";

/**
 * A number of each sample, of its own loss ℓᵢ without its weight: `loss` ℓᵢ, `squaredNorm` ‖gᵢ‖²,
 * and along a vector v `slope` gᵢ·v and `curvature` vᵀHᵢv, with gᵢ = ∇ℓᵢ and Hᵢ = ∇²ℓᵢ.
 */
export type SampleQuantity = "loss" | "squaredNorm" | "slope" | "curvature";

/** [samples] of each, in the order of the data. */
export type SampleQuantities<Q extends SampleQuantity = SampleQuantity> = Readonly<
  Record<Q, Float64Array>
>;

export interface SampleMeter<Q extends SampleQuantity> extends AsyncDisposable {
  readonly plan: SampleMapPlan;
  /** `vector` is v, wanted by `slope` and `curvature`. */
  measure(parameters: FloatArray, vector?: FloatArray): Promise<SampleQuantities<Q>>;
  dispose(): Promise<void>;
}

/**
 * Numbers of every sample, several in one pass. Weighted means of them are ∇L·v, vᵀHv and the like.
 *
 * No gradient of a single sample is formed but where `squaredNorm` meets a layer that is no matrix
 * product: slopes and curvatures are forward derivatives of all losses at once, and norms of dense
 * layers products of Gram matrices. Chunks are cut to what the byte budget holds. Cost: a gradient for
 * norms, two forward passes for slopes, four for curvatures.
 *
 * @throws TypeError where batch statistics mix samples.
 */
export async function sampleMeter<Q extends SampleQuantity>(
  runtime: Runtime,
  problem: Problem,
  quantities: readonly Q[],
  options: SampleMapOptions = {},
): Promise<SampleMeter<Q>> {
  if (quantities.length === 0)
    throw new RangeError("a meter of samples must measure something, got no quantity");
  const directed = quantities.some((q) => q === "slope" || q === "curvature");
  const map = await sampleMap(
    runtime,
    problem,
    `per-sample quantities (${quantities.join(", ")})`,
    ({ parameters, x, y }, v) => {
      const losses = (p: Tensor[]) => problem.perSampleLoss(p, x, y);
      const along = directed ? directional(losses, parameters, v) : undefined;
      const of: Record<SampleQuantity, () => Tensor> = {
        loss: () => losses(parameters),
        squaredNorm: () => squaredNorms(problem, parameters, x, y),
        slope: () => along!.slope,
        curvature: () => along!.curvature,
      };
      return quantities.map((q) => of[q]());
    },
    directed ? problem.parameters.map(({ name, shape }) => ({ name: `v.${name}`, shape })) : [],
    options,
  );
  const dispose = () => map.dispose();
  return {
    plan: map.plan,
    async measure(parameters, vector) {
      if (directed && vector === undefined)
        throw new TypeError("slopes and curvatures of samples need a vector, got none");
      const given = directed ? parameterViews(problem, vector!, "vector") : [];
      const all = quantities.map(() => new Float64Array(problem.data.count));
      await map.forEach(parameters, given, (results, start) =>
        results.forEach((values, k) => all[k].set(values, start)),
      );
      return Object.fromEntries(quantities.map((q, k) => [q, all[k]])) as Record<Q, Float64Array>;
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** ℓᵢ of every sample, [samples]. */
export const perSampleLosses = (
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: SampleMapOptions = {},
): Promise<Float64Array> => once(runtime, problem, "loss", parameters, undefined, options);

/** ‖gᵢ‖² of every sample, [samples]. */
export const perSampleSquaredNorms = (
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: SampleMapOptions = {},
): Promise<Float64Array> => once(runtime, problem, "squaredNorm", parameters, undefined, options);

/** gᵢ·v of every sample, [samples]. */
export const perSampleSlopes = (
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  vector: FloatArray,
  options: SampleMapOptions = {},
): Promise<Float64Array> => once(runtime, problem, "slope", parameters, vector, options);

/** vᵀHᵢv of every sample, [samples]: along an eigenvector, whose samples make it sharp. */
export const perSampleCurvatures = (
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  vector: FloatArray,
  options: SampleMapOptions = {},
): Promise<Float64Array> => once(runtime, problem, "curvature", parameters, vector, options);

async function once(
  runtime: Runtime,
  problem: Problem,
  quantity: SampleQuantity,
  parameters: FloatArray,
  vector: FloatArray | undefined,
  options: SampleMapOptions,
): Promise<Float64Array> {
  await using meter = await sampleMeter(runtime, problem, [quantity], options);
  return (await meter.measure(parameters, vector))[quantity];
}

/** As an expression: `simplify` takes norms of dense layers through Gram products. */
function squaredNorms(problem: Problem, parameters: Tensor[], x: Tensor, y: Tensor): Tensor {
  const one = (row: Tensor, target: Tensor) => {
    const loss = (p: Tensor[]) =>
      squeeze(problem.perSampleLoss(p, expandDims(row, 0), expandDims(target, 0)), 0);
    return grad(loss)(parameters)
      .map((g) => sum(square(g)))
      .reduce((total, part) => add(total, part));
  };
  return vmap(one)(x, y);
}
