// Interrupts at every stage of `inspect`: the signal is given at a chosen call of the runtime, from the
// look at the cost to the last measurement of the second model.
import { join } from "node:path";
import { rm } from "node:fs/promises";
import { afterAll, expect, suite, test } from "vitest";
import { inspectCheckpoints } from "../../src/cli/commands/inspect-checkpoints.ts";
import { inspectFile, type InspectJob } from "../../src/cli/commands/inspect-file.ts";
import { inspectPair } from "../../src/cli/commands/inspect-pair.ts";
import { output } from "../../src/cli/output.ts";
import { ndArray, writeSafetensors } from "../../src/data/index.ts";
import { abortable, type InspectResult } from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { parseInspect } from "../../src/run/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { array, folder, layer, numbers, writeData, writeLinear } from "./linear.ts";
import { writeFileSync } from "node:fs";

const N = 12;
const data = writeData("some", {
  x: array(numbers("some", 4 * N), [N, 4]),
  y: array(
    Int32Array.from({ length: N }, (_, i) => i % 3),
    [N],
  ),
});
const models = ["one", "two"].map((name) => writeLinear(name));
for (const name of ["one", "two"]) {
  const { W, b } = layer(name, 3, 4);
  const tensors = new Map([["W", ndArray(W, [3, 4])], ["b", ndArray(b, [3])]]); // prettier-ignore
  writeFileSync(join(folder, `at-${name}.safetensors`), writeSafetensors(tensors));
}
const base = nodeRuntime({ threads: 1 });
afterAll(async () => {
  await base.dispose();
  await rm(folder, { recursive: true });
});

/** A job whose signal comes at the given call of the runtime, and how many calls there were. */
function jobUntil(last: number) {
  const controller = new AbortController();
  let calls = 0;
  const counted = (runtime: Runtime): Runtime => ({
    ...runtime,
    async compile(fn, options) {
      const made = await runtime.compile(fn, options);
      return {
        ...made,
        run(inputs) {
          if (++calls === last) controller.abort(new DOMException("interrupted", "AbortError"));
          return made.run(inputs);
        },
      };
    },
  });
  const config = parseInspect({
    data,
    loss: "cross-entropy",
    batch: 4,
    measure: "loss,gradient,hessian.top:1,hessian.trace,batch-sharpness,gni",
  });
  const streams = { write: () => true };
  const job: InspectJob = {
    runtime: abortable(counted(base), controller.signal),
    signal: controller.signal,
    out: output({}, { out: streams, err: streams, live: true, columns: 80, colour: false }),
    config,
    figures: true,
  };
  return { job, calls: () => calls };
}

type Finished = Readonly<Record<string, unknown>>;

/** A part of a whole that was stopped: all that is there equals the whole's, the rest says why it is missing. */
function expectPart(part: InspectResult, whole: InspectResult): number {
  const [own, all] = [part.measurements as Finished, whole.measurements as Finished];
  for (const [name, value] of Object.entries(own)) expect(value, name).toEqual(all[name]);
  const left = part.settings.measure.filter((label) => part.missing.some(({ name }) => name === label)); // prettier-ignore
  expect(left.length).toBe(part.missing.length);
  for (const { reason } of part.missing) expect(reason).toBe("interrupted before it was finished");
  return Object.keys(own).length;
}

/** Calls 1, 2, 3 and some twenty more, spread over all. */
function spread(calls: number): number[] {
  const more = Array.from({ length: 20 }, (_, i) => Math.ceil(((i + 0.5) * calls) / 20));
  return [...new Set([1, 2, 3, ...more, calls])];
}

suite("a signal at any call keeps what is finished and says what is missing", () => {
  test("of one model, its look at the cost included", async () => {
    const free = jobUntil(Infinity);
    const whole = await inspectFile(models[0], free.job);
    expect(whole.missing).toEqual([]);
    const finished = [];
    for (const call of spread(free.calls())) {
      const part = await inspectFile(models[0], jobUntil(call).job);
      expect(part.interrupted).toBe(true);
      finished.push(expectPart(part, whole));
    }
    expect(finished[0]).toBe(0); // within the look at the cost
    expect(new Set(finished).size).toBeGreaterThan(3);
  });

  test("of two models", async () => {
    const free = jobUntil(Infinity);
    const whole = await inspectPair(models[0], models[1], free.job);
    let differences = 0;
    for (const call of spread(free.calls())) {
      const part = await inspectPair(models[0], models[1], jobUntil(call).job);
      expect(part.b.interrupted).toBe(true);
      expectPart(part.a, whole.a);
      expectPart(part.b, whole.b);
      for (const [name, value] of Object.entries(part.differences)) expect(value).toEqual(whole.differences[name]); // prettier-ignore
      differences = Math.max(differences, Object.keys(part.differences).length);
    }
    expect(differences).toBeGreaterThan(0);
  });

  test("of checkpoints", async () => {
    const weights = join(folder, "at-*.safetensors");
    const free = jobUntil(Infinity);
    const whole = await inspectCheckpoints(models[0], { ...free.job, weights });
    const rows = [];
    for (const call of spread(free.calls())) {
      const part = await inspectCheckpoints(models[0], { ...jobUntil(call).job, weights });
      expect(part.interrupted).toBe(true);
      part.checkpoints!.forEach(({ file, values }, i) => {
        expect(file).toBe(whole.checkpoints![i].file);
        for (const [name, value] of Object.entries(values)) expect(value).toEqual(whole.checkpoints![i].values[name]); // prettier-ignore
      });
      rows.push(part.checkpoints!.length);
    }
    expect([Math.min(...rows), Math.max(...rows)]).toEqual([1, 2]);
  });
});
