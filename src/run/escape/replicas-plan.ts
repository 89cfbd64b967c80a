// What a run of replicas will take, before it starts.
import {
  followReplicas,
  replicaTheory,
  type ReplicaTheory,
  type WalkersProgress,
} from "../../diffusion/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { ConfigError } from "../config/config-error.ts";
import type { ReplicaSubject } from "./replica-subject.ts";

export interface ReplicaPlan {
  readonly subject: ReplicaSubject;
  readonly theory: ReplicaTheory;
  /** Steps after which a walker is given up. */
  readonly horizon: number;
  /** Expected steps of a walker. */
  readonly stepsEach: number;
  /** Steps of single replicas a second, of one process, measured. */
  readonly pace: number;
  /** Expected seconds on `processes`. */
  readonly seconds: number;
  readonly processes: number;
}

const PATIENCE = 20;
/** Replicas of a pilot, at least. */
const PILOT_REPLICAS = 8;
/** Steps that the replicas of a pilot are followed for at most: the second only where the first saw nothing. */
const PILOT_STEPS = [500, 4000];
const PACE_MILLISECONDS = 400;

/**
 * Plan a run: the horizon is the spec's, or twenty times the mean time by a pilot of as many replicas as
 * run side by side, or by the theory where it applies. The plan is the same everywhere but for its pace.
 *
 * @throws ConfigError where no horizon is given and no pilot leaves; the signal's reason.
 */
export async function planReplicas(
  runtime: Runtime,
  subject: ReplicaSubject,
  processes: number,
  signal: AbortSignal,
): Promise<ReplicaPlan> {
  const { spec, training, checkpoint, exit } = subject;
  const theory = await replicaTheory(runtime, training, checkpoint, exit, spec);
  signal.throwIfAborted();
  const known = theory.reference === undefined ? null : theory.entries[theory.reference].steps;
  const mean = known ?? (await pilot(runtime, subject, signal));
  if (mean === undefined && spec.horizon === undefined)
    throw new ConfigError(
      `none of ${Math.max(spec.replicas, PILOT_REPLICAS)} replicas left within ${PILOT_STEPS[1]} steps, and no theory says how long it takes: --horizon says when to give up`,
    );
  const horizon = spec.horizon ?? Math.max(100, Math.ceil(PATIENCE * mean!));
  const stepsEach = mean === undefined ? horizon : mean * -Math.expm1(-horizon / mean);
  const pace = await paceOf(runtime, subject, horizon, signal);
  const spans = Math.min(processes, Math.ceil(spec.walkers / spec.replicas));
  const seconds = (spec.walkers * stepsEach) / (pace * spans);
  return { subject, theory, horizon, stepsEach, pace, seconds, processes: spans };
}

/** Mean steps of a few replicas, by an exponential law where not all leave. */
async function pilot(
  runtime: Runtime,
  subject: ReplicaSubject,
  signal: AbortSignal,
): Promise<number | undefined> {
  const most = subject.spec.horizon ?? Infinity;
  for (const steps of PILOT_STEPS) {
    const horizon = Math.min(steps, most);
    const last = await follow(runtime, subject, horizon, signal, () => false);
    if (last.exits > 0) return last.steps / last.exits;
    if (horizon === most) return undefined;
  }
  return undefined;
}

/** Once all is compiled, some time of work. */
async function paceOf(
  runtime: Runtime,
  subject: ReplicaSubject,
  horizon: number,
  signal: AbortSignal,
): Promise<number> {
  let began: { readonly steps: number; readonly at: number } | undefined;
  let rate = 0;
  await follow(runtime, subject, horizon, signal, ({ steps }) => {
    const at = performance.now();
    if (began === undefined) {
      began = { steps, at };
      return false;
    }
    rate = (1000 * (steps - began.steps)) / (at - began.at);
    return at - began.at > PACE_MILLISECONDS;
  });
  return rate > 0 ? rate : 1000;
}

/** Replicas of numbers that no run uses, so that no walker's exit is known beforehand. */
const PILOTS = 2 ** 40;

async function follow(
  runtime: Runtime,
  { spec, training, checkpoint, exit }: ReplicaSubject,
  horizon: number,
  signal: AbortSignal,
  enough: (progress: WalkersProgress) => boolean,
): Promise<WalkersProgress> {
  const { replicas, every, samples, seed } = spec;
  const [from, to] = [PILOTS, PILOTS + Math.max(replicas, PILOT_REPLICAS)];
  const walking = followReplicas(runtime, { training, checkpoint, exit, seed, from, to, replicas, every, samples, horizon, tracks: 0 }); // prettier-ignore
  let last: WalkersProgress = { done: 0, exits: 0, steps: 0 };
  let next = await walking.next();
  while (next.done !== true) {
    last = next.value;
    next = await walking.next(signal.aborted || enough(last) ? "stop" : undefined);
  }
  signal.throwIfAborted();
  return last;
}
