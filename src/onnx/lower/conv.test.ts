import * as ort from "onnxruntime-node";
import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../graph/index.ts";
import type { ConvAttrs } from "../../graph/op-attrs.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { fillUniform, stream } from "../../random/index.ts";
import { inputName, outputName, writeFunction } from "../writer.ts";
import { evaluate } from "../../../test/evaluate.ts";

interface Case extends Partial<ConvAttrs> {
  readonly name: string;
  readonly x: readonly number[];
  readonly w: readonly number[];
}

const cases: Case[] = [
  { name: "1 × 1", x: [2, 3, 5, 4], w: [4, 3, 1, 1] },
  { name: "3 × 3, padded", x: [2, 3, 5, 6], w: [4, 3, 3, 3], pads: [1, 1, 1, 1] },
  { name: "many channels, unstrided", x: [2, 16, 6, 5], w: [3, 16, 3, 2], pads: [1, 0, 1, 1] },
  {
    name: "many channels, unstrided, dilated, in groups",
    x: [3, 32, 7, 9],
    w: [4, 16, 2, 3],
    pads: [0, 2, 3, 1],
    dilations: [3, 2],
    groups: 2,
  },
  { name: "many channels, unpadded", x: [2, 16, 5, 7], w: [3, 16, 3, 3] },
  { name: "many channels, 1 × 1", x: [2, 16, 3, 7], w: [24, 16, 1, 1] },
  { name: "many channels, one row", x: [2, 17, 1, 7], w: [3, 17, 1, 3], pads: [0, 1, 0, 1] },
  { name: "a kernel wider than the image", x: [2, 16, 3, 2], w: [3, 16, 3, 5], pads: [1, 3, 1, 3] },
  {
    name: "columns wholly in the padding",
    x: [1, 16, 2, 2],
    w: [2, 16, 1, 6],
    pads: [0, 5, 0, 5],
  },
  { name: "more padding than kernel", x: [2, 2, 3, 3], w: [3, 2, 2, 2], pads: [3, 2, 2, 3] },
  {
    name: "strides that leave rows uncovered",
    x: [2, 3, 8, 9],
    w: [4, 3, 3, 3],
    strides: [2, 3],
    pads: [0, 1, 0, 0],
  },
  {
    name: "strides, asymmetric pads, dilations, groups",
    x: [2, 4, 9, 11],
    w: [6, 2, 3, 2],
    strides: [2, 3],
    pads: [1, 0, 2, 3],
    dilations: [2, 3],
    groups: 2,
  },
  { name: "depthwise", x: [2, 5, 6, 6], w: [5, 1, 3, 3], pads: [1, 1, 1, 1], groups: 5 },
  {
    name: "depthwise, doubling, strided",
    x: [2, 3, 7, 7],
    w: [6, 1, 3, 3],
    strides: [2, 2],
    groups: 3,
  },
  { name: "planes smaller than channels", x: [3, 4, 2, 2], w: [20, 4, 2, 2], pads: [1, 0, 0, 1] },
  { name: "stride larger than the kernel", x: [2, 3, 8, 8], w: [2, 3, 2, 2], strides: [3, 3] },
  { name: "1-D", x: [3, 2, 9], w: [4, 2, 3], pads: [1, 1] },
  { name: "1-D, many channels", x: [2, 18, 9], w: [4, 18, 3], pads: [2, 0], dilations: [2] },
  {
    name: "1-D, strided, dilated, in groups, uncovered",
    x: [2, 6, 14],
    w: [4, 3, 3],
    strides: [4],
    pads: [0, 1],
    dilations: [2],
    groups: 2,
  },
];

/** Every term x[i]·w[j]·y[k] of the trilinear form, as flat positions. */
function forEachTerm(
  [batch, channels, ...spatial]: readonly number[],
  [out, inner, ...kernel]: readonly number[],
  windows: readonly number[],
  { strides, pads, dilations, groups }: ConvAttrs,
  visit: (i: number, j: number, k: number) => void,
): void {
  const [height, width] = spatial.length === 1 ? [1, spatial[0]] : spatial;
  const [rows, columns] = kernel.length === 1 ? [1, kernel[0]] : kernel;
  const [down, across] = windows.length === 1 ? [1, windows[0]] : windows;
  const lift = (v: readonly number[], fill: number) => (v.length === 1 ? [fill, v[0]] : v);
  const [s, d] = [lift(strides, 1), lift(dilations, 1)];
  const before = spatial.length === 1 ? [0, pads[0]] : pads;
  for (let n = 0; n < batch; n++)
    for (let o = 0; o < out; o++)
      for (let c = 0; c < inner; c++)
        for (let p = 0; p < down; p++)
          for (let q = 0; q < across; q++)
            for (let a = 0; a < rows; a++)
              for (let b = 0; b < columns; b++) {
                const r = p * s[0] + a * d[0] - before[0];
                const t = q * s[1] + b * d[1] - before[1];
                if (r < 0 || r >= height || t < 0 || t >= width) continue;
                const channel = Math.floor(o / (out / groups)) * inner + c;
                visit(
                  ((n * channels + channel) * height + r) * width + t,
                  ((o * inner + c) * rows + a) * columns + b,
                  ((n * out + o) * down + p) * across + q,
                );
              }
}

