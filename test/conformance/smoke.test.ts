import { expect, test } from "vitest";
import * as g from "../../src/graph/ops/index.ts";
import { input } from "../../src/graph/tensor.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";

test("a dense layer with a bias, in float32 and float64", async () => {
  await using runtime = nodeRuntime();
  for (const dtype of ["float32", "float64"] as const) {
    const [x, w, b] = [input([2, 3], dtype), input([4, 3], dtype), input([4], dtype)];
    const y = g.add(g.matmul(x, g.swapLast(w)), b);
    const f = {
      inputs: [x, w, b],
      outputs: [y, g.sum(g.tanh(y), [0]), g.silu(y), g.erf(y), g.sub(y, y), x],
    };
    await using run = await runtime.compile(f);
    const out = await run.run([
      g.toData([1, 2, 3, 4, 5, 6], dtype),
      g.toData([1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1], dtype),
      g.toData([10, 20, 30, 40], dtype),
    ]);
    expect([...out[0]!]).toEqual([11, 22, 33, 46, 14, 25, 36, 55]);
    expect([...out[5]!]).toEqual([1, 2, 3, 4, 5, 6]);
  }
});

test("a scan equals its unrolled recurrence", async () => {
  await using runtime = nodeRuntime();
  const [c, k, s] = [input([2], "float32"), input([], "float32"), input([], "float32")];
  const next = g.add(g.mul(c, g.exp(k)), s);
  await using scan = await runtime.compileScan({
    carry: [c],
    constants: [k],
    slices: [s],
    nextCarry: [next],
    emitted: [g.sum(next)],
  });
  const { carry, emitted } = await scan.run(3, {
    carry: [Float32Array.of(1, 2)],
    constants: [Float32Array.of(Math.log(2))],
    slices: [Float32Array.of(1, 2, 3)],
  });
  [...carry[0]!].forEach((x, i) => expect(x).toBeCloseTo([19, 27][i]!, 4));
  [...emitted[0]!].forEach((x, i) => expect(x).toBeCloseTo([8, 20, 46][i]!, 4));
});
