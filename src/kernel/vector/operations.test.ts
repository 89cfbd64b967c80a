import { expect, suite, test } from "vitest";
import type { FloatArray } from "../../numeric/index.ts";
import { fillNormal, stream, substream } from "../../random/index.ts";
import { axpy, combine, dot, dots, norm, subtract } from "./operations.ts";
import { plainDots, plainSubtract } from "./plain.ts";
import { simdVectorSpace } from "./vector-space.ts";

const draws = stream("5", "vector kernels");

function filled(dim: number, dtype: "float32" | "float64", count: number, spread = 0) {
  const space = simdVectorSpace(dim, dtype, count);
  return Array.from({ length: count }, (_, k) => {
    const v = space.take();
    const scales = new Float64Array(dim);
    fillNormal(substream(draws, 2 * k), 0, v);
    fillNormal(substream(draws, 2 * k + 1), 0, scales);
    if (spread > 0) v.forEach((x, i) => (v[i] = x * 2 ** Math.round(spread * scales[i])));
    return v;
  });
}

const copy = (v: FloatArray) => v.slice();

/** xᵀy exactly where its sum fits, in units of 2⁻¹⁰⁰⁰: float32 entries are integers of 2⁻¹⁴⁹. */
function exactDot(x: FloatArray, y: FloatArray): { sum: bigint; size: bigint; unit: number } {
  const integer = (v: number) => BigInt(v * 2 ** 149);
  let [sum, size] = [0n, 0n];
  x.forEach((v, i) => {
    const product = integer(v) * integer(y[i]);
    sum += product;
    size += product < 0n ? -product : product;
  });
  return { sum, size, unit: 298 };
}

suite.each(["float32", "float64"] as const)("loops over vectors of %s", (dtype) => {
  // Below and beyond a group of entries and a piece of 16 KB.
  const dims = [1, 2, 3, 4, 5, 7, 63, 2048, 4096, 4097, 10_001];

  test.each(dims)("of %d entries subtract with the same bits as plain loops", (dim) => {
    for (const count of [0, 1, 2, 3, 4, 5, 7, 11]) {
      const [w, ...q] = filled(dim, dtype, count + 1);
      const c = Float64Array.from({ length: count }, (_, k) => Math.sin(k + 1));
      const expected = copy(w);
      plainSubtract(expected, q.map(copy), c);
      subtract(w, q, c);
      expect(w).toEqual(expected);
    }
  });

  test.each(dims)("of %d entries sum products as plain loops do, up to rounding", (dim) => {
    for (const count of [0, 1, 2, 3, 4, 5, 7, 11]) {
      const [w, ...q] = filled(dim, dtype, count + 1);
      const expected = plainDots(w, q, new Float64Array(count));
      const found = dots(w, q);
      expect(found.length).toBe(count);
      q.forEach((v, k) => {
        const size = Array.from(v).reduce((sum, x, i) => sum + Math.abs(x * w[i]), 0);
        expect(Math.abs(found[k] - expected[k])).toBeLessThanOrEqual(dim * 2 ** -53 * size);
      });
    }
  });

  test("axpy, combine, dot and norm are their sums", () => {
    const [x, y, out] = filled(5001, dtype, 3);
    const [x0, y0] = [copy(x), copy(y)];
    const round = dtype === "float32" ? Math.fround : (value: number) => value;
    combine([x, y], [2, -3], out);
    expect(out).toEqual(x0.map((xi, i) => round(2 * xi - 3 * y0[i])));
    axpy(0.25, x, y);
    expect(y).toEqual(y0.map((yi, i) => round(yi + 0.25 * x0[i])));
    expect(dot(x, x0)).toBeCloseTo(dot(x, x), 9);
    expect(norm(x)).toBeCloseTo(Math.hypot(...x0), 9);
  });

  test("take what is not finite for what it is", () => {
    const [w, q] = filled(4099, dtype, 2);
    w[4098] = Infinity;
    expect(dots(w, [w, q])[0]).toBe(Infinity);
    q[7] = NaN;
    expect(dots(w, [q])[0]).toBeNaN();
  });

  test("leave the neighbours alone", () => {
    const [a, w, b] = filled(4099, dtype, 3);
    const [a0, b0] = [copy(a), copy(b)];
    subtract(w, [a], [0.5]);
    combine([b], [Infinity], w);
    expect([a, b]).toEqual([a0, b0]);
  });
});

suite("the error of float32 sums", () => {
  test.each([0, 4])(
    "is within (n/4 + 8)·2⁻⁵³ of Σ|qᵢwᵢ|, exact products, magnitudes spread by 2^±%d, and not above plain loops' bound",
    (spread) => {
      const dim = 20_003;
      const [w, ...q] = filled(dim, "float32", 6, spread);
      const found = dots(w, q);
      q.forEach((v, k) => {
        const { sum, size, unit } = exactDot(w, v);
        // In units of 2⁻²⁹⁸ and float64's 53 bits there is no overflow: sizes here are below 2⁶⁴.
        const scaled = found[k] * 2 ** 200;
        const error = Math.abs(Number(BigInt(scaled) * 2n ** BigInt(unit - 200) - sum));
        expect(error).toBeLessThanOrEqual((dim / 4 + 8) * 2 ** -53 * Number(size));
        expect(error / Number(size)).toBeLessThan(1e-15); // what is seen is far below the bound
      });
    },
  );
});

suite("vectors of any place", () => {
  test("are taken by plain loops: own arrays, parts of vectors, vectors of two spaces", () => {
    const [w, q] = filled(3000, "float32", 2);
    const [other] = filled(3000, "float32", 1);
    const plain = dots(copy(w), [copy(q)])[0];
    expect(dots(w, [copy(q)])[0]).toBe(plain);
    expect(dots(w, [other])[0]).toBe(dots(copy(w), [copy(other)])[0]);
    const part = dots(w.subarray(16, 80), [q.subarray(16, 80)])[0];
    expect(part).toBe(dots(copy(w).subarray(16, 80), [copy(q).subarray(16, 80)])[0]);
  });

  test("must have one length and a coefficient each", () => {
    const x = new Float64Array(3);
    expect(() => dots(x, [new Float64Array(2)])).toThrow(
      "vectors must have one length, got 3 and 2",
    );
    expect(() => subtract(x, [new Float64Array(3)], [])).toThrow(
      "1 vectors must have as many coefficients, got 0",
    );
  });
});
