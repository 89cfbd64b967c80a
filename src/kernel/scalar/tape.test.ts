import { expect, suite, test } from "vitest";
import {
  abs,
  add,
  and,
  argMax,
  broadcastTo,
  cast,
  clip,
  concat,
  constant,
  conv,
  cos,
  div,
  elu,
  equal,
  erf,
  exp,
  flip,
  gather,
  gatherElements,
  gelu,
  grad,
  greater,
  greaterEqual,
  hvp,
  input,
  leakyRelu,
  less,
  lessEqual,
  log,
  logSoftmax,
  logSumExp,
  matmul,
  maximum,
  maxPool,
  minimum,
  mul,
  neg,
  not,
  oneHot,
  or,
  pad,
  pow,
  reduceMax,
  relu,
  reshape,
  scalar,
  scatterAdd,
  scatterElementsAdd,
  sigmoid,
  sign,
  silu,
  sin,
  slice,
  softmax,
  softplus,
  sqrt,
  stopGradient,
  sub,
  sum,
  tanh,
  type Tensor,
  transpose,
  where,
} from "../../graph/index.ts";
import { scalarFunction } from "./tape.ts";

const f64 = (shape: readonly number[], name = "x") => input(shape, "float64", name);
const numbers = (values: readonly number[], shape = [values.length]) =>
  constant(Float64Array.from(values), shape);
const ints = (values: readonly number[], shape = [values.length]) =>
  constant(BigInt64Array.from(values, BigInt), shape);

/** Every output entry at `values`. */
function at(inputs: readonly Tensor[], output: Tensor, values: readonly number[]): number[] {
  const size = output.shape.reduce((n, k) => n * k, 1);
  const out = new Float64Array(size);
  scalarFunction(inputs, [output])(values, out);
  return [...out];
}

