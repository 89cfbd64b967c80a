import {
  type GraphFunction,
  input,
  grad,
  pushForward,
  scalar,
  simplify,
  type Tensor,
} from "../../graph/index.ts";
import { scalarFunction } from "../../kernel/index.ts";
import type { Potential } from "./potential.ts";

/** V, ∇V and ∇²V of a potential as functions of d numbers, exact up to rounding. */
export interface PotentialCalculus {
  readonly dimension: number;
  readonly value: (x: ArrayLike<number>) => number;
  /** Writes ∇V into `out` [d]. */
  readonly gradient: (x: ArrayLike<number>, out: Float64Array) => void;
  /** Writes ∇²V into `out` [d, d], row-major; exactly symmetric. */
  readonly hessian: (x: ArrayLike<number>, out: Float64Array) => void;
}

/**
 * Compile a potential and its derivatives for the host, with its parameters fixed (those left out keep
 * their defaults). Each is compiled when it is first asked for.
 *
 * @throws RangeError for a parameter that the potential does not have.
 */
export function potentialCalculus(
  potential: Potential,
  parameters: Readonly<Record<string, number>> = {},
): PotentialCalculus {
  for (const name of Object.keys(parameters))
    if (!Object.hasOwn(potential.parameters, name))
      throw new RangeError(
        `${potential.name} has no parameter ${name}, only ${Object.keys(potential.parameters).join(", ") || "none"}`,
      );
  const fixed = Object.entries({ ...potential.parameters, ...parameters });
  const named = Object.fromEntries(fixed.map(([name, value]) => [name, scalar(value, "float64")]));
  const d = potential.dimension;
  const inputs = Array.from({ length: d }, (_, i) => input([], "float64", `x${i + 1}`));
  const compile = (outputs: readonly Tensor[]) => {
    const graph: GraphFunction = simplify({ inputs, outputs });
    return scalarFunction(inputs, graph.outputs);
  };
  const v = (x: readonly Tensor[]) => potential.value(x, named);
  const slopes = once(() => grad(v)(inputs));
  const value = once(() => compile([v(inputs)]));
  const gradient = once(() => compile(slopes()));
  const upper = once(() => compile(hessianEntries(inputs, slopes())));
  const one = new Float64Array(1);
  const triangle = new Float64Array((d * (d + 1)) / 2);
  return {
    dimension: d,
    value(x) {
      value()(x, one);
      return one[0];
    },
    gradient: (x, out) => gradient()(x, out),
    hessian(x, out) {
      upper()(x, triangle);
      let k = 0;
      for (let i = 0; i < d; i++)
        for (let j = i; j < d; j++) out[i * d + j] = out[j * d + i] = triangle[k++];
    },
  };
}

/** ∂²V/∂xᵢ∂xⱼ for i ≤ j, row after row, by forward over reverse. */
function hessianEntries(inputs: readonly Tensor[], slopes: readonly Tensor[]): Tensor[] {
  const one = scalar(1, "float64");
  const zero = scalar(0, "float64");
  return inputs.flatMap((x, i) => {
    const tangents = inputs.map((other) => (other === x ? one : undefined));
    return pushForward({ inputs, outputs: slopes.slice(i) }, tangents).map((t) => t ?? zero);
  });
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
