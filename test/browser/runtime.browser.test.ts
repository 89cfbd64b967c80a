import { afterAll, beforeAll, expect, suite, test } from "vitest";
import { contractChecks, opChecks } from "../../src/runtime/conformance/index.ts";
import { webRuntime } from "../../src/runtime/ort-web.ts";
import type { Runtime } from "../../src/runtime/runtime.ts";
import { measure } from "./mlp.ts";
import node from "./node.json" with { type: "json" };

let runtime: Runtime;
beforeAll(async () => {
  runtime = await webRuntime({ threads: 2 });
});
afterAll(() => runtime.dispose());

suite("a network in the browser gives Node's numbers", () => {
  // float32 rounds at 6·10⁻⁸ and these numbers pass some tens of operations and five steps.
  test.each([
    ["float32", 2e-5],
    ["float64", 1e-12],
  ] as const)("%s within %d", async (dtype, bound) => {
    const got = await measure(runtime, dtype);
    expect(Math.abs(got.loss - node.loss)).toBeLessThan(bound);
    for (const key of ["gradient", "product", "losses", "trained"] as const) {
      expect(got[key].length).toBe(node[key].length);
      for (const [i, x] of node[key].entries())
        expect(Math.abs(got[key][i] - x), `${key} ${i}`).toBeLessThan(bound);
    }
  });
});

test("the page is isolated, so that threads are used", () => {
  expect(crossOriginIsolated).toBe(true);
  expect(runtime.threads).toBe(2);
});

suite("onnxruntime-web keeps the contract of a runtime", () => {
  for (const { name, run } of contractChecks) test(name, () => run(runtime));
});

suite("onnxruntime-web runs every op as it is defined", () => {
  for (const { name, run } of opChecks) test(name, () => run(runtime));
});
