/**
 * A second reading of the graph language, for holding machines against: every op as a plain loop over
 * indices in double precision, straight from its definition. It shares nothing with the lowerings, is
 * slow on purpose, and rounds float32 only where values enter.
 */
import type { OpAttrs, OpName } from "../../graph/op-attrs.ts";
import { type Data, type Node, type Shape, sizeOf, type Tensor } from "../../graph/tensor.ts";
import { type GraphFunction, topological } from "../../graph/walk.ts";
import { indicesOf, offset, type Values } from "./indices.ts";
import { windowReference } from "./windows.ts";

/** The outputs, as doubles; bool and integers likewise. */
export function evaluate({ inputs, outputs }: GraphFunction, data: readonly Data[]): Values[] {
  const values = new Map<Tensor, Values>();
  inputs.forEach((t, i) => values.set(t, toValues(data[i])));
  for (const t of topological(outputs))
    if (t.op !== "input")
      values.set(
        t,
        evaluateNode(
          t,
          t.inputs.map((x) => values.get(x)!),
        ),
      );
  return outputs.map((t) => values.get(t)!);
}

export const toValues = (data: Data): Values =>
  Float64Array.from(data as ArrayLike<number | bigint>, Number);

function evaluateNode(t: Tensor, values: readonly Values[]): Values {
  const [x, y, z] = values;
  const scalar = scalars[t.op as keyof typeof scalars] as
    ((...args: number[]) => number) | undefined;
  if (scalar !== undefined) return fill(t.shape, broadcast(t, values, scalar));
  const node = <K extends OpName>(op: K) => (t.op === op ? (t as unknown as Node<K>) : undefined)!;
  const shape = t.inputs[0]?.shape ?? [];
  switch (t.op) {
    case "constant":
      return toValues((t.attrs as OpAttrs["constant"]).data);
    case "leakyRelu": {
      const { alpha } = node("leakyRelu").attrs;
      return x.map((v) => (v > 0 ? v : alpha * v));
    }
    case "elu": {
      const { alpha } = node("elu").attrs;
      return x.map((v) => (v > 0 ? v : alpha * Math.expm1(v)));
    }
    case "gelu":
      return x.map(node("gelu").attrs.approximate === "none" ? gelu : geluTanh);
    case "clip": {
      const { min, max } = node("clip").attrs;
      return x.map((v) => Math.min(Math.max(v, min), max));
    }
    case "cast": {
      const { to } = node("cast").attrs;
      if (to === "bool") return x.map((v) => (v === 0 ? 0 : 1));
      return to.startsWith("int") ? x.map(Math.trunc) : to === "float32" ? x.map(Math.fround) : x;
    }
    case "compare": {
      const relation = relations[node("compare").attrs.relation];
      return fill(
        t.shape,
        broadcast(t, values, (a, b) => Number(relation(a, b))),
      );
    }
    case "matmul": {
      const [a, b] = t.inputs;
      const [m, k, n] = [a.shape.at(-2)!, a.shape.at(-1)!, b.shape.at(-1)!];
      const lead = t.shape.length - 2;
      return fill(t.shape, (index) => {
        const [row, column] = index.slice(-2);
        const at = (from: Tensor, rows: number, columns: number, i: number, j: number) =>
          (offset(index.slice(0, lead), from.shape.slice(0, -2)) * rows + i) * columns + j;
        let sum = 0;
        for (let l = 0; l < k; l++) sum += x[at(a, m, k, row, l)] * y[at(b, k, n, l, column)];
        return sum;
      });
    }
    case "sum":
      return reduce(t as Node<"sum">, x, (list) => list.reduce((a, b) => a + b, 0));
    case "reduceMax":
      return reduce(t as Node<"reduceMax">, x, (list) => Math.max(...list));
    case "logSumExp":
      return reduce(t as Node<"logSumExp">, x, logSumExp);
    case "softmax":
      return along(shape, node("softmax").attrs.axis, x, (list) => {
        const total = logSumExp(list);
        return list.map((v) => Math.exp(v - total));
      });
    case "logSoftmax":
      return along(shape, node("logSoftmax").attrs.axis, x, (list) => {
        const total = logSumExp(list);
        return list.map((v) => v - total);
      });
    case "argMax": {
      const { axis } = node("argMax").attrs;
      return fill(t.shape, (index) => {
        const list = Array.from(
          { length: shape[axis] },
          (_, i) => x[offset(index.toSpliced(axis, 0, i), shape)],
        );
        return list.indexOf(Math.max(...list));
      });
    }
    case "gather": {
      const { axis } = node("gather").attrs;
      const rank = t.inputs[1].shape.length;
      return fill(t.shape, (index) => {
        const chosen = y[offset(index.slice(axis, axis + rank), t.inputs[1].shape)];
        return x[offset(index.toSpliced(axis, rank, chosen), shape)];
      });
    }
    case "scatterAdd": {
      const { axis } = node("scatterAdd").attrs;
      const rank = t.inputs[1].shape.length;
      return scatter(t.shape, shape, x, (index) =>
        index.toSpliced(axis, rank, y[offset(index.slice(axis, axis + rank), t.inputs[1].shape)]),
      );
    }
    case "gatherElements": {
      const { axis } = node("gatherElements").attrs;
      return fill(
        t.shape,
        (index) => x[offset(index.with(axis, y[offset(index, t.shape)]), shape)],
      );
    }
    case "scatterElementsAdd": {
      const { axis } = node("scatterElementsAdd").attrs;
      return scatter(t.shape, shape, x, (index) => index.with(axis, y[offset(index, shape)]));
    }
    case "oneHot":
      return fill(t.shape, (index) =>
        x[offset(index.slice(0, -1), shape)] === index.at(-1) ? 1 : 0,
      );
    case "reshape":
      return x;
    case "broadcastTo":
      return fill(t.shape, (index) => x[offset(index, shape)]);
    case "transpose": {
      const { perm } = node("transpose").attrs;
      return fill(
        t.shape,
        (index) =>
          x[
            offset(
              shape.map((_, axis) => index[perm.indexOf(axis)]),
              shape,
            )
          ],
      );
    }
    case "concat": {
      const { axis } = node("concat").attrs;
      return fill(t.shape, (index) => {
        let at = index[axis];
        let part = 0;
        while (at >= t.inputs[part].shape[axis]) at -= t.inputs[part++].shape[axis];
        return values[part][offset(index.with(axis, at), t.inputs[part].shape)];
      });
    }
    case "slice": {
      const { starts, steps } = node("slice").attrs;
      return fill(
        t.shape,
        (index) =>
          x[
            offset(
              index.map((i, a) => starts[a] + i * steps[a]),
              shape,
            )
          ],
      );
    }
    case "pad": {
      const { before, interior } = node("pad").attrs;
      return scatter(t.shape, shape, x, (index) =>
        index.map((i, a) => before[a] + i * (1 + interior[a])),
      );
    }
    case "flip": {
      const { axes } = node("flip").attrs;
      return fill(
        t.shape,
        (index) =>
          x[
            offset(
              index.map((i, a) => (axes.includes(a) ? shape[a] - 1 - i : i)),
              shape,
            )
          ],
      );
    }
    default:
      return windowReference(t, x, y ?? z);
  }
}

