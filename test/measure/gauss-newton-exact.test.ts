// The Gauss–Newton matrix where it has a closed form: Kronecker products of linear layers and of single
// samples, and the Gram matrix that has its eigenvalues. All of it in dense loops.
import { afterAll, expect, suite, test } from "vitest";
import { matmul, square, sub, sum, swapLast, type Tensor } from "../../src/graph/index.ts";
import {
  gaussNewtonOperator,
  networkProblem,
  type Problem,
  toDense,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { symmetricEigen } from "../../src/numeric/index.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { distance, golden, type GoldenNet, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

type Matrix = number[][];
const rowsOf = (flat: ArrayLike<number>, columns: number): Matrix =>
  Array.from({ length: flat.length / columns }, (_, i) =>
    Array.from({ length: columns }, (_, j) => flat[i * columns + j]),
  );
const transposed = (a: Matrix): Matrix => a[0].map((_, j) => a.map((row) => row[j]));
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => b[0].map((_, j) => row.reduce((s, x, k) => s + x * b[k][j], 0)));
const scaled = (a: Matrix, by: number): Matrix => a.map((row) => row.map((x) => by * x));
/** A ⊗ B, of row-major weights [out, in]: A is between outputs, B between inputs. */
const kron = (a: Matrix, b: Matrix): Matrix =>
  a.flatMap((row) => b.map((other) => row.flatMap((x) => other.map((y) => x * y))));
const identity = (n: number): Matrix =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));

async function dense(problem: Problem, theta: Float64Array): Promise<Matrix> {
  await using operator = await gaussNewtonOperator(runtime, problem, theta);
  return rowsOf(await toDense(operator), theta.length);
}

const block = (a: Matrix, [r0, r1]: readonly number[], [c0, c1]: readonly number[]): Matrix =>
  a.slice(r0, r1).map((row) => row.slice(c0, c1));

const normals = (name: string, length: number): Float64Array => {
  const out = new Float64Array(length);
  fillNormal(stream("13", name), 0, out);
  return out;
};

/** Layers x·Wᵀ without biases, the sum of squares over outputs. */
function linearProblem(sizes: readonly number[], count: number) {
  const x = normals("x", count * sizes[0]);
  const problem = networkProblem(
    {
      outputs: (p: Tensor[], input) => p.reduce((h, w) => matmul(h, swapLast(w)), input),
      loss: (o, y) => sum(square(sub(o, y)), 1),
      likelihood: "gaussian",
    },
    {
      parameters: sizes.slice(1).map((out, k) => ({ name: `w${k}`, shape: [out, sizes[k]] })),
      dtype: "float64",
      data: {
        name: "linear",
        count,
        inputs: x,
        inputShape: [sizes[0]],
        targets: normals("y", count * sizes.at(-1)!),
        targetShape: [sizes.at(-1)!],
      },
    },
  );
  const length = sizes.slice(1).reduce((s, out, k) => s + out * sizes[k], 0);
  const X = rowsOf(x, sizes[0]);
  return {
    problem,
    theta: normals("theta", length),
    A: scaled(times(transposed(X), X), 1 / count),
  };
}

