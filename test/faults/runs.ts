import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { folderStore } from "../../src/node/store/index.ts";

/** Every number of a run and the bytes of its last checkpoint. */
export async function resultOf(folder: string, id: string) {
  const run = await folderStore(folder).open(id);
  const { checkpoint } = await run.restore();
  return { status: run.status(), rows: await run.metrics(), last: checkpoint! };
}

/** The same rows and the same last checkpoint, bit for bit. */
export async function expectSameRun(folder: string, id: string, control: string): Promise<void> {
  const [a, b] = [await resultOf(folder, id), await resultOf(folder, control)];
  expect(a.status.state).toBe(b.status.state);
  expect(a.rows.length).toBe(b.rows.length);
  // Object.is by toEqual: -0 and NaN count.
  expect(a.rows).toEqual(b.rows);
  expect(Buffer.compare(Buffer.from(a.last.bytes), Buffer.from(b.last.bytes))).toBe(0);
}

export const statusOf = async (folder: string, id: string) =>
  JSON.parse(await readFile(join(folder, id, "status.json"), "utf8")) as {
    state: string;
    step: number;
    error?: string;
    checkpoints: { file: string; step: number }[];
  };
