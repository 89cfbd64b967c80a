import { add, matmul, mul, reshape, sum, swapLast, transpose } from "../ops/index.ts";
import { sameShape, sizeOf, type Tensor } from "../tensor.ts";
import type { Rewrite } from "./rewrite.ts";

/** Multiplications of one matrix product [… m, k]·[… k, n]. */
const cost = (a: Tensor, b: Tensor) =>
  Math.max(sizeOf(a.shape.slice(0, -2)), sizeOf(b.shape.slice(0, -2))) *
  a.shape.at(-2)! *
  a.shape.at(-1)! *
  b.shape.at(-1)!;

const isMatrix = (t: Tensor) => t.shape.length === 2;
const isProduct = (t: Tensor) => t.op === "matmul" && isMatrix(t);

/** (A·B)ᵀ → Bᵀ·Aᵀ, whose transposes the machine's product takes in its stride. */
export const transposeOfProduct: Rewrite = (t, { uses }) => {
  if (t.op !== "transpose" || !isProduct(t.inputs[0]) || uses(t.inputs[0]) > 1) return undefined;
  const [a, b] = t.inputs[0].inputs;
  return isMatrix(a) && isMatrix(b) ? matmul(swapLast(b), swapLast(a)) : undefined;
};

/** (A·B + C·D)ᵀ → Bᵀ·Aᵀ + Dᵀ·Cᵀ: no transpose is left to be carried out. */
export const transposeOfSum: Rewrite = (t, { uses }) => {
  const [whole] = t.inputs;
  if (t.op !== "transpose" || !isMatrix(t) || whole.op !== "add" || uses(whole) > 1)
    return undefined;
  const [p, q] = whole.inputs;
  const absorbs = (x: Tensor) => isProduct(x) && uses(x) === 1 && sameShape(x.shape, whole.shape);
  return absorbs(p) && absorbs(q) ? add(swapLast(p), swapLast(q)) : undefined;
};

/** (A·B + C·D) + b → (A·B + b) + C·D with a smaller b: both sums become part of a product. */
export const addendIntoProduct: Rewrite = (t, { uses }) => {
  if (t.op !== "add" || !isMatrix(t)) return undefined;
  for (const [whole, b] of [t.inputs, [...t.inputs].reverse()]) {
    if (whole.op !== "add" || uses(whole) > 1 || sizeOf(b.shape) >= sizeOf(t.shape)) continue;
    const [p, q] = whole.inputs;
    if (isProduct(p) && isProduct(q) && sameShape(p.shape, t.shape)) return add(add(p, b), q);
  }
  return undefined;
};

/**
 * Matrix chains in the cheaper order. In x·(Xᵀ·Δ), a mini-batch gradient used as a direction,
 * (x·Xᵀ)·Δ costs O(b²) a layer instead of a pass over all weights. A product that is needed anyway
 * counts as paid for.
 */
export const reassociate: Rewrite = (t, { uses }) => {
  if (!isProduct(t)) return undefined;
  const [left, right] = t.inputs;
  if (isProduct(right) && isMatrix(left)) {
    const [b, c] = right.inputs;
    if (isMatrix(b) && isMatrix(c)) {
      const now = cost(left, right) + (uses(right) > 1 ? 0 : cost(b, c));
      const pair = matmul(left, b);
      if (cost(left, b) + cost(pair, c) < now) return matmul(pair, c);
    }
  }
  if (isProduct(left) && isMatrix(right)) {
    const [a, b] = left.inputs;
    if (isMatrix(a) && isMatrix(b)) {
      const now = cost(left, right) + (uses(left) > 1 ? 0 : cost(a, b));
      const pair = matmul(b, right);
      if (cost(b, right) + cost(a, pair) < now) return matmul(a, pair);
    }
  }
  return undefined;
};

