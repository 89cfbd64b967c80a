import type { Lane, Lanes } from "../lane.ts";
import { polynomial } from "./polynomial.ts";

/** An odd function that rounds to ±1 from `saturated` on, as x·P(x²)/Q(x²). */
export interface OddRatio {
  readonly saturated: number;
  readonly above: readonly number[];
  readonly below: readonly number[];
}

/** The ratio, of [−1, 1]. */
export function oddRatio(lanes: Lanes, x: Lane, { saturated, above, below }: OddRatio): Lane {
  const within = (v: Lane, bound: number) =>
    lanes.pmax(lanes.pmin(v, lanes.constant(bound)), lanes.constant(-bound));
  const bounded = within(x, saturated);
  const y = lanes.mul(bounded, bounded);
  const numerator = lanes.mul(bounded, polynomial(lanes, y, above));
  return within(lanes.div(numerator, polynomial(lanes, y, below)), 1);
}
