import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { expect, suite, test } from "vitest";
import { fillNormal, stream } from "../random/index.ts";
import { matmul, transpose } from "./matrix.ts";
import { symmetricEigen } from "./symmetric-eigen.ts";
import { tridiagonalEigen } from "./tridiagonal-eigen.ts";

const source = stream("20", "matrices");

suite("symmetricEigen", () => {
  test.each([1, 2, 3, 5, 17, 60, 120])("agrees with ml-matrix at n = %i", (n) => {
    const a = randomSymmetric(n);
    const { values, vectors } = symmetricEigen(a, n);
    const peer = new EigenvalueDecomposition(Matrix.from1DArray(n, n, a), {
      assumeSymmetric: true,
    });
    const expected = peer.realEigenvalues.toSorted((x, y) => y - x);
    const scale = Math.abs(expected[0]) + Math.abs(expected[n - 1]);
    for (let j = 0; j < n; j++)
      expect(Math.abs(values[j] - expected[j])).toBeLessThan(3e-15 * n * scale);
    expectPairs(a, n, values, vectors, 2e-14);
  });

  test.each<[string, Float64Array, number[]]>([
    [
      "diag(1 … 10)",
      Float64Array.from({ length: 100 }, (_, at) => (at % 11 === 0 ? at / 11 + 1 : 0)),
      [10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
    ],
    ["the identity", Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1]), [1, 1, 1]],
    ["zero", new Float64Array(16), [0, 0, 0, 0]],
    [
      "rank one",
      Float64Array.from({ length: 25 }, (_, i) => (1 + Math.floor(i / 5)) * (1 + (i % 5))),
      [55, 0, 0, 0, 0],
    ],
    ["diag(−10, 3, 1)", Float64Array.from([-10, 0, 0, 0, 3, 0, 0, 0, 1]), [3, 1, -10]],
    ["a swap", Float64Array.from([0, 1, 1, 0]), [1, -1]],
    ["one entry", Float64Array.from([-7]), [-7]],
    ["nothing", new Float64Array(0), []],
    ["a chain", chain(6), [1, 2, 3, 4, 5, 6].map((k) => 2 + 2 * Math.cos((k * Math.PI) / 7))],
  ])("knows %s", (_, a, expected) => {
    const n = expected.length;
    const { values, vectors } = symmetricEigen(a, n);
    for (let j = 0; j < n; j++) expect(values[j]).toBeCloseTo(expected[j], 12);
    expectPairs(a, n, values, vectors, 1e-14);
  });

  test("keeps trace, Frobenius norm and orthonormality under clustered and repeated eigenvalues", () => {
    const n = 40;
    const q = symmetricEigen(randomSymmetric(n), n).vectors;
    const wanted = Float64Array.from({ length: n }, (_, i) =>
      i < 10 ? 5 : i < 20 ? 5 - 1e-9 * i : -i,
    );
    const scaled = q.map((x, at) => x * wanted[Math.floor(at / n)]);
    const a = symmetrise(matmul(transpose(q, n, n), scaled, n, n, n), n);
    const { values, vectors } = symmetricEigen(a, n);
    wanted
      .sort((x, y) => y - x)
      .forEach((x, j) => expect(Math.abs(values[j] - x)).toBeLessThan(1e-12));
    expectPairs(a, n, values, vectors, 1e-13);
  });

  test.each([1e-280, 1e280])("works at the scale %d", (scale) => {
    const a = randomSymmetric(8);
    const plain = symmetricEigen(a, 8).values;
    const scaled = symmetricEigen(
      a.map((x) => x * scale),
      8,
    ).values;
    for (let j = 0; j < 8; j++) expect(scaled[j] / scale).toBeCloseTo(plain[j], 13);
  });

  test("refuses what is not symmetric, finite or square", () => {
    expect(() => symmetricEigen(Float64Array.from([1, 2, 3, 4]), 2)).toThrow(
      new RangeError("a must be symmetric, got 3 at (1, 0) and 2 at (0, 1)"),
    );
    expect(() => symmetricEigen(Float64Array.from([1, NaN, NaN, 1]), 2)).toThrow(
      "a must be finite, got NaN at 1",
    );
    expect(() => symmetricEigen(new Float64Array(5), 2)).toThrow(
      "a must hold 2 × 2 = 4 values, got 5",
    );
  });
});

