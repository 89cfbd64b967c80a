import {
  type Data,
  directional,
  dot,
  gather,
  grad,
  input,
  sizeOf,
  type Tensor,
  vmap,
} from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import { type FloatArray, squaredNorm } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { meanEstimate } from "../../statistics/index.ts";
import { batchLoss, batchScales } from "./batch-quadratics.ts";
import type { BatchSampler } from "../problem/batches.ts";
import { dataSum, type DataSumOptions } from "../operators/data-sum.ts";
import { gradientMeter } from "../operators/gradient.ts";
import {
  parameterInputs,
  parameterViews,
  type Problem,
  requireSeparable,
} from "../problem/problem.ts";
import {
  allFinite,
  type BatchEstimate,
  sampleUntil,
  type StopRule,
  unknown,
} from "./sequential.ts";

export interface GniOptions extends DataSumOptions {
  /** Batch gradients put through the full Hessian at once; default 8. */
  readonly block?: number;
}

export interface GniRule extends StopRule {
  /** Below this ‖∇L‖ the quantity is undefined; default 10⁻⁸. */
  readonly minGradientNorm?: number;
}

/** Compiled parts of `gni` for batches of one size. */
export interface GniMeter extends AsyncDisposable {
  readonly batchSize: number;
  readonly block: number;
  /** ‖∇L‖². Moves the meter to these parameters. */
  setPoint(parameters: FloatArray): Promise<number>;
  /** g_BᵀHg_B of batches `from` … `to` − 1, with H of the whole set. */
  quadratics(sampler: BatchSampler, from: number, to: number): Promise<number[]>;
  dispose(): Promise<void>;
}

const method = "gradient-noise interaction, mean over batches, t interval";

/**
 * Gradient–noise interaction E_B[g_BᵀHg_B] / ‖∇L‖², with H and ∇L of the whole set and g_B of a batch.
 * Equal to (∇LᵀH∇L + Tr(H·Cov(g_B))) / ‖∇L‖², so it grows without bound towards a stationary point,
 * and is `undefined` below `minGradientNorm`. 2/η is where the loss stops falling on average.
 *
 * Cost: one product with the full Hessian's quadratic form a batch, `block` of them at a time.
 *
 * @see Andreyev, Beneventano (2024), https://arxiv.org/abs/2412.20553
 */
export async function gni(
  meter: GniMeter,
  parameters: FloatArray,
  sampler: BatchSampler,
  { minGradientNorm = 1e-8, ...rule }: GniRule = {},
): Promise<BatchEstimate> {
  const about = { seed: sampler.seed, method, block: meter.block };
  const { level = 0.95 } = rule;
  const g2 = await meter.setPoint(parameters);
  if (!(Math.sqrt(g2) >= minGradientNorm)) {
    const status = Number.isFinite(g2) ? "undefined" : "not-finite";
    return { ...unknown, seed: sampler.seed, method, level, samples: 0, excluded: 0, status };
  }
  const values: number[] = [];
  return sampleUntil(rule, about, async (from, to) => {
    for (const quadratic of await meter.quadratics(sampler, from, to)) values.push(quadratic / g2);
    return {
      samples: values.length,
      excluded: 0,
      finite: allFinite(values),
      estimate: () => meanEstimate(values, { ...about, level }),
    };
  });
}

/** Compile batch gradients and the full Hessian's quadratic form, for blocks of vectors. */
export async function gniMeter(
  runtime: Runtime,
  problem: Problem,
  batchSize: number,
  { block = 8, ...options }: GniOptions = {},
): Promise<GniMeter> {
  if (!(Number.isInteger(block) && block >= 1))
    throw new RangeError(`block must be a positive integer, got ${block}`);
  requireSeparable(problem, "batch gradients against the Hessian of all samples (GNI)");
  const { dtype, data } = problem;
  const parameters = parameterInputs(problem);
  const all = sampleInputs(data);
  const scales = input([data.count], dtype, "scales");
  const rows = input([block, batchSize], "int32", "rows");
  const gradients = vmap((r: Tensor) => {
    const [x, y, c] = [all.x, all.y, scales].map((t) => gather(t, r));
    return grad(batchLoss(problem, x, y, c))(parameters);
  })(rows);
  const batchGradients = await runtime.compile(
    { inputs: [...parameters, all.x, all.y, scales, rows], outputs: gradients },
    { label: "batch gradients" },
  );
  const shapes = problem.parameters.map(({ name, shape }) => ({
    name: `v.${name}`,
    shape: [block, ...shape],
  }));
  const form = await dataSum(
    runtime,
    problem,
    (at, vectors) => {
      const loss = (p: Tensor[]) => dot(problem.perSampleLoss(p, at.x, at.y), at.weights);
      const quadratic = (...v: Tensor[]) => directional(loss, at.parameters, v).curvature;
      return [vmap(quadratic)(...vectors)];
    },
    shapes,
    options,
  );
  const meter = await gradientMeter(runtime, problem, options);
  const constants: Data[] = [data.inputs, data.targets, batchScales(problem)];
  let point: FloatArray[] = [];
  const dispose = async () => {
    await Promise.all([batchGradients.dispose(), form.dispose(), meter.dispose()]);
  };
  return {
    batchSize,
    block,
    async setPoint(next) {
      point = parameterViews(problem, next.slice());
      await form.setPoint(next);
      return squaredNorm((await meter.measure(next)).gradient);
    },
    async quadratics(sampler, from, to) {
      const values: number[] = [];
      const out = new Float64Array(block);
      const stacked = new Int32Array(sizeOf([block, batchSize]));
      for (let i = from; i < to; i += block) {
        const count = Math.min(block, to - i);
        // A short block repeats its last batch, whose further values are dropped.
        for (let k = 0; k < block; k++)
          stacked.set(sampler.rows(i + Math.min(k, count - 1)), k * batchSize);
        await form.evaluate(await batchGradients.run([...point, ...constants, stacked]), [out]);
        values.push(...out.subarray(0, count));
      }
      return values;
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