/** s·(A·B) → A·(s·B) on the smaller factor, so that the sum W − η·Xᵀ·Δ is one fused product. */
export const scalarIntoProduct: Rewrite = (t, { uses }) => {
  if (t.op !== "mul") return undefined;
  for (const [s, product] of [t.inputs, [...t.inputs].reverse()]) {
    if (s.shape.length > 0 || product.op !== "matmul" || uses(product) > 1) continue;
    const [a, b] = product.inputs;
    if (Math.min(sizeOf(a.shape), sizeOf(b.shape)) >= sizeOf(product.shape)) continue;
    return sizeOf(a.shape) < sizeOf(b.shape) ? matmul(scaled(a, s), b) : matmul(a, scaled(b, s));
  }
  return undefined;
};

/** s·x, beneath a transpose rather than on top of it, where the product can still absorb that. */
function scaled(x: Tensor, s: Tensor): Tensor {
  if (x.op !== "transpose") return mul(x, s);
  return transpose(mul(x.inputs[0], s), (x.attrs as { perm: readonly number[] }).perm);
}

/**
 * ⟨A·B, C·D⟩ = Σ (AᵀC) ∘ (B·Dᵀ) over the last two axes, batched: the squared norms of per-sample
 * gradients (outer products) without the gradients, at the cost of two Gram matrices.
 */
export const innerProductOfProducts: Rewrite = (t, { uses }) => {
  if (t.op !== "sum" || t.inputs[0].op !== "mul") return undefined;
  const { axes, keepDims } = t.attrs as { axes: readonly number[]; keepDims: boolean };
  const whole = t.inputs[0];
  const rank = whole.shape.length;
  const [p, q] = whole.inputs;
  if (keepDims || uses(whole) > 1 || p.op !== "matmul" || q.op !== "matmul") return undefined;
  if (!axes.includes(rank - 1) || !axes.includes(rank - 2)) return undefined;
  const [a, b] = p.inputs;
  const [c, d] = q.inputs;
  const sameRank = [a, b, c, d].every((x) => x.shape.length === rank);
  const batch = sizeOf(whole.shape.slice(0, -2));
  if (!sameRank || [a, b, c, d].some((x) => sizeOf(x.shape.slice(0, -2)) !== batch))
    return undefined;
  const [k, l] = [a.shape.at(-1)!, c.shape.at(-1)!];
  const [m, n] = [whole.shape[rank - 2], whole.shape[rank - 1]];
  const forming = (uses(p) > 1 ? 0 : m * n * k) + (p === q || uses(q) > 1 ? 0 : m * n * l);
  if (k * l * (m + n + 1) >= m * n + forming) return undefined;
  const left = matmul(swapLast(a), c);
  const right = matmul(b, swapLast(d));
  return sum(mul(left, right), axes);
};

/**
 * Σᵢ over the leading axis of outer products xᵢδᵢᵀ, or of their entrywise products: one matrix
 * product, Xᵀ·Δ or (X∘X′)ᵀ·(Δ∘Δ′). Per-sample gradients and their second moments summed without
 * being formed.
 */
export const sumOfOuterProducts: Rewrite = (t, { uses }) => {
  if (t.op !== "sum") return undefined;
  const { axes, keepDims } = t.attrs as { axes: readonly number[]; keepDims: boolean };
  const [x] = t.inputs;
  if (keepDims || axes.length !== 1 || axes[0] !== 0 || x.shape.length !== 3 || uses(x) > 1)
    return undefined;
  const factors = x.op === "mul" ? x.inputs.map(outerFactors) : [outerFactors(x)];
  if (factors.some((f) => f === undefined)) return undefined;
  const [u, v] = (factors as [Tensor, Tensor][]).reduce(([u, v], [u2, v2]) => [
    mul(u, u2),
    mul(v, v2),
  ]);
  return matmul(swapLast(u), v);
};

/** [n, m, 1]·[n, 1, k] as its factors [n, m] and [n, k]. */
function outerFactors(t: Tensor): [Tensor, Tensor] | undefined {
  if (t.op !== "matmul" || t.shape.length !== 3) return undefined;
  const [a, b] = t.inputs;
  const n = t.shape[0];
  if (a.shape.length !== 3 || b.shape.length !== 3 || a.shape[2] !== 1) return undefined;
  if (a.shape[0] !== n || b.shape[0] !== n) return undefined;
  return [reshape(a, [n, a.shape[1]]), reshape(b, [n, b.shape[2]])];
}
