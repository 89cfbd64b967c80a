import { fc, test as property } from "@fast-check/vitest";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { expect, suite, test } from "vitest";
import { fillNormal, integerAt, stream, substream, type Stream } from "../random/index.ts";
import { matmul, transpose } from "./matrix.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";
import { tridiagonalEigen } from "./tridiagonal-eigen.ts";

// Matrices whose QL iteration must end by the size of the matrix, not of the neighbours: most of
// their diagonal is rounding error after the reduction.

suite("symmetricEigen on singular, graded and clustered matrices", () => {
  test("ends on 120 random matrices of low rank, with n − rank zero eigenvalues", () => {
    for (let k = 0; k < 120; k++) {
      const draws = stream("31", `low rank ${k}`);
      // About every third of size 85 and rank 12 needs the absolute test.
      const n = 2 + integerAt(draws, 0, 100);
      const rank = integerAt(draws, 1, Math.min(n, 24));
      const a = gram(substream(draws, "factor"), n, rank);
      const { values } = expectEigen(a, n);
      const zero = 4e-15 * n * Math.max(values[0], 1e-300);
      expect(Math.abs(values[rank])).toBeLessThanOrEqual(zero);
      expect(Math.abs(values[n - 1])).toBeLessThanOrEqual(zero);
    }
  });

  test.each<[string, (i: number) => number]>([
    ["zero", () => 0],
    ["one repeated eigenvalue", () => -3],
    ["two repeated eigenvalues", (i) => (i % 2 === 0 ? 2 : -1)],
    ["one eigenvalue beside zeros", (i) => (i === 0 ? 7 : 0)],
    ["clusters 10⁻¹⁵ apart", (i) => 1 + (i % 5) * 1e-15],
    ["clusters at rounding error of zero", (i) => (i < 3 ? 1 : i * 1e-18)],
    ["geometric decay to 10⁻⁷⁹", (i) => 10 ** -i],
    ["both signs, graded", (i) => (-1) ** i * 10 ** (-i / 2)],
    ["denormal tail", (i) => (i < 2 ? 1 : 5e-324)],
  ])("knows a spectrum of %s", (name, spectrum) => {
    const n = 80;
    const wanted = Float64Array.from({ length: n }, (_, i) => spectrum(i));
    const a = withSpectrum(stream("32", name), wanted);
    const { values } = expectEigen(a, n);
    const scale = Math.max(...wanted.map(Math.abs));
    wanted
      .toSorted((x, y) => y - x)
      .forEach((x, j) => {
        expect(Math.abs(values[j] - x)).toBeLessThanOrEqual(2e-14 * scale);
      });
  });

  test.each([2, 5, 12, 30])("takes a graded matrix Dᵢ·gᵢⱼ·Dⱼ at n = %i", (n) => {
    const g = gram(stream("33", "graded"), n, n);
    for (const direction of [1, -1])
      expectEigen(
        g.map((x, at) => x * 10 ** (-direction * (Math.floor(at / n) + (at % n)))),
        n,
      );
  });

  property.prop(
    [
      fc.integer({ min: 1, max: 24 }),
      fc.nat({ max: 24 }),
      fc.integer(),
      fc.integer({ min: -200, max: 200 }),
    ],
    { seed: 34, numRuns: 200 },
  )(
    "gives orthonormal pairs with residuals of order ε‖A‖ at any rank and scale",
    (n, rank, seed, power) => {
      const a = gram(stream("34", `${seed}`), n, Math.min(n, rank)).map((x) => x * 2 ** power);
      expectEigen(a, n);
    },
  );
});

