import {
  add,
  broadcastTo,
  constantValue,
  div,
  filled,
  mul,
  neg,
  scalar,
  sub,
  sum,
  transpose,
} from "../ops/index.ts";
import { isFloat, sameShape, type Tensor } from "../tensor.ts";
import type { Rewrite } from "./rewrite.ts";

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
};

const functions: Readonly<Record<string, (x: number) => number>> = {
  neg: (x) => -x,
  exp: Math.exp,
  log: Math.log,
  sqrt: Math.sqrt,
};

/** Numbers known while tracing are computed then, rounded to the dtype once. */
export const foldConstants: Rewrite = (t) => {
  if (!isFloat(t.dtype)) return undefined;
  const values = t.inputs.map(constantValue);
  if (values.length === 0 || values.includes(undefined)) return undefined;
  const [a, b] = values as number[];
  const result = arithmetic[t.op]?.(a, b) ?? functions[t.op]?.(a);
  if (result === undefined || !Number.isFinite(result)) return undefined;
  return filled(result, t.shape, t.dtype);
};

/** x + 0, x − 0, 0 − x, x·1, x·0, x/1, 0/x, −(−x). A symbolic zero times anything is zero. */
export const identities: Rewrite = (t) => {
  const [a, b] = t.inputs;
  const known = (x: Tensor, value: number) => constantValue(x) === value;
  const whole = (x: Tensor) => broadcastTo(x, t.shape);
  switch (t.op) {
    case "add":
      if (known(a, 0)) return whole(b);
      return known(b, 0) ? whole(a) : undefined;
    case "sub":
      if (known(b, 0)) return whole(a);
      return known(a, 0) ? whole(neg(b)) : undefined;
    case "mul":
      if (known(a, 1)) return whole(b);
      if (known(b, 1)) return whole(a);
      if (known(a, 0) || known(b, 0)) return filled(0, t.shape, t.dtype);
      if (known(a, -1)) return whole(neg(b));
      return known(b, -1) ? whole(neg(a)) : undefined;
    case "div":
      if (known(b, 1)) return whole(a);
      return known(a, 0) ? filled(0, t.shape, t.dtype) : undefined;
    case "neg":
      return a.op === "neg" ? a.inputs[0] : undefined;
    default:
      return undefined;
  }
};

/** Numbers last, c₁·(c₂·x) → x·(c₁c₂), and a + (−b) → a − b. */
export const gatherScalars: Rewrite = (t) => {
  if (t.op === "add" && t.inputs[1].op === "neg") return sub(t.inputs[0], t.inputs[1].inputs[0]);
  if (t.op === "add" && t.inputs[0].op === "neg") return sub(t.inputs[1], t.inputs[0].inputs[0]);
  if (t.op !== "mul") return undefined;
  const [a, b] = t.inputs;
  if (constantValue(a) !== undefined && constantValue(b) === undefined) return mul(b, a);
  const outer = scalarAndRest(t);
  const inner = outer && scalarAndRest(outer.rest);
  if (outer === undefined || inner === undefined) return undefined;
  const product = mul(inner.rest, scalar(outer.value * inner.value, t.dtype));
  return sameShape(product.shape, t.shape) ? product : undefined;
};

function scalarAndRest(t: Tensor): { value: number; rest: Tensor } | undefined {
  if (t.op !== "mul" || !isFloat(t.dtype)) return undefined;
  const [a, b] = t.inputs;
  for (const [one, other] of [
    [a, b],
    [b, a],
  ] as const) {
    const value = one.shape.length === 0 ? constantValue(one) : undefined;
    if (value !== undefined) return { value, rest: other };
  }
  return undefined;
}

/** Broadcasting ops broadcast by themselves: a repeated operand need not be written out. */
export const implicitBroadcast: Rewrite = (t) => {
  const op = { add, sub, mul, div }[t.op as "add" | "sub" | "mul" | "div"];
  if (op === undefined) return undefined;
  const [a, b] = t.inputs.map((x) => (x.op === "broadcastTo" ? x.inputs[0] : x));
  if (a === t.inputs[0] && b === t.inputs[1]) return undefined;
  const tries: [Tensor, Tensor][] = [
    [a, b],
    [a, t.inputs[1]],
    [t.inputs[0], b],
  ];
  for (const [x, y] of tries) {
    if (x === t.inputs[0] && y === t.inputs[1]) continue;
    const lean = op(x, y);
    if (sameShape(lean.shape, t.shape)) return lean;
  }
  return undefined;
};

/** Elementwise ops on equally permuted operands are done before the permutation; sums forget it. */
export const throughTranspose: Rewrite = (t) => {
  const [a, b] = t.inputs;
  if (t.op === "mul" && a.op === "transpose" && b.op === "transpose") {
    const [p, q] = [permOf(a), permOf(b)];
    if (sameShape(p, q)) return transpose(mul(a.inputs[0], b.inputs[0]), p);
  }
  if (t.op === "sum" && a.op === "transpose") {
    const { axes, keepDims } = t.attrs as { axes: readonly number[]; keepDims: boolean };
    const perm = permOf(a);
    if (keepDims) return undefined;
    const total = sum(
      a.inputs[0],
      axes.map((axis) => perm[axis]),
    );
    // What is left of the axes keeps the order of the permutation.
    const left = perm.filter((_, i) => !axes.includes(i));
    const sorted = [...left].sort((x, y) => x - y);
    return transpose(
      total,
      left.map((axis) => sorted.indexOf(axis)),
    );
  }
  return undefined;
};

function permOf(t: Tensor): readonly number[] {
  return (t.attrs as { perm: readonly number[] }).perm;
}
