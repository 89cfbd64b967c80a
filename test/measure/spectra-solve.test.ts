import { expect, suite, test } from "vitest";
import { denseOperator, minres, solve, type SymmetricOperator } from "../../src/measure/index.ts";
import { dot, norm, solve as solveDense } from "../../src/numeric/index.ts";
import { fillNormal, stream, substream } from "../../src/random/index.ts";
import { diagonal, range, rotated, wishart } from "./spectra-matrices.ts";

const draws = stream("13", "solve");
const normals = (n: number, index: number) => {
  const v = new Float64Array(n);
  fillNormal(substream(draws, index), 0, v);
  return v;
};
const gap = (x: ArrayLike<number>, y: ArrayLike<number>) =>
  norm(Float64Array.from(x, (value, i) => value - y[i]));

suite.each([
  { name: "solve", method: solve },
  { name: "minres", method: minres },
])("$name", ({ method }) => {
  const a = wishart(40, 60);
  const operator = denseOperator(a, 40);
  const b = normals(40, 0);

  test.each([0, 0.5])("agrees with elimination at shift %d, residual as stated", async (shift) => {
    const result = await method(operator, b, { tolerance: 1e-12, shift });
    const shifted = a.map((x, i) => x + (i % 41 === 0 ? shift : 0));
    const exact = solveDense(shifted, b, 40);
    expect(result.status).toBe("converged");
    expect(gap(result.x, exact) / norm(exact)).toBeLessThan(1e-9);
    const image = exact.map((_, i) => dot(shifted.subarray(40 * i, 40 * i + 40), result.x));
    expect(Math.abs(gap(image, b) - result.residual)).toBeLessThan(1e-13 * norm(b));
    expect(result.residual).toBeLessThan(1e-11 * norm(b));
  });

  test("ends in as many iterations as there are distinct eigenvalues, and counts products", async () => {
    const three = denseOperator(rotated(range(0, 29).map((i) => 1 + (i % 3))), 30);
    const result = await method(three, normals(30, 1), { tolerance: 1e-10 });
    expect([result.iterations, result.products, three.products]).toEqual([3, 4, 4]);
  });

  test("goes on from a start, and is done at once where that is the solution", async () => {
    const { x } = await method(operator, b, { tolerance: 1e-12 });
    const again = await method(operator, b, { tolerance: 1e-10, start: x });
    expect([again.status, again.iterations]).toEqual(["converged", 0]);
    const near = await method(operator, b, { tolerance: 1e-10, start: x.map((v) => v + 1e-4) });
    expect(near.status).toBe("converged");
    expect(gap(near.x, x)).toBeLessThan(1e-8);
  });

  test("gives zero for zero, and takes float32", async () => {
    const zero = await method(operator, new Float64Array(40));
    expect([zero.status, norm(zero.x), zero.iterations]).toEqual(["converged", 0, 0]);
    const single = denseOperator(a, 40, "float32");
    const { x, status } = await method(single, Float32Array.from(b), { tolerance: 1e-5 });
    expect([status, x instanceof Float32Array]).toEqual(["converged", true]);
  });

  test("says so when iterations run out, and what is not finite", async () => {
    const hard = denseOperator(diagonal(range(1, 50).map((i) => i ** 4)), 50);
    const result = await method(hard, normals(50, 2), { tolerance: 1e-10, maxIterations: 5 });
    expect([result.status, result.iterations]).toEqual(["max-iterations", 5]);
    expect(result.residual).toBeGreaterThan(0);
    const broken: SymmetricOperator = {
      name: "broken",
      dim: 3,
      dtype: "float64",
      products: 0,
      apply: (_, out) => Promise.resolve(void out.fill(NaN)),
    };
    expect((await method(broken, normals(3, 3))).status).toBe("not-finite");
  });

  test("refuses what makes no sense", async () => {
    for (const [rhs, options, message] of [
      [normals(3, 0), {}, "b must have 40 numbers, got 3"],
      [b, { start: normals(3, 0) }, "start must have 40 numbers, got 3"],
      [b, { tolerance: 0 }, "tolerance must be in (0, 1), got 0"],
      [b, { maxIterations: 0 }, "maxIterations must be a positive integer, got 0"],
      [b.map(() => Infinity), {}, "b must be finite, got norm Infinity"],
    ] as const)
      await expect(method(operator, rhs, options)).rejects.toThrow(new RangeError(message));
  });
});

