import { afterAll, expect, suite, test } from "vitest";
import {
  add,
  constant,
  input,
  jvp,
  matmul,
  mul,
  reshape,
  sizeOf,
  sum,
  type Tensor,
} from "../../src/graph/index.ts";
import { losses, type LossName } from "../../src/learn/index.ts";
import {
  dimension,
  fisherOperator,
  gaussNewtonOperator,
  networkProblem,
  type Problem,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { dot, symmetricEigen } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { distance, golden, goldenProblem } from "./golden-problem.ts";
import {
  dense,
  labelDraws as draws,
  type Make,
  makersOf,
  problemOf,
  product,
} from "./moment-operators.ts";
import { explicitGradients, outerMean } from "./networks.ts";

const runtime = nodeRuntime();
const makers = makersOf(runtime);
afterAll(() => runtime.dispose());

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
