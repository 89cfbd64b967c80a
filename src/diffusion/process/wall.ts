import { greater, less, neg, scalar, sub, type Tensor, where } from "../../graph/index.ts";

/** Reflects at xᵢ = `at`, particles staying `above` or `below` it. */
export interface Wall {
  readonly coordinate: number;
  readonly at: number;
  readonly keeps: "above" | "below";
}

/** A state that ends beyond the wall is folded back, 2w − x; a velocity, `dimension` entries on, is turned. */
export function reflect(
  state: readonly Tensor[],
  { coordinate, at, keeps }: Wall,
  dimension: number,
): readonly Tensor[] {
  const x = state[coordinate];
  const wall = scalar(at, "float64");
  const beyond = keeps === "above" ? less(x, wall) : greater(x, wall);
  const folded = state.with(coordinate, where(beyond, sub(scalar(2 * at, "float64"), x), x));
  if (state.length === dimension) return folded;
  const v = state[dimension + coordinate];
  return folded.with(dimension + coordinate, where(beyond, neg(v), v));
}
