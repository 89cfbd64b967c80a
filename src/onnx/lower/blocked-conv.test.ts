import * as ort from "onnxruntime-node";
import { expect, suite, test } from "vitest";
import { evaluate } from "../../../test/evaluate.ts";
import * as g from "../../graph/index.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { fillNormal, stream } from "../../random/index.ts";
import { channelBlock } from "../../runtime/channel-block.ts";
import { type Ort, ortRuntime } from "../../runtime/ort-runtime.ts";
import type { OnnxGraph } from "../model.ts";
import { decodeModel } from "../reader/decode.ts";
import { writeFunction } from "../writer.ts";

const random = (name: string, shape: readonly number[]) => {
  const values = new Float32Array(g.sizeOf(shape));
  fillNormal(stream("9", name), 0, values);
  return values;
};

const operators = ({ nodes }: OnnxGraph) =>
  nodes.map(({ opType }) => opType).filter((op) => op !== "Identity");
const written = (fn: g.GraphFunction, block?: number) =>
  decodeModel(writeFunction(fn, { channelBlock: block }));

const pads = [1, 1, 1, 1];
const [x, u] = [g.input([4, 32, 9, 8], "float32"), g.input([4, 32, 9, 8], "float32")];
const [w, v] = [g.input([16, 32, 3, 3], "float32"), g.input([16, 32, 3, 3], "float32")];
const [z, r, q] = [g.input([4, 8, 9, 8], "float32"), g.input([16, 8, 5, 5], "float32"), g.input([10, 32, 3, 3], "float32")]; // prettier-ignore
const inputs = [x, w, u, v, z, r, q];
const weightTurned = ["Reshape", "Transpose", "Reshape"];

suite("what goes by blocks of channels", () => {
  test("a convolution whose channels fill them; the file says so", () => {
    const fn = { inputs: [x, w], outputs: [g.conv(x, w, { pads })] };
    const { graph, opsets } = written(fn, 16);
    expect(operators(graph)).toEqual(["ReorderInput", ...weightTurned, "Conv", "ReorderOutput"]);
    expect(opsets).toEqual({ "": 17, "com.microsoft.nchwc": 1 });
    expect(operators(written(fn).graph)).toEqual(["Conv"]);
  });

  const blockedAll = [...weightTurned, "Conv", "ReorderOutput"];
  test.each<[string, number[], number[], string[]]>([
    [
      "filters that leave one unfilled, with filters of zeros",
      [4, 32, 9, 8],
      [24, 32, 3, 3],
      ["ReorderInput", "Pad", ...blockedAll],
    ],
    ["few channels, which stay as they are", [4, 8, 9, 8], [16, 8, 3, 3], blockedAll],
  ])("%s", (_, xs, ws, names) => {
    const [a, b] = [g.input(xs, "float32"), g.input(ws, "float32")];
    const { graph } = written({ inputs: [a, b], outputs: [g.conv(a, b, { pads })] }, 16);
    expect(operators(graph)).toEqual(names);
  });

  test("a sum of two of them, in one kernel", () => {
    const sum = g.add(g.conv(x, v, { pads }), g.conv(u, w, { pads }));
    const names = operators(written({ inputs, outputs: [sum] }, 16).graph);
    expect(names.filter((name) => name === "Add")).toEqual([]);
    expect(names.filter((name) => name === "ReorderOutput")).toEqual(["ReorderOutput"]);
  });

  test("not a sum whose parts are wanted by themselves", () => {
    const part = g.conv(x, v, { pads });
    const outputs = [g.add(part, g.conv(u, w, { pads })), part];
    expect(operators(written({ inputs, outputs }, 16).graph)).toContain("Add");
  });

  test.each<[string, number[], number[], Parameters<typeof g.conv>[2]]>([
    ["channels that leave a block unfilled", [4, 24, 9, 8], [16, 24, 3, 3], { pads }],
    ["few filters", [4, 32, 9, 8], [3, 32, 3, 3], { pads }],
    ["very few channels", [4, 3, 9, 8], [16, 3, 3, 3], { pads }],
    ["groups", [4, 32, 9, 8], [32, 16, 3, 3], { pads, groups: 2 }],
    ["single positions", [4, 32, 9, 8], [16, 32, 1, 1], {}],
    ["few positions", [1, 32, 9, 8], [16, 32, 3, 3], { pads }],
    ["lines", [4, 32, 72], [16, 32, 3], { pads: [1, 1] }],
  ])("not %s", (_, xs, ws, attrs) => {
    const [a, b] = [g.input(xs, "float32"), g.input(ws, "float32")];
    const { graph } = written({ inputs: [a, b], outputs: [g.conv(a, b, attrs)] }, 16);
    expect(operators(graph)).toEqual(["Conv"]);
  });
});

