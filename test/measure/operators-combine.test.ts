import { afterAll, expect, suite, test } from "vitest";
import {
  activation,
  initialState,
  linear,
  losses,
  model,
  optimiser,
  type OptimiserSpec,
  sequential,
  stepProgram,
  constantly,
  views,
} from "../../src/learn/index.ts";
import {
  applyBlock,
  blockOperator,
  denseOperator,
  hessianOperator,
  lanczos,
  type LinearOperator,
  optimiserPreconditioner,
  preconditionedOperator,
  productOperator,
  projectedOperator,
  scaledOperator,
  shiftedOperator,
  sumOperator,
  type SymmetricOperator,
  symmetrizedProductOperator,
  toDense,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { matmul, symmetricEigen, transpose } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { distance, golden, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const n = 7;
const normals = (name: string, length: number) => {
  const out = new Float64Array(length);
  fillNormal(stream("1", name), 0, out);
  return out;
};
function symmetric(name: string): Float64Array {
  const a = normals(name, n * n);
  return a.map((x, at) => (x + a[(at % n) * n + Math.floor(at / n)]) / 2);
}
const [matA, matB] = [symmetric("A"), symmetric("B")];
const [A, B] = [denseOperator(matA, n), denseOperator(matB, n)];
const identity = Float64Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0));
const multiply = (a: Float64Array, b: Float64Array) => Float64Array.from(matmul(a, b, n, n, n));

/** Columns, one product each: no averaging with the transpose. */
async function columns(operator: LinearOperator): Promise<Float64Array> {
  const { dim } = operator;
  const all = new Float64Array(dim * dim);
  const [unit, out] = [new Float64Array(dim), new Float64Array(dim)];
  for (let j = 0; j < dim; j++) {
    unit.fill(0)[j] = 1;
    await operator.apply(unit, out);
    out.forEach((x, i) => (all[i * dim + j] = x));
  }
  return all;
}

const diagonal = Float64Array.from({ length: n }, (_, i) => 0.3 + i * i);
const basis = [normals("u", n), normals("w", n)];
/** The projector onto the basis by the normal equations, another way than Gram and Schmidt. */
const projector = (() => {
  const [u, w] = basis;
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, x, i) => sum + x * b[i], 0);
  const [uu, uw, ww] = [dot(u, u), dot(u, w), dot(w, w)];
  const det = uu * ww - uw * uw;
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    return (ww * u[i] * u[j] - uw * (u[i] * w[j] + w[i] * u[j]) + uu * w[i] * w[j]) / det;
  });
})();
const away = identity.map((x, at) => x - projector[at]);
const root = (at: number) => Math.sqrt(diagonal[Math.floor(at / n)] * diagonal[at % n]);

const cases: [string, LinearOperator, Float64Array][] = [
  [
    "sum",
    sumOperator([{ operator: A }, { scale: -2.5, operator: B }]),
    matA.map((x, at) => x - 2.5 * matB[at]),
  ],
  ["scaled", scaledOperator(A, -0.5), matA.map((x) => -0.5 * x)],
  ["shifted", shiftedOperator(A, 1.75), matA.map((x, at) => x + 1.75 * identity[at])],
  ["preconditioned", preconditionedOperator(A, diagonal), matA.map((x, at) => x / root(at))],
  [
    "projected onto",
    projectedOperator(A, basis, "onto"),
    multiply(projector, multiply(matA, projector)),
  ],
  ["projected away", projectedOperator(A, basis, "away"), multiply(away, multiply(matA, away))],
  ["product", productOperator(A, B), multiply(matA, matB)],
  [
    "symmetrised product",
    symmetrizedProductOperator(A, B),
    multiply(matA, matB).map((x, at) => (x + multiply(matB, matA)[at]) / 2),
  ],
];

suite.each(cases)("%s", (_, operator, expected) => {
  test("is the matrix that dense algebra gives, to 1e-13", async () => {
    expect(distance(await columns(operator), expected)).toBeLessThan(1e-13);
    expect(operator.products).toBe(n);
  });
});

