import {
  add,
  type Data,
  directional,
  dot,
  gather,
  grad,
  input,
  mul,
  type Tensor,
} from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { BatchSampler } from "../problem/batches.ts";
import {
  parameterInputs,
  type ParameterShape,
  parameterViews,
  type Problem,
  requireSamples,
  sampleWeights,
  zeros,
} from "../problem/problem.ts";

/** A direction of each batch, as a graph function of its gradient; `state` are vectors that are the same for all batches. */
export interface BatchDirection {
  readonly state: readonly ParameterShape[];
  readonly of: (parameters: Tensor[], gradient: Tensor[], state: Tensor[]) => Tensor[];
}

/** Three numbers a batch, in order of drawing. */
export interface Quadratics {
  /** sᵀH_Bs. */
  readonly curvature: number[];
  /** sᵀg_B. */
  readonly slope: number[];
  /** ‖g_B‖². */
  readonly gradient: number[];
}

export interface BatchQuadratics extends AsyncDisposable {
  readonly problem: Problem;
  readonly batchSize: number;
  /** Of batches `from` … `to` − 1 of the sampler. */
  measure(
    parameters: FloatArray,
    sampler: BatchSampler,
    from: number,
    to: number,
    state?: readonly FloatArray[],
  ): Promise<Quadratics>;
  dispose(): Promise<void>;
}

/**
 * Curvature of mini-batch losses along a direction of their own, by default s = g_B.
 *
 * L_B = (1/B) Σ_{i∈B} cᵢℓᵢ with cᵢ = N·wᵢ/Σw, so that E L_B = L. Many batches run in one call, only
 * scalars leave it. sᵀH_Bs is a second directional derivative, forward over forward, so that no
 * vector of the size of the parameters is made besides g_B and s.
 */
export async function batchQuadratics(
  runtime: Runtime,
  problem: Problem,
  batchSize: number,
  direction: BatchDirection = { state: [], of: (_, gradient) => gradient },
): Promise<BatchQuadratics> {
  requireSamples(problem);
  const { dtype, data } = problem;
  const parameters = parameterInputs(problem);
  const all = sampleInputs(data);
  const scales = input([data.count], dtype, "scales");
  const state = direction.state.map(({ name, shape }) => input(shape, dtype, name));
  const rows = input([batchSize], "int32", "rows");

  const loss = batchLoss(problem, gather(all.x, rows), gather(all.y, rows), gather(scales, rows));
  const gradient = grad(loss)(parameters);
  const s = direction.of(parameters, gradient, state);
  const { curvature } = directional(loss, parameters, s);
  const scan = await runtime.compileScan(
    {
      carry: [],
      constants: [...parameters, all.x, all.y, scales, ...state],
      slices: [rows],
      nextCarry: [],
      emitted: [curvature, inner(s, gradient), inner(gradient, gradient)],
    },
    { label: "batch quadratics" },
  );
  const fixed: Data[] = [data.inputs, data.targets, batchScales(problem)];
  const dispose = () => scan.dispose();
  return {
    problem,
    batchSize,
    async measure(point, sampler, from, to, given = []) {
      if (sampler.batchSize !== batchSize)
        throw new RangeError(
          `the sampler's batches must have ${batchSize} rows, got ${sampler.batchSize}`,
        );
      const stacked = new Int32Array((to - from) * batchSize);
      for (let i = from; i < to; i++) stacked.set(sampler.rows(i), (i - from) * batchSize);
      const { emitted } = await scan.run(to - from, {
        carry: [],
        constants: [...parameterViews(problem, point), ...fixed, ...given],
        slices: [stacked],
      });
      const [curvature, slope, gradient] = emitted.map((values) => Array.from(values, Number));
      return { curvature, slope, gradient };
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** L_B of the batch's samples and scales as a function of the parameters. */
export function batchLoss(
  problem: Problem,
  x: Tensor,
  y: Tensor,
  scales: Tensor,
): (parameters: Tensor[]) => Tensor {
  return (p) => mul(dot(problem.perSampleLoss(p, x, y), scales), 1 / scales.shape[0]);
}

/** cᵢ = N·wᵢ/Σw. */
export function batchScales(problem: Problem): FloatArray {
  const { weights, total } = sampleWeights(problem);
  const scales = zeros(problem.dtype, weights.length);
  for (let i = 0; i < scales.length; i++) scales[i] = (weights[i] * weights.length) / total;
  return scales;
}

/** Σₖ ⟨aₖ, bₖ⟩ over a list of tensors. */
function inner(a: readonly Tensor[], b: readonly Tensor[]): Tensor {
  return a.map((t, k) => dot(t, b[k])).reduce((sum, term) => add(sum, term));
}
