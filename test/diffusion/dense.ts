// Small dense matrices as rows, for oracles.
import { symmetricEigen } from "../../src/numeric/index.ts";

export type Rows = readonly (readonly number[])[];

/** U f(Λ) Uᵀ by `numeric/`; f sees the place of its eigenvalue too, 0 for the largest. */
export function spectral(m: Rows, f: (lambda: number, k: number) => number): number[][] {
  const n = m.length;
  const { values, vectors } = symmetricEigen(Float64Array.from(m.flat()), n);
  return m.map((_, i) =>
    m.map((__, j) => {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += f(values[k], k) * vectors[k * n + i] * vectors[k * n + j];
      return sum;
    }),
  );
}

export const trace = (m: Rows): number => m.reduce((sum, row, i) => sum + row[i], 0);

export const times = (s: number, m: Rows): number[][] => m.map((row) => row.map((x) => s * x));

export const product = (a: Rows, b: Rows): number[][] =>
  a.map((row) => b[0].map((_, j) => row.reduce((sum, x, k) => sum + x * b[k][j], 0)));

export const transposed = (a: Rows): number[][] => a[0].map((_, j) => a.map((row) => row[j]));

export const identity = (n: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)));

/** (1/N) Σ (gᵢ − ḡ)(gᵢ − ḡ)ᵀ */
export function scatter(g: Rows): number[][] {
  const mean = g[0].map((_, k) => g.reduce((s, row) => s + row[k], 0) / g.length);
  return mean.map(
    (_, j) =>
    mean.map((__, k) => g.reduce((s, row) => s + (row[j] - mean[j]) * (row[k] - mean[k]), 0) / g.length), // prettier-ignore
  );
}
