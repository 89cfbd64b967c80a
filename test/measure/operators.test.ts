import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { afterAll, expect, suite, test } from "vitest";
import { gather, square, sub } from "../../src/graph/index.ts";
import {
  batchQuadratics,
  gaussNewtonOperator,
  hessianOperator,
  lanczos,
  lanczosTridiagonal,
  type Problem,
  toDense,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { tridiagonalEigen } from "../../src/numeric/index.ts";
import { stream } from "../../src/random/index.ts";
import { distance, floats, golden, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());
const draws = stream("1", "lanczos");

function eigenvalues(dense: Float64Array): number[] {
  const n = Math.sqrt(dense.length);
  const matrix = Matrix.from1DArray(n, n, Array.from(dense));
  return new EigenvalueDecomposition(matrix, { assumeSymmetric: true }).realEigenvalues.toSorted(
    (a, b) => a - b,
  );
}

const nets = (["tanh_5_12_1_mse", "tanh_4_6_3_ce", "enum_3_4_2_mse"] as const).map((name) => ({
  name,
  net: golden[name],
}));

suite.each(nets)("operators of $name", ({ net }) => {
  const { problem, theta } = goldenProblem(net);
  const dim = net.theta.length;

  test("Hessian and Gauss–Newton products equal PyTorch's to 1e-9", async () => {
    const v = Float64Array.from(net.v);
    const out = new Float64Array(dim);
    await using hessian = await hessianOperator(runtime, problem, theta);
    await hessian.apply(v, out);
    expect(distance(out, net.Hv)).toBeLessThan(1e-9);
    await using ggn = await gaussNewtonOperator(runtime, problem, theta);
    await ggn.apply(v, out);
    expect(distance(out, net.GGNv)).toBeLessThan(1e-9);
    expect([hessian.products, ggn.products]).toEqual([1, 1]);
  });

  test("all eigenvalues equal PyTorch's to 1e-9 of the largest", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    expect(distance(eigenvalues(await toDense(hessian)), net.hess_eigs)).toBeLessThan(1e-9);
    await using ggn = await gaussNewtonOperator(runtime, problem, theta);
    expect(distance(eigenvalues(await toDense(ggn)), net.ggn_eigs)).toBeLessThan(1e-9);
  });

  test("Lanczos finds both ends of the spectrum to 1e-9", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    const options = { count: 4, tolerance: 1e-7, basis: 24 };
    const top = await lanczos(hessian, draws, options);
    expect(top.status).toBe("converged");
    const largest = net.hess_eigs.toReversed().slice(0, 4);
    expect(
      distance(
        top.pairs.map(({ value }) => value),
        largest,
      ),
    ).toBeLessThan(1e-9);
    const bottom = await lanczos(hessian, draws, { ...options, which: "smallest" });
    const gap = bottom.pairs.map(({ value }, i) => Math.abs(value - net.hess_eigs[i]));
    expect(Math.max(...gap)).toBeLessThan(1e-9 * largest[0]);
  });

  test("in float32 λmax agrees to 1e-4 of itself", async () => {
    const single = goldenProblem(net, "float32");
    await using hessian = await hessianOperator(runtime, single.problem, single.theta);
    const { pairs } = await lanczos(hessian, draws, { tolerance: 1e-4 });
    const truth = net.hess_eigs.at(-1)!;
    expect(Math.abs(pairs[0].value / truth - 1)).toBeLessThan(1e-4);
  });

  test("products do not depend on chunks or on what is kept, to 1e-12", async () => {
    const v = Float64Array.from(net.v);
    const out = new Float64Array(dim);
    const cases = [{ chunk: 1 }, { chunk: 3 }, { chunk: 5, byteBudget: 0 }, { chunk: 7 }];
    for (const options of cases)
      for (const make of [hessianOperator, gaussNewtonOperator]) {
        await using whole = await make(runtime, problem, theta);
        const expected = new Float64Array(dim);
        await whole.apply(v, expected);
        await using pieces = await make(runtime, problem, theta, options);
        await pieces.apply(v, out);
        expect(distance(out, expected)).toBeLessThan(1e-12);
      }
  });

  test("a partial budget keeps some chunks and recomputes the others", async () => {
    await using all = await hessianOperator(runtime, problem, theta, { chunk: 3 });
    expect(all.plan.resident).toBe(all.plan.chunks);
    const byteBudget = 2 * all.plan.frontierBytes;
    await using some = await hessianOperator(runtime, problem, theta, { chunk: 3, byteBudget });
    expect(some.plan).toEqual({ ...all.plan, resident: 2 });
    const v = Float64Array.from(net.v);
    const [a, b] = [new Float64Array(dim), new Float64Array(dim)];
    await all.apply(v, a);
    await some.apply(v, b);
    expect(distance(a, b)).toBeLessThan(1e-12);
  });

  test("moves to another point and back", async () => {
    const v = Float64Array.from(net.v);
    const [first, there, back, fresh] = Array.from({ length: 4 }, () => new Float64Array(dim));
    const moved = theta.map((x) => 0.7 * x + 0.1) as Float64Array;
    await using hessian = await hessianOperator(runtime, problem, theta, { chunk: 4 });
    await hessian.apply(v, first);
    await hessian.setPoint(moved);
    await hessian.apply(v, there);
    await hessian.setPoint(theta);
    await hessian.apply(v, back);
    await using other = await hessianOperator(runtime, problem, moved, { chunk: 4 });
    await other.apply(v, fresh);
    expect(back).toEqual(first);
    expect(there).toEqual(fresh);
    expect(distance(there, first)).toBeGreaterThan(1e-3);
  });
});