suite("blocked convolutions on this machine", () => {
  const outputs = [
    g.add(g.conv(x, v, { pads }), g.conv(u, w, { pads })),
    g.conv(x, w, { pads: [0, 2, 1, 0], strides: [1, 1], dilations: [2, 1] }),
    g.conv(g.concat([x, x, x, x], 0), w, { pads, strides: [2, 2] }),
    g.conv(z, r, { pads: [2, 2, 2, 2] }),
    g.conv(x, q, { pads }),
    g.add(g.conv(x, q, { pads }), g.conv(u, q, { pads })),
  ];
  const data = inputs.map(({ shape }, i) => random(`input ${i}`, shape));

  test("agree with float64 to 1e-6 of the largest entry", async () => {
    await using runtime = nodeRuntime();
    const got = await evaluate(runtime, inputs, outputs, data);
    const wide = inputs.map(({ shape }) => g.input(shape, "float64"));
    const [a, b, c, d, f, h, k] = wide;
    const exact = await evaluate(
      runtime,
      wide,
      [
        g.add(g.conv(a, d, { pads }), g.conv(c, b, { pads })),
        g.conv(a, b, { pads: [0, 2, 1, 0], strides: [1, 1], dilations: [2, 1] }),
        g.conv(g.concat([a, a, a, a], 0), b, { pads, strides: [2, 2] }),
        g.conv(f, h, { pads: [2, 2, 2, 2] }),
        g.conv(a, k, { pads }),
        g.add(g.conv(a, k, { pads }), g.conv(c, k, { pads })),
      ],
      data.map((values) => Float64Array.from(values)),
    );
    for (const [i, values] of (exact as Float64Array[]).entries()) {
      const most = values.reduce((m, value) => Math.max(m, Math.abs(value)), 0);
      const gap = values.reduce(
        (m, value, j) => Math.max(m, Math.abs(value - Number(got[i][j]))),
        0,
      );
      expect(gap / most).toBeLessThan(1e-6);
    }
  });

  test("give the same bits on one thread and on two", async () => {
    await using one = nodeRuntime({ threads: 1 });
    await using two = nodeRuntime({ threads: 2 });
    const results = await Promise.all(
      [one, two].map(async (runtime, i) => {
        await using compiled = await runtime.compile({ inputs, outputs }, { threads: i + 1 });
        return compiled.run(data);
      }),
    );
    expect(results[1]).toEqual(results[0]);
  });

  test("are done without where the machine has none", async () => {
    const models: Uint8Array[] = [];
    const without: Ort = {
      Tensor: ort.Tensor,
      env: ort.env,
      InferenceSession: {
        create(model, options) {
          models.push(model);
          return new TextDecoder("latin1").decode(model).includes("nchwc")
            ? Promise.reject(new Error("no such domain"))
            : ort.InferenceSession.create(model, options);
        },
      },
    };
    expect(await channelBlock(without)).toBe(undefined);
    await using runtime = ortRuntime(without, { name: "bare", version: "0", threads: 1 });
    await evaluate(runtime, inputs, outputs, data);
    expect(new TextDecoder("latin1").decode(models.at(-1))).not.toContain("nchwc");
  });

  test("are tried out once a module, for blocks of 16 and of 8", async () => {
    const found = channelBlock(ort);
    expect(channelBlock(ort)).toBe(found);
    expect([8, 16, undefined]).toContain(await found);
  });
});
