import { expect, suite, test } from "vitest";
import * as g from "../../graph/ops/index.ts";
import { input } from "../../graph/tensor.ts";
import { cases } from "../../runtime/conformance/cases.ts";
import { contents, requireClose } from "../../runtime/conformance/checks.ts";
import { evaluate } from "../../runtime/conformance/reference.ts";
import { readFunction } from "../index.ts";
import { writeFunction } from "../writer.ts";

const floats = ["float32", "float64"] as const;

suite("what is written is read back with the same meaning", () => {
  for (const [op, list] of Object.entries(cases))
    for (const [i, { args, f, dtypes = floats, says }] of list.entries())
      for (const dtype of dtypes)
        test.each([true, false])(
          `${op}, ${says ?? `case ${i}`}, ${dtype}, own kernels %s`,
          (contrib) => {
            const inputs = args.map((arg, j) => input(arg.shape, arg.dtype ?? dtype, `x${j}`));
            const fn = { inputs, outputs: [f(...inputs)] };
            const data = args.map((arg, j) => contents(arg, inputs[j], j));
            const once = readFunction(writeFunction(fn, { contrib }));
            const twice = readFunction(writeFunction(once, { contrib }));
            const [expected] = evaluate(fn, data);
            for (const again of [once, twice]) {
              const [t] = again.outputs;
              expect([t.dtype, t.shape]).toEqual([fn.outputs[0].dtype, fn.outputs[0].shape]);
              const [got] = evaluate(again, data);
              const bound = dtype === "float32" ? 1e-6 : 1e-14; // slopes are float32 in the file
              requireClose(
                t,
                g.toData([...got], t.dtype),
                expected,
                t.dtype === "bool" ? 0 : bound,
              );
            }
          },
        );
});

test("names of inputs and outputs are kept", () => {
  const [x, y] = [input([2], "float32", "left"), input([2], "float32", "right")];
  const bytes = writeFunction(
    { inputs: [x, y], outputs: [g.add(x, y), g.sub(x, y)] },
    { inputNames: ["left", "right"], outputNames: ["sum", "difference"] },
  );
  const read = readFunction(bytes);
  expect(read.inputs.map((t) => (t.attrs as { name: string }).name)).toEqual(["left", "right"]);
  expect(read.outputNames).toEqual(["sum", "difference"]);
});
