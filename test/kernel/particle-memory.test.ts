// A million particles in bounded memory: 10² steps here, 10⁴ with THALWEG_LONG.
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { long } from "../faults/built.ts";

const script = resolve(import.meta.dirname, "particle-memory.mjs");
const particles = 1e6;

test("a million particles take 24 bytes each, whatever their steps, and 64 MB beside", async () => {
  const steps = long ? 1e4 : 100;
  const { stdout } = await promisify(execFile)(process.execPath, [script, `${particles}`, `${steps}`]); // prettier-ignore
  const { before, peak, followed } = JSON.parse(stdout) as Record<string, number>;
  expect(followed).toBe(particles * steps);
  expect((peak - before) / 2 ** 20).toBeLessThan((24 * particles) / 2 ** 20 + 64);
});