function uniform(name: string, shape: readonly number[], dtype: "float32" | "float64") {
  const out = new Float64Array(g.sizeOf(shape));
  fillUniform(stream("7", name), 0, out);
  const centred = out.map((u) => 2 * u - 1);
  return dtype === "float32" ? Float32Array.from(centred) : centred;
}

const largestGap = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (value, i) => Math.abs(value - b[i])).reduce((m, gap) => Math.max(m, gap), 0);

suite("conv, convInput, convWeight", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());

  suite.each(["float64", "float32"] as const)("%s", (dtype) => {
    test.each(cases)("$name: each is the sum over windows", async (subject) => {
      const [x, w] = [g.input(subject.x, dtype), g.input(subject.w, dtype)];
      const convolved = g.conv(x, w, subject);
      const attrs = (convolved as g.Node<"conv">).attrs;
      const y = g.input(convolved.shape, dtype);
      const spatial = subject.x.slice(2);
      const kernel = subject.w.slice(2);
      const outputs = [
        convolved,
        g.convInput(y, w, spatial, attrs),
        g.convWeight(x, y, kernel, attrs),
      ];
      const data = [
        uniform(`${subject.name} x`, x.shape, dtype),
        uniform(`${subject.name} w`, w.shape, dtype),
        uniform(`${subject.name} y`, y.shape, dtype),
      ];
      const expected = [y, x, w].map((t) => new Float64Array(g.sizeOf(t.shape)));
      forEachTerm(subject.x, subject.w, y.shape.slice(2), attrs, (i, j, k) => {
        expected[0][k] += data[0][i] * data[1][j];
        expected[1][i] += data[2][k] * data[1][j];
        expected[2][j] += data[0][i] * data[2][k];
      });

      const got = (await evaluate(runtime, [x, w, y], outputs, data)) as Float64Array[];
      const bound = dtype === "float64" ? 1e-13 : 5e-6;
      for (const [i, values] of got.entries()) {
        expect(values.length).toBe(expected[i].length);
        expect(largestGap(values, expected[i])).toBeLessThan(bound * 20);
      }
      // ⟨conv(x, w), y⟩ = ⟨x, convInput(y, w)⟩ = ⟨w, convWeight(x, y)⟩
      const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
        Array.from(a, (value, i) => value * b[i]).reduce((sum, v) => sum + v, 0);
      const form = dot(got[0], data[2]);
      const scale = 1 + Math.abs(form);
      expect(Math.abs(dot(got[1], data[0]) - form) / scale).toBeLessThan(bound * 20);
      expect(Math.abs(dot(got[2], data[1]) - form) / scale).toBeLessThan(bound * 20);
    });
  });

  test.each(cases)("$name: convWeight without ONNX Runtime's own ops agrees", async (subject) => {
    const [x, w] = [g.input(subject.x, "float32"), g.input(subject.w, "float32")];
    const convolved = g.conv(x, w, subject);
    const y = g.input(convolved.shape, "float32");
    const attrs = (convolved as g.Node<"conv">).attrs;
    const gradient = g.convWeight(x, y, subject.w.slice(2), attrs);
    const data = [x, y].map((t, i) => uniform(`${subject.name} ${i}`, t.shape, "float32"));
    const [expected] = await evaluate(runtime, [x, y], [gradient], data);
    const model = writeFunction({ inputs: [x, y], outputs: [gradient] }, { contrib: false });
    expect(new TextDecoder("latin1").decode(model)).not.toContain("com.microsoft");
    const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1 });
    const feeds = [x, y].map((t, i) => [
      inputName(i),
      new ort.Tensor("float32", data[i] as Float32Array, t.shape),
    ]);
    const results = await session.run(Object.fromEntries(feeds) as Record<string, ort.Tensor>);
    await session.release();
    const got = results[outputName(0)].data as Float32Array;
    expect(got.length).toBe(expected.length);
    expect(largestGap(got, expected as Float32Array)).toBeLessThan(1e-4);
  });
});
