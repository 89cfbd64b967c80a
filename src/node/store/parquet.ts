// DuckDB under our names: rows of metrics to and from Parquet files. It runs in memory, on one thread,
// and touches no file but those it is given, so nothing is ever locked.
import { DuckDBInstance, type DuckDBConnection } from "@duckdb/node-api";
import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { readFile, unlink } from "node:fs/promises";
import type { MetricRow } from "../../learn/index.ts";
import { FileError, writeAtomic } from "../files/index.ts";

/** Write rows as Parquet with snappy: step, name, value, stderr, samples, residual; the previous file stays where that fails. */
export async function writeMetrics(path: string, rows: readonly MetricRow[]): Promise<void> {
  // DuckDB writes by itself; what it wrote is then put in place like every other file.
  const scratch = join(
    dirname(path),
    `.${basename(path)}.${process.pid}-${randomBytes(4).toString("hex")}.thalweg-tmp`,
  );
  try {
    await connected(async (connection) => {
      await connection.run(
        "CREATE TABLE metrics (step INTEGER, name VARCHAR, value DOUBLE, stderr DOUBLE, samples INTEGER, residual DOUBLE)",
      );
      const appender = await connection.createAppender("metrics");
      for (const { step, name, value, stderr, samples, residual } of rows) {
        appender.appendInteger(step);
        appender.appendVarchar(name);
        appender.appendDouble(value);
        if (stderr === undefined) appender.appendNull();
        else appender.appendDouble(stderr);
        if (samples === undefined) appender.appendNull();
        else appender.appendInteger(samples);
        if (residual === undefined) appender.appendNull();
        else appender.appendDouble(residual);
        appender.endRow();
      }
      appender.closeSync();
      await connection.run(
        `COPY metrics TO ${quoted(scratch)} (FORMAT parquet, COMPRESSION snappy)`,
      );
    });
    await writeAtomic(path, await readFile(scratch));
  } catch (error) {
    if (error instanceof FileError) throw error;
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    const full = /no space left/i.test(reason);
    throw new FileError(
      full
        ? `${path}: the disk must have room for ${rows.length} rows of metrics, got ENOSPC; the previous file is untouched`
        : `${path}: metrics must be written whole, got ${reason}`,
      full ? "ENOSPC" : "unknown",
      error,
    );
  } finally {
    await unlink(scratch).catch(() => undefined); // never made, or removed with the folder
  }
}

/** The rows of files in their order, and in the order within each; of the given names. */
export async function readMetrics(
  paths: readonly string[],
  names?: readonly string[],
): Promise<MetricRow[]> {
  const rows: MetricRow[] = [];
  await connected(async (connection) => {
    const where = names ? ` WHERE name IN (${names.map(quoted).join(", ") || "NULL"})` : "";
    for (const path of paths) {
      const reader = await connection
        .runAndReadAll(
          `SELECT step, name, value, stderr, samples, residual FROM read_parquet(${quoted(path)})${where}`,
        )
        .catch((error: unknown) => {
          const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
          throw new FileError(
            `${path}: metrics must be readable Parquet, got ${reason}`,
            "unknown",
            error,
          );
        });
      for (const [
        step,
        name,
        value,
        stderr,
        samples,
        residual,
      ] of reader.getRows() as unknown[] as Row[])
        rows.push({
          step,
          name,
          value,
          ...(stderr !== null && { stderr }),
          ...(samples !== null && { samples }),
          ...(residual !== null && { residual }),
        });
    }
  });
  return rows;
}

type Row = readonly [number, string, number, number | null, number | null, number | null];

async function connected(work: (connection: DuckDBConnection) => Promise<void>): Promise<void> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  try {
    const connection = await instance.connect();
    try {
      await work(connection);
    } finally {
      connection.closeSync();
    }
  } finally {
    instance.closeSync();
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
