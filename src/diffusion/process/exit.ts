import { add, div, greater, mul, scalar, square, sub, type Tensor } from "../../graph/index.ts";
import type { Matrix, Named } from "../noise/noise.ts";
import type { Potential } from "../potential/potential.ts";

/** What ends a particle's run: the set that it must not enter. Velocities play no part. */
export type Exit =
  /** n·θ > c. For the continuous process it is watched between the steps too. */
  | HalfSpace
  /** ‖θ − centre‖ > r. */
  | { readonly kind: "ball"; readonly centre: readonly number[]; readonly radius: number }
  /** V(θ) > level. */
  | { readonly kind: "level"; readonly level: number }
  /** Any bool of the coordinates. */
  | {
      readonly kind: "predicate";
      readonly text: string;
      readonly holds: (x: readonly Tensor[]) => Tensor;
    };

interface HalfSpace {
  readonly kind: "half-space";
  readonly normal: readonly number[];
  readonly offset: number;
}

/** Whether x is in the set. */
export function hasLeft(
  exit: Exit,
  x: readonly Tensor[],
  potential: Potential,
  named: Named,
): Tensor {
  switch (exit.kind) {
    case "half-space":
      return greater(along(exit.normal, x), number(exit.offset));
    case "ball":
      return greater(
        sum(x.map((xi, i) => square(sub(xi, number(exit.centre[i]))))),
        number(exit.radius ** 2),
      );
    case "level":
      return greater(potential.value(x, named), number(exit.level));
    case "predicate":
      return exit.holds(x);
  }
}

/**
 * 2·d₀·d₁/(h·‖Bᵀn‖²) for distances d₀ and d₁ from the wall before and after the step: the Brownian bridge
 * between them crosses it with the chance e^(−that), B being that of the step's start.
 */
export function bridgeExponent(
  exit: HalfSpace,
  before: readonly Tensor[],
  after: readonly Tensor[],
  factor: Matrix,
  h: Tensor,
): Tensor {
  const distance = (x: readonly Tensor[]) => sub(number(exit.offset), along(exit.normal, x));
  const columns = factor[0].map((_, j) => along(exit.normal, factor.map((row) => row[j]))); // prettier-ignore
  const variance = mul(h, sum(columns.map(square)));
  return div(mul(number(2), mul(distance(before), distance(after))), variance);
}

const number = (value: number) => scalar(value, "float64");
const sum = (terms: readonly Tensor[]) => terms.reduce((a, b) => add(a, b));

/** n·θ, without the terms that are 0. */
const along = (normal: readonly number[], x: readonly Tensor[]): Tensor =>
  sum(x.flatMap((xi, i) => (normal[i] === 0 ? [] : [normal[i] === 1 ? xi : mul(xi, number(normal[i]))]))); // prettier-ignore