suite("solve", () => {
  test("reports negative curvature with a direction that has it", async () => {
    const a = rotated([-3, ...range(1, 29)]);
    const result = await solve(denseOperator(a, 30), normals(30, 4), { tolerance: 1e-10 });
    expect(result.status).toBe("negative-curvature");
    const p = result.direction!;
    const curvature = dot(
      p,
      p.map((_, i) => dot(a.subarray(30 * i, 30 * i + 30), p)),
    );
    expect(norm(p)).toBeCloseTo(1, 12);
    expect(curvature).toBeLessThan(0);
    expect(curvature).toBeCloseTo(result.curvature!, 9);
    // A shift beyond it takes it away.
    const shifted = await solve(denseOperator(a, 30), normals(30, 4), { shift: 3.1 });
    expect(shifted.status).toBe("converged");
  });

  test("by its preconditioner takes fewer iterations to the same solution", async () => {
    const d = Float64Array.from(range(1, 60), (i) => i ** 3);
    const a = rotated(range(1, 60).map((i) => 1 + i / 60)).map(
      (x, at) => x * Math.sqrt(d[at % 60] * d[Math.floor(at / 60)]),
    );
    const operator = denseOperator(a, 60);
    const b = normals(60, 5);
    const options = { tolerance: 1e-10 };
    const plain = await solve(operator, b, options);
    const better = await solve(operator, b, {
      ...options,
      preconditioner: (r, out) => r.forEach((x, i) => (out[i] = x / d[i])),
    });
    expect(better.status).toBe("converged");
    expect(better.iterations).toBeLessThan(plain.iterations / 3);
    const exact = solveDense(a, b, 60);
    expect(gap(better.x, exact) / norm(exact)).toBeLessThan(1e-6);
    await expect(
      solve(operator, b, { preconditioner: (r, out) => r.forEach((x, i) => (out[i] = -x)) }),
    ).rejects.toThrow(/^the preconditioner must be positive definite, got rᵀM⁻¹r = -/);
  });
});

suite("minres", () => {
  test("solves an indefinite system, and the residual never grows", async () => {
    const a = rotated(range(-20, 20).filter((i) => i !== 0));
    const b = normals(40, 6);
    let last = norm(b);
    for (const maxIterations of [1, 2, 5, 10, 20, 30]) {
      const options = { tolerance: 1e-12, maxIterations };
      const { residual } = await minres(denseOperator(a, 40), b, options);
      expect(residual).toBeLessThanOrEqual(last * (1 + 1e-12));
      last = residual;
    }
    const { x, status } = await minres(denseOperator(a, 40), b, { tolerance: 1e-10 });
    const exact = solveDense(a, b, 40);
    expect(status).toBe("converged");
    expect(gap(x, exact) / norm(exact)).toBeLessThan(1e-8);
  });

  test("in a singular system finds the least residual, and says so", async () => {
    const operator = denseOperator(diagonal([0, 1, -2, 3]), 4);
    const result = await minres(operator, Float64Array.of(1, 1, 2, 3), { tolerance: 1e-9 });
    expect(result.status).toBe("singular");
    expect(result.residual).toBeCloseTo(1, 9);
    const consistent = await minres(operator, Float64Array.of(0, 1, 2, 3), { tolerance: 1e-9 });
    expect(consistent.status).toBe("converged");
    expect([...consistent.x].map((x) => Math.round(1e9 * x) / 1e9)).toEqual([0, 1, -1, 1]);
  });
});
