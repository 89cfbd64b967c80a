import type { Context } from "./context.ts";

/** Work that several measurements share counts with the first of them. */
export function sharedCost(
  { plan }: Context,
  own: string,
  users: readonly string[],
  products: number,
): number {
  const first = plan.steps.find(({ measurement }) => users.includes(measurement.name));
  return first?.measurement.name === own ? products : 0;
}
