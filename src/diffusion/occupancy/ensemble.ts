import { type EnsembleTask, graphStep, philox, xoshiro128 } from "../../kernel/index.ts";
import { stream } from "../../random/index.ts";
import type { Process } from "../process/process.ts";

/** Independent particles of a process, all alike. */
export interface Ensemble {
  readonly process: Process;
  /** By name; `eta`, the length of a step, must be among them. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Where each begins; velocities, if there are any, follow the coordinates. */
  readonly start: readonly number[];
  readonly particles: number;
  readonly precision?: "f32" | "f64";
  readonly generator?: "xoshiro128++" | "philox4x32-10";
  readonly seed: string;
}

/** When an ensemble is looked at. */
export interface Sampling {
  /** Steps before the first look: the start must be forgotten by then. */
  readonly burnIn: number;
  /** Steps between looks. */
  readonly stride: number;
  /** Looks at each particle. */
  readonly looks: number;
}

/** What an ensemble is to the kernel. */
export type Run = Pick<
  EnsembleTask,
  "step" | "parameters" | "start" | "stream" | "from" | "to" | "burnIn" | "stride" | "observations"
>;

/**
 * Compile the process for its particles.
 *
 * @throws RangeError for a parameter that the process does not have or lacks, and a start of the wrong size.
 */
export function runOf(ensemble: Ensemble, { burnIn, stride, looks }: Sampling): Run {
  const { process, start, particles, seed } = ensemble;
  for (const [name, value] of Object.entries({ particles, stride, looks }))
    if (!Number.isSafeInteger(value) || value < 1)
      throw new RangeError(`${name} must be a positive integer, got ${value}`);
  if (!Number.isSafeInteger(burnIn) || burnIn < 0)
    throw new RangeError(`burnIn must be an integer of at least 0, got ${burnIn}`);
  if (start.length !== process.stateSize)
    throw new RangeError(
      `start must have ${process.stateSize} numbers, one a coordinate${process.stateSize > process.dimension ? " and one a velocity" : ""}, got ${start.length}`,
    );
  return {
    step: stepOf(ensemble),
    parameters: parameterValues(process, ensemble.parameters),
    start: (_, out) => out.set(start),
    stream: stream(seed, "particles"),
    from: 0,
    to: particles,
    burnIn,
    stride,
    observations: looks,
  };
}

const steps = new WeakMap<Process, Map<string, ReturnType<typeof graphStep>>>();

/** One compiled loop a process, precision and generator, whatever the parameters. */
function stepOf({ process, precision = "f64", generator = "xoshiro128++" }: Ensemble) {
  let known = steps.get(process);
  if (known === undefined) steps.set(process, (known = new Map()));
  const key = `${precision} ${generator}`;
  let step = known.get(key);
  if (step === undefined) {
    const words = generator === "philox4x32-10" ? philox : xoshiro128;
    known.set(key, (step = graphStep(process.recursion, { precision, generator: words })));
  }
  return step;
}

function parameterValues(
  { parameterNames, defaults }: Process,
  given: Readonly<Record<string, number>>,
): number[] {
  const unknown = Object.keys(given).find((name) => !parameterNames.includes(name));
  if (unknown !== undefined)
    throw new RangeError(`a parameter must be one of ${parameterNames.join(", ")}, got ${unknown}`);
  return parameterNames.map((name, i) => {
    const value = given[name] ?? defaults[i];
    if (!Number.isFinite(value))
      throw new RangeError(`${name} must be a finite number, got ${value}`);
    return value;
  });
}
