// Particles of a process on the compiled kernel, and the process as a function on the host.
import type { Process } from "../../src/diffusion/process/process.ts";
import { graphStep, scalarFunction, xoshiro128 } from "../../src/kernel/index.ts";
import { particleMachine } from "../../src/kernel/particles/machine.ts";
import { stream, substream } from "../../src/random/index.ts";

export interface Simulation {
  /** By name; `eta` among them. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly start: readonly number[];
  readonly particles: number;
  /** Steps before the first sample, and from each to the next. */
  readonly burnIn: number;
  readonly stride?: number;
  readonly samples?: number;
  readonly seed: string;
  readonly precision?: "f32" | "f64";
}

/** The values of a process's parameters, in its order. */
export function parameterValues(
  { parameterNames, defaults }: Process,
  given: Readonly<Record<string, number>>,
): number[] {
  for (const name of Object.keys(given))
    if (!parameterNames.includes(name)) throw new RangeError(`no parameter is called ${name}`);
  return parameterNames.map((name, i) => given[name] ?? defaults[i]);
}

/** State entry k of every particle at every sample: [k][sample · particles + particle]. */
export function simulate(
  process: Process,
  {
    parameters,
    start,
    particles,
    burnIn,
    stride = 1,
    samples = 1,
    seed,
    precision = "f64",
  }: Simulation,
): Float64Array[] {
  const step = graphStep(process.recursion, { precision, generator: xoshiro128 });
  const machine = particleMachine(step, particles);
  machine.setParameters(parameterValues(process, parameters));
  const streams = stream(seed, "test/diffusion");
  for (let p = 0; p < particles; p++) machine.put(p, start, substream(streams, p));
  const perIteration = machine.code.iteration.steps;
  const rounds = (steps: number) => Math.ceil(steps / perIteration);
  const out = Array.from(
    { length: process.stateSize },
    () => new Float64Array(samples * particles),
  );
  for (let s = 0; s < samples; s++) {
    machine.advance(particles, rounds(s === 0 ? burnIn : stride));
    for (let p = 0; p < particles; p++)
      out.forEach((column, k) => (column[s * particles + p] = machine.coordinate(p, k)));
  }
  return out;
}

/** One step on the host, in float64: state, normals, uniforms and indices to the next state. */
export function hostStep(
  process: Process,
  parameters: Readonly<Record<string, number>>,
): (
  state: ArrayLike<number>,
  normals: ArrayLike<number>,
  uniforms?: ArrayLike<number>,
  indices?: ArrayLike<number>,
) => Float64Array {
  const { state, parameters: inputs, normals, uniforms, batch, next } = process.recursion;
  const indices = batch?.indices ?? [];
  const f = scalarFunction([...state, ...inputs, ...normals, ...uniforms, ...indices], next);
  const values = parameterValues(process, parameters);
  const out = new Float64Array(next.length);
  const all = new Float64Array(
    state.length + values.length + normals.length + uniforms.length + indices.length,
  );
  return (from, z, u = [], index = []) => {
    let at = 0;
    for (const part of [from, values, z, u, index]) {
      all.set(part, at);
      at += part.length;
    }
    f(all, out);
    return out;
  };
}

const mean = (x: Float64Array): number => x.reduce((s, v) => s + v, 0) / x.length;

/** (1/n) Σ (xᵢ − x̄)(yᵢ − ȳ) and its standard error, for independent pairs. */
export function covarianceOf(
  x: Float64Array,
  y: Float64Array,
): { readonly value: number; readonly stderr: number } {
  const [mx, my] = [mean(x), mean(y)];
  const products = x.map((v, i) => (v - mx) * (y[i] - my));
  const value = mean(products);
  const spread = mean(products.map((p) => (p - value) ** 2));
  return { value, stderr: Math.sqrt(spread / x.length) };
}
