import { afterAll, expect, suite, test } from "vitest";
import {
  add,
  constant,
  expandDims,
  input,
  jvp,
  matmul,
  mul,
  reshape,
  sizeOf,
  split,
  sum,
  type Tensor,
} from "../../src/graph/index.ts";
import { losses, type LossName } from "../../src/learn/index.ts";
import {
  type DataSumOptions,
  dimension,
  fisherOperator,
  gaussNewtonOperator,
  gradientCovarianceOperator,
  gradientNoise,
  hessianOperator,
  networkProblem,
  type ParameterOperator,
  type Problem,
  secondMomentOperator,
  symmetrizedProductOperator,
  toDense,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { dot, symmetricEigen } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { distance, golden, type GoldenNet, goldenProblem } from "./golden-problem.ts";
import { explicitGradients, modelProblem, outerMean, smallCnn } from "./networks.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

interface Net extends GoldenNet {
  readonly EFv: number[];
  readonly sigma_eigs: number[];
  readonly align_ratio: number;
  readonly cosHSigma: number;
}
const nets = (["tanh_5_12_1_mse", "tanh_4_6_3_ce", "enum_3_4_2_mse"] as const).map((name) => ({
  name,
  net: golden[name] as Net,
}));

function problemOf(net: GoldenNet): { problem: Problem; theta: Float64Array } {
  const { problem, theta } = goldenProblem(net);
  const likelihood = net.loss === "ce" ? ("categorical" as const) : ("gaussian" as const);
  return {
    problem: { ...problem, network: { ...problem.network!, likelihood } },
    theta: theta as Float64Array,
  };
}

type Make = (
  problem: Problem,
  theta: Float64Array,
  options?: DataSumOptions,
) => Promise<ParameterOperator>;
const draws = stream("3", "labels");
const makers: Record<string, Make> = {
  "second moment": (p, at, o) => secondMomentOperator(runtime, p, at, o),
  covariance: (p, at, o) => gradientCovarianceOperator(runtime, p, at, o),
  "empirical Fisher": (p, at, o) => fisherOperator(runtime, p, at, { kind: "empirical", ...o }),
  "exact Fisher": (p, at, o) => fisherOperator(runtime, p, at, { kind: "exact", ...o }),
  "Monte Carlo Fisher": (p, at, o) =>
    fisherOperator(runtime, p, at, { kind: "monte-carlo", draws, samplesPerInput: 3, ...o }),
};

async function product(
  make: Make,
  p: Problem,
  at: Float64Array,
  v: Float64Array,
  o?: DataSumOptions,
) {
  await using operator = await make(p, at, o);
  const out = new Float64Array(v.length);
  await operator.apply(v, out);
  return out;
}

async function dense(make: Make, p: Problem, at: Float64Array, o?: DataSumOptions) {
  await using operator = await make(p, at, o);
  return await toDense(operator);
}

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

suite("Fisher matrices of the losses", () => {
  const lossOf = (name: LossName) => (o: Tensor, y: Tensor) => losses[name].perSample(o, y);
  const names = ["squared-error", "half-squared-error", "mean-squared-error"] as const;
  const factors = { "squared-error": 2, "half-squared-error": 1, "mean-squared-error": 1 };
  const { problem: base, theta } = problemOf(golden.enum_3_4_2_mse);

  test.each(names)("exact, %s: the outputs' JᵀJ times 2, 1 and 2/k, to 1e-12", async (name) => {
    const network = { ...base.network!, loss: lossOf(name) };
    const exact = await dense(makers["exact Fisher"], networkProblem(network, base), theta);
    // Rows of J as gradients of "losses" that are single outputs.
    const rows: Float64Array[] = [];
    for (let k = 0; k < 2; k++) {
      const pick = Float64Array.from([0, 1], (_, j) => (j === k ? 1 : 0));
      const output: Problem = {
        ...base,
        perSampleLoss: (p, x) => sum(mul(base.network!.outputs(p, x), constant(pick, [2])), 1),
      };
      rows.push(...(await explicitGradients(runtime, output, theta)));
    }
    const factor = factors[name] * 2; // the mean is over samples, the rows are two a sample
    expect(
      distance(
        exact,
        outerMean(rows).map((x) => factor * x),
      ),
    ).toBeLessThan(1e-12);
  });

  const sequence = (): { problem: Problem; theta: Float64Array } => {
    // A loss over three tokens: outputs [batch, 3, 4], the mean of their cross-entropies.
    const tokens = new Float64Array(6 * 3 * 5);
    fillNormal(stream("9", "tokens"), 0, tokens);
    const labels = Int32Array.from({ length: 6 * 3 }, (_, i) => (i * 7) % 4);
    const problem = networkProblem(
      {
        outputs: ([w, b], x) => add(matmul(x, w), b),
        loss: (o, y) => {
          const [n] = o.shape;
          const each = losses["cross-entropy"].perSample(
            reshape(o, [n * 3, 4]),
            reshape(y, [n * 3]),
          );
          return mul(sum(reshape(each, [n, 3]), 1), 1 / 3);
        },
        likelihood: "categorical",
      },
      {
        parameters: [
          { name: "w", shape: [5, 4] },
          { name: "b", shape: [4] },
        ],
        dtype: "float64",
        data: {
          name: "sequences",
          count: 6,
          inputs: tokens,
          inputShape: [3, 5],
          targets: labels,
          targetShape: [3],
        },
      },
    );
    const w = new Float64Array(24);
    fillNormal(stream("9", "weights"), 0, w);
    return { problem, theta: w };
  };

  const cases: [string, () => { problem: Problem; theta: Float64Array }][] = [
    ["cross-entropy", () => problemOf(golden.tanh_4_6_3_ce)],
    ["cross-entropy over tokens", sequence],
    ...names.map((name): [string, () => { problem: Problem; theta: Float64Array }] => [
      name,
      () => ({
        problem: networkProblem({ ...base.network!, loss: lossOf(name) }, base),
        theta,
      }),
    ]),
  ];

  test.each(cases)(
    "Monte Carlo, %s: quadratic forms lie within 4 standard errors of the Gauss–Newton matrix's",
    async (_, make) => {
      const { problem, theta: point } = make();
      const labels = 4000;
      await using exact = await gaussNewtonOperator(runtime, problem, point);
      await using drawn = await fisherOperator(runtime, problem, point, {
        kind: "monte-carlo",
        draws,
        samplesPerInput: labels,
      });
      const size = dimension(problem);
      const scores: number[] = [];
      for (let probe = 0; probe < 8; probe++) {
        const v = new Float64Array(size);
        fillNormal(stream(String(probe), "direction"), 0, v);
        const [a, b] = [new Float64Array(size), new Float64Array(size)];
        await exact.apply(v, a);
        await drawn.apply(v, b);
        const error = await standardError(problem, point, v, labels);
        scores.push((dot(v, b) - dot(v, a)) / error);
      }
      expect(Math.max(...scores.map(Math.abs))).toBeLessThan(4);
      // Eight scores that are all small would mean errors taken too large.
      expect(Math.max(...scores.map(Math.abs))).toBeGreaterThan(0.3);
    },
  );

  test("one label a sample makes a matrix of rank at most the number of samples", async () => {
    const { problem, theta: point } = problemOf(golden.tanh_4_6_3_ce);
    const one: Make = (p, at) => fisherOperator(runtime, p, at, { kind: "monte-carlo", draws });
    const { values } = symmetricEigen(await dense(one, problem, point), point.length);
    expect(values[problem.data.count - 1]).toBeGreaterThan(1e-9);
    expect(Math.abs(values[problem.data.count])).toBeLessThan(1e-13);
  });

  test("other draws, other labels; the same draws, the same bits", async () => {
    const { problem, theta: point } = problemOf(golden.tanh_4_6_3_ce);
    const v = Float64Array.from(golden.tanh_4_6_3_ce.v);
    const other: Make = (p, at) =>
      fisherOperator(runtime, p, at, {
        kind: "monte-carlo",
        draws: stream("4", "labels"),
        samplesPerInput: 3,
      });
    const first = await product(makers["Monte Carlo Fisher"], problem, point, v);
    expect(await product(makers["Monte Carlo Fisher"], problem, point, v)).toEqual(first);
    expect(distance(await product(other, problem, point, v), first)).toBeGreaterThan(1e-3);
  });

  test("refuses what it cannot say", async () => {
    const { problem } = goldenProblem(golden.enum_3_4_2_mse);
    await expect(fisherOperator(runtime, problem, theta, { kind: "exact" })).rejects.toThrow(
      new TypeError("a Fisher matrix needs the likelihood of the network's loss, got none"),
    );
    const { network: _, ...opaque } = problem;
    await expect(fisherOperator(runtime, opaque, theta, { kind: "exact" })).rejects.toThrow(
      new TypeError("a Fisher matrix needs a problem that is cut at the network's outputs"),
    );
    await expect(
      fisherOperator(runtime, base, theta, { kind: "monte-carlo", draws, samplesPerInput: 0 }),
    ).rejects.toThrow(
      new RangeError("labels drawn for each sample must be a positive integer, got 0"),
    );
  });
});

/** Of vᵀFv over `labels` drawn labels a sample, from the exact law of (δ·Jv)². */
async function standardError(
  problem: Problem,
  theta: Float64Array,
  v: Float64Array,
  labels: number,
): Promise<number> {
  const network = problem.network!;
  const { data } = problem;
  const cut = (flat: Float64Array) => {
    let offset = 0;
    return problem.parameters.map(({ shape }) => flat.subarray(offset, (offset += sizeOf(shape))));
  };
  const parameters = problem.parameters.map(({ shape }) => input(shape, "float64"));
  const tangents = problem.parameters.map(({ shape }) => input(shape, "float64"));
  const x = constant(data.inputs, [data.count, ...data.inputShape]);
  const [value, Jv] = jvp((p: Tensor[]) => network.outputs(p, x), [parameters], [tangents]);
  await using call = await runtime.compile({
    inputs: [...parameters, ...tangents],
    outputs: [value, Jv],
  });
  const [o, u] = (await call.run([...cut(theta), ...cut(v)])) as Float64Array[];
  const width = value.shape.at(-1)!;
  const tokens = o.length / data.count / width;
  let variance = 0;
  for (let at = 0; at < o.length; at += width) {
    const [oi, ui] = [o.subarray(at, at + width), u.subarray(at, at + width)];
    if (network.likelihood === "gaussian") {
      // δ·u ~ N(0, a‖u‖²) with a the loss's factor: 2, 1, or 2/k, told from its name's formula.
      const scale = (await curvature(problem)) * dot(ui, ui);
      variance += 2 * scale ** 2;
    } else {
      const top = Math.max(...oi);
      const total = oi.reduce((sum, f) => sum + Math.exp(f - top), 0);
      const p = oi.map((f) => Math.exp(f - top) / total);
      const mean = dot(p, ui);
      const [second, fourth] = [2, 4].map((power) =>
        p.reduce((sum, pj, j) => sum + pj * (mean - ui[j]) ** power, 0),
      );
      // Tokens of a sample: (Σₜδₜ)² has cross terms too, of variance 2·(ΣΣ sₜsₛ) over pairs.
      variance += (fourth - second ** 2) / tokens ** 2;
      if (tokens > 1) {
        const start = Math.floor(at / (width * tokens)) * width * tokens;
        for (let other = start; other < at; other += width) {
          const [oo, uo] = [o.subarray(other, other + width), u.subarray(other, other + width)];
          const peak = Math.max(...oo);
          const sumO = oo.reduce((sum, f) => sum + Math.exp(f - peak), 0);
          const q = oo.map((f) => Math.exp(f - peak) / sumO);
          const m = dot(q, uo);
          const s = q.reduce((sum, qj, j) => sum + qj * (m - uo[j]) ** 2, 0);
          variance += (4 * second * s) / tokens ** 2;
        }
      }
    }
  }
  return Math.sqrt(variance / labels) / data.count;
}

/** ℓ″ in one output, by second differences of the loss itself: exact for squares. */
async function curvature(problem: Problem): Promise<number> {
  const width = problem.data.targetShape[0];
  const y = constant(new Float64Array(width), [1, width]);
  const at = (h: number) =>
    problem.network!.loss(
      constant(
        Float64Array.from({ length: width }, (_, j) => (j === 0 ? h : 0)),
        [1, width],
      ),
      y,
    );
  await using call = await runtime.compile({ inputs: [], outputs: [at(-1), at(0), at(1)] });
  const [low, middle, high] = (await call.run([])).map(Number);
  return low - 2 * middle + high;
}

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
  const noise = await gradientNoise(runtime, problem, theta);
  const trace = centred(gradients, weights).reduce(
    (sum, g) => sum + dot(g, g) / gradients.length,
    0,
  );
  expect(Math.abs(noise.trace / trace - 1)).toBeLessThan(1e-11);
});