suite("tridiagonalEigen", () => {
  test("finds 2 − 2cos(kπ/(n+1)) and sines for the second difference", () => {
    const n = 50;
    const { values, vectors } = tridiagonalEigen(
      new Float64Array(n).fill(2),
      new Float64Array(n - 1).fill(-1),
      { vectors: "all" },
    );
    for (let j = 0; j < n; j++) {
      const k = n - j;
      const angle = (k * Math.PI) / (n + 1);
      expect(values[j]).toBeCloseTo(2 - 2 * Math.cos(angle), 13);
      const sign = Math.sign(vectors[j * n]);
      for (let i = 0; i < n; i++)
        expect(sign * vectors[j * n + i]).toBeCloseTo(
          Math.sqrt(2 / (n + 1)) * Math.sin((i + 1) * angle),
          11,
        );
    }
  });

  test("gives the same values and end components in all three modes", () => {
    const n = 30;
    const alpha = new Float64Array(n);
    const beta = new Float64Array(n - 1);
    fillNormal(source, 0, alpha);
    fillNormal(source, n, beta);
    const all = tridiagonalEigen(alpha, beta, { vectors: "all" });
    const ends = tridiagonalEigen(alpha, beta, { vectors: "first-and-last" });
    expect([...tridiagonalEigen(alpha, beta).values]).toEqual([...all.values]);
    expect([...ends.values]).toEqual([...all.values]);
    for (let j = 0; j < n; j++) {
      expect(ends.first[j]).toBe(all.vectors[j * n]);
      expect(ends.last[j]).toBe(all.vectors[j * n + n - 1]);
    }
    expect(ends.first.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 13);
  });

  test("gives the nodes and weights of Gauss's quadrature from Legendre's recurrence", () => {
    const n = 12;
    const beta = Float64Array.from(
      { length: n - 1 },
      (_, i) => (i + 1) / Math.sqrt(4 * (i + 1) ** 2 - 1),
    );
    const { values, first } = tridiagonalEigen(new Float64Array(n), beta, {
      vectors: "first-and-last",
    });
    for (let power = 0; power < 2 * n; power++) {
      const sum = values.reduce((s, x, j) => s + 2 * first[j] ** 2 * x ** power, 0);
      expect(sum).toBeCloseTo(power % 2 ? 0 : 2 / (power + 1), 13);
    }
  });

  test("handles Wilkinson's pairs, split blocks, one place and none", () => {
    // W21⁺: the largest two eigenvalues agree to 14 digits
    const alpha = Float64Array.from({ length: 21 }, (_, i) => Math.abs(10 - i));
    const { values } = tridiagonalEigen(alpha, new Float64Array(20).fill(1));
    expect(values[0]).toBeCloseTo(10.746194182903393, 12);
    expect(values[1]).toBeCloseTo(10.746194182903322, 12);
    const split = tridiagonalEigen(Float64Array.of(1, 2, 3), Float64Array.of(0, 0), {
      vectors: "all",
    });
    expect([...split.values]).toEqual([3, 2, 1]);
    expect([...tridiagonalEigen(Float64Array.of(4), new Float64Array(0)).values]).toEqual([4]);
    expect(
      tridiagonalEigen(new Float64Array(0), new Float64Array(0), { vectors: "first-and-last" })
        .first.length,
    ).toBe(0);
  });

  test("refuses lengths that do not fit", () => {
    expect(() => tridiagonalEigen(new Float64Array(3), new Float64Array(3))).toThrow(
      new RangeError("beta must be one shorter than alpha, got lengths 3 and 3"),
    );
  });
});

function randomSymmetric(n: number): Float64Array {
  const a = new Float64Array(n * n);
  fillNormal(source, 1000, a);
  return symmetrise(a, n);
}

function symmetrise(a: Float64Array, n: number): Float64Array {
  const t = transpose(a, n, n);
  return a.map((x, i) => (x + t[i]) / 2);
}

function chain(n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const distance = Math.abs(Math.floor(at / n) - (at % n));
    return distance === 0 ? 2 : distance === 1 ? 1 : 0;
  });
}

/** ‖Av − λv‖ and ‖VVᵀ − I‖ below the bound, in units of the largest |λ|. */
function expectPairs(
  a: Float64Array,
  n: number,
  values: Float64Array,
  vectors: Float64Array,
  bound: number,
) {
  const scale = Math.max(1, ...values.map(Math.abs));
  const av = matmul(vectors, a, n, n, n); // rows (Avⱼ)ᵀ
  const gram = matmul(vectors, transpose(vectors, n, n), n, n, n);
  for (let j = 0; j < n; j++)
    for (let i = 0; i < n; i++) {
      expect(Math.abs(av[j * n + i] - values[j] * vectors[j * n + i])).toBeLessThan(bound * scale);
      expect(Math.abs(gram[j * n + i] - (i === j ? 1 : 0))).toBeLessThan(bound);
    }
}
