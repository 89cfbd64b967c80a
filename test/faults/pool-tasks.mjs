// Tasks for the pool's tests, as plain JavaScript that a child process loads.
import { setTimeout as sleep } from "node:timers/promises";

/** Steps of a small training, whose losses and parameters depend on every bit of what came before. */
async function descend({ seed, steps }, { runtime, signal, progress }) {
  const [{ mlp, losses, sampleSet, initialSnapshot, train, constantly }, { stream, fillNormal }] =
    await Promise.all([import("../../dist/learn/index.js"), import("../../dist/random/index.js")]);
  const n = 64;
  const inputs = new Float32Array(n * 8);
  fillNormal(stream("5", "inputs"), 0, inputs);
  const training = {
    model: mlp([8], 3, { hidden: [16] }),
    loss: losses["cross-entropy"],
    optimiser: { kind: "momentum", momentum: 0.9 },
    samples: sampleSet({
      name: "normal",
      count: n,
      inputs,
      inputShape: [8],
      targets: Int32Array.from({ length: n }, (_, i) => i % 3),
      targetShape: [],
    }),
    sampler: { kind: "epochs", last: "keep" },
    learningRate: constantly(0.05),
    batchSize: constantly(8),
    precision: "float32",
    seed,
  };
  const from = initialSnapshot(training);
  const losses_ = [];
  const result = await train(runtime, training, from, {
    until: steps,
    signal,
    onRows: (rows) => void losses_.push(...rows.map((row) => row.value)),
    onProgress: (step) => progress(step / steps, `step ${step}`),
  });
  signal.throwIfAborted();
  return { losses: losses_, parameters: [...result.snapshot.state.parameters] };
}

const all = {
  descend,
  async wait({ seconds }) {
    await sleep(1000 * seconds);
    return null;
  },
  /** Until so much processor time is spent. */
  async spin({ seconds }) {
    const before = process.cpuUsage();
    for (;;) {
      const { user, system } = process.cpuUsage(before);
      if (user + system >= 1e6 * seconds) return null;
    }
  },
  async echo(input) {
    return input;
  },
  async fail({ message }) {
    throw new RangeError(message);
  },
  /** Ends without an answer, with a last word. */
  async die({ how }) {
    console.error("about to go");
    console.error("the stack of the fault");
    await sleep(20);
    if (how === "exit") process.exit(7);
    process.kill(process.pid, "SIGKILL");
    await sleep(60_000);
  },
  /** Dies the first time, by a file that remembers. */
  async dieOnce({ file }) {
    const { existsSync, writeFileSync } = await import("node:fs");
    if (existsSync(file)) return "second life";
    writeFileSync(file, "");
    process.kill(process.pid, "SIGKILL");
    return sleep(60_000);
  },
  /** Deaf to every request. */
  async hang(_, { progress }) {
    progress(0.5, "deaf");
    for (;;) await sleep(60_000);
  },
  async pid() {
    return process.pid;
  },
};

export const tasks = Object.fromEntries(
  Object.entries(all).map(([name, task]) => [name, async () => task]),
);