suite("tridiagonalEigen where the diagonal is rounding error", () => {
  property.prop(
    [
      fc.array(
        fc.tuple(
          fc.constantFrom(0, 1e-17, -1e-16, 1e-30, 1, -2, 1e-8),
          fc.constantFrom(0, 1e-17, 3e-16, 1e-30, 1, 1e-8),
        ),
        {
          minLength: 1,
          maxLength: 30,
        },
      ),
    ],
    { seed: 35, numRuns: 500 },
  )("ends, and its pairs fit, whatever the mixture of magnitudes", (pairs) => {
    const n = pairs.length;
    const alpha = Float64Array.from(pairs, ([x]) => x);
    const beta = Float64Array.from(pairs.slice(1), ([, x]) => x);
    const a = new Float64Array(n * n);
    alpha.forEach((x, i) => (a[i * n + i] = x));
    beta.forEach((x, i) => {
      a[i * n + i + 1] = x;
      a[(i + 1) * n + i] = x;
    });
    const { values, vectors } = tridiagonalEigen(alpha, beta, { vectors: "all" });
    expectPairs(a, n, values, vectors);
    expect([...tridiagonalEigen(alpha, beta).values]).toEqual([...values]);
  });
});

/** Pairs that fit, and ml-matrix's eigenvalues. */
function expectEigen(a: Float64Array, n: number): { values: Float64Array } {
  const { values, vectors } = symmetricEigen(a, n);
  expectPairs(a, n, values, vectors);
  const peer = new EigenvalueDecomposition(Matrix.from1DArray(n, n, a), { assumeSymmetric: true });
  const expected = peer.realEigenvalues.toSorted((x, y) => y - x);
  const scale = Math.max(...expected.map(Math.abs));
  expected.forEach((x, j) => {
    expect(Math.abs(values[j] - x)).toBeLessThanOrEqual(4e-15 * n * scale);
  });
  return { values };
}

/** Descending values, ‖Av − λv‖∞ ≤ 4·10⁻¹⁵n‖A‖ and |VVᵀ − I| ≤ 4·10⁻¹⁵n. */
function expectPairs(a: Float64Array, n: number, values: Float64Array, vectors: Float64Array) {
  const bound = 4e-15 * (n + 4);
  const scale = Math.max(...values.map(Math.abs));
  const product = matmul(vectors, a, n, n, n);
  const identity = matmul(vectors, transpose(vectors, n, n), n, n, n);
  let residual = 0;
  let skew = 0;
  for (let j = 0; j < n; j++) {
    if (j > 0) expect(values[j]).toBeLessThanOrEqual(values[j - 1]);
    for (let i = 0; i < n; i++) {
      residual = Math.max(residual, Math.abs(product[j * n + i] - values[j] * vectors[j * n + i]));
      skew = Math.max(skew, Math.abs(identity[j * n + i] - (i === j ? 1 : 0)));
    }
  }
  expect(residual).toBeLessThanOrEqual(bound * scale);
  expect(skew).toBeLessThanOrEqual(bound);
}

/** B·Bᵀ with B [n, rank] normal. */
function gram(draws: Stream, n: number, rank: number): Float64Array {
  const b = new Float64Array(n * rank);
  fillNormal(draws, 0, b);
  return matmul(b, transpose(b, n, rank), n, rank, n);
}

/** Q·diag(spectrum)·Qᵀ, Q by Gram and Schmidt (twice) from normal rows. */
function withSpectrum(draws: Stream, spectrum: Float64Array): Float64Array {
  const n = spectrum.length;
  const q = new Float64Array(n * n);
  fillNormal(draws, 0, q);
  for (let i = 0; i < n; i++) {
    const row = q.subarray(i * n, (i + 1) * n);
    for (let pass = 0; pass < 2; pass++)
      for (let j = 0; j < i; j++) {
        const other = q.subarray(j * n, (j + 1) * n);
        const along = row.reduce((s, x, k) => s + x * other[k], 0);
        row.forEach((x, k) => (row[k] = x - along * other[k]));
      }
    const length = Math.hypot(...row);
    row.forEach((x, k) => (row[k] = x / length));
  }
  const a = matmul(
    transpose(q, n, n),
    q.map((x, at) => x * spectrum[Math.floor(at / n)]),
    n,
    n,
    n,
  );
  const t = transpose(a, n, n);
  return a.map((x, i) => (x + t[i]) / 2);
}
