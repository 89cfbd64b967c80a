import type { FloatArray } from "../../numeric/index.ts";
import { zeros } from "../problem/problem.ts";
import { applyBlock, type LinearOperator, type SymmetricOperator } from "./operator.ts";

/** One term of a sum of operators. */
export interface Term {
  /** Default 1. */
  readonly scale?: number;
  readonly operator: SymmetricOperator;
}

/** Σₖ cₖ·Aₖ. Cost: a product with each. */
export function sumOperator(terms: readonly Term[]): SymmetricOperator {
  if (terms.length === 0)
    throw new RangeError("a sum of operators must have at least one term, got 0");
  const [{ operator: first }] = terms;
  for (const { operator } of terms) requireLike(first, operator);
  terms.forEach(({ scale = 1 }, k) => requireFinite(`scale of term ${k}`, scale));
  const name = terms.map(({ scale = 1, operator }) => scaledName(scale, operator)).join(" + ");
  const scratch = scratchOf(first);
  return combined(name, first, true, async (vectors, outs) => {
    const parts = scratch(vectors.length);
    await applyBlock(terms[0].operator, vectors, outs);
    for (const out of outs) scaleBy(out, terms[0].scale ?? 1);
    for (const { scale = 1, operator } of terms.slice(1)) {
      await applyBlock(operator, vectors, parts);
      outs.forEach((out, j) => addScaled(out, scale, parts[j]));
    }
  });
}

/** c·A. */
export function scaledOperator(operator: SymmetricOperator, scale: number): SymmetricOperator {
  return sumOperator([{ scale, operator }]);
}

/** A + s·I: eigenvalues move by s, eigenvectors stay. */
export function shiftedOperator(operator: SymmetricOperator, shift: number): SymmetricOperator {
  requireFinite("shift", shift);
  return combined(`${operator.name} + ${shift}·I`, operator, true, async (vectors, outs) => {
    await applyBlock(operator, vectors, outs);
    outs.forEach((out, j) => addScaled(out, shift, vectors[j]));
  });
}

/**
 * P^(−1/2)·A·P^(−1/2) with P = diag(`diagonal`): it has the eigenvalues of P⁻¹A, which is not
 * symmetric, and for A the Hessian and P the preconditioner of an optimiser (`optimiserPreconditioner`)
 * those that its stability depends on.
 *
 * @throws RangeError for an entry that is not positive and finite.
 */
export function preconditionedOperator(
  operator: SymmetricOperator,
  diagonal: FloatArray,
): SymmetricOperator {
  const { dim, dtype } = operator;
  if (diagonal.length !== dim)
    throw new RangeError(
      `a preconditioner of ${operator.name} must have ${dim} entries, got ${diagonal.length}`,
    );
  const bad = diagonal.findIndex((p) => !(p > 0 && p < Infinity));
  if (bad >= 0)
    throw new RangeError(
      `entries of a preconditioner must be positive and finite, got ${diagonal[bad]} at ${bad}`,
    );
  const root = Float64Array.from(diagonal, (p) => 1 / Math.sqrt(p));
  const scratch = scratchOf({ dim, dtype });
  return combined(`preconditioned ${operator.name}`, operator, true, async (vectors, outs) => {
    const scaled = scratch(vectors.length);
    vectors.forEach((v, j) => multiply(v, root, scaled[j]));
    await applyBlock(operator, scaled, outs);
    for (const out of outs) multiply(out, root, out);
  });
}

/** A·B: first B, then A. Not symmetric unless the two commute, so that no symmetric solver takes it. */
export function productOperator(
  a: LinearOperator,
  b: LinearOperator,
): LinearOperator & { readonly symmetric: false } {
  requireLike(a, b);
  const scratch = scratchOf(a);
  return combined(`${a.name}·${b.name}`, a, false, async (vectors, outs) => {
    const parts = scratch(vectors.length);
    await applyBlock(b, vectors, parts);
    await applyBlock(a, parts, outs);
  });
}

/**
 * (A·B + B·A)/2, the symmetric part of A·B: the same trace and the same quadratic forms vᵀABv, not
 * the same eigenvalues. Cost: two products with each.
 */
export function symmetrizedProductOperator(
  a: SymmetricOperator,
  b: SymmetricOperator,
): SymmetricOperator {
  requireLike(a, b);
  const scratch = scratchOf(a);
  return combined(`(${a.name}·${b.name} + transpose)/2`, a, true, async (vectors, outs) => {
    const all = scratch(2 * vectors.length);
    const [left, right] = [all.slice(0, vectors.length), all.slice(vectors.length)];
    await applyBlock(b, vectors, left);
    await applyBlock(a, left, outs);
    await applyBlock(a, vectors, left);
    await applyBlock(b, left, right);
    outs.forEach((out, j) => {
      addScaled(out, 1, right[j]);
      scaleBy(out, 0.5);
    });
  });
}

type Block = (vectors: readonly FloatArray[], outs: readonly FloatArray[]) => Promise<void>;

/** An operator of a size and type, given by what it does to a block. */
export function combined<S extends boolean>(
  name: string,
  { dim, dtype }: Pick<LinearOperator, "dim" | "dtype">,
  symmetric: S,
  block: Block,
): LinearOperator & { readonly symmetric: S } {
  let products = 0;
  const counted: Block = (vectors, outs) => {
    for (const v of [...vectors, ...outs]) requireVector(name, dim, dtype, v);
    products += vectors.length;
    return block(vectors, outs);
  };
  return {
    name,
    dim,
    dtype,
    symmetric,
    get products() {
      return products;
    },
    apply: (v, out) => counted([v], [out]),
    applyBlock: counted,
  };
}

/** Buffers for a block, made once and reused. */
export function scratchOf({
  dim,
  dtype,
}: Pick<LinearOperator, "dim" | "dtype">): (count: number) => FloatArray[] {
  const buffers: FloatArray[] = [];
  return (count) => {
    while (buffers.length < count) buffers.push(zeros(dtype, dim));
    return buffers.slice(0, count);
  };
}

function requireVector(
  name: string,
  dim: number,
  dtype: "float32" | "float64",
  v: FloatArray,
): void {
  const wanted = dtype === "float32" ? Float32Array : Float64Array;
  if (!(v instanceof wanted) || v.length !== dim)
    throw new RangeError(
      `vectors of ${name} must be a ${wanted.name} of ${dim} numbers, got a ${v.constructor.name} of ${v.length}`,
    );
}

function requireLike(a: LinearOperator, b: LinearOperator): void {
  if (a.dim !== b.dim || a.dtype !== b.dtype)
    throw new RangeError(
      `operators must be of one size and type, got ${a.name} of ${a.dim} ${a.dtype} and ${b.name} of ${b.dim} ${b.dtype}`,
    );
}

function requireFinite(what: string, value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`${what} must be finite, got ${value}`);
}

const scaledName = (scale: number, { name }: LinearOperator) =>
  scale === 1 ? name : `${scale}·${name}`;

function scaleBy(v: FloatArray, scale: number): void {
  if (scale !== 1) for (let i = 0; i < v.length; i++) v[i] *= scale;
}

function addScaled(out: FloatArray, scale: number, v: FloatArray): void {
  for (let i = 0; i < out.length; i++) out[i] += scale * v[i];
}

function multiply(v: FloatArray, by: Float64Array, out: FloatArray): void {
  for (let i = 0; i < out.length; i++) out[i] = v[i] * by[i];
}
