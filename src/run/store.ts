import type { MetricRow } from "../learn/index.ts";
import type { TrainingConfig } from "./config/index.ts";
import type { Environment } from "./environment.ts";

/**
 * `running` is also what a killed run says: then nobody is at work on it, and `alive` is false.
 * `interrupted` runs stopped at a signal, `stopped` ones met their own condition.
 */
export type RunState = "running" | "finished" | "stopped" | "interrupted" | "diverged" | "failed";

/** Where a run stands on record. Steps are counted from the run's beginning. */
export interface RunStatus {
  readonly state: RunState;
  /** Steps that are on record: the newest checkpoint's, or where the run ended. */
  readonly step: number;
  readonly divergedAt?: number;
  /** Why it failed, one line. */
  readonly error?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly updatedAt: string;
  /** Last value of `loss`. */
  readonly loss?: number;
}

export interface RunOrigin {
  /** The run whose checkpoint this one began from. */
  readonly run: string;
  readonly step: number;
}

/** A file of a run that could not be used, and why: one line. */
export interface Damage {
  readonly file: string;
  readonly reason: string;
}

export interface Restored {
  readonly checkpoint?: {
    readonly step: number;
    readonly file: string;
    readonly bytes: Uint8Array;
  };
  readonly damage: readonly Damage[];
}

/** One run on record. Whatever is written replaces its predecessor whole or not at all. */
export interface Run {
  readonly id: string;
  /** Where it is kept, for people. */
  readonly place: string;
  readonly config: TrainingConfig;
  readonly environment: Environment;
  readonly origin?: RunOrigin;
  status(): RunStatus;
  /** Whether a process is at work on it. */
  alive(): boolean;
  /** Steps of the checkpoints on record, rising. */
  checkpoints(): readonly number[];
  /** The newest undamaged checkpoint at or before a step, if any; damaged ones on the way are named. */
  restore(atMost?: number): Promise<Restored>;
  /** Take the run for this process and drop what lies beyond a step: rows from it on, and later checkpoints. */
  begin(step: number): Promise<void>;
  /** Rows in order of steps; on record with the next checkpoint or end. */
  append(rows: readonly MetricRow[]): void;
  /** Put a checkpoint on record, and with it the rows before its step. */
  checkpoint(step: number, bytes: Uint8Array): Promise<void>;
  /** Put the remaining rows and the state on record. */
  end(state: Exclude<RunState, "running">, about?: RunEnd): Promise<void>;
  /** All rows on record, in their order; of the given names. */
  metrics(names?: readonly string[]): Promise<MetricRow[]>;
}

export interface RunEnd {
  readonly step: number;
  readonly divergedAt?: number;
  readonly error?: string;
}

/** Where runs are kept. */
export interface RunStore {
  create(config: TrainingConfig, environment: Environment, origin?: RunOrigin): Promise<Run>;
  /** By id or place. */
  open(id: string): Promise<Run>;
  /** All runs, oldest first; folders that are damaged are named instead of hidden. */
  list(): Promise<{ readonly runs: Run[]; readonly damage: Damage[] }>;
}
