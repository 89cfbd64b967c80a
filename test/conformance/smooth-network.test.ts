import { afterAll, expect, suite, test } from "vitest";
import {
  type Data,
  type DType,
  hvp,
  input,
  leaves,
  mean,
  sizeOf,
  type Tensor,
  valueAndGrad,
} from "../../src/graph/index.ts";
import {
  activation,
  averagePooling,
  convolution,
  flatten,
  initialParameters,
  linear,
  losses,
  model,
  sequential,
  views,
} from "../../src/learn/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { fillNormal, stream } from "../../src/random/index.ts";

// Convolutions run by kernels of their own where channels fill a block of 8 or 16. Without a kink
// anywhere, all that may be between float32 and float64 is rounding.
const batch = 64;
const classes = 4;

const normals = (name: string, count: number) => {
  const values = new Float32Array(count);
  fillNormal(stream("17", name), 0, values);
  return values;
};

suite("a smooth network of convolutions at batch 64", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());

  test.each([
    [8, 16],
    [16, 16],
    [16, 32],
    [24, 8],
    [20, 16],
    [16, 20],
    [3, 8],
  ])(
    "of %d and %d channels has float64's loss, gradient and Hessian product to 1e-6",
    async (first, second) => {
      const net = model(
        "smooth",
        sequential(
          convolution(first, 3, { pads: 1 }),
          activation("tanh"),
          convolution(second, 3, { pads: 1 }),
          activation("tanh"),
          averagePooling(2),
          convolution(second, 3, { pads: 1, strides: 2 }),
          activation("tanh"),
          flatten,
          linear(classes),
        ),
        [3, 8, 8],
      );
      const w = initialParameters(net, "float32", stream("17", "w")) as Float32Array;
      const v = normals("v", w.length);
      const x = normals("x", batch * 192);
      const y = Int32Array.from({ length: batch }, (_, i) => (i * 7) % classes);

      /** Loss, gradient and product over `count` samples from `from`, each an average. */
      const of = async (dtype: DType) => {
        const count = dtype === "float64" ? 16 : batch;
        const make = () => net.parameters.map(({ shape }) => input(shape, dtype));
        const [p, q, xs, ys] = [
          make(),
          make(),
          input([count, 3, 8, 8], dtype),
          input([count], "int32"),
        ] as const;
        const loss = (theta: Tensor[]) =>
          mean(losses["cross-entropy"].perSample(net.apply(theta, xs).outputs, ys));
        const outputs = [...leaves(valueAndGrad(loss)(p)), ...hvp(loss)(p, q)];
        await using run = await runtime.compile({ inputs: [...p, ...q, xs, ys], outputs });
        const cast = (a: Data) => (dtype === "float64" ? Float64Array.from(a as Float32Array) : a);
        const fixed = [...views(net.parameters, w), ...views(net.parameters, v)].map(cast);
        const total = outputs.map(({ shape }) => new Float64Array(sizeOf(shape)));
        for (let from = 0; from < batch; from += count) {
          const [some, labels] = [
            x.subarray(192 * from, 192 * (from + count)),
            y.subarray(from, from + count),
          ];
          const results = await run.run([...fixed, cast(some), labels]);
          results.forEach((data, k) =>
            (data as Float32Array).forEach((z, i) => (total[k][i] += (z * count) / batch)),
          );
        }
        return total;
      };
      const [single, double] = [await of("float32"), await of("float64")];
      const flat = (arrays: Float64Array[]) => arrays.flatMap((a) => [...a]);
      const n = net.parameters.length;
      for (const [from, to] of [
        [0, 1],
        [1, 1 + n],
        [1 + n, 1 + 2 * n],
      ]) {
        const [a, b] = [flat(single.slice(from, to)), flat(double.slice(from, to))];
        expect(Math.hypot(...a.map((z, i) => z - b[i])) / Math.hypot(...b)).toBeLessThan(1e-6);
      }
    },
  );
});
