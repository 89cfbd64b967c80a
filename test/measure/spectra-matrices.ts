// Symmetric matrices with known spectra, row-major, and eigenvalues by another library.
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { dot, norm } from "../../src/numeric/index.ts";
import { fillNormal, stream, substream } from "../../src/random/index.ts";

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

export function diagonal(values: readonly number[]): Float64Array {
  const n = values.length;
  const a = new Float64Array(n * n);
  values.forEach((value, i) => (a[i * n + i] = value));
  return a;
}

/** QᵀDQ with a random orthogonal Q. */
export function rotated(values: readonly number[], name = "rotation"): Float64Array {
  const n = values.length;
  const q: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const row = new Float64Array(n);
    fillNormal(substream(stream("3", name), i), 0, row);
    for (let sweep = 0; sweep < 2; sweep++)
      for (const other of q) {
        const c = dot(row, other);
        for (let k = 0; k < n; k++) row[k] -= c * other[k];
      }
    const length = norm(row);
    q.push(row.map((x) => x / length));
  }
  const a = new Float64Array(n * n);
  values.forEach((value, l) => {
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) a[i * n + j] += value * q[l][i] * q[l][j];
  });
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j];
  return a;
}

export function wishart(n: number, samples: number): Float64Array {
  const x = new Float64Array(n * samples);
  fillNormal(stream("3", "wishart"), 0, x);
  const a = new Float64Array(n * n);
  for (let s = 0; s < samples; s++)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) a[i * n + j] += (x[s * n + i] * x[s * n + j]) / samples;
  return a;
}

/** All eigenvalues, ascending. */
export function spectrum(a: Float64Array): number[] {
  const n = Math.sqrt(a.length);
  const matrix = Matrix.from1DArray(n, n, Array.from(a));
  const { realEigenvalues } = new EigenvalueDecomposition(matrix, { assumeSymmetric: true });
  return realEigenvalues.toSorted((x, y) => x - y);
}

/** The known matrices of the published test suites, and worse ones. */
export const matrices: readonly { readonly name: string; readonly a: Float64Array }[] = [
  { name: "diag(1 … 10)", a: diagonal(range(1, 10)) },
  { name: "the identity", a: diagonal(Array<number>(12).fill(1)) },
  { name: "zero", a: diagonal(Array<number>(7).fill(0)) },
  { name: "rank one", a: rotated([3, ...Array<number>(19).fill(0)]) },
  { name: "a negative rank one", a: rotated([-3, ...Array<number>(19).fill(0)]) },
  { name: "a banded 4 × 4", a: Float64Array.of(4, 1, 0, 0, 1, 3, 1, 0, 0, 1, 2, 1, 0, 0, 1, 1) },
  { name: "diag(−5, −1, 2)", a: diagonal([-5, -1, 2]) },
  { name: "diag(−2, −1, 3, 4, 5)", a: diagonal([-2, -1, 3, 4, 5]) },
  { name: "diag(1 … 5)", a: diagonal([1, 2, 3, 4, 5]) },
  { name: "a Wishart matrix", a: wishart(60, 90) },
  { name: "a cluster", a: rotated([5, 5 - 1e-6, 5 - 2e-6, ...range(1, 40).map((i) => i / 20)]) },
  {
    name: "values repeated at both ends",
    a: rotated([5, 5, 5, 4, 4, -3, -3, ...range(1, 60).map((i) => i / 30)]),
  },
  { name: "both signs in pairs", a: rotated(range(1, 12).flatMap((i) => [i / 4, -i / 4])) },
  { name: "a single number", a: Float64Array.of(-2.5) },
];
