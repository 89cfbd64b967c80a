import { diffusionProcess, type ProcessOptions } from "../../src/diffusion/process/process.ts";
import { lessEqual } from "../../src/graph/index.ts";
import { firstExits, graphStep, xoshiro128 } from "../../src/kernel/index.ts";
import { stream } from "../../src/random/index.ts";
import { hostStep, parameterValues } from "./simulate.ts";

/** States after one step from a point, on the compiled kernel: [k][particle]. */
export function oneStep(
  options: Omit<ProcessOptions, "exit" | "target">,
  parameters: Readonly<Record<string, number>>,
  from: readonly number[],
  particles: number,
  precision: "f32" | "f64" = "f64",
): Float64Array[] {
  const process = diffusionProcess({
    ...options,
    target: "discrete",
    exit: { kind: "predicate", text: "always", holds: ([x]) => lessEqual(x, 1e30) },
  });
  const run = firstExits({
    step: graphStep(process.recursion, { precision, generator: xoshiro128 }),
    parameters: parameterValues(process, parameters),
    start: (_, out) => out.set(from),
    stream: stream("31", "one-step"),
    from: 0,
    to: particles,
    horizon: 1,
  });
  let at = run.next();
  while (at.done !== true) at = run.next();
  const { states, stateSize } = at.value;
  return Array.from({ length: stateSize }, (_, k) =>
    Float64Array.from({ length: particles }, (__, p) => states[p * stateSize + k]),
  );
}

/** Covariance of one Gaussian step, by pushing unit normals through it on the host. */
export function stepCovariance(
  options: Omit<ProcessOptions, "exit" | "target">,
  parameters: Readonly<Record<string, number>>,
  from: readonly number[],
): { readonly covariance: number[][]; readonly mean: Float64Array } {
  const process = diffusionProcess({ ...options, target: "discrete" });
  const step = hostStep(process, parameters);
  const columns = process.recursion.normals.length;
  const unit = (j: number) => Array.from({ length: columns }, (_, k) => (k === j ? 1 : 0));
  const mean = step(from, unit(-1)).slice();
  const moves = Array.from({ length: columns }, (_, j) =>
    step(from, unit(j)).map((x, k) => x - mean[k]),
  );
  const covariance = from.map((_, i) =>
    from.map((__, j) => moves.reduce((sum, move) => sum + move[i] * move[j], 0)),
  );
  return { covariance, mean };
}
