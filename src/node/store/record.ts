import { hostname } from "node:os";
import { FileError, readBytes } from "../files/index.ts";
import type { RunOrigin, RunState } from "../../run/index.ts";

/** A Parquet part: rows of steps from `from`, and before `to` where a checkpoint closed it. */
export interface PartRecord {
  readonly file: string;
  readonly from: number;
  readonly to?: number;
  readonly rows: number;
}

export interface CheckpointRecord {
  readonly file: string;
  readonly step: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** `status.json`: what belongs to the run. A file that is not listed is not part of it. */
export interface StatusRecord {
  readonly format: "thalweg-run-1";
  readonly state: RunState;
  readonly step: number;
  readonly steps: number;
  readonly loss?: number | string;
  readonly divergedAt?: number;
  readonly error?: string;
  /** Of a fork. */
  readonly origin?: RunOrigin;
  readonly startedAt: string;
  readonly updatedAt: string;
  /** Who is at work, while the state is `running`. */
  readonly process?: { readonly pid: number; readonly host: string };
  readonly checkpoints: readonly CheckpointRecord[];
  readonly metrics: readonly PartRecord[];
}

/** Read one of a run's JSON files. Throws FileError where it is no JSON object. */
export async function readJson<T extends object>(path: string): Promise<T> {
  const text = new TextDecoder().decode(await readBytes(path));
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null) return value as T;
  } catch {
    // told below, as any other damage
  }
  throw new FileError(`${path}: the file must hold a JSON object, got other content`, "unknown");
}

export function jsonBytes(value: object): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
}

/** Whether the process that a status names is there. Of another machine nothing is known: no. */
export function isAtWork({ state, process: worker }: StatusRecord): boolean {
  if (state !== "running" || worker?.host !== hostname()) return false;
  try {
    process.kill(worker.pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
