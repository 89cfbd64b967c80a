// What replicas of a run's checkpoint found: everything that a file keeps and a report draws.
import type { Training } from "../../learn/index.ts";
import { type EscapeStatistics, escapeStatistics } from "../escape/estimate.ts";
import type { EscapeThroughput } from "../escape/result.ts";
import type { TheoryEntry } from "../escape/theory-entry.ts";
import type { ReplicaExits, ReplicaTrack } from "./follow-replicas.ts";
import type { ReplicaExit } from "./replica-exit.ts";
import type { CheckpointNumbers, ReplicaTheory } from "./replica-theory.ts";

export const replicaSchema = "thalweg/escape-run@1";

/** Everything that decides the exit times, besides the run itself. */
export interface ReplicaSpec {
  /** Name or place of the run. */
  readonly run: string;
  /** Step of its checkpoint. */
  readonly at: number;
  /** A condition of V, the loss, V0, that at the checkpoint, and r, the distance from it. */
  readonly exit: string;
  /** Learning rate, constant. */
  readonly eta: number;
  readonly batchSize: number;
  readonly walkers: number;
  /** Trained side by side in one process. */
  readonly replicas: number;
  /** Steps between two looks at V. */
  readonly every: number;
  /** V, H and C are over the first so many samples. */
  readonly samples: number;
  /** Steps after which a walker is given up. */
  readonly horizon?: number;
  /** Walker i is the run's fork with the order seed `seed` + i. */
  readonly seed: string;
}

export interface ReplicaResult extends EscapeStatistics {
  readonly schema: typeof replicaSchema;
  readonly spec: ReplicaSpec;
  readonly target: "discrete";
  readonly training: {
    readonly model: string;
    readonly parameters: number;
    readonly samples: string;
    readonly loss: string;
    readonly optimiser: string;
    readonly sampler: string;
  };
  /** Null where the model's loss is not a mean over samples. */
  readonly checkpoint: CheckpointNumbers | null;
  readonly eta: number;
  readonly horizon: number;
  readonly theory: Readonly<Record<string, TheoryEntry>>;
  readonly reference: string | null;
  /** Walkers that left because a number was not finite any more. */
  readonly diverged: number;
  readonly tracks: readonly ReplicaTrack[];
  readonly notes: readonly string[];
  readonly interrupted: boolean;
  readonly throughput: EscapeThroughput;
}

export interface ReplicaRun {
  readonly exits: ReplicaExits;
  readonly horizon: number;
  readonly interrupted: boolean;
  readonly throughput: EscapeThroughput;
}

/** @throws RangeError where no walker was followed. */
export function replicaResult(
  {
    spec,
    training,
    exit,
    theory,
  }: {
    readonly spec: ReplicaSpec;
    readonly training: Training;
    readonly exit: ReplicaExit;
    readonly theory: ReplicaTheory;
  },
  { exits, horizon, interrupted, throughput }: ReplicaRun,
): ReplicaResult {
  const statistics = escapeStatistics(exits, spec.eta, spec.seed);
  const { model, samples, loss, optimiser, sampler } = training;
  const notes = ["the times are those of SGD itself, which is only where its steps end"];
  if (exit.usesLoss && spec.every > 1)
    notes.push(`V is looked at every ${spec.every} steps: times are late by up to ${spec.every - 1}`); // prettier-ignore
  if (exits.diverged > 0)
    notes.push(`${exits.diverged} walkers left because a number was not finite any more`);
  if (interrupted)
    notes.push("interrupted: walkers still on their way count as censored at the step they had reached"); // prettier-ignore
  return {
    schema: replicaSchema,
    spec,
    target: "discrete",
    training: {
      model: model.name,
      parameters: model.parameterCount,
      samples: samples.name,
      loss: loss.name,
      optimiser: optimiser.kind,
      sampler: sampler.kind,
    },
    checkpoint: theory.checkpoint,
    eta: spec.eta,
    horizon,
    ...statistics,
    theory: theory.entries,
    reference: theory.reference ?? null,
    diverged: exits.diverged,
    tracks: exits.tracks,
    notes,
    interrupted,
    throughput,
  };
}

/** Ranges one after the other. */
export function joinReplicaExits(parts: readonly ReplicaExits[]): ReplicaExits {
  return {
    steps: Float64Array.from(parts.flatMap(({ steps }) => Array.from(steps))),
    left: Uint8Array.from(parts.flatMap(({ left }) => Array.from(left))),
    diverged: parts.reduce((sum, { diverged }) => sum + diverged, 0),
    tracks: parts.flatMap(({ tracks }) => tracks),
  };
}
