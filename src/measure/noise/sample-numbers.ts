import {
  add,
  type Data,
  expandDims,
  grad,
  jvp,
  squeeze,
  square,
  sum,
  type Tensor,
  vmap,
} from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { chunkRows, planChunks, type Runtime } from "../../runtime/index.ts";
import type { DataSumOptions } from "../operators/data-sum.ts";
import {
  dimension,
  gatherSamples,
  parameterInputs,
  parameterViews,
  type Problem,
  zeros,
} from "../problem/problem.ts";

type OfSamples = (loss: (p: Tensor[]) => Tensor, parameters: Tensor[], v: Tensor[]) => Tensor;

/** gᵢ·v of every sample. */
export function perSampleDot(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  v: FloatArray,
  options: DataSumOptions = {},
): Promise<Float64Array> {
  return perSample(runtime, problem, parameters, v, options, (f, p, u) => jvp(f, [p], [u])[1]);
}

/** uᵀHᵢu of every sample. */
export function perSampleCurvature(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  u: FloatArray,
  options: DataSumOptions = {},
): Promise<Float64Array> {
  return perSample(runtime, problem, parameters, u, options, (f, p, v) => {
    const slope = (q: Tensor[]) => jvp(f, [q], [v])[1];
    return jvp(slope, [p], [v])[1];
  });
}

/** ‖gᵢ‖² of every sample. */
export function perSampleSquaredNorm(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  { chunk = 1024, byteBudget = 2 ** 28 }: DataSumOptions = {},
): Promise<Float64Array> {
  const bytes = dimension(problem) * (problem.dtype === "float32" ? 4 : 8);
  const rows = Math.min(chunk, Math.max(1, Math.floor(byteBudget / bytes)));
  const none = zeros(problem.dtype, dimension(problem));
  return perSample(runtime, problem, parameters, none, { chunk: rows }, (_f, p, _v, x, y) => {
    const one = (xi: Tensor, yi: Tensor) => {
      const loss = (q: Tensor[]) =>
        squeeze(problem.perSampleLoss(q, expandDims(xi, 0), expandDims(yi, 0)), 0);
      return grad(loss)(p)
        .map((g) => sum(square(g)))
        .reduce((a, b) => add(a, b));
    };
    return vmap(one)(x, y);
  });
}

async function perSample(
  runtime: Runtime,
  problem: Problem,
  point: FloatArray,
  v: FloatArray,
  { chunk = 1024 }: DataSumOptions,
  of: (...args: [...Parameters<OfSamples>, x: Tensor, y: Tensor]) => Tensor,
): Promise<Float64Array> {
  const plan = planChunks(problem.data.count, { bytesPerRow: 1, budget: chunk });
  const { x, y } = sampleInputs(problem.data, plan.size);
  const [parameters, vector] = [parameterInputs(problem), parameterInputs(problem, "v.")];
  const loss = (p: Tensor[]) => problem.perSampleLoss(p, x, y);
  const values = of(loss, parameters, vector, x, y);
  await using run = await runtime.compile({
    inputs: [...parameters, x, y, ...vector],
    outputs: [values],
  });
  const out = new Float64Array(problem.data.count);
  for (const piece of plan.chunks) {
    const { indices, weights } = chunkRows(plan, piece);
    const rows = gatherSamples(problem, indices);
    const given: Data[] = [...parameterViews(problem, point), rows.x, rows.y];
    const [found] = await run.run([...given, ...parameterViews(problem, v)]);
    indices.forEach((row, i) => weights[i] > 0 && (out[row] = found[i] as number));
  }
  return out;
}

/** The gradient of one sample, by its row. */
export async function sampleGradient(
  runtime: Runtime,
  problem: Problem,
  point: FloatArray,
): Promise<{ of(row: number): Promise<FloatArray>; dispose(): Promise<void> }> {
  const { x, y } = sampleInputs(problem.data, 1);
  const parameters = parameterInputs(problem);
  const loss = (p: Tensor[]) => squeeze(problem.perSampleLoss(p, x, y), 0);
  const run = await runtime.compile(
    { inputs: [...parameters, x, y], outputs: grad(loss)(parameters) },
    { label: "gradient of a sample" },
  );
  const views = parameterViews(problem, point);
  return {
    async of(row) {
      const sample = gatherSamples(problem, [row]);
      const parts = await run.run([...views, sample.x, sample.y]);
      const gradient = zeros(problem.dtype, dimension(problem));
      parameterViews(problem, gradient).forEach((part, k) => part.set(parts[k] as FloatArray));
      return gradient;
    },
    dispose: () => run.dispose(),
  };
}