test("combinators of combinators: (P^−½AP^−½ + I)/2 projected away", async () => {
  const inner = shiftedOperator(preconditionedOperator(A, diagonal), 1);
  const operator = projectedOperator(scaledOperator(inner, 0.5), basis, "away");
  const middle = matA.map((x, at) => (x / root(at) + identity[at]) / 2);
  expect(distance(await columns(operator), multiply(away, multiply(middle, away)))).toBeLessThan(
    1e-13,
  );
  expect(operator.name).toBe("0.5·preconditioned dense + 1·I away from 2 directions");
});

test("a block of A is its rows and columns, in the order of the ranges", async () => {
  const entries = [4, 5, 1];
  const expected = entries.flatMap((i) => entries.map((j) => matA[i * n + j]));
  const block = blockOperator(A, [
    { start: 4, end: 6 },
    { start: 1, end: 2 },
  ]);
  expect(block.dim).toBe(3);
  expect(distance(await columns(block), expected)).toBeLessThan(1e-15);
});

test("a product is no symmetric operator, to the type checker too", async () => {
  const product = productOperator(A, B);
  // @ts-expect-error: a symmetric solver would give wrong answers
  const wrong: SymmetricOperator = product;
  expect(wrong.symmetric).toBe(false);
  const found = await columns(product);
  expect(distance(transpose(found, n, n), found)).toBeGreaterThan(0.1);
});

test("preconditioned by the identity, λmax is A's; by any P the eigenvalues are those of P⁻¹A", async () => {
  const plain = await toDense(preconditionedOperator(A, new Float64Array(n).fill(1)));
  expect(distance(plain, matA)).toBeLessThan(1e-15);
  const { values, vectors } = symmetricEigen(await toDense(preconditionedOperator(A, diagonal)), n);
  // P^(−1/2)u is an eigenvector of P⁻¹A: A·x = λ·P·x.
  for (const [k, lambda] of values.entries()) {
    const x = Float64Array.from(
      { length: n },
      (_, i) => vectors[k * n + i] / Math.sqrt(diagonal[i]),
    );
    const Ax = matmul(matA, x, n, n, 1);
    const right = x.map((value, i) => lambda * diagonal[i] * value);
    const size = Math.max(...Array.from(matA, Math.abs));
    Array.from(Ax).forEach((value, i) =>
      expect(Math.abs(value - right[i])).toBeLessThan(1e-13 * size * 40),
    );
  }
});

test("blocks of vectors go through to an operator that has them", async () => {
  const { problem, theta } = goldenProblem(golden.enum_3_4_2_mse);
  await using hessian = await hessianOperator(runtime, problem, theta);
  const operator = shiftedOperator(scaledOperator(hessian, 2), 0.5);
  const vectors = [0, 1, 2].map((k) => normals(`v${k}`, hessian.dim));
  const [together, single] = [vectors.map((v) => v.slice()), vectors.map((v) => v.slice())];
  await applyBlock(operator, vectors, together);
  for (const [k, v] of vectors.entries()) await operator.apply(v, single[k]);
  together.forEach((out, k) => expect(distance(out, single[k])).toBeLessThan(1e-13));
  expect(operator.products).toBe(6);
});

test("refuses what makes no sense", async () => {
  const wrong = diagonal.slice();
  wrong[3] = -1;
  expect(() => preconditionedOperator(A, wrong)).toThrow(
    new RangeError("entries of a preconditioner must be positive and finite, got -1 at 3"),
  );
  expect(() => preconditionedOperator(A, diagonal.slice(1))).toThrow(
    new RangeError("a preconditioner of dense must have 7 entries, got 6"),
  );
  expect(() => sumOperator([])).toThrow(
    new RangeError("a sum of operators must have at least one term, got 0"),
  );
  expect(() => scaledOperator(A, NaN)).toThrow(
    new RangeError("scale of term 0 must be finite, got NaN"),
  );
  expect(() => shiftedOperator(A, Infinity)).toThrow(
    new RangeError("shift must be finite, got Infinity"),
  );
  const small = denseOperator([1], 1);
  expect(() => productOperator(A, small)).toThrow(
    new RangeError(
      "operators must be of one size and type, got dense of 7 float64 and dense of 1 float64",
    ),
  );
  const doubled = [basis[0], basis[1], basis[0].map((x, i) => x - 2 * basis[1][i])];
  expect(() => projectedOperator(A, doubled, "onto")).toThrow(
    /^basis vectors must be linearly independent, got vector 2 within \d\.\de-\d+ of the others' span$/,
  );
  expect(() => projectedOperator(A, [new Float64Array(2)], "onto")).toThrow(
    new RangeError("basis vectors must have 7 numbers, got 2 in 0"),
  );
  expect(() => blockOperator(A, { start: 5, end: 8 })).toThrow(
    new RangeError("ranges must lie within the 7 entries of dense, got 5 to 8"),
  );
  expect(() =>
    blockOperator(A, [
      { start: 0, end: 3 },
      { start: 2, end: 4 },
    ]),
  ).toThrow(new RangeError("ranges must not overlap, got 2 within another"));
  await expect(async () =>
    shiftedOperator(A, 1).apply(new Float32Array(7), new Float64Array(7)),
  ).rejects.toThrow(
    new RangeError(
      "vectors of dense + 1·I must be a Float64Array of 7 numbers, got a Float32Array of 7",
    ),
  );
});

