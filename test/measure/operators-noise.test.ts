import { afterAll, expect, suite, test } from "vitest";
import {
  constant,
  expandDims,
  matmul,
  mul,
  reshape,
  sizeOf,
  split,
  sum,
  type Tensor,
} from "../../src/graph/index.ts";
import {
  dimension,
  gaussNewtonOperator,
  gradientCovarianceOperator,
  gradientMoments,
  hessianOperator,
  networkProblem,
  type Problem,
  symmetrizedProductOperator,
  toDense,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { dot, symmetricEigen } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { distance, golden } from "./golden-problem.ts";
import { dense, makersOf, problemOf, product } from "./moment-operators.ts";
import { explicitGradients, modelProblem, outerMean, smallCnn } from "./networks.ts";

const runtime = nodeRuntime();
const makers = makersOf(runtime);
afterAll(() => runtime.dispose());

const nets = (["tanh_5_12_1_mse", "tanh_4_6_3_ce", "enum_3_4_2_mse"] as const).map((name) => ({
  name,
  net: golden[name],
}));

const centred = (gradients: readonly Float64Array[], weights: readonly number[]) => {
  const total = weights.reduce((a, b) => a + b, 0);
  const mean = gradients[0].map((_, k) =>
    gradients.reduce((sum, g, i) => sum + (weights[i] * g[k]) / total, 0),
  );
  return gradients.map((g) => g.map((x, k) => x - mean[k]));
};

suite.each(nets)("gradient moments of $name", ({ net }) => {
  const { problem, theta } = problemOf(net);
  const v = Float64Array.from(net.v);

  test("the second moment's products are PyTorch's, to 1e-9", async () => {
    for (const name of ["second moment", "empirical Fisher"])
      expect(distance(await product(makers[name], problem, theta, v), net.EFv)).toBeLessThan(1e-9);
  });

  test("Σ has PyTorch's eigenvalues and trace, to 1e-9", async () => {
    const sigma = await dense(makers.covariance, problem, theta);
    const { values } = symmetricEigen(sigma, v.length);
    expect(distance(values.toReversed(), net.sigma_eigs)).toBeLessThan(1e-9);
    const trace = values.reduce((a, b) => a + b, 0);
    expect(Math.abs(trace / net.trSigma - 1)).toBeLessThan(1e-9);
  });

  test("tr(HΣ), the ratio to isotropic noise and the cosine are PyTorch's, to 1e-9", async () => {
    await using hessian = await hessianOperator(runtime, problem, theta);
    await using sigma = await gradientCovarianceOperator(runtime, problem, theta);
    const [H, S, HS] = [
      await toDense(hessian),
      await toDense(sigma),
      await toDense(symmetrizedProductOperator(hessian, sigma)),
    ];
    const trace = (a: Float64Array) => v.reduce((sum, _, i) => sum + a[i * (v.length + 1)], 0);
    const close = (found: number, expected: number) =>
      expect(Math.abs(found / expected - 1)).toBeLessThan(1e-9);
    close(trace(HS), net.trHSigma);
    close((trace(HS) * v.length) / (trace(H) * trace(S)), net.align_ratio);
    close(trace(HS) / Math.sqrt(dot(H, H) * dot(S, S)), net.cosHSigma);
  });

  test("with weights both are what a loop over samples gives, to 1e-12", async () => {
    const weights = Array.from({ length: net.n }, (_, i) => [0.5, 2, 0, 1.25][i % 4]);
    const weighted: Problem = {
      ...problem,
      data: { ...problem.data, weights: Float64Array.from(weights) },
    };
    const gradients = await explicitGradients(runtime, problem, theta);
    const second = await dense(makers["second moment"], weighted, theta, { chunk: 4 });
    expect(distance(second, outerMean(gradients, weights))).toBeLessThan(1e-12);
    const sigma = await dense(makers.covariance, weighted, theta, { chunk: 4 });
    expect(distance(sigma, outerMean(centred(gradients, weights), weights))).toBeLessThan(1e-12);
  });

  test("the exact Fisher matrix is the Gauss–Newton matrix, to 1e-12", async () => {
    const exact = await product(makers["exact Fisher"], problem, theta, v);
    expect(distance(exact, net.GGNv)).toBeLessThan(1e-9);
    const ggn = await product((p, at) => gaussNewtonOperator(runtime, p, at), problem, theta, v);
    expect(distance(exact, ggn)).toBeLessThan(1e-12);
  });

  test.each(Object.keys(makers))(
    "%s: unequal chunks and what is kept change nothing, to 1e-12",
    async (name) => {
      const expected = await product(makers[name], problem, theta, v);
      for (const options of [{ chunk: 1 }, { chunk: 3 }, { chunk: 5, byteBudget: 0 }, { chunk: 7 }])
        expect(
          distance(await product(makers[name], problem, theta, v, options), expected),
        ).toBeLessThan(1e-12);
    },
  );
});

suite("symmetries of gradient moments and Fisher matrices", () => {
  const net = golden.tanh_4_6_3_ce;
  const { problem, theta } = problemOf(net);
  const v = Float64Array.from(net.v);
  const rows = (order: readonly number[]): Problem => {
    const pick = (from: readonly number[], width: number) =>
      Float64Array.from(order.flatMap((i) => from.slice(i * width, (i + 1) * width)));
    const data = { ...problem.data, inputs: pick(net.X, 4), targets: pick(net.Y, 3) };
    return { ...problem, data: { ...data, count: order.length } };
  };
  const all = [...Array(net.n).keys()];
  const deterministic = Object.keys(makers).filter((name) => !name.startsWith("Monte"));

  test.each(deterministic)("%s: order and whole copies of the set change nothing", async (name) => {
    const expected = await product(makers[name], problem, theta, v);
    for (const order of [all.toReversed(), [...all, ...all]])
      expect(
        distance(await product(makers[name], rows(order), theta, v, { chunk: 4 }), expected),
      ).toBeLessThan(1e-12);
  });

  test("a loss times c: moments times c², Fisher matrices times c", async () => {
    const c = 2.5;
    const network = problem.network!;
    const scaled = networkProblem(
      { ...network, loss: (o: Tensor, y: Tensor) => mul(network.loss(o, y), c) },
      problem,
    );
    for (const [name, make] of Object.entries(makers)) {
      const factor = name.endsWith("Fisher") && name !== "empirical Fisher" ? c : c * c;
      const expected = (await product(make, problem, theta, v)).map((x) => factor * x);
      expect(distance(await product(make, scaled, theta, v), expected)).toBeLessThan(1e-12);
    }
  });

  test("rotated parameters leave all eigenvalues", async () => {
    const small = problemOf(golden.enum_3_4_2_mse);
    const dim = small.theta.length;
    // A reflection I − 2uuᵀ/‖u‖²: orthogonal and its own inverse.
    const u = Float64Array.from({ length: dim }, (_, i) => Math.sin(i + 1));
    const Q = Float64Array.from({ length: dim * dim }, (_, at) => {
      const [i, j] = [Math.floor(at / dim), at % dim];
      return (i === j ? 1 : 0) - (2 * u[i] * u[j]) / dot(u, u);
    });
    const shapes = small.problem.parameters.map(({ shape }) => shape);
    const unrotate = ([flat]: Tensor[]) =>
      split(
        reshape(matmul(constant(Q, [dim, dim]), expandDims(flat, 1)), [dim]),
        shapes.map(sizeOf),
        0,
      ).map((part, k) => reshape(part, shapes[k]));
    const network = small.problem.network!;
    const rotated = networkProblem(
      { ...network, outputs: (p: Tensor[], x: Tensor) => network.outputs(unrotate(p), x) },
      { ...small.problem, parameters: [{ name: "all", shape: [dim] }] },
    );
    const phi = Float64Array.from({ length: dim }, (_, i) =>
      dot(Q.subarray(i * dim, (i + 1) * dim), small.theta),
    );
    for (const make of Object.values(makers)) {
      const a = symmetricEigen(await dense(make, small.problem, small.theta), dim).values;
      const b = symmetricEigen(await dense(make, rotated, phi), dim).values;
      expect(distance(b, a)).toBeLessThan(1e-12);
    }
  });
});

test("Σ keeps its digits where ‖ḡ‖² is 10¹² times larger", async () => {
  // ℓᵢ = xᵢ·θ, so that gᵢ = xᵢ and Σ is the covariance of the inputs.
  const [count, dim] = [50, 4];
  const noise = new Float64Array(count * dim);
  fillNormal(stream("5", "noise"), 0, noise);
  const problem: Problem = {
    perSampleLoss: ([w], x) => sum(mul(x, w), 1),
    parameters: [{ name: "w", shape: [dim] }],
    dtype: "float64",
    data: {
      name: "far",
      count,
      // Powers of two, so that the sums are exact and the covariance is the noise's own.
      inputs: noise.map((z) => 2 ** 20 + Math.round(z * 1024) / 1024),
      inputShape: [dim],
      targets: new Float64Array(count),
      targetShape: [],
    },
  };
  const found = await dense(makers.covariance, problem, new Float64Array(dim), { chunk: 7 });
  const rounded = Array.from({ length: count }, (_, i) =>
    noise.slice(i * dim, (i + 1) * dim).map((z) => Math.round(z * 1024) / 1024),
  );
  const expected = outerMean(
    centred(
      rounded,
      rounded.map(() => 1),
    ),
  );
  expect(distance(found, expected)).toBeLessThan(1e-9);
});

test("moments of a convolutional network are those of a loop over its samples, to 1e-11", async () => {
  const { problem, theta } = modelProblem(smallCnn(), "cross-entropy", 9);
  const gradients = await explicitGradients(runtime, problem, theta);
  const weights = gradients.map(() => 1);
  const v = new Float64Array(dimension(problem));
  fillNormal(stream("2", "v"), 0, v);
  const times = (vectors: readonly Float64Array[]) =>
    v.map((_, k) => vectors.reduce((sum, g) => sum + (dot(g, v) * g[k]) / vectors.length, 0));
  const second = await product(makers["second moment"], problem, theta as Float64Array, v, {
    chunk: 4,
  });
  expect(distance(second, times(gradients))).toBeLessThan(1e-11);
  const sigma = await product(makers.covariance, problem, theta as Float64Array, v, { chunk: 4 });
  expect(distance(sigma, times(centred(gradients, weights)))).toBeLessThan(1e-11);
  const noise = await gradientMoments(runtime, problem, theta);
  const trace = centred(gradients, weights).reduce(
    (sum, g) => sum + dot(g, g) / gradients.length,
    0,
  );
  expect(Math.abs(noise.trace / trace - 1)).toBeLessThan(1e-11);
});
