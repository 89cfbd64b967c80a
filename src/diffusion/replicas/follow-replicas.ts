import { scheduled, type Training, type TrainState } from "../../learn/index.ts";
import { lossMeter, subsetProblem, trainingProblem } from "../../measure/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { Exits, WalkersProgress } from "../escape/walkers.ts";
import { type Thinned, thinned } from "../escape/thinned.ts";
import { type Walker, walkerOf } from "./replica-draws.ts";
import type { ReplicaExit } from "./replica-exit.ts";
import { type ReplicaMachine, replicaMachine } from "./replica-machine.ts";

/** Replicas of a checkpoint to train until they leave or the horizon ends. */
export interface ReplicaTask {
  readonly training: Training;
  readonly checkpoint: TrainState;
  readonly exit: ReplicaExit;
  /** Walker i is the fork with the order seed `seed` + i. */
  readonly seed: string;
  /** Walkers from … to − 1. */
  readonly from: number;
  readonly to: number;
  /** Trained side by side. */
  readonly replicas: number;
  /** Steps between two looks at the loss, where the exit asks for it. */
  readonly every: number;
  /** The loss is over the first so many samples. */
  readonly samples: number;
  /** Steps after which a walker is given up. */
  readonly horizon: number;
  /** The ways of the first walkers are kept, so many. */
  readonly tracks: number;
}

/** Distance and batch loss along the way of one walker. */
export interface ReplicaTrack {
  readonly walker: number;
  readonly left: boolean;
  readonly steps: readonly number[];
  readonly distance: readonly number[];
  readonly batchLoss: readonly number[];
}

export interface ReplicaExits extends Exits {
  /** Walkers that left because a number was not finite any more. */
  readonly diverged: number;
  readonly tracks: readonly ReplicaTrack[];
}

const TRACK_POINTS = 400;
const CALL_MILLISECONDS = 100;

/**
 * Train the walkers until each has left. An exit of r alone is looked at in every step; one of V
 * every `every` steps, the loss being a pass over the samples. A number that is not finite counts as
 * left. Yields after each call; the answer `"stop"` ends the run there, and who has not left is censored.
 *
 * The exits depend neither on how steps are cut into calls nor on a split into ranges; nor on `replicas`,
 * but that one alone runs in kernels of its own, whose last bits may differ.
 *
 * @throws RangeError for an exit of V where the model has batch statistics: a replica's are its own.
 */
