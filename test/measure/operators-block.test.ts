import { afterAll, expect, suite, test } from "vitest";
import {
  blockOperator,
  type DataSumOptions,
  dimension,
  gaussNewtonOperator,
  gniMeter,
  gradientCovarianceOperator,
  coordinateMoments,
  hessianBlockOperator,
  hessianOperator,
  parameterBlocks,
  type ParameterOperator,
  perSampleGradients,
  perSampleSquaredNorms,
  type Problem,
  secondMomentOperator,
  fisherOperator,
  toDense,
} from "../../src/measure/index.ts";
import { grad, input, mean, sizeOf, type Tensor } from "../../src/graph/index.ts";
import { mlp } from "../../src/learn/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import type { FloatArray } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { distance } from "./golden-problem.ts";
import { modelProblem, type NetworkProblem, normalised, smallCnn } from "./networks.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const zerosLike = (v: FloatArray) =>
  v instanceof Float32Array ? new Float32Array(v.length) : new Float64Array(v.length);
function normals(name: string, like: FloatArray): FloatArray {
  const out = zerosLike(like);
  fillNormal(stream("1", name), 0, out);
  return out;
}

type Make = (n: NetworkProblem, options?: DataSumOptions) => Promise<ParameterOperator>;
const makers: Record<string, Make> = {
  hessian: ({ problem, theta }, o) => hessianOperator(runtime, problem, theta, o),
  "gauss-newton": ({ problem, theta }, o) => gaussNewtonOperator(runtime, problem, theta, o),
  "second moment": ({ problem, theta }, o) => secondMomentOperator(runtime, problem, theta, o),
  covariance: ({ problem, theta }, o) => gradientCovarianceOperator(runtime, problem, theta, o),
  "monte-carlo fisher": ({ problem, theta }, o) =>
    fisherOperator(runtime, problem, theta, {
      kind: "monte-carlo",
      draws: stream("1", "l"),
      samplesPerInput: 2,
      ...o,
    }),
};

const networks: [string, () => NetworkProblem][] = [
  [
    "an MLP",
    () => modelProblem(mlp([6], 4, { hidden: [9, 8], activation: "tanh" }), "cross-entropy", 11),
  ],
  ["a CNN", () => modelProblem(smallCnn(), "cross-entropy", 7)],
];

suite.each(networks)("blocks of vectors, %s", (_, make) => {
  const network = make();
  const vectors = Array.from({ length: 19 }, (_, k) => normals(`v${k}`, network.theta));

  test.each(Object.entries(makers))(
    "%s: 19 at once are 19 one by one, to 1e-13",
    async (_, maker) => {
      await using single = await maker(network);
      const expected = vectors.map(zerosLike);
      for (const [k, v] of vectors.entries()) await single.apply(v, expected[k]);
      const plans: DataSumOptions[] = [
        { block: 16 },
        { block: 8, chunk: 4 },
        { block: 4, chunk: 3, byteBudget: 0 },
        { block: 1 },
      ];
      for (const options of plans) {
        await using operator = await maker(network, options);
        expect(operator.plan.block).toBe(options.block);
        const outs = vectors.map(zerosLike);
        await operator.applyBlock(vectors, outs);
        outs.forEach((out, k) => expect(distance(out, expected[k])).toBeLessThan(1e-13));
        expect(operator.products).toBe(19);
      }
    },
  );

  test("a partly kept set in blocks, and another point", async () => {
    await using whole = await hessianOperator(runtime, network.problem, network.theta, {
      chunk: 3,
      block: 4,
    });
    const byteBudget = whole.plan.frontierBytes;
    await using some = await hessianOperator(runtime, network.problem, network.theta, {
      chunk: 3,
      block: 4,
      byteBudget,
    });
    expect(some.plan.resident).toBe(1);
    const moved = network.theta.map((x) => 0.9 * x + 0.01) as Float64Array;
    const [a, b] = [vectors.map(zerosLike), vectors.map(zerosLike)];
    for (const [operator, outs] of [
      [whole, a],
      [some, b],
    ] as const) {
      await operator.applyBlock(vectors, outs);
      await operator.setPoint(moved);
      await operator.applyBlock(vectors, outs);
    }
    a.forEach((out, k) => expect(distance(b[k], out)).toBeLessThan(1e-13));
  });
});

test("in float32 a block agrees to 1e-5", async () => {
  const network = modelProblem(mlp([20], 5, { hidden: [30] }), "cross-entropy", 40, "float32");
  await using operator = await hessianOperator(runtime, network.problem, network.theta, {
    block: 8,
  });
  const vectors = Array.from({ length: 8 }, (_, k) => normals(`v${k}`, network.theta));
  const [together, single] = [vectors.map(zerosLike), vectors.map(zerosLike)];
  await operator.applyBlock(vectors, together);
  for (const [k, v] of vectors.entries()) await operator.apply(v, single[k]);
  together.forEach((out, k) => expect(distance(out, single[k])).toBeLessThan(1e-5));
});

