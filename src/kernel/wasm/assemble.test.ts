import { expect, suite, test } from "vitest";
import { assemble } from "./assemble.ts";
import { doWhile, f64, i32, local } from "./instructions.ts";

const sumOf = (offset: number) =>
  // sum(address, end): Σ of the float64 from `address` + offset to `end` + offset
  assemble([
    {
      name: "sum",
      parameters: ["i32", "i32"],
      locals: ["f64"],
      result: "f64",
      body: [
        ...doWhile(
          [
            ...local.set(2, f64.add(local.get(2), f64.load(local.get(0), offset))),
            ...local.set(0, i32.add(local.get(0), i32.const(8))),
          ],
          i32.lessUnsigned(local.get(0), local.get(1)),
        ),
        ...local.get(2),
      ],
    },
  ]);

suite("assemble", () => {
  test.each([0, 8, 128, 65_536])("a loop with offset %d runs", (offset) => {
    const memory = new WebAssembly.Memory({ initial: 2 });
    const values = new Float64Array(memory.buffer, offset, 100).map((_, i) => i + 0.5);
    new Float64Array(memory.buffer, offset, 100).set(values);
    const module = new WebAssembly.Module(sumOf(offset));
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    const sum = exports.sum as (from: number, end: number) => number;
    expect(sum(0, 800)).toBe(5000);
    expect(sum(80, 160)).toBe(150);
  });

  test.each([0, 1, 63, 64, -1, -64, -65, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)])(
    "writes the constant %d",
    (value) => {
      const body = i32.add(i32.const(value), i32.const(0));
      const bytes = assemble([
        { name: "f", parameters: [], locals: ["f64"], result: "f64", body: [...body, 0xb7] }, // f64.convert_i32_s
      ]);
      const memory = new WebAssembly.Memory({ initial: 1 });
      const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
      expect((instance.exports.f as () => number)()).toBe(value);
    },
  );
});