export async function* followReplicas(
  runtime: Runtime,
  task: ReplicaTask,
): AsyncGenerator<WalkersProgress, ReplicaExits, "stop" | undefined> {
  const { training, checkpoint, exit, from, to, horizon } = task;
  const every = exit.usesLoss ? task.every : 1;
  const limit = Math.ceil(horizon / every) * every;
  const count = to - from;
  const steps = new Float64Array(count);
  const left = new Uint8Array(count);
  const tracks = new Map<number, ReturnType<typeof thinned>>();
  await using machine = replicaMachine(runtime, training, checkpoint, Math.min(task.replicas, count)); // prettier-ignore
  await using meter = exit.usesLoss ? await metered(runtime, task) : undefined;
  let next = from;
  let [done, exits, diverged, finished] = [0, 0, 0, 0];
  const begin = (): Walker => {
    const walker = walkerOf(training, checkpoint.position, task.seed, next++);
    if (walker.number < task.tracks) tracks.set(walker.number, thinned(TRACK_POINTS));
    return walker;
  };
  const walkers = Array.from({ length: machine.replicas() }, begin);
  let pace = 1;
  let phase = 0; // steps since the last look at the loss
  while (walkers.length > 0) {
    const most = Math.max(...walkers.map(({ step }) => limit - step));
    const size = Math.min(pace, most, exit.usesLoss ? every - phase : Infinity);
    const began = performance.now();
    const replicas = machine.replicas();
    const { loss, distance2 } = await machine.advance(walkers, size);
    phase = (phase + size) % every;
    const ended: number[] = [];
    for (const [slot, walker] of walkers.entries()) {
      const before = walker.step - size;
      let at = 0; // the step it left with
      let bad = false;
      const track = tracks.get(walker.number);
      for (let k = 0; k < size && at === 0 && before + k < limit; k++) {
        const distance = Math.sqrt(distance2[k * replicas + slot]);
        if (!exit.usesLoss) {
          bad = !Number.isFinite(distance);
          if (bad || exit.holds(NaN, distance)) at = before + k + 1;
        }
        track?.add(before + k + 1, [distance, loss[k * replicas + slot]], at > 0);
      }
      if (meter !== undefined && phase === 0) {
        const value = await meter.at(machine.parameters(slot));
        const distance = Math.sqrt(distance2[(size - 1) * replicas + slot]);
        bad = !Number.isFinite(value) || !Number.isFinite(distance);
        if (bad || exit.holds(value, distance)) at = walker.step;
      }
      if (at === 0 && walker.step < limit) continue;
      const row = walker.number - from;
      steps[row] = at > 0 ? at : Math.min(walker.step, limit);
      left[row] = at > 0 ? 1 : 0;
      done++;
      finished += steps[row];
      if (at > 0) exits++;
      if (bad) diverged++;
      ended.push(slot);
    }
    for (const slot of ended.toReversed()) {
      if (next < to) {
        walkers[slot] = begin();
        machine.reset(slot);
        continue;
      }
      const last = walkers.pop()!;
      if (slot === walkers.length) continue;
      walkers[slot] = last;
      machine.move(walkers.length, slot);
    }
    shrink(machine, walkers.length);
    const elapsed = performance.now() - began;
    if (size === pace || elapsed > 2 * CALL_MILLISECONDS)
      pace = Math.max(1, Math.min(4 * pace, Math.floor((CALL_MILLISECONDS * size) / elapsed)));
    const underWay = walkers.reduce((sum, { step }) => sum + step, 0);
    if ((yield { done, exits, steps: finished + underWay }) === "stop") break;
  }
  for (const { number, step } of walkers) steps[number - from] = step;
  return {
    steps,
    left,
    diverged,
    tracks: [...tracks].map(([walker, track]) => trackOf(walker, track.done(), left[walker - from] !== 0)), // prettier-ignore
  };
}

function metered(runtime: Runtime, { training, checkpoint, samples }: ReplicaTask) {
  if (training.model.buffers.length > 0)
    throw new RangeError(
      `${training.model.name}: an exit of V is not watched where a model keeps batch statistics, which are each replica's own: use r`,
    );
  return lossMeter(runtime, subsetProblem(trainingProblem(training, checkpoint.buffers), samples));
}

/** Half the slots once half are empty: the last walkers are not slowed down by those that have left. */
function shrink(machine: ReplicaMachine, live: number): void {
  let size = machine.replicas();
  while (size > 1 && live <= size / 2) size = Math.ceil(size / 2);
  if (live > 0 && size < machine.replicas()) machine.shrink(size);
}

const trackOf = (walker: number, points: readonly Thinned[], left: boolean): ReplicaTrack => ({
  walker,
  left,
  steps: points.map(({ step }) => step),
  distance: points.map(({ point }) => point[0]),
  batchLoss: points.map(({ point }) => point[1]),
});

/** The training with learning rate and batch size as they are at a step, or as given. */
export function frozen(
  training: Training,
  step: number,
  {
    eta = scheduled(training.learningRate, step),
    batchSize = Math.round(scheduled(training.batchSize, step)),
  }: { readonly eta?: number | undefined; readonly batchSize?: number | undefined } = {},
): Training {
  return {
    ...training,
    learningRate: { kind: "constant", value: eta },
    batchSize: { kind: "constant", value: batchSize },
  };
}
