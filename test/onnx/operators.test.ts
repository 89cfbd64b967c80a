import { afterAll, expect, suite, test } from "vitest";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { both } from "./one-node.ts";
import { uses } from "./uses.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const largest = (values: readonly number[]) =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

suite("an operator means what ONNX Runtime makes of the file", () => {
  const named = uses.map((use, n) => ({
    ...use,
    title: `${use.op}, opset ${use.opset}, ${JSON.stringify(use.attributes)} #${n}`,
  }));
  test.each(named)("$title", async (use) => {
    const { expected, single, double } = await both(use, runtime);
    for (const [k, { dims, values }] of expected.entries())
      for (const got of [single[k], double[k]]) {
        expect(got.dims).toEqual(dims);
        const gap = largest(got.values.map((value, j) => value - values[j]));
        expect(gap).toBeLessThanOrEqual((use.bound ?? 2e-6) * (1 + largest(values)));
      }
  });
});
