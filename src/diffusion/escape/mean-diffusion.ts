import type { EscapeProblem } from "./problem.ts";

/** tr D/d, undefined for jumps. */
export function meanDiffusion(
  { host, potential: { dimension } }: EscapeProblem,
  x: ArrayLike<number>,
): number | undefined {
  const d = host.diffusion?.(x);
  if (d === undefined) return undefined;
  let trace = 0;
  for (let i = 0; i < dimension; i++) trace += d[i * dimension + i];
  return trace / dimension;
}