suite("Kronecker products", () => {
  test("of one linear layer: 2·1 ⊗ E[xxᵀ], to 1e-12", async () => {
    const { problem, theta, A } = linearProblem([4, 3], 7);
    const found = await dense(problem, theta);
    expect(distance(found.flat(), kron(scaled(identity(3), 2), A).flat())).toBeLessThan(1e-12);
  });

  test("of a deep linear network: every block is 2·BᵀB' ⊗ E[aa'ᵀ], to 1e-12", async () => {
    const sizes = [4, 5, 3, 2];
    const { problem, theta, A } = linearProblem(sizes, 9);
    const found = await dense(problem, theta);
    let at = 0;
    const spans = sizes.slice(1).map((out, k) => [at, (at += out * sizes[k])] as const);
    const W = spans.map(([from, to], k) => rowsOf(theta.subarray(from, to), sizes[k]));
    // a_k = M_k·x goes into layer k, B_k takes its output to the end.
    const M = W.map((_, k) => W.slice(0, k).reduce((m, w) => times(w, m), identity(4)));
    const B = W.map((_, k) => W.slice(k + 1).reduce((m, w) => times(w, m), identity(sizes[k + 1])));
    for (const k of [0, 1, 2])
      for (const l of [0, 1, 2]) {
        const between = scaled(times(transposed(B[k]), B[l]), 2);
        const moments = times(times(M[k], A), transposed(M[l]));
        const own = block(found, spans[k], spans[l]).flat();
        expect(distance(own, kron(between, moments).flat())).toBeLessThan(1e-12);
      }
  });

  test("of one sample of a tanh network: BᵀSB ⊗ aaᵀ for weights, BᵀSB for biases, to 1e-12", async () => {
    const net = golden.tanh_4_6_3_ce;
    const one = { ...net, n: 1, X: net.X.slice(0, 4), Y: net.Y.slice(0, 3) };
    const { problem, theta } = withLikelihood(one);
    const found = await dense(problem, theta);
    const [{ h, B, S, x }] = samplesOf(one);
    const core = times(times(transposed(B), S), B);
    const outer = (a: number[]) => a.map((p) => a.map((q) => p * q));
    const [w0, b0, w1, b1] = [24, 30, 48, 51].map((to, i, ends) => [i === 0 ? 0 : ends[i - 1], to]);
    for (const [span, expected] of [
      [w0, kron(core, outer(x))],
      [b0, core],
      [w1, kron(S, outer(h))],
      [b1, S],
    ] as const)
      expect(distance(block(found, span, span).flat(), expected.flat())).toBeLessThan(1e-12);
  });
});

test("the Gram matrix of the factors SᵢJᵢ has the nonzero eigenvalues, to 1e-10", async () => {
  const net = golden.tanh_4_6_3_ce;
  const { problem, theta } = withLikelihood(net);
  const { values } = symmetricEigen(Float64Array.from((await dense(problem, theta)).flat()), 51);
  // S = Σ_c p_c(e_c − p)(e_c − p)ᵀ, so that row (i, c) is √(p_c/N)·(e_c − p)ᵀJᵢ.
  const V = samplesOf(net).flatMap(({ p, J }) =>
    p.map((pc, c) => {
      const weights = p.map((q, k) => Math.sqrt(pc / net.n) * ((k === c ? 1 : 0) - q));
      return times([weights], J)[0];
    }),
  );
  const gram = symmetricEigen(Float64Array.from(times(V, transposed(V)).flat()), V.length).values;
  const rank = Math.min(51, 2 * net.n); // probabilities sum to 1: two dimensions a sample
  const [a, b] = [values, gram].map((own) => [...own].sort((x, y) => y - x).slice(0, rank));
  expect(distance(a, b)).toBeLessThan(1e-10);
  expect(a[rank - 1]).toBeGreaterThan(0);
});

function withLikelihood(net: GoldenNet): { problem: Problem; theta: Float64Array } {
  const { problem, theta } = goldenProblem(net);
  const network = { ...problem.network!, likelihood: "categorical" as const };
  return { problem: { ...problem, network }, theta: theta as Float64Array };
}

/** Forward and backward through x → tanh(W₀x + b₀) → W₁h + b₁ → softmax, sample by sample. */
function samplesOf({ theta, X, n }: GoldenNet) {
  const [W0, b0] = [rowsOf(theta.slice(0, 24), 4), theta.slice(24, 30)];
  const [W1, b1] = [rowsOf(theta.slice(30, 48), 6), theta.slice(48)];
  return rowsOf(X.slice(0, 4 * n), 4).map((x) => {
    const h = W0.map((w, i) => Math.tanh(w.reduce((s, v, j) => s + v * x[j], b0[i])));
    const o = W1.map((w, i) => w.reduce((s, v, j) => s + v * h[j], b1[i]));
    const total = o.reduce((s, v) => s + Math.exp(v), 0);
    const p = o.map((v) => Math.exp(v) / total);
    const S = p.map((q, i) => p.map((r, j) => (i === j ? q : 0) - q * r));
    const B = W1.map((w) => w.map((v, j) => v * (1 - h[j] ** 2))); // ∂o/∂(W₀x + b₀)
    const J = B.map((row, c) => [
      ...row.flatMap((g) => x.map((v) => g * v)),
      ...row,
      ...W1.flatMap((_, k) => h.map((v) => (k === c ? v : 0))),
      ...b1.map((_, k) => (k === c ? 1 : 0)),
    ]);
    return { x, h, p, S, B, J };
  });
}
