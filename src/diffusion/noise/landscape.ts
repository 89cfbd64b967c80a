import { constantValue, grad, scalar, simplify, type Tensor } from "../../graph/index.ts";
import type { Potential } from "../potential/potential.ts";
import type { Landscape, Matrix, Named } from "./noise.ts";

/** The potential with its gradient and, when asked for, its Hessian at x. */
export function landscapeAt(potential: Potential, x: readonly Tensor[], named: Named): Landscape {
  const value = (y: readonly Tensor[]) => potential.value(y, named);
  const slope = grad((y: readonly Tensor[]) => value(y));
  let hessian: Matrix | undefined;
  return {
    x,
    value: value(x),
    gradient: slope(x),
    hessian: () => (hessian ??= hessianOf(slope, x)),
  };
}

/** Simplified, so that the structure shows: the zeros of a separable potential are constants. */
function hessianOf(
  slope: (x: readonly Tensor[]) => readonly Tensor[],
  x: readonly Tensor[],
): Matrix {
  const rows = x.map((_, i) => grad((y: readonly Tensor[]) => slope(y)[i])(x));
  const flat = simplify({ inputs: [...x], outputs: rows.flat() }).outputs;
  return x.map((_, i) => x.map((__, j) => flat[i <= j ? i * x.length + j : j * x.length + i]));
}

/** 0 as a float64 scalar. */
export const zero = (): Tensor => scalar(0, "float64");

export const isZero = (t: Tensor): boolean => constantValue(t) === 0;