test("blocks are as wide as was measured to be quick, and as the budget holds", async () => {
  const [dense, conv] = networks.map(([, make]) => make());
  const widthOf = async ({ problem, theta }: NetworkProblem, options: DataSumOptions) => {
    await using operator = await hessianOperator(runtime, problem, theta, options);
    return operator.plan.block;
  };
  expect(await widthOf(dense, {})).toBe(1);
  expect(await widthOf(dense, { byteBudget: 0 })).toBe(8);
  expect(await widthOf(conv, {})).toBe(8);
  expect(await widthOf(conv, { chunk: 7, byteBudget: 2 ** 17 })).toBeLessThan(8);
});

test("a budget that does not hold the set keeps most of what it could, with the same product to 1e-12", async () => {
  const { problem, theta } = modelProblem(mlp([20], 5, { hidden: [30] }), "cross-entropy", 400);
  await using all = await hessianOperator(runtime, problem, theta);
  expect(all.plan).toMatchObject({ chunks: 1, resident: 1 });
  const byteBudget = 0.6 * all.plan.frontierBytes;
  await using some = await hessianOperator(runtime, problem, theta, { byteBudget });
  const { chunk, resident, frontierBytes } = some.plan;
  expect(resident * frontierBytes).toBeLessThanOrEqual(byteBudget);
  expect(resident * chunk).toBeGreaterThan(0.4 * 400);
  const v = normals("v", theta);
  const [a, b] = [zerosLike(v), zerosLike(v)];
  await all.apply(v, a);
  await some.apply(v, b);
  expect(distance(b, a)).toBeLessThan(1e-12);
});

test("chunks are cut to the byte budget where none are asked for", async () => {
  const { problem, theta } = modelProblem(smallCnn(), "cross-entropy", 40);
  await using loose = await hessianOperator(runtime, problem, theta);
  await using tight = await hessianOperator(runtime, problem, theta, { byteBudget: 2 ** 18 });
  expect(loose.plan.chunks).toBe(1);
  expect(tight.plan.chunks).toBeGreaterThan(2);
  const v = normals("v", theta);
  const [a, b] = [zerosLike(v), zerosLike(v)];
  await loose.apply(v, a);
  await tight.apply(v, b);
  expect(distance(b, a)).toBeLessThan(1e-12);
});

test("a width that is not compiled is refused", async () => {
  const network = networks[0][1]();
  await expect(
    hessianOperator(runtime, network.problem, network.theta, { block: 3 }),
  ).rejects.toThrow(new RangeError("block must be 1, 2, 4, 8 or 16, got 3"));
});

suite("parameterBlocks", () => {
  const { problem } = networks[1][1]();

  test("one for each parameter, one for each layer, or groups by pattern", () => {
    const each = parameterBlocks(problem);
    expect(each.map(({ name }) => name)).toEqual(problem.parameters.map(({ name }) => name));
    expect(each.at(-1)!.ranges[0].end).toBe(dimension(problem));
    const layers = parameterBlocks(problem, "layer");
    expect(layers.map(({ name }) => name)).toEqual(["conv1", "conv2", "conv3", "fc1", "fc2"]);
    expect(layers[0]).toEqual({
      name: "conv1",
      parameters: ["conv1.weight", "conv1.bias"],
      ranges: [{ start: 0, end: 57 }],
      dim: 57,
    });
    expect(layers.reduce((sum, { dim }) => sum + dim, 0)).toBe(dimension(problem));
    const groups = parameterBlocks(problem, { weights: "*.weight", ends: ["conv1.*", "fc?.bias"] });
    expect(groups[1].parameters).toEqual(["conv1.weight", "conv1.bias", "fc1.bias", "fc2.bias"]);
    expect(groups[1].ranges.length).toBe(3);
    expect(groups[0].parameters.length).toBe(5);
  });

  test("patterns are no regular expressions, and must match", () => {
    expect(() => parameterBlocks(problem, { all: "conv1+weight" })).toThrow(
      /^a pattern must match a parameter, got "conv1\+weight" for conv1\.weight, conv1\.bias, /,
    );
    expect(() => parameterBlocks(problem, { none: [] })).toThrow(
      new RangeError("a block must name at least one parameter, got none"),
    );
  });
});

