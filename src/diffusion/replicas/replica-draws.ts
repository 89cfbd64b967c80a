import type { Data } from "../../graph/index.ts";
import {
  nextBatch,
  optimiser,
  type SamplerPosition,
  scheduled,
  streamOf,
  type Training,
} from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Stream } from "../../random/index.ts";

/** A replica on its way: what it draws from, and where it stands. */
export interface Walker {
  readonly number: number;
  /** Steps since the checkpoint. */
  step: number;
  position: SamplerPosition;
  readonly order: Stream;
  readonly noise: Stream;
}

/**
 * Walker `number` from a checkpoint: the fork of the run whose order seed is `seed` + number, so that
 * it can be looked at as a run of its own.
 */
export function walkerOf(
  training: Training,
  position: SamplerPosition,
  seed: string,
  number: number,
): Walker {
  const own = { ...training, orderSeed: orderSeedOf(seed, number) };
  const [order, noise] = [streamOf(own, "order"), streamOf(own, "noise")];
  return { number, step: 0, position, order, noise };
}

const orderSeedOf = (seed: string, number: number): string =>
  String(BigInt.asUintN(64, BigInt(seed) + BigInt(number)));

/**
 * Slices of `count` steps for `replicas` slots, of which the first are the walkers, in the order of
 * `stepProgram`; the walkers' positions move on. Slots without a walker get valid draws of no meaning.
 */
export function replicaSlices(
  training: Training,
  from: number,
  walkers: readonly Walker[],
  replicas: number,
  count: number,
): Data[] {
  const { precision, noise, samples, model } = training;
  const floats = (length: number): FloatArray =>
    precision === "float32" ? new Float32Array(length) : new Float64Array(length);
  const rule = optimiser(training.optimiser);
  const batchSize = Math.round(scheduled(training.batchSize, from));
  const eta = scheduled(training.learningRate, from);
  const each = rule.scalars(0, 1).length;
  const scalars = floats(count * replicas * each);
  walkers.forEach(({ step }, slot) => {
    for (let k = 0; k < count; k++)
      scalars.set(rule.scalars(from + step + k, eta), (k * replicas + slot) * each);
  });
  if (noise) {
    const rates = floats(2 * count * replicas);
    for (let i = 0; i < count * replicas; i++) rates.set([batchSize, eta], 2 * i);
    const sizes = noise
      .slices(model.parameterCount, samples.count)
      .map((shape) => shape.reduce((product, n) => product * n, 1));
    const draws = sizes.map((size) => floats(count * replicas * size));
    walkers.forEach((walker, slot) => {
      for (let k = 0; k < count; k++) {
        const at = k * replicas + slot;
        const out = draws.map((data, i) => data.subarray(at * sizes[i], (at + 1) * sizes[i]));
        noise.fill(walker.noise, from + walker.step + k, out);
      }
    });
    return [rates, ...draws, scalars] as Data[];
  }
  const indices = new Int32Array(count * replicas * batchSize);
  const weights = floats(count * replicas * batchSize).fill(1);
  walkers.forEach((walker, slot) => {
    for (let k = 0; k < count; k++) {
      const at = (k * replicas + slot) * batchSize;
      walker.position = nextBatch(
        training.sampler,
        walker.order,
        walker.position,
        samples.count,
        indices.subarray(at, at + batchSize),
        weights.subarray(at, at + batchSize),
      );
    }
  });
  return [indices, weights, scalars] as Data[];
}
