import { expandDims, grad, sizeOf, squeeze, type Tensor, vmap } from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { dimension, type Problem, zeros } from "../problem/problem.ts";
import { sampleMap, type SampleMapOptions } from "./sample-map.ts";

/** Gradients of single samples, one a row. */
export interface SampleGradients {
  readonly rows: number;
  readonly dim: number;
  /** Row-major [rows, dim], in the problem's dtype; row i is ∇ℓᵢ, without the sample's weight. */
  readonly values: FloatArray;
}

/**
 * The matrix of per-sample gradients, N×P, for small problems: what needs only norms, slopes or
 * products has `sampleMeter` and the operators.
 *
 * @throws RangeError where the matrix is larger than the byte budget; TypeError where batch statistics mix samples.
 */
export async function perSampleGradients(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  options: SampleMapOptions = {},
): Promise<SampleGradients> {
  const { byteBudget = 2 ** 28 } = options;
  const [rows, dim] = [problem.data.count, dimension(problem)];
  const bytes = rows * dim * (problem.dtype === "float32" ? 4 : 8);
  if (bytes > byteBudget)
    throw new RangeError(
      `per-sample gradients must fit the byte budget of ${byteBudget}, got ${bytes} bytes for ${rows} samples × ${dim} parameters`,
    );
  await using map = await sampleMap(
    runtime,
    problem,
    "per-sample gradients",
    ({ parameters: point, x, y }) => {
      const one = (row: Tensor, target: Tensor) =>
        grad((p: Tensor[]) =>
          squeeze(problem.perSampleLoss(p, expandDims(row, 0), expandDims(target, 0)), 0),
        )(point);
      return vmap(one)(x, y);
    },
    [],
    options,
  );
  const values = zeros(problem.dtype, rows * dim);
  const sizes = problem.parameters.map(({ shape }) => sizeOf(shape));
  await map.forEach(parameters, [], (results, start, count) => {
    let offset = 0;
    results.forEach((part, k) => {
      for (let i = 0; i < count; i++)
        values.set(part.subarray(i * sizes[k], (i + 1) * sizes[k]), (start + i) * dim + offset);
      offset += sizes[k];
    });
  });
  return { rows, dim, values };
}
