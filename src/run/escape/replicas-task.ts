import {
  followReplicas,
  type ReplicaExits,
  type ReplicaSpec,
  type ReplicaTrack,
} from "../../diffusion/index.ts";
import { ConfigError } from "../config/config-error.ts";
import type { Json, TaskFunction } from "../pool.ts";
import type { WalkerSpan, WalkersNote } from "./on-pool.ts";
import { replicaSubject } from "./replica-subject.ts";

/** The name that the task is registered by. */
export const replicasTaskName = "escape/replicas";

/** What the task is told. */
export interface ReplicasInput extends WalkerSpan {
  /** Where the run is kept. */
  readonly place: string;
  readonly spec: ReplicaSpec;
  readonly horizon: number;
  /** The ways of the first walkers are kept, so many. */
  readonly tracks: number;
  /** The checkpoint in base64, where the run has none at that step. */
  readonly bytes?: string;
}

export interface ReplicasJson {
  /** How long the work took. */
  readonly seconds: number;
  readonly steps: readonly number[];
  /** Numbers of those that left, from 0 in the span. */
  readonly left: readonly number[];
  readonly diverged: number;
  readonly tracks: readonly ReplicaTrack[];
}

/** Train a span of replicas to their exits. Asked to stop, it tells what it has in a last note and rejects. */
export const replicasTask: TaskFunction = async (input, context) => {
  const { place, spec, horizon, tracks, from, to, bytes } = input as unknown as ReplicasInput;
  const run = await context.store.open(place);
  const checkpoint = bytes === undefined ? (await run.restore(spec.at)).checkpoint : undefined;
  if (bytes === undefined && checkpoint?.step !== spec.at)
    throw new ConfigError(`${run.id}: the checkpoint at step ${spec.at} must be undamaged, got none`); // prettier-ignore
  const { horizon: _, ...rest } = spec;
  const subject = await replicaSubject(run, checkpoint?.bytes ?? decoded(bytes!), rest, context);
  const began = performance.now();
  const { training, checkpoint: state, exit } = subject;
  const { seed, replicas, every, samples } = spec;
  const task = { training, checkpoint: state, exit, seed, from, to, replicas, every, samples, horizon, tracks }; // prettier-ignore
  const walking = followReplicas(context.runtime, task);
  const tell = (note: WalkersNote) =>
    context.progress(note.done / (to - from), JSON.stringify(note));
  let last: WalkersNote = { done: 0, exits: 0, steps: 0 };
  let next = await walking.next();
  while (next.done !== true) {
    tell((last = next.value));
    await new Promise((resolve) => setTimeout(resolve, 0)); // lets a message in
    next = await walking.next(context.signal.aborted ? "stop" : undefined);
  }
  if (context.signal.aborted) {
    tell({ ...last, partial: replicasJson(next.value, began) as unknown as Json });
    context.signal.throwIfAborted();
  }
  return replicasJson(next.value, began) as unknown as Json;
};

function replicasJson({ steps, left, ...rest }: ReplicaExits, began: number): ReplicasJson {
  return {
    seconds: (performance.now() - began) / 1000,
    steps: Array.from(steps),
    left: Array.from(left.keys()).filter((i) => left[i] !== 0),
    ...rest,
  };
}

/** The way back. */
export function replicasOfJson({ steps, left, diverged, tracks }: ReplicasJson): ReplicaExits {
  const mask = new Uint8Array(steps.length);
  for (const i of left) mask[i] = 1;
  return { steps: Float64Array.from(steps), left: mask, diverged, tracks };
}

const PIECE = 2 ** 15;

/** Bytes as base64. */
export function encoded(bytes: Uint8Array): string {
  const pieces = Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) =>
    String.fromCharCode(...bytes.subarray(i * PIECE, (i + 1) * PIECE)),
  );
  return btoa(pieces.join(""));
}

const decoded = (text: string) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