suite("symmetries of the Hessian", () => {
  const net = golden.tanh_4_6_3_ce;
  const { problem, theta } = goldenProblem(net);
  const v = Float64Array.from(net.v);
  const productOf = async (given: Problem) => {
    await using hessian = await hessianOperator(runtime, given, theta, { chunk: 4 });
    const out = new Float64Array(v.length);
    await hessian.apply(v, out);
    return out;
  };
  const rows = (order: readonly number[]): Problem => {
    const pick = (from: ArrayLike<number>, width: number) =>
      floats(
        "float64",
        order.flatMap((i) => Array.from(from).slice(i * width, (i + 1) * width)),
      );
    const data = { ...problem.data, inputs: pick(net.X, 4), targets: pick(net.Y, 3) };
    return { ...problem, data: { ...data, count: order.length } };
  };
  const all = [...Array(net.n).keys()];

  test("order of samples and whole copies of the set change nothing", async () => {
    const expected = await productOf(problem);
    expect(distance(await productOf(rows(all.toReversed())), expected)).toBeLessThan(1e-12);
    expect(distance(await productOf(rows([...all, ...all, ...all])), expected)).toBeLessThan(1e-12);
  });

  test("a weight of 2 is a sample twice, a weight of 0 a sample left out", async () => {
    const weights = Float64Array.from(all, (i) => i % 3);
    const weighted = { ...problem, data: { ...problem.data, weights } };
    const copies = rows(all.flatMap((i) => Array<number>(i % 3).fill(i)));
    expect(distance(await productOf(weighted), await productOf(copies))).toBeLessThan(1e-12);
  });

  test("inputs may be tokens: the Hessian of a table of numbers is how often each is read", async () => {
    // L = (1/6) Σᵢ (w[xᵢ] − yᵢ)², so that ∂²L/∂w_k² = 2·#{i: xᵢ = k}/6.
    const tokens: Problem = {
      perSampleLoss: ([w], x, y) => square(sub(gather(w, x), y)),
      parameters: [{ name: "w", shape: [4] }],
      dtype: "float64",
      data: {
        name: "tokens",
        count: 6,
        inputs: Int32Array.of(0, 1, 1, 3, 3, 3),
        inputShape: [],
        targets: Float64Array.of(1, 2, 3, 4, 5, 6),
        targetShape: [],
      },
    };
    const w = Float64Array.of(1, -1, 2, 0.5);
    await using hessian = await hessianOperator(runtime, tokens, w, { chunk: 4 });
    const out = new Float64Array(4);
    await hessian.apply(Float64Array.of(1, 1, 1, 1), out);
    expect(distance(out, [2 / 6, 4 / 6, 0, 1])).toBeLessThan(1e-15);
    await using quadratics = await batchQuadratics(runtime, tokens, 1);
    const one = { seed: "none", batchSize: 1, replacement: false, rows: () => Int32Array.of(3) };
    const { curvature, gradient } = await quadratics.measure(w, one, 0, 1);
    expect([curvature[0], gradient[0]]).toEqual([2 * 49, 49]); // g = 2(0.5 − 4)
  });

  test("refuses arrays that do not fit", async () => {
    const short = { ...problem, data: { ...problem.data, count: 10 } };
    await expect(hessianOperator(runtime, short, theta)).rejects.toThrow(
      "golden: inputs must hold 40 numbers, got 36",
    );
    await expect(hessianOperator(runtime, { ...problem, dtype: "float32" }, theta)).rejects.toThrow(
      "golden: inputs must be a Float32Array or an Int32Array, got a Float64Array",
    );
    await expect(hessianOperator(runtime, problem, theta.slice(1))).rejects.toThrow(
      "parameters must be a Float64Array of 51 numbers, got a Float64Array of 50",
    );
    await expect(hessianOperator(runtime, problem, theta, { chunk: 0 })).rejects.toThrow(
      "chunk must be a positive integer, got 0",
    );
    const weights = new Float64Array(net.n);
    const empty = { ...problem, data: { ...problem.data, weights } };
    await expect(hessianOperator(runtime, empty, theta)).rejects.toThrow(
      "weights of golden must not all be 0",
    );
    const opaque: Problem = {
      perSampleLoss: problem.perSampleLoss,
      parameters: problem.parameters,
      dtype: problem.dtype,
      data: problem.data,
    };
    expect(() => gaussNewtonOperator(runtime, opaque, theta)).toThrow(
      "a Gauss–Newton matrix needs a problem that is cut at the network's outputs",
    );
  });
});

suite("lanczosTridiagonal", () => {
  test("gives PyTorch's α, β, Ritz values and quadrature weights to 1e-9", async () => {
    const { problem, theta } = goldenProblem(golden.enum_3_4_2_mse);
    await using hessian = await hessianOperator(runtime, problem, theta);
    const { v0, alpha, beta, ritz, slq_weights } = golden.lanczos;
    const run = await lanczosTridiagonal(hessian, Float64Array.from(v0), alpha.length);
    expect(distance(run.alpha, alpha)).toBeLessThan(1e-9);
    expect(distance(run.beta.subarray(0, -1), beta)).toBeLessThan(1e-9);
    const { values, first } = tridiagonalEigen(run.alpha, run.beta.subarray(0, -1), {
      vectors: "first-and-last",
    });
    expect(distance(values, ritz.toReversed())).toBeLessThan(1e-9);
    expect(
      distance(
        first.map((c) => c * c),
        slq_weights.toReversed(),
      ),
    ).toBeLessThan(1e-9);
  });
});
