import type { Runtime } from "../runtime/runtime.ts";
import type { FloatArray } from "../numeric/index.ts";
import type { Training } from "./training.ts";

/** One number of a run. Stochastic ones carry their standard error and count. */
export interface MetricRow {
  readonly step: number;
  readonly name: string;
  readonly value: number;
  readonly stderr?: number;
  readonly samples?: number;
  /** Of a value that an iteration has found: how far it is from solved, in the value's own units. */
  readonly residual?: number;
}

/** Where training stands when a probe looks. The parameters are a view that the next step overwrites. */
export interface ProbePoint {
  readonly training: Training;
  readonly runtime: Runtime;
  readonly step: number;
  readonly parameters: FloatArray;
  /** One flat vector for each of the optimiser's slots. */
  readonly slots: readonly FloatArray[];
  readonly buffers: FloatArray;
  readonly learningRate: number;
  readonly batchSize: number;
  readonly signal?: AbortSignal;
}

/**
 * What to measure, and when. A probe draws from its own streams and never changes training. What it
 * remembers from one measurement to the next (a warm start) is part of a checkpoint.
 */
export interface Probe {
  readonly name: string;
  due(step: number): boolean;
  measure(point: ProbePoint): Promise<Omit<MetricRow, "step">[]>;
  /** Rows of the steps just taken, in order: for probes that live on training's own numbers. */
  observe?(rows: readonly MetricRow[]): void;
  /** Arrays by name, to be stored; undefined where there is nothing to remember. */
  save?(): Readonly<Record<string, FloatArray>>;
  restore?(saved: Readonly<Record<string, FloatArray>>): void;
  dispose?(): Promise<void>;
}

/** Probes that are disposed of together. */
export interface ProbeSet extends ReadonlyArray<Probe>, AsyncDisposable {}

/** `await using probes = probeSet(…)`: what the probes have compiled is given back at the block's end. */
export function probeSet(...probes: readonly Probe[]): ProbeSet {
  return Object.assign([...probes], {
    async [Symbol.asyncDispose]() {
      await Promise.all(probes.map(async (probe) => probe.dispose?.()));
    },
  });
}

/** Due every `every` steps, at step 0 too. */
export function everySteps(every: number): (step: number) => boolean {
  if (!Number.isInteger(every) || every < 1)
    throw new RangeError(`a cadence must be a positive number of steps, got ${every}`);
  return (step) => step % every === 0;
}