suite("preconditioned λmax after twelve steps of an adaptive optimiser", () => {
  const source = golden.enum_3_4_2_mse;
  const trajectories = golden.trajectories as unknown as {
    batches: number[][];
    adam: { theta: number[]; lmax_precond: number };
    rmsprop: { theta: number[]; lmax_precond: number };
  };
  const net = model(
    "golden",
    sequential(["fc1", linear(4)], ["tanh", activation("tanh")], ["fc2", linear(2)]),
    [3],
  );
  const specs: ["adam" | "rmsprop", OptimiserSpec][] = [
    ["rmsprop", { kind: "rmsprop", alpha: 0.9, epsilon: 1e-8 }],
    ["adam", { kind: "adam", beta1: 0.9, beta2: 0.99, epsilon: 1e-8 }],
  ];

  test.each(specs)(
    "%s: from the state of our own training, PyTorch's value to 1e-9",
    async (name, spec) => {
      const { problem } = goldenProblem(source);
      const rule = optimiser(spec);
      const { batches } = trajectories;
      const training = {
        model: net,
        loss: losses["squared-error"],
        optimiser: spec,
        samples: problem.data,
        sampler: { kind: "without-replacement" as const },
        learningRate: constantly(0.01),
        batchSize: constantly(3),
        precision: "float64" as const,
        seed: "0",
      };
      await using loop = await runtime.compileScan(stepProgram(training, 3, false));
      const { carry } = await loop.run(batches.length, {
        carry: [
          ...views(net.parameters, Float64Array.from(source.theta)),
          ...initialState(training).slots.flatMap((slot) => views(net.parameters, slot)),
        ],
        constants: [problem.data.inputs, problem.data.targets, new Float64Array(8).fill(1)],
        slices: [
          Int32Array.from(batches.flat()),
          new Float64Array(3 * batches.length).fill(1),
          Float64Array.from(batches.flatMap((_, step) => [...rule.scalars(step, 0.01)])),
        ],
      });
      const count = net.parameters.length;
      const [theta, ...slots] = Array.from({ length: 1 + rule.slots.length }, (_, s) =>
        Float64Array.from(
          carry
            .slice(s * count, (s + 1) * count)
            .flatMap((part) => Array.from(part as Float64Array)),
        ),
      );
      await using hessian = await hessianOperator(runtime, problem, theta);
      const preconditioner = optimiserPreconditioner(spec, slots, batches.length);
      const operator = preconditionedOperator(hessian, preconditioner);
      const truth = trajectories[name].lmax_precond;
      const { values } = symmetricEigen(await toDense(operator), operator.dim);
      expect(Math.abs(values[0] / truth - 1)).toBeLessThan(1e-9);
      const { pairs } = await lanczos(operator, stream("1", "lanczos"), { tolerance: 1e-7 });
      expect(Math.abs(pairs[0].value / truth - 1)).toBeLessThan(1e-9);
    },
  );

  test("plain rules have no preconditioner, and a state of the wrong size is refused", () => {
    expect(optimiserPreconditioner({ kind: "sgd" }, [], 0, 3)).toEqual(Float64Array.of(1, 1, 1));
    expect(() => optimiserPreconditioner({ kind: "adam" }, [new Float64Array(2)], 3)).toThrow(
      new RangeError("adam must have 2 state vectors, got 1"),
    );
    expect(() => optimiserPreconditioner({ kind: "adamw" }, [], 0)).toThrow(
      new RangeError("adamw must have taken at least 1 step, got 0"),
    );
  });
});
