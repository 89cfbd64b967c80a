import { expect, suite, test } from "vitest";
import { fillNormal, stream } from "../random/index.ts";
import { continuousLyapunov, discreteLyapunov, matmul, solve, transpose } from "./index.ts";

const n = 6;
const draw = new Float64Array(2 * n * n);
fillNormal(stream("8", "lyapunov"), 0, draw);
const noise = draw.subarray(0, n * n);
const factor = draw.slice(n * n);
const q = matmul(factor, transpose(factor, n, n), n, n, n);

/** The operator X ↦ L(X) as a dense matrix on vec X, from its columns. */
function asMatrix(operator: (x: Float64Array) => Float64Array): Float64Array {
  const size = n * n;
  const out = new Float64Array(size * size);
  for (let j = 0; j < size; j++) {
    const unit = new Float64Array(size);
    unit[j] = 1;
    operator(unit).forEach((value, i) => (out[i * size + j] = value));
  }
  return out;
}
const eye = (scale: number) =>
  Float64Array.from({ length: n * n }, (_, i) => (i % (n + 1) ? 0 : scale));
const add = (x: Float64Array, y: Float64Array) => x.map((value, i) => value + y[i]);

suite("discreteLyapunov", () => {
  const a = noise.map((value) => 0.28 * value);
  test("is the Kronecker system's solution for a matrix that is not symmetric", () => {
    const { x, residual, status } = discreteLyapunov(a, q, n);
    const operator = asMatrix((x) =>
      add(
        x,
        matmul(matmul(a, x, n, n, n), transpose(a, n, n), n, n, n).map((v) => -v),
      ),
    );
    const exact = solve(operator, q, n * n);
    expect(status).toBe("converged");
    expect(residual).toBeLessThan(1e-13);
    x.forEach((value, i) => expect(Math.abs(value - exact[i])).toBeLessThan(1e-11));
  });
  test("converges for a spectral radius of 1 − 10⁻⁹ and says when it is above 1", () => {
    const near = discreteLyapunov(Float64Array.of(1 - 1e-9), Float64Array.of(1), 1);
    expect(near.x[0] * (2e-9 - 1e-18)).toBeCloseTo(1, 6);
    expect(near.iterations).toBeLessThan(40);
    expect(discreteLyapunov(Float64Array.of(1.01), Float64Array.of(1), 1).status).toBe("unstable");
    expect(discreteLyapunov(Float64Array.of(1), Float64Array.of(1), 1).status).toBe("unstable");
  });
});

suite("continuousLyapunov", () => {
  const a = add(noise.slice(), eye(4));
  test("is the Kronecker system's solution for a matrix that is not symmetric", () => {
    const { x, residual, status } = continuousLyapunov(a, q, n);
    const operator = asMatrix((x) =>
      add(matmul(a, x, n, n, n), matmul(x, transpose(a, n, n), n, n, n)),
    );
    const exact = solve(operator, q, n * n);
    expect(status).toBe("converged");
    expect(residual).toBeLessThan(1e-13);
    x.forEach((value, i) => expect(Math.abs(value - exact[i])).toBeLessThan(1e-12));
  });
  test("spans curvatures of 10⁶ and refuses unstable and ill-shaped matrices", () => {
    const wide = continuousLyapunov(
      Float64Array.of(1e3, 0, 0, 1e-3),
      Float64Array.of(1, 1, 1, 1),
      2,
    );
    expect(wide.x[0]).toBeCloseTo(1 / 2e3, 12);
    expect(wide.x[3] / 500).toBeCloseTo(1, 9);
    expect(wide.x[1] * 1000.001).toBeCloseTo(1, 9);
    const unstable = continuousLyapunov(
      Float64Array.of(1, 0, 0, -2),
      Float64Array.of(1, 0, 0, 1),
      2,
    );
    expect(unstable.status).toBe("unstable");
    expect(() => continuousLyapunov(a, q.subarray(1), n)).toThrow(
      "q must hold 6 × 6 = 36 values, got 35",
    );
  });
});
