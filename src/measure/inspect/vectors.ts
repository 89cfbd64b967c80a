import { type NdArray, writeSafetensors } from "../../data/index.ts";
import { dimension, parameterViews, type Problem } from "../problem/problem.ts";
import type { EigenpairFound } from "../spectra/eigenpairs.ts";

/**
 * Eigenvectors u₁ … u_k as a safetensors file: `u1/NAME` for the part of u₁ in the parameter NAME, in
 * its own shape. The metadata has `u1.value`, `u1.residual` (‖Hu − λu‖ at ‖u‖ = 1) and `u1.status`, and
 * what else is handed in. A vector's sign has no meaning.
 */
export function eigenvectorFile(
  problem: Problem,
  pairs: readonly EigenpairFound[],
  about: Readonly<Record<string, string>> = {},
): Uint8Array {
  const tensors = new Map<string, NdArray>();
  const metadata: Record<string, string> = {
    format: "thalweg-eigenvectors-1",
    count: String(pairs.length),
    parameters: String(dimension(problem)),
    ...about,
  };
  pairs.forEach(({ value, residual, status, vector }, i) => {
    const u = `u${i + 1}`;
    metadata[`${u}.value`] = String(value);
    metadata[`${u}.residual`] = String(residual);
    metadata[`${u}.status`] = status;
    parameterViews(problem, vector, u).forEach((data, k) => {
      const { name, shape } = problem.parameters[k];
      tensors.set(`${u}/${name}`, { dtype: problem.dtype, shape, data });
    });
  });
  return writeSafetensors(tensors, metadata);
}
