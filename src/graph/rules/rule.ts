import type { OpName } from "../op-attrs.ts";
import type { Node, Tensor } from "../tensor.ts";
import { broadcastTo, expandDims, reshape } from "../ops/index.ts";

/**
 * How an op is differentiated and vectorised, in ops of the same language, so that the derivative
 * of a derivative needs nothing more. An absent tangent or cotangent is a symbolic zero.
 */
export interface Rule<K extends OpName> {
  /** Tangent of the output from tangents of the inputs, of which at least one is present. */
  jvp(t: Node<K>, tangents: readonly (Tensor | undefined)[]): Tensor | undefined;
  /** Cotangents of the inputs; only those in `wanted` are looked at. */
  vjp(t: Node<K>, ct: Tensor, wanted: readonly boolean[]): readonly (Tensor | undefined)[];
  /** The op on inputs of which those in `batched` carry a new leading axis of `size`; so does the result. */
  batch(t: Node<K>, inputs: readonly Tensor[], batched: readonly boolean[], size: number): Tensor;
}

export type Rules = { readonly [K in OpName]: Rule<K> };

/** The two derivatives of an op whose outputs do not move: comparisons, indices, constants. */
export const noDerivative = {
  jvp: () => undefined,
  vjp: (t: Node) => t.inputs.map(() => undefined),
};

/** Every input with the leading axis: those without it are repeated. */
export function withLeading(
  inputs: readonly Tensor[],
  batched: readonly boolean[],
  size: number,
): Tensor[] {
  return inputs.map((x, i) => (batched[i] ? x : broadcastTo(expandDims(x, 0), [size, ...x.shape])));
}

/** A batched [n, …s] with ones put after the leading axis until the example's rank is `rank`, as broadcasting aligns on the right. */
export function alignLeading(x: Tensor, rank: number): Tensor {
  const [size, ...rest] = x.shape;
  const missing = rank - rest.length;
  if (missing <= 0) return x;
  return reshape(x, [size, ...Array.from({ length: missing }, () => 1), ...rest]);
}
