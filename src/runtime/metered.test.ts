import { expect, test } from "vitest";
import { input, matmul } from "../graph/index.ts";
import { metered } from "./metered.ts";
import { nodeRuntime } from "../node/ort/node-runtime.ts";

test("counts the multiplications of what was run, each time, and nothing before", async () => {
  await using machine = nodeRuntime({ threads: 1 });
  const runtime = metered(machine);
  const [a, b] = [input([3, 5], "float64"), input([5, 7], "float64")];
  await using product = await runtime.compile({ inputs: [a, b], outputs: [matmul(a, b)] });
  expect(runtime.work).toBe(0);
  const given = [new Float64Array(15).fill(1), new Float64Array(35).fill(2)];
  const [c] = await product.run(given);
  expect([...(c as Float64Array)]).toEqual(Array<number>(21).fill(10));
  expect(runtime.work).toBe(2 * 3 * 5 * 7);
  await product.run(given);
  expect(runtime.work).toBe(4 * 3 * 5 * 7);
});
