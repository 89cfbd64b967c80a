// A few particles by the recursion itself, in float64, for pictures.
import { scalarFunction } from "../../kernel/index.ts";
import {
  fillNormal,
  fillUniform,
  sampleWithoutReplacement,
  sampleWithReplacement,
  stream,
  substream,
} from "../../random/index.ts";
import { type EscapeProblem, initialState } from "./problem.ts";
import { thinned } from "./thinned.ts";

/** Where a particle was, at equal distances of time. */
export interface EscapePathSample {
  readonly times: readonly number[];
  /** [points][coordinates] */
  readonly points: readonly (readonly number[])[];
  /** Whether the last point is beyond the exit. */
  readonly left: boolean;
}

const MOST_POINTS = 2000;

/**
 * Paths of `count` particles until they leave, or for `steps` steps. Crossings between steps are not drawn:
 * these are pictures, and no estimate is made of them. Cost: about a microsecond a step.
 */
export function samplePaths(
  problem: EscapeProblem,
  { count, steps }: { readonly count: number; readonly steps: number },
): EscapePathSample[] {
  const { process, parameters, spec } = problem;
  const { recursion, stateSize, dimension } = process;
  const { state, normals, uniforms, batch, next, exit } = recursion;
  const inputs = [...state, ...recursion.parameters, ...normals, ...uniforms, ...(batch?.indices ?? [])]; // prettier-ignore
  const f = scalarFunction(inputs, [...next, ...(exit === undefined ? [] : [exit])]);
  const values = new Float64Array(inputs.length);
  const out = new Float64Array(next.length + 1);
  const z = new Float64Array(normals.length);
  const u = new Float64Array(uniforms.length);
  const at = stateSize + parameters.length;
  return Array.from({ length: count }, (_, particle) => {
    const own = substream(substream(stream(spec.seed, "escape"), "paths"), particle);
    const [zs, us, is] = ["normals", "uniforms", "batches"].map((name) => substream(own, name));
    values.set(initialState(problem));
    values.set(parameters, stateSize);
    const recorder = thinned(MOST_POINTS);
    recorder.add(0, values.subarray(0, dimension));
    let left = false;
    for (let k = 0; k < steps && !left; k++) {
      fillNormal(zs, k * z.length, z);
      fillUniform(us, k * u.length, u);
      values.set(z, at);
      values.set(u, at + z.length);
      if (batch !== undefined) {
        const draw = batch.replacement ? sampleWithReplacement : sampleWithoutReplacement;
        values.set(draw(is, k, batch.bound, batch.indices.length), at + z.length + u.length); // prettier-ignore
      }
      f(values, out);
      values.set(out.subarray(0, stateSize));
      left = exit !== undefined && out[stateSize] !== 0;
      recorder.add(k + 1, values.subarray(0, dimension), left);
    }
    const kept = recorder.done();
    return {
      times: kept.map(({ step }) => step * spec.eta),
      points: kept.map(({ point }) => point),
      left,
    };
  });
}