suite("scalarFunction", () => {
  const x = f64([]);
  const y = f64([], "y");
  const unary: [string, (t: Tensor) => Tensor, (v: number) => number][] = [
    ["neg", neg, (v) => -v],
    ["abs", abs, Math.abs],
    ["sign", sign, Math.sign],
    ["exp", exp, Math.exp],
    ["log", log, Math.log],
    ["sqrt", sqrt, Math.sqrt],
    ["tanh", tanh, Math.tanh],
    ["sigmoid", sigmoid, (v) => (1 + Math.tanh(v / 2)) / 2],
    ["softplus", softplus, (v) => Math.log(1 + Math.exp(v))],
    ["relu", relu, (v) => (v > 0 ? v : 0)],
    ["leakyRelu", (t) => leakyRelu(t, 0.2), (v) => (v > 0 ? v : 0.2 * v)],
    ["elu", (t) => elu(t, 1.5), (v) => (v > 0 ? v : 1.5 * (Math.exp(v) - 1))],
    ["silu", silu, (v) => v / (1 + Math.exp(-v))],
    ["gelu tanh", (t) => gelu(t, "tanh"), (v) =>
      0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))],
    ["sin", sin, Math.sin],
    ["cos", cos, Math.cos],
    ["clip", (t) => clip(t, -0.5, 1), (v) => Math.min(Math.max(v, -0.5), 1)],
    ["stopGradient", stopGradient, (v) => v],
  ]; // prettier-ignore

  test.each(unary)("%s agrees with Math to 1e-15 of its size", (_, op, reference) => {
    for (const v of [-3.7, -1, -0.25, 0.3, 1, 2.5, 30]) {
      const [got] = at([x], op(x), [v]);
      const want = reference(v);
      if (Number.isNaN(want)) expect(got).toBeNaN();
      else expect(Math.abs(got - want)).toBeLessThanOrEqual(1e-15 * Math.max(1, Math.abs(want)));
    }
  });

  test("erf, and gelu by it, have the tabulated values", () => {
    // DLMF 7.24, Abramowitz and Stegun table 7.1
    expect(at([x], erf(x), [0.5])[0]).toBeCloseTo(0.5204998778130465, 15);
    expect(at([x], erf(x), [-2])[0]).toBeCloseTo(-0.9953222650189527, 15);
    expect(at([x], gelu(x), [1])[0]).toBeCloseTo(0.8413447460685429, 15);
  });

  const binary: [string, (a: Tensor, b: Tensor) => Tensor, (a: number, b: number) => number][] = [
    ["add", add, (a, b) => a + b],
    ["sub", sub, (a, b) => a - b],
    ["mul", mul, (a, b) => a * b],
    ["div", div, (a, b) => a / b],
    ["pow", pow, (a, b) => a ** b],
    ["minimum", minimum, Math.min],
    ["maximum", maximum, Math.max],
    ["less", less, (a, b) => Number(a < b)],
    ["lessEqual", lessEqual, (a, b) => Number(a <= b)],
    ["greater", greater, (a, b) => Number(a > b)],
    ["greaterEqual", greaterEqual, (a, b) => Number(a >= b)],
    ["equal", equal, (a, b) => Number(a === b)],
  ];

  test.each(binary)("%s is JavaScript's, bit for bit, NaN included", (_, op, reference) => {
    for (const a of [-1.5, 0, 0.7, 3, NaN])
      for (const b of [-2, 0, 0.7, 3])
        expect(at([x, y], op(x, y), [a, b])).toEqual([reference(a, b)]);
  });

  test("booleans are 0 and 1, and choose", () => {
    const [p, q] = [greater(x, 0), greater(y, 0)];
    const chosen = [and(p, q), or(p, q), not(p), where(p, x, y), cast(p, "float64")];
    const table = [[1, 1], [1, -1], [-1, 1], [-1, -1]] as const; // prettier-ignore
    for (const [a, b] of table) {
      const out = new Float64Array(5);
      scalarFunction([x, y], chosen)([a, b], out);
      const [t, u] = [a > 0, b > 0];
      expect([...out]).toEqual([t && u, t || u, !t, t ? a : b, t].map(Number));
    }
  });

  test("integers are truncated numbers", () => {
    const whole = cast(x, "int64");
    expect(at([x], whole, [-2.7])).toEqual([-2]);
    expect(at([x], div(whole, 2), [-3])).toEqual([-1]);
    expect(at([x], cast(whole, "bool"), [0.9])).toEqual([0]);
  });

  test("movements and contractions of small tensors are those of their definition", () => {
    const m = f64([2, 3]);
    const v = [1, 2, 3, 4, 5, 6];
    expect(at([m], transpose(m), v)).toEqual([1, 4, 2, 5, 3, 6]);
    expect(at([m], reshape(m, [3, 2]), v)).toEqual(v);
    expect(at([m], flip(m, [1]), v)).toEqual([3, 2, 1, 6, 5, 4]);
    expect(at([m], slice(m, [0, 0], [2, 3], [1, 2]), v)).toEqual([1, 3, 4, 6]);
    expect(at([m], concat([m, m], 1), v)).toEqual([1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6]);
    expect(at([m], pad(m, [1, 0], [0, 1], [0, 1]), v)).toEqual([
      0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0,
    ]);
    expect(at([m], broadcastTo(reshape(m, [2, 1, 3]), [2, 2, 3]), v)).toEqual([
      1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6,
    ]);
    expect(at([m], sum(m, 0), v)).toEqual([5, 7, 9]);
    expect(at([m], sum(m), v)).toEqual([21]);
    expect(at([m], reduceMax(m, 1), v)).toEqual([3, 6]);
    expect(at([m], argMax(m, 0), v)).toEqual([1, 1, 1]);
    expect(at([m], matmul(m, transpose(m)), v)).toEqual([14, 32, 32, 77]);
    expect(at([m], add(m, numbers([10, 20], [2, 1])), v)).toEqual([11, 12, 13, 24, 25, 26]);
    const stack = matmul(reshape(m, [2, 1, 3]), numbers([1, 0, 0, 1, 1, 1], [3, 2]));
    expect(at([m], stack, v)).toEqual([4, 5, 10, 11]);
  });

  test("softmax sums to one, and logSumExp neither overflows nor makes NaN of −∞", () => {
    const m = f64([3]);
    const p = at([m], softmax(m), [1000, 1001, 999]);
    expect(p.reduce((a, b) => a + b)).toBeCloseTo(1, 15);
    expect(p[1] / p[0]).toBeCloseTo(Math.E, 12);
    expect(at([m], logSumExp(m), [1000, 1000, -Infinity])[0]).toBeCloseTo(1000 + Math.LN2, 12);
    expect(at([m], logSumExp(m), [-Infinity, -Infinity, -Infinity])).toEqual([-Infinity]);
    expect(at([m], logSoftmax(m), [0, 0, 0])[2]).toBeCloseTo(-Math.log(3), 15);
  });

  test("gather takes fixed and moving indices, and gives NaN beyond the axis", () => {
    const m = f64([3, 2]);
    const i = input([], "int64", "i");
    const v = [1, 2, 3, 4, 5, 6];
    expect(at([m], gather(m, ints([2, 0])), v)).toEqual([5, 6, 1, 2]);
    expect(at([m], gather(m, ints([1]), 1), v)).toEqual([2, 4, 6]);
    expect(at([m, i], gather(m, i), [...v, 1])).toEqual([3, 4]);
    expect(at([m, i], gather(m, i), [...v, 3])).toEqual([NaN, NaN]);
    expect(at([m, i], oneHot(i, 3, "float64"), [...v, 2])).toEqual([0, 0, 1]);
    const across = gatherElements(m, ints([1, 0, 0, 1, 1, 1], [3, 2]), 1);
    expect(at([m], across, v)).toEqual([2, 1, 3, 4, 6, 6]);
  });

  test("scattering is the transpose of gathering, with fixed and moving indices", () => {
    const m = f64([3]);
    const moving = input([3], "int64", "i");
    const v = [1, 10, 100];
    expect(at([m], scatterAdd(m, ints([1, 1, 0]), 0, 3), v)).toEqual([100, 11, 0]);
    expect(at([m, moving], scatterAdd(m, moving, 0, 2), [...v, 1, 1, 0])).toEqual([100, 11]);
    const fixed = scatterElementsAdd(m, ints([2, 0, 2]), 0, 3);
    expect(at([m], fixed, v)).toEqual([10, 0, 101]);
    expect(at([m, moving], scatterElementsAdd(m, moving, 0, 3), [...v, 2, 0, 2])).toEqual([10, 0, 101]); // prettier-ignore
  });

  test("gradient and Hessian product of a finite sum agree with central differences", () => {
    const w = f64([2]);
    const data = numbers([0.3, -1, 2, 0.5, 1.5, -0.7], [3, 2]);
    const loss = (t: Tensor) => sum(softplus(matmul(data, reshape(t, [2, 1]))));
    const v = f64([2], "v");
    const value = scalarFunction([w], [loss(w)]);
    const slope = scalarFunction([w], [grad(loss)(w)]);
    const product = scalarFunction([w, v], [hvp(loss)(w, v)]);
    const h = 1e-5;
    const out = new Float64Array(2);
    const valueAt = (a: number, b: number) => (value([a, b], out), out[0]);
    const slopeAt = (a: number, b: number) => (slope([a, b], out), [...out]);
    const g = slopeAt(0.4, -0.9);
    expect(g[0]).toBeCloseTo((valueAt(0.4 + h, -0.9) - valueAt(0.4 - h, -0.9)) / (2 * h), 8);
    expect(g[1]).toBeCloseTo((valueAt(0.4, -0.9 + h) - valueAt(0.4, -0.9 - h)) / (2 * h), 8);
    const hv = new Float64Array(2);
    product([0.4, -0.9, 1, 2], hv);
    const [up, down] = [slopeAt(0.4 + h, -0.9 + 2 * h), slopeAt(0.4 - h, -0.9 - 2 * h)];
    expect(hv[0]).toBeCloseTo((up[0] - down[0]) / (2 * h), 8);
    expect(hv[1]).toBeCloseTo((up[1] - down[1]) / (2 * h), 8);
  });

  test("keeps the sign of zero, in constants too", () => {
    expect(at([x], add(x, scalar(-0, "float64")), [-0])).toEqual([-0]);
    expect(at([x], div(scalar(1, "float64"), mul(x, -0)), [1])).toEqual([-Infinity]);
  });

  test("an input may be an output, twice", () => {
    const out = new Float64Array(2);
    scalarFunction([x], [x, x])([3], out);
    expect([...out]).toEqual([3, 3]);
  });

  test("refuses what has no scalar meaning by its name", () => {
    const image = f64([1, 1, 4]);
    expect(() => scalarFunction([image], [conv(image, f64([1, 1, 2]))])).toThrow(
      "the input x is not among those of the function",
    );
    const kernel = numbers([1, 1], [1, 1, 2]);
    expect(() => scalarFunction([image], [conv(image, kernel)])).toThrow(
      "conv has no scalar meaning: float64[1, 1, 3] needs a runtime",
    );
    expect(() => scalarFunction([image], [maxPool(image, 2)])).toThrow(
      "maxPool has no scalar meaning: float64[1, 1, 2] needs a runtime",
    );
    const single = input([], "float32");
    expect(() => scalarFunction([single], [exp(single)])).toThrow(
      "a scalar function computes in float64, got float32[] from input",
    );
    const large = f64([1200, 1000]);
    expect(() => scalarFunction([large], [exp(large)])).toThrow(
      "a scalar function holds at most 1000000 instructions: the tensors are too large to be unrolled",
    );
  });
});