suite("blocks of the Hessian of a CNN", () => {
  const { problem, theta } = networks[1][1]();

  test.each([["conv1.*"], ["conv2.weight"], ["fc2.*"], ["*.bias"]])(
    "%s: the named rows and columns of the whole, to 1e-12",
    async (pattern) => {
      await using whole = await hessianOperator(runtime, problem, theta);
      const [{ ranges, dim }] = parameterBlocks(problem, { block: pattern });
      const expected = await toDense(blockOperator(whole, ranges));
      await using block = await hessianBlockOperator(runtime, problem, theta, pattern, {
        chunk: 3,
      });
      expect(block.dim).toBe(dim);
      expect(distance(await toDense(block), expected)).toBeLessThan(1e-12);
    },
  );

  test("the last layer's block keeps a smaller frontier than the whole, and moves with all the parameters", async () => {
    await using whole = await hessianOperator(runtime, problem, theta);
    await using block = await hessianBlockOperator(runtime, problem, theta, "fc2.*");
    expect(block.plan.frontierBytes).toBeLessThan(whole.plan.frontierBytes / 4);
    const moved = theta.map((x) => 0.8 * x) as Float64Array;
    await block.setPoint(moved);
    await whole.setPoint(moved);
    const [{ ranges }] = parameterBlocks(problem, { block: "fc2.*" });
    expect(
      distance(await toDense(block), await toDense(blockOperator(whole, ranges))),
    ).toBeLessThan(1e-12);
    await expect(block.apply(theta, theta)).rejects.toThrow(
      new RangeError(
        `vector must be a Float64Array of 21 numbers, got a Float64Array of ${theta.length}`,
      ),
    );
  });
});

suite("batch statistics", () => {
  const count = 6;
  const { problem, theta } = modelProblem(normalised(), "cross-entropy", count, "float64", "batch");

  test("the Hessian is that of the whole batch's loss: differences of its gradient, to 1e-7", async () => {
    const v = normals("v", theta);
    const out = zerosLike(theta);
    await using hessian = await hessianOperator(runtime, problem, theta);
    await hessian.apply(v, out);
    const parameters = problem.parameters.map(({ shape }) => input(shape, "float64"));
    const [x, y] = [input([count, 1, 4, 4], "float64"), input([count], "int32")];
    const loss = (p: Tensor[]) => mean(problem.perSampleLoss(p, x, y));
    await using gradient = await runtime.compile({
      inputs: [...parameters, x, y],
      outputs: grad(loss)(parameters),
    });
    const at = async (h: number) => {
      let offset = 0;
      const point = Float64Array.from(theta, (t, i) => t + h * v[i]);
      const parts = problem.parameters.map(({ shape }) =>
        point.subarray(offset, (offset += sizeOf(shape))),
      );
      const found = await gradient.run([...parts, problem.data.inputs, problem.data.targets]);
      return found.flatMap((part) => Array.from(part as Float64Array));
    };
    const [up, down] = [await at(1e-5), await at(-1e-5)];
    expect(
      distance(
        out,
        up.map((g, i) => (g - down[i]) / 2e-5),
      ),
    ).toBeLessThan(1e-7);
    // It is not the mean of Hessians with stored statistics.
    const stored: Problem = modelProblem(normalised(), "cross-entropy", count).problem;
    await using other = await hessianOperator(runtime, stored, theta);
    const constant = zerosLike(theta);
    await other.apply(v, constant);
    expect(distance(constant, out)).toBeGreaterThan(1e-2);
  });

  test("batches against the whole set's Hessian are refused", async () => {
    await expect(gniMeter(runtime, problem, 2)).rejects.toThrow(
      new TypeError(
        "made up: batch gradients against the Hessian of all samples (GNI) are not defined where batch statistics mix samples",
      ),
    );
  });

  test("a set of more than one chunk is refused", async () => {
    const refusal = new RangeError(
      "made up: batch statistics mix samples, so that all 6 must fit one chunk, got chunks of 3",
    );
    await expect(hessianOperator(runtime, problem, theta, { chunk: 4 })).rejects.toThrow(refusal);
    await expect(gaussNewtonOperator(runtime, problem, theta, { chunk: 4 })).rejects.toThrow(
      refusal,
    );
  });

  test("what is defined sample by sample is refused by name", async () => {
    const refused: [() => Promise<unknown>, string][] = [
      [
        () => gradientCovarianceOperator(runtime, problem, theta),
        "per-sample gradients and their covariance",
      ],
      [
        () => secondMomentOperator(runtime, problem, theta),
        "per-sample gradients and their second moment",
      ],
      [
        () => fisherOperator(runtime, problem, theta, { kind: "empirical" }),
        "per-sample gradients and their second moment",
      ],
      [() => perSampleGradients(runtime, problem, theta), "per-sample gradients"],
      [() => perSampleSquaredNorms(runtime, problem, theta), "per-sample quantities (squaredNorm)"],
      [
        () => coordinateMoments(runtime, problem, theta),
        "per-sample gradients and their second moments",
      ],
    ];
    for (const [call, what] of refused)
      await expect(call()).rejects.toThrow(
        new TypeError(`made up: ${what} are not defined where batch statistics mix samples`),
      );
  });
});
