// Trace estimators and Lanczos with written vectors, against numbers made by PyTorch in float64.
import { readFileSync } from "node:fs";
import { expect, suite, test } from "vitest";
import {
  denseOperator,
  exactSums,
  hessianOperator,
  hutchPlusPlusValues,
  lanczosTridiagonal,
  quadraticForms,
  toDense,
  xtraceValues,
} from "../../src/measure/index.ts";
import { tridiagonalEigen } from "../../src/numeric/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { distance, golden, goldenProblem } from "./golden-problem.ts";

const { trace } = JSON.parse(
  readFileSync(new URL("../golden/golden.json", import.meta.url), "utf8"),
) as {
  trace: {
    Z_rowmajor: number[];
    hutchinson: number[];
    hutchpp_3S_3G: number;
    xtrace_6: number;
    exact: number;
  };
};
const net = golden.enum_3_4_2_mse;
const { problem, theta } = goldenProblem(net);
const P = theta.length;
const probes = [0, 1, 2, 3, 4, 5].map((k) =>
  Float64Array.from({ length: P }, (_, i) => trace.Z_rowmajor[i * 6 + k]),
);
const mean = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length;

async function hessian() {
  await using runtime = nodeRuntime({ threads: 1 });
  await using operator = await hessianOperator(runtime, problem, theta);
  return denseOperator(await toDense(operator), P);
}

suite("with the probes of the golden file", async () => {
  const operator = await hessian();

  test("Hutchinson's forms, Hutch++ and XTrace agree with PyTorch to 1e-9", async () => {
    expect(distance(await quadraticForms(operator, probes), trace.hutchinson)).toBeLessThan(1e-9);
    const hutchpp = mean(await hutchPlusPlusValues(operator, probes.slice(0, 3), probes.slice(3)));
    expect(Math.abs(hutchpp / trace.hutchpp_3S_3G - 1)).toBeLessThan(1e-9);
    const x = mean(await xtraceValues(operator, probes));
    expect(Math.abs(x / trace.xtrace_6 - 1)).toBeLessThan(1e-9);
  });

  test("the exact trace, diagonal and norm agree with PyTorch's and with the eigenvalues", async () => {
    const sums = await exactSums(operator);
    expect(Math.abs(sums.trace / trace.exact - 1)).toBeLessThan(1e-9);
    expect(sums.diagonal.reduce((sum, x) => sum + x, 0)).toBeCloseTo(trace.exact, 9);
    const frobenius = Math.hypot(...net.hess_eigs);
    expect(Math.abs(sums.frobenius / frobenius - 1)).toBeLessThan(1e-9);
    expect(sums.products).toBe(P);
  });

  test("Lanczos from the written vector gives α, β, nodes and weights to 1e-9", async () => {
    const { alpha, beta, ritz, slq_weights, v0 } = golden.lanczos;
    const own = await lanczosTridiagonal(operator, Float64Array.from(v0), alpha.length);
    expect(distance(own.alpha, alpha)).toBeLessThan(1e-9);
    expect(distance(own.beta.slice(0, -1), beta)).toBeLessThan(1e-9);
    const { values, first } = tridiagonalEigen(own.alpha, own.beta.slice(0, -1), {
      vectors: "first-and-last",
    });
    expect(distance(values, ritz.toReversed())).toBeLessThan(1e-9);
    expect(
      distance(
        first.map((x) => x * x),
        slq_weights.toReversed(),
      ),
    ).toBeLessThan(1e-9);
  });
});
