import { constantValue } from "../../graph/ops/constant.ts";
import { sameShape, type Shape, sizeOf, type Tensor } from "../../graph/tensor.ts";
import { sumOfConvolutions } from "./blocked-conv.ts";
import { unexpanded } from "./broadcast.ts";
import type { Emitter, Lower, Lowerings } from "./context.ts";

/**
 * Contractions. A rank-2 product takes its transposed operands and its addend into one `Gemm`, and so
 * does `c ± s·(a·b)` with a scalar s: a step W − η·Xᵀ·Δ is one kernel call. What a `Gemm` has
 * swallowed and nobody else reads is dropped by the writer.
 */

interface Product {
  readonly a: Tensor;
  readonly b: Tensor;
  readonly alpha: number;
  /** Factors that are no constants, or none that a float32 attribute can hold: they go to the smaller operand. */
  readonly scales: readonly Tensor[];
}

const addLike =
  <K extends "add" | "sub">(sign: 1 | -1): Lower<K> =>
  (t, _inputs, e) => {
    const [left, right] = t.inputs as [Tensor, Tensor];
    const fused =
      gemm(t, productOf(right, sign, e), left, e) ??
      (sign === 1 ? (gemm(t, productOf(left, 1, e), right, e) ?? convolved(t, e)) : undefined);
    return fused ?? e.op(sign === 1 ? "Add" : "Sub", unexpanded(t, e));
  };

const contrib = "com.microsoft";

export const matmulLowerings = {
  matmul: (t, inputs, e) => {
    const [a, b] = t.inputs as [Tensor, Tensor];
    const fused =
      isSwap(a) || isSwap(b) ? gemm(t, { a, b, alpha: 1, scales: [] }, undefined, e) : undefined;
    return fused ?? e.op("MatMul", inputs);
  },
  add: addLike<"add">(1),
  sub: addLike<"sub">(-1),
} satisfies Lowerings<"matmul" | "add" | "sub">;

function gemm(
  t: Tensor,
  product: Product | undefined,
  addend: Tensor | undefined,
  e: Emitter,
): string | undefined {
  if (product === undefined || t.shape.length !== 2) return undefined;
  if (t.shape.includes(0) || product.a.shape.includes(0)) return undefined;
  const [a, b] = [operand(product.a, e), operand(product.b, e)];
  const smaller = sizeOf(product.a.shape) < sizeOf(product.b.shape) ? a : b;
  for (const scale of product.scales) smaller.name = e.op("Mul", [smaller.name, e.value(scale)]);
  const names = [a.name, b.name];
  if (addend !== undefined) {
    const c = addend.op === "broadcastTo" ? addend.inputs[0] : addend;
    if (!broadcastsTo(c.shape, t.shape)) return undefined;
    names.push(e.value(c));
  }
  const alpha = product.alpha !== 1 && { alpha: { float: product.alpha } };
  if (b.swapped && !a.swapped && e.contrib && wideOnTheRight(product.a, t)) {
    const turned = e.op("FusedMatMul", [b.name, a.name], { transB: { int: 1 }, ...alpha }, contrib);
    const y = e.op("Transpose", [turned], { perm: { ints: [1, 0] } });
    return names.length > 2 ? e.op("Add", [y, names[2]]) : y;
  }
  return e.op("Gemm", names, {
    ...(a.swapped && { transA: { int: 1 } }),
    ...(b.swapped && { transB: { int: 1 } }),
    ...alpha,
  });
}

function convolved(t: Tensor, e: Emitter): string | undefined {
  const [left, right] = t.inputs;
  if (left === right || [left, right].some((x) => e.uses(x) > 1 || !sameShape(x.shape, t.shape)))
    return undefined;
  return sumOfConvolutions(e.value(left), e.value(right), e);
}

/**
 * Whether X·Wᵀ is quicker as (W·Xᵀ)ᵀ. The right operand of a product is packed anew in each call:
 * where X has few rows, packing a large W takes longer than the product. A `Gemm` would be turned
 * back by ONNX Runtime.
 */
function wideOnTheRight(x: Tensor, product: Tensor): boolean {
  const [rows, inner] = x.shape;
  const weights = inner * product.shape[1];
  if (x.dtype !== "float32" || rows > 96) return false;
  return rows >= 8 ? weights >= 2 ** 15 : rows >= 2 && weights >= 2 ** 20;
}

/** The tensor as s·(a·b) of rank 2, if it is one that only its reader needs. */
function productOf(t: Tensor, sign: 1 | -1, e: Emitter): Product | undefined {
  let inner = t;
  let alpha: number = sign;
  const scales: Tensor[] = [];
  for (;;) {
    if (!sameShape(inner.shape, t.shape) || t.shape.length !== 2 || e.uses(inner) !== 1)
      return undefined;
    const [x, y] = inner.inputs;
    switch (inner.op) {
      case "matmul":
        return { a: x, b: y, alpha, scales };
      case "neg":
        alpha = -alpha;
        inner = x;
        break;
      case "mul": {
        const [scale, rest] = sizeOf(unbroadcast(x).shape) === 1 ? [unbroadcast(x), y] : [unbroadcast(y), x]; // prettier-ignore
        if (sizeOf(scale.shape) !== 1 || scale.shape.length > 2) return undefined;
        // An attribute is float32 whatever the tensors are.
        const value = alpha * (constantValue(scale) ?? NaN);
        if (Math.fround(value) === value) alpha = value;
        else scales.push(scale);
        inner = rest;
        break;
      }
      default:
        return undefined;
    }
  }
}

function unbroadcast(t: Tensor): Tensor {
  return t.op === "broadcastTo" ? t.inputs[0] : t;
}

function operand(t: Tensor, e: Emitter): { name: string; swapped: boolean } {
  return isSwap(t)
    ? { name: e.value(t.inputs[0]), swapped: true }
    : { name: e.value(t), swapped: false };
}

function isSwap(t: Tensor): boolean {
  return t.op === "transpose" && t.shape.length === 2;
}

function broadcastsTo(from: Shape, to: Shape): boolean {
  const lead = to.length - from.length;
  return lead >= 0 && from.every((size, axis) => size === 1 || size === to[axis + lead]);
}
