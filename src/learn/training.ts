import type { Loss } from "./loss.ts";
import type { Model } from "./model.ts";
import { initialParameters } from "./model.ts";
import type { NoiseSource } from "./noise-source.ts";
import { optimiser, type OptimiserSpec } from "./optimiser.ts";
import { type Sampler, type SamplerPosition, samplerStart } from "./sampler.ts";
import type { SampleSet } from "./sample-set.ts";
import type { Schedule } from "./schedule.ts";
import { sizeOf } from "../graph/index.ts";
import type { FloatArray } from "../numeric/index.ts";
import { stream, type Stream } from "../random/index.ts";

/** Everything that decides a trajectory. Equal trainings from equal states give equal bits on equal machines. */
export interface Training {
  readonly model: Model;
  readonly loss: Loss;
  readonly optimiser: OptimiserSpec;
  readonly samples: SampleSet;
  readonly sampler: Sampler;
  readonly learningRate: Schedule;
  readonly batchSize: Schedule;
  readonly precision: "float32" | "float64";
  /** Decimal string of a 64-bit integer: initialisation. */
  readonly seed: string;
  /** Seed of the data order and of injected noise; default: `seed`. */
  readonly orderSeed?: string;
  /** In place of mini-batches: the full gradient with noise of a chosen law added to it. */
  readonly noise?: NoiseSource;
}

/** All of a run that changes from step to step, flat, in the order of the model's specs. */
export interface TrainState {
  /** Steps done. */
  readonly step: number;
  readonly parameters: FloatArray;
  /** One flat vector for each of the optimiser's slots. */
  readonly slots: readonly FloatArray[];
  readonly buffers: FloatArray;
  readonly position: SamplerPosition;
}

/** The stream of a purpose; training, measuring and initialising never share draws. */
export function streamOf(training: Training, purpose: "initial" | "order" | "noise"): Stream {
  const seed = purpose === "initial" ? training.seed : (training.orderSeed ?? training.seed);
  return stream(seed, purpose);
}

export function allocateFloat(precision: Training["precision"], length: number): FloatArray {
  return precision === "float32" ? new Float32Array(length) : new Float64Array(length);
}

/** The state before the first step. */
export function initialState(training: Training): TrainState {
  const { model, precision } = training;
  const buffers = allocateFloat(precision, bufferCount(model));
  let offset = 0;
  for (const { shape, start } of model.buffers) {
    const size = sizeOf(shape);
    buffers.fill(start, offset, (offset += size));
  }
  return {
    step: 0,
    parameters: initialParameters(model, precision, streamOf(training, "initial")),
    slots: optimiser(training.optimiser).slots.map(() =>
      allocateFloat(precision, model.parameterCount),
    ),
    buffers,
    position: samplerStart,
  };
}

function bufferCount(model: Model): number {
  return model.buffers.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** Views of a flat vector, one for each spec, in order: nothing is copied. */
export function views(
  specs: readonly { readonly shape: readonly number[] }[],
  flat: FloatArray,
): FloatArray[] {
  const length = specs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  if (flat.length !== length)
    throw new RangeError(`a flat vector must hold ${length} numbers, got ${flat.length}`);
  let offset = 0;
  return specs.map(({ shape }) => flat.subarray(offset, (offset += sizeOf(shape))));
}

/** One flat vector of consecutive pieces. */
export function joined(
  pieces: readonly FloatArray[],
  precision: Training["precision"],
): FloatArray {
  const out = allocateFloat(
    precision,
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  );
  let offset = 0;
  for (const piece of pieces) {
    out.set(piece, offset);
    offset += piece.length;
  }
  return out;
}
