import { type Data, sizeOf } from "../../graph/index.ts";
import { joined, scheduled, type Training, type TrainState, views } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime, ScanExecutable } from "../../runtime/index.ts";
import { replicaSlices, type Walker } from "./replica-draws.ts";
import { replicaProgram } from "./replica-program.ts";

/** What a call of some steps hands out, step by step: [count, replicas]. */
export interface ReplicaAdvance {
  readonly loss: FloatArray;
  readonly distance2: FloatArray;
}

/** Slots for replicas of a checkpoint that are trained side by side. */
export interface ReplicaMachine extends AsyncDisposable {
  /** Slots there are. */
  readonly replicas: () => number;
  /** Put a slot back to the checkpoint. */
  reset(slot: number): void;
  /** Copy the state of one slot to another. */
  move(from: number, to: number): void;
  /** Keep the first `replicas` slots only. */
  shrink(replicas: number): void;
  /** Train the first slots, which are the walkers', by `count` steps. */
  advance(walkers: readonly Walker[], count: number): Promise<ReplicaAdvance>;
  /** Flat parameters of a slot. */
  parameters(slot: number): FloatArray;
}

/**
 * A machine whose learning rate and batch size are those of the checkpoint's step, held constant.
 *
 * @throws RangeError where all replicas would go the same way, or batch statistics meet short batches.
 */
export function replicaMachine(
  runtime: Runtime,
  training: Training,
  from: TrainState,
  slots: number,
): ReplicaMachine {
  const { model, samples, precision, sampler, noise } = training;
  const batchSize = Math.round(scheduled(training.batchSize, from.step));
  if (!noise && batchSize >= samples.count && sampler.kind !== "with-replacement")
    throw new RangeError(
      `batch size must be below the ${samples.count} samples for replicas to go different ways, got ${batchSize}`,
    );
  if (
    model.buffers.length > 0 &&
    sampler.kind === "epochs" &&
    sampler.last === "keep" &&
    samples.count % batchSize !== 0
  )
    // prettier-ignore
    throw new RangeError(
      `${model.name}: batch statistics need whole batches: use a sampler with last: "drop"`,
    );
  const start = [
    ...views(model.parameters, from.parameters),
    ...from.slots.flatMap((slot) => views(model.parameters, slot)),
    ...views(model.buffers, from.buffers),
  ];
  const origin = views(model.parameters, from.parameters);
  const ones = precision === "float32" ? Float32Array : Float64Array;
  const weights = samples.weights ?? new ones(samples.count).fill(1);
  const constants = [samples.inputs, samples.targets, weights, ...origin] as Data[];
  const programs = new Map<number, Promise<ScanExecutable>>();
  let replicas = slots;
  let carry: FloatArray[] = start.map((piece) => {
    const wide = new ones(replicas * piece.length);
    for (let slot = 0; slot < replicas; slot++) wide.set(piece, slot * piece.length);
    return wide;
  });
  const sizes = start.map(({ length }) => length);
  const compiled = () => {
    let program = programs.get(replicas);
    if (program === undefined) {
      const label = `${replicas} replicas, batch ${batchSize}`;
      const width = slots === 1 ? "alone" : replicas;
      program = runtime.compileScan(replicaProgram(training, batchSize, width), { label });
      programs.set(replicas, program);
    }
    return program;
  };
  return {
    replicas: () => replicas,
    reset(slot) {
      carry.forEach((wide, i) => wide.set(start[i], slot * sizes[i]));
    },
    move(source, to) {
      carry.forEach((wide, i) => wide.copyWithin(to * sizes[i], source * sizes[i], (source + 1) * sizes[i])); // prettier-ignore
    },
    shrink(fewer) {
      replicas = fewer;
      carry = carry.map((wide, i) => wide.slice(0, fewer * sizes[i]));
    },
    async advance(walkers, count) {
      const program = await compiled();
      const slices = replicaSlices(training, from.step, walkers, replicas, count);
      const result = await program.run(count, { carry, constants, slices });
      carry = result.carry as FloatArray[];
      for (const walker of walkers) walker.step += count;
      const [loss, distance2] = result.emitted as FloatArray[];
      return { loss, distance2 };
    },
    parameters(slot) {
      const own = model.parameters.map(({ shape }, i) => {
        const size = sizeOf(shape);
        return carry[i].subarray(slot * size, (slot + 1) * size);
      });
      return joined(own, precision);
    },
    async [Symbol.asyncDispose]() {
      for (const program of await Promise.all(programs.values())) await program.dispose();
      programs.clear();
    },
  };
}
