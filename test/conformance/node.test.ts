import { afterAll, suite, test } from "vitest";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { contractChecks, opChecks } from "../../src/runtime/conformance/index.ts";

suite("onnxruntime-node keeps the contract of a runtime", () => {
  const runtime = nodeRuntime({ threads: 2 });
  afterAll(() => runtime.dispose());
  for (const { name, run } of contractChecks) test(name, () => run(runtime));
});

suite("onnxruntime-node runs every op as it is defined", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());
  for (const { name, run } of opChecks) test(name, () => run(runtime));
});
