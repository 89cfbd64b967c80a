import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { processPool, type ProcessPoolOptions } from "../../src/node/pool/index.ts";
import type { PoolTask } from "../../src/run/index.ts";
import { long, worker } from "./built.ts";

const tables = [pathToFileURL(join(import.meta.dirname, "pool-tasks.mjs"))];
const poolOf = (options: ProcessPoolOptions = {}) =>
  processPool({ size: 2, tables, entry: worker, ...options });

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "thalweg-pool-"));
});
afterAll(() => rm(scratch, { recursive: true }));

const descents: PoolTask[] = Array.from({ length: 5 }, (_, i) => ({
  name: "descend",
  input: { seed: String(i), steps: 60 },
}));

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("processPool", () => {
  test("gives the same bits for every size, in the order of the tasks", async () => {
    const results = [];
    for (const size of [1, 2, 3]) {
      await using pool = poolOf({ size });
      const order: number[] = [];
      results.push(await pool.run(descents, { onResult: (index) => order.push(index) }));
      expect(order.sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
    const distinct = new Set(results[0].map((result) => JSON.stringify(result)));
    expect(distinct.size).toBe(5);
  });

  test("hands plain data over whole, numbers that JSON lacks included", async () => {
    await using pool = poolOf();
    const input = { a: [NaN, -Infinity, 0.1, null], text: "ø", deep: { yes: true } };
    expect(await pool.run([{ name: "echo", input }])).toEqual([input]);
    expect(await pool.run([])).toEqual([]);
  });

  test("keeps its processes from one call to the next, and ends them", async () => {
    const pool = poolOf({ size: 1 });
    const [first] = await pool.run([{ name: "pid", input: null }]);
    const [second] = await pool.run([{ name: "pid", input: null }]);
    expect(second).toBe(first);
    await pool.close();
    expect(isThere(first as number)).toBe(false);
    await expect(pool.run([])).rejects.toThrow("a pool that has been closed takes no tasks");
  });

  test("says the processor time of each task: waiting takes none, work all of it", async () => {
    await using pool = poolOf();
    const seconds: number[] = [];
    const tasks = ["wait", "spin"].map((name) => ({ name, input: { seconds: 1 } }));
    await pool.run(tasks, { onResult: (index, _, own) => (seconds[index] = own) });
    expect(seconds[0]).toBeLessThan(0.5);
    expect(seconds[1]).toBeGreaterThanOrEqual(1);
  });

  test("passes progress on, with the task's number", async () => {
    await using pool = poolOf();
    const heard = new Map<number, number[]>();
    await pool.run(descents.slice(0, 2), {
      onProgress: (index, fraction) => heard.set(index, [...(heard.get(index) ?? []), fraction]),
    });
    for (const index of [0, 1]) expect(heard.get(index)?.at(-1)).toBe(1);
  });

  test("names the task that throws, and goes on to serve", async () => {
    await using pool = poolOf();
    const tasks = [
      { name: "echo", input: 1 },
      { name: "fail", label: "seed 4", input: { message: "rates must be positive, got 0" } },
    ];
    await expect(pool.run(tasks)).rejects.toThrow(
      "task seed 4 (number 2): rates must be positive, got 0",
    );
    await expect(pool.run([{ name: "nowhere", input: null }])).rejects.toThrow(
      /^task nowhere \(number 1\): a task must be one of train, .*descend, .*pid, got nowhere$/,
    );
    expect(await pool.run([{ name: "echo", input: 5 }])).toEqual([5]);
  });

  test("tells of a process that died, with its last words", async () => {
    await using pool = poolOf();
    await expect(pool.run([{ name: "die", input: { how: "kill" } }])).rejects.toThrow(
      "task die (number 1): its process was ended by SIGKILL; its last lines: about to go | the stack of the fault",
    );
    await expect(pool.run([{ name: "die", input: { how: "exit" } }])).rejects.toThrow(
      "task die (number 1): its process ended with exit code 7; its last lines: about to go | the stack of the fault",
    );
    expect(await pool.run([{ name: "echo", input: 5 }])).toEqual([5]);
  });

  test("tries again once where asked to", async () => {
    await using pool = poolOf({ retries: 1 });
    const file = join(scratch, "died-once");
    expect(await pool.run([{ name: "dieOnce", input: { file } }])).toEqual(["second life"]);
    await expect(pool.run([{ name: "die", input: { how: "kill" } }])).rejects.toThrow(/SIGKILL/);
  });

  test("says that a process could not be started", async () => {
    await using pool = poolOf({ entry: pathToFileURL(join(scratch, "missing.js")) });
    await expect(pool.run([{ name: "echo", input: 1 }])).rejects.toThrow(
      /^task echo \(number 1\): its process ended with exit code 1; its last lines: .*Cannot find module/,
    );
  });

  test("kills a deaf task after its time of grace, and only that process", async () => {
    await using pool = poolOf({ graceMs: 200 });
    const stop = new AbortController();
    const run = pool.run([{ name: "hang", input: null }], {
      signal: stop.signal,
      onProgress: () => stop.abort(new Error("enough")),
    });
    await expect(run).rejects.toThrow("enough");
    expect(await pool.run([{ name: "echo", input: 5 }])).toEqual([5]);
  });

  const cycles = long ? 100 : 20;
  test(`is cancelled ${cycles} times in mid-run without an abort`, async () => {
    const endless = (seed: number): PoolTask => ({
      name: "descend",
      input: { seed: String(seed), steps: 1_000_000 },
    });
    await using pool = poolOf();
    let pids: unknown;
    for (let cycle = 0; cycle < cycles; cycle++) {
      const stop = new AbortController();
      const under = new Set<number>();
      const run = pool.run([endless(cycle), endless(cycle + 1000)], {
        signal: stop.signal,
        onProgress(index) {
          under.add(index);
          // Both are in the middle of their loops; the moment drifts through a call's 100 ms.
          if (under.size === 2) setTimeout(() => stop.abort(), (cycle * 37) % 100);
        },
      });
      await expect(run).rejects.toThrow(expect.objectContaining({ name: "AbortError" }));
      const now = await pool.run([
        { name: "pid", input: null },
        { name: "pid", input: null },
      ]);
      const seen = new Set([...((pids as number[] | undefined) ?? []), ...(now as number[])]);
      // Nobody was killed: the two processes of the beginning did all of it.
      expect(seen.size).toBeLessThanOrEqual(2);
      pids = [...seen];
    }
    expect(await pool.run(descents.slice(0, 1))).toHaveLength(1);
  });

  test("its processes end when their parent is killed", async () => {
    const parent = fork(join(import.meta.dirname, "pool-parent.mjs"), [String(tables[0])], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: [],
    });
    const [pids] = (await once(parent, "message")) as [number[]];
    expect(pids.map(isThere)).toEqual([true, true]);
    parent.kill("SIGKILL");
    await once(parent, "exit");
    for (let wait = 0; wait < 100 && pids.some(isThere); wait++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(pids.map(isThere)).toEqual([false, false]);
  });
});
