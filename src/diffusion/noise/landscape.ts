import { grad, scalar, type Tensor } from "../../graph/index.ts";
import type { Potential } from "../potential/potential.ts";
import type { Landscape, Named } from "./noise.ts";

/** The potential with its gradient and, when asked for, its Hessian at x. */
export function landscapeAt(potential: Potential, x: readonly Tensor[], named: Named): Landscape {
  const value = (y: readonly Tensor[]) => potential.value(y, named);
  const slope = grad((y: readonly Tensor[]) => value(y));
  const gradient = slope(x);
  let hessian: readonly (readonly Tensor[])[] | undefined;
  return {
    x,
    value: value(x),
    gradient,
    hessian: () => (hessian ??= x.map((_, i) => grad((y: readonly Tensor[]) => slope(y)[i])(x))),
  };
}

/** 0 as a float64 scalar. */
export const zero = (): Tensor => scalar(0, "float64");