const scalars = {
  neg: (x: number) => -x,
  abs: Math.abs,
  sign: Math.sign,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
  tanh: Math.tanh,
  sigmoid: (x: number) => 1 / (1 + Math.exp(-x)),
  softplus: (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  relu: (x: number) => Math.max(x, 0),
  silu: (x: number) => x / (1 + Math.exp(-x)),
  erf,
  sin: Math.sin,
  cos: Math.cos,
  not: (x: number) => 1 - x,
  stopGradient: (x: number) => x,
  add: (a: number, b: number) => a + b,
  sub: (a: number, b: number) => a - b,
  mul: (a: number, b: number) => a * b,
  div: (a: number, b: number) => a / b,
  pow: Math.pow,
  min: Math.min,
  max: Math.max,
  and: (a: number, b: number) => a * b,
  or: (a: number, b: number) => Math.max(a, b),
  where: (c: number, a: number, b: number) => (c === 0 ? b : a),
};

const relations = {
  less: (a: number, b: number) => a < b,
  lessEqual: (a: number, b: number) => a <= b,
  greater: (a: number, b: number) => a > b,
  greaterEqual: (a: number, b: number) => a >= b,
  equal: (a: number, b: number) => a === b,
};

/** erf x = 2/√π · e^(−x²) Σₙ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!, a series of positive terms that converges everywhere. */
export function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const gelu = (x: number) => (x / 2) * (1 + erf(x / Math.SQRT2));
const geluTanh = (x: number) =>
  (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

function logSumExp(list: readonly number[]): number {
  const max = Math.max(...list);
  if (!Number.isFinite(max)) return max;
  return max + Math.log(list.reduce((sum, v) => sum + Math.exp(v - max), 0));
}

function fill(shape: Shape, f: (index: number[]) => number): Values {
  return Float64Array.from([...indicesOf(shape)].map(f));
}

function scatter(
  to: Shape,
  from: Shape,
  values: Values,
  place: (index: number[]) => number[],
): Values {
  const out = new Float64Array(sizeOf(to));
  let i = 0;
  for (const index of indicesOf(from)) out[offset(place(index), to)] += values[i++];
  return out;
}

function broadcast(t: Tensor, values: readonly Values[], f: (...args: number[]) => number) {
  return (index: number[]) =>
    f(...values.map((value, i) => value[offset(index, t.inputs[i].shape)]));
}

function reduce(
  t: Node<"sum" | "reduceMax" | "logSumExp">,
  x: Values,
  f: (list: number[]) => number,
): Values {
  const { axes } = t.attrs;
  const { shape } = t.inputs[0];
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const lists = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  let i = 0;
  for (const index of indicesOf(shape)) lists[offset(index, kept)].push(x[i++]);
  return Float64Array.from(lists, f);
}

function along(shape: Shape, axis: number, x: Values, f: (list: number[]) => number[]): Values {
  const out = new Float64Array(x.length);
  for (const index of indicesOf(shape.with(axis, 1))) {
    const places = Array.from({ length: shape[axis] }, (_, i) =>
      offset(index.with(axis, i), shape),
    );
    f(places.map((place) => x[place])).forEach((v, i) => (out[places[i]] = v));
  }
  return out;
}
