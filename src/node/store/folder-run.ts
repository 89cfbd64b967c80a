import { createHash } from "node:crypto";
import { mkdir, readdir, unlink } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, join } from "node:path";
import type { MetricRow } from "../../learn/index.ts";
import type {
  Damage,
  Environment,
  Run,
  RunOrigin,
  RunState,
  TrainingConfig,
} from "../../run/index.ts";
import { FileError, readBytes, removeLeftovers, writeAtomic } from "../files/index.ts";
import { readMetrics, writeMetrics } from "./parquet.ts";
import { type CheckpointRecord, isAtWork, jsonBytes, type StatusRecord } from "./record.ts";

export interface RunFiles {
  readonly folder: string;
  readonly config: TrainingConfig;
  readonly environment: Environment;
  readonly status: StatusRecord;
}

/**
 * A run in a folder. `status.json` lists the files that belong to it with their checksums and is
 * written last: what it names is there, whole, and a kill between two writes leaves only files that
 * nobody names.
 */
export function folderRun({ folder, config, environment, status: first }: RunFiles): Run {
  let record = first;
  let pending: MetricRow[] = [];
  let lastLoss = typeof first.loss === "string" ? Number(first.loss) : first.loss;
  const id = basename(folder);
  const path = (file: string) => join(folder, file);

  const save = async (changes: Partial<StatusRecord>) => {
    const next: StatusRecord = {
      ...record,
      ...changes,
      updatedAt: new Date().toISOString(),
      // JSON has no NaN, and the last loss of a diverged run is one.
      ...(lastLoss !== undefined && {
        loss: Number.isFinite(lastLoss) ? lastLoss : String(lastLoss),
      }),
    };
    await writeAtomic(path("status.json"), jsonBytes(next));
    record = next;
  };

  /** The rows before a step (all: undefined) as a new part; the list of parts with it. */
  const flush = async (before: number | undefined) => {
    const rows = before === undefined ? pending : pending.filter(({ step }) => step < before);
    if (rows.length === 0) return { metrics: record.metrics, rest: pending };
    const number = 1 + Math.max(0, ...record.metrics.map(({ file }) => partNumber(file)));
    const file = `metrics-${String(number).padStart(5, "0")}.parquet`;
    await writeMetrics(path(file), rows);
    const part = { file, from: rows[0].step, ...(before !== undefined && { to: before }) };
    return {
      metrics: [...record.metrics, { ...part, rows: rows.length }],
      rest: before === undefined ? [] : pending.filter(({ step }) => step >= before),
    };
  };

  return {
    id,
    place: folder,
    config,
    environment,
    ...(first.origin && { origin: first.origin }),
    status() {
      const { state, step, divergedAt, error, startedAt, updatedAt } = record;
      return {
        state,
        step,
        startedAt,
        updatedAt,
        ...(divergedAt !== undefined && { divergedAt }),
        ...(error !== undefined && { error }),
        ...(lastLoss !== undefined && { loss: lastLoss }),
      };
    },
    alive: () => isAtWork(record),
    checkpoints: () => record.checkpoints.map(({ step }) => step),
    async restore(atMost = Infinity) {
      const damage: Damage[] = [];
      for (const checkpoint of record.checkpoints.toReversed()) {
        if (checkpoint.step > atMost) continue;
        const file = path(checkpoint.file);
        const found = await undamaged(file, checkpoint);
        if (found instanceof Uint8Array)
          return { checkpoint: { step: checkpoint.step, file, bytes: found }, damage };
        damage.push({ file, reason: found });
      }
      return { damage };
    },
    async begin(step) {
      pending = [];
      const checkpoints = record.checkpoints.filter((checkpoint) => checkpoint.step <= step);
      const metrics = record.metrics.filter(({ to }) => to !== undefined && to <= step);
      const { error: _, divergedAt: __, ...rest } = record;
      record = rest;
      await save({
        state: "running",
        step,
        checkpoints,
        metrics,
        process: { pid: process.pid, host: hostname() },
      });
      await removeUnlisted(folder, record);
    },
    append(rows) {
      for (const row of rows) {
        pending.push(row);
        if (row.name === "loss") lastLoss = row.value;
      }
    },
    async checkpoint(step, bytes) {
      const file = `checkpoints/step-${String(step).padStart(8, "0")}.safetensors`;
      const { metrics, rest } = await flush(step);
      await writeAtomic(path(file), bytes);
      const entry = { file, step, bytes: bytes.length, sha256: sha256(bytes) };
      const others = record.checkpoints.filter((checkpoint) => checkpoint.step !== step);
      await save({ step, metrics, checkpoints: [...others, entry] });
      pending = rest;
    },
    async end(state: RunState, about) {
      // Of a failed run the rows since the last checkpoint are given up: the disk may be full.
      const { metrics, rest } =
        state === "failed" ? { metrics: record.metrics, rest: [] } : await flush(undefined);
      const { process: _, ...others } = record;
      record = others;
      await save({ state, metrics, ...about });
      pending = rest;
    },
    metrics: (names) =>
      readMetrics(
        record.metrics.map(({ file }) => path(file)),
        names,
      ),
  };
}

/** A new, empty run in a folder that is there. */
export async function createFolderRun(
  files: Omit<RunFiles, "status">,
  origin?: RunOrigin,
): Promise<Run> {
  const { folder, config, environment } = files;
  const now = new Date().toISOString();
  const status: StatusRecord = {
    format: "thalweg-run-1",
    state: "running",
    step: origin?.step ?? 0,
    steps: config.steps,
    ...(origin && { origin }),
    startedAt: now,
    updatedAt: now,
    process: { pid: process.pid, host: hostname() },
    checkpoints: [],
    metrics: [],
  };
  await mkdir(join(folder, "checkpoints"), { recursive: true });
  await writeAtomic(join(folder, "config.json"), jsonBytes(config));
  await writeAtomic(join(folder, "environment.json"), jsonBytes(environment));
  await writeAtomic(join(folder, "status.json"), jsonBytes(status));
  return folderRun({ ...files, status });
}

/** The bytes of a checkpoint, or in what they are damaged. */
async function undamaged(
  path: string,
  { bytes: size, sha256: sum }: CheckpointRecord,
): Promise<Uint8Array | string> {
  try {
    const bytes = await readBytes(path);
    if (bytes.length !== size) return `the checkpoint must have ${size} bytes, got ${bytes.length}`;
    const got = sha256(bytes);
    if (got !== sum)
      return `the checkpoint must have the checksum ${sum.slice(0, 12)}…, got ${got.slice(0, 12)}…`;
    return bytes;
  } catch (error) {
    if (error instanceof FileError) return error.message.replace(`${path}: `, "");
    throw error;
  }
}

/** Remove what a killed process or a step back has left: files that look like ours and are not listed. */
async function removeUnlisted(folder: string, record: StatusRecord): Promise<void> {
  const listed = new Set([...record.metrics, ...record.checkpoints].map(({ file }) => file));
  const names = [
    ...(await readdir(folder)),
    ...(await readdir(join(folder, "checkpoints"))).map((name) => `checkpoints/${name}`),
  ];
  for (const name of names)
    if (
      /^(metrics-\d+\.parquet|checkpoints\/step-\d+\.safetensors)$/.test(name) &&
      !listed.has(name)
    )
      await unlink(join(folder, name));
  for (const place of [folder, join(folder, "checkpoints")])
    await removeLeftovers(place, { olderThanMs: 0 });
}

const partNumber = (file: string) => Number(/\d+/.exec(file)?.[0] ?? 0);
const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
