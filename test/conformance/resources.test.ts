import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import * as g from "../../src/graph/ops/index.ts";
import { input } from "../../src/graph/tensor.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";

const cycles = process.env.THALWEG_LONG === "1" ? 10_000 : 1_000;

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

test(
  `resident memory is flat over ${cycles} rounds of compile, run and dispose`,
  { timeout: 600_000 },
  async () => {
    await using runtime = nodeRuntime();
    const x = new Float32Array(64 * 64).fill(0.5);
    const round = async (i: number) => {
      const [a, w] = [input([64, 64], "float32"), g.constant(x, [64, 64])];
      const y = g.sum(g.tanh(g.matmul(a, g.mul(w, i + 1))), 1);
      await using run = await runtime.compile({ inputs: [a], outputs: [y] });
      await run.run([x]);
    };
    const resident = async () => {
      collect();
      await new Promise((resolve) => setTimeout(resolve, 20));
      collect();
      return process.memoryUsage().rss;
    };
    // V8's heap and malloc's arenas grow for the first thousand rounds and then stay.
    for (let i = 0; i < 1_500; i++) await round(i);
    const early = await resident();
    for (let i = 0; i < cycles; i++) await round(i);
    const late = await resident();
    expect(late - early, `bytes after ${cycles} rounds, from ${early} to ${late}`).toBeLessThan(
      12e6,
    );
  },
);

test("a session weighs enough that a thousand of them would break the bound above", async () => {
  await using runtime = nodeRuntime();
  const x = new Float32Array(64 * 64).fill(0.5);
  const before = process.memoryUsage().rss;
  for (let i = 0; i < 100; i++) {
    const [a, w] = [input([64, 64], "float32"), g.constant(x, [64, 64])];
    const y = g.sum(g.tanh(g.matmul(a, g.mul(w, i + 1))), 1);
    const run = await runtime.compile({ inputs: [a], outputs: [y] });
    await run.run([x]); // kept until the runtime is disposed
  }
  expect((process.memoryUsage().rss - before) / 100).toBeGreaterThan(24_000);
});
