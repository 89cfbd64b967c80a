import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import type { Data } from "../../src/graph/index.ts";
import {
  activations,
  averagePooling,
  batchNorm,
  basicBlock,
  convolution,
  flatten,
  globalAveragePooling,
  layerNorm,
  type LayerFactory,
  linear,
  maxPooling,
  model,
  residual,
  sequential,
  views,
} from "../../src/learn/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { fillNormal, stream } from "../../src/random/index.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const normal = (name: string, size: number) => {
  const out = new Float64Array(size);
  fillNormal(stream("8", name), 0, out);
  return out;
};

interface Passed {
  readonly outputs: Float64Array;
  readonly shape: readonly number[];
  readonly updated: readonly Float64Array[];
}

/** One pass in float64, all parameters and the input given. */
async function pass(
  factory: LayerFactory,
  sample: readonly number[],
  batch: number,
  given: {
    parameters: Float64Array;
    x: Float64Array;
    buffers?: Float64Array;
    mode?: "batch" | "stored";
  },
): Promise<Passed> {
  const net = model("layer", factory, sample);
  expect(given.parameters.length).toBe(net.parameterCount);
  const x = g.input([batch, ...sample], "float64", "x");
  const parameters = net.parameters.map((spec) => g.input(spec.shape, "float64", spec.name));
  const buffers = net.buffers.map((spec) => g.input(spec.shape, "float64", spec.name));
  const { outputs, updated } = net.apply(parameters, x, { mode: given.mode ?? "stored", buffers });
  expect(outputs.shape).toEqual([batch, ...net.outputShape]);
  await using run = await runtime.compile({
    inputs: [x, ...parameters, ...buffers],
    outputs: [outputs, ...updated],
  });
  const results = (await run.run([
    given.x,
    ...views(net.parameters, given.parameters),
    ...views(net.buffers, given.buffers ?? new Float64Array(0)),
  ] as Data[])) as Float64Array[];
  return { outputs: results[0], shape: outputs.shape, updated: results.slice(1) };
}

const close = (found: ArrayLike<number>, expected: ArrayLike<number>, bound = 1e-12) => {
  expect(found.length).toBe(expected.length);
  const gaps = Array.from(found, (value, i) => Math.abs(value - expected[i]));
  expect(Math.max(...gaps)).toBeLessThan(bound);
};

const none = new Float64Array(0);

suite("linear", () => {
  test("is x·Wᵀ + b with W [out, in], row by row", async () => {
    const [batch, inner, out] = [3, 4, 2];
    const [p, x] = [normal("linear", out * inner + out), normal("x", batch * inner)];
    const expected = Float64Array.from({ length: batch * out }, (_, at) => {
      const [i, o] = [Math.floor(at / out), at % out];
      let sum = p[out * inner + o];
      for (let k = 0; k < inner; k++) sum += x[i * inner + k] * p[o * inner + k];
      return sum;
    });
    close((await pass(linear(out), [inner], batch, { parameters: p, x })).outputs, expected);
    const bare = await pass(linear(out, { bias: false }), [inner], batch, {
      parameters: p.slice(0, out * inner),
      x,
    });
    close(
      bare.outputs,
      expected.map((y, at) => y - p[out * inner + (at % out)]),
    );
  });

  test("refuses samples that are not vectors", () => {
    expect(() => model("m", sequential(["fc", linear(2)]), [3, 4])).toThrow(
      new RangeError("fc: a linear layer takes vectors, got samples of shape [3, 4]"),
    );
  });
});

test("convolution is the sum over its window, padded, strided, with a bias for each channel", async () => {
  const [batch, channels, size, out] = [2, 2, 5, 3];
  const p = normal("conv", out * channels * 9 + out);
  const x = normal("images", batch * channels * size * size);
  const expected: number[] = [];
  const at = (b: number, c: number, i: number, j: number) =>
    i < 0 || j < 0 || i >= size || j >= size ? 0 : x[((b * channels + c) * size + i) * size + j];
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < out; o++)
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++) {
          let sum = p[out * channels * 9 + o];
          for (let c = 0; c < channels; c++)
            for (let u = 0; u < 3; u++)
              for (let v = 0; v < 3; v++)
                sum +=
                  p[((o * channels + c) * 3 + u) * 3 + v] * at(b, c, 2 * i + u - 1, 2 * j + v - 1);
          expected.push(sum);
        }
  const layer = convolution(out, 3, { strides: 2, pads: 1 });
  const found = await pass(layer, [channels, size, size], batch, { parameters: p, x });
  expect(found.shape).toEqual([batch, out, 3, 3]);
  close(found.outputs, expected);
});

test("pooling layers give maxima and means of their windows", async () => {
  const x = Float64Array.from({ length: 16 }, (_, i) => (i * 7) % 16); // a permutation
  const rows = [0, 1, 2, 3].map((i) => [...x.subarray(4 * i, 4 * i + 4)]);
  const windows = [0, 2].flatMap((i) =>
    [0, 2].map((j) => [rows[i][j], rows[i][j + 1], rows[i + 1][j], rows[i + 1][j + 1]]),
  );
  const at = (layer: LayerFactory) => pass(layer, [1, 4, 4], 1, { parameters: none, x });
  const mean = (values: number[]) => values.reduce((s, v) => s + v, 0) / values.length;
  close(
    (await at(maxPooling(2))).outputs,
    windows.map((w) => Math.max(...w)),
  );
  close((await at(averagePooling(2))).outputs, windows.map(mean));
  close((await at(globalAveragePooling)).outputs, [7.5]);
  close((await at(flatten)).outputs, x);
  expect((await at(flatten)).shape).toEqual([1, 16]);
});

test("every activation equals its formula", async () => {
  const x = [-3, -1.5, -0.2, 0, 0.4, 1, 2.5];
  const tanhInner = (v: number) => Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3);
  // Φ(v) by Simpson's rule, independent of erf's polynomials.
  const phi = (v: number) => {
    const n = 2000;
    let sum = 0;
    for (let k = 0; k <= n; k++)
      sum += Math.exp(-(((v * k) / n) ** 2) / 2) * (k === 0 || k === n ? 1 : k % 2 ? 4 : 2);
    return 0.5 + (sum * v) / n / 3 / Math.sqrt(2 * Math.PI);
  };
  const formulas: Record<keyof typeof activations, (v: number) => number> = {
    relu: (v) => Math.max(v, 0),
    tanh: Math.tanh,
    sigmoid: (v) => 1 / (1 + Math.exp(-v)),
    silu: (v) => v / (1 + Math.exp(-v)),
    softplus: (v) => Math.log1p(Math.exp(v)),
    elu: (v) => (v > 0 ? v : Math.expm1(v)),
    gelu: (v) => v * phi(v),
    "gelu-tanh": (v) => 0.5 * v * (1 + Math.tanh(tanhInner(v))),
    "leaky-relu": (v) => (v > 0 ? v : 0.01 * v),
    identity: (v) => v,
  };
  const t = g.input([x.length], "float64", "x");
  const names = Object.keys(formulas) as (keyof typeof activations)[];
  expect(names.toSorted()).toEqual(Object.keys(activations).toSorted());
  await using run = await runtime.compile({
    inputs: [t],
    outputs: names.map((n) => activations[n](t)),
  });
  const results = await run.run([Float64Array.from(x)]);
  names.forEach((name, k) => close(results[k] as Float64Array, x.map(formulas[name]), 1e-12));
});

suite("batchNorm", () => {
  const [batch, channels, length] = [4, 3, 5];
  const count = batch * length;
  const x = normal("bn", batch * channels * length).map((v, i) => 2 * v + (i % 7));
  const parameters = normal("affine", 2 * channels);
  const buffers = Float64Array.of(0.3, -0.2, 0.1, 1.5, 0.7, 2);
  const of = (c: number) => x.filter((_, i) => Math.floor(i / length) % channels === c);
  const means = [0, 1, 2].map((c) => of(c).reduce((s, v) => s + v, 0) / count);
  const squares = [0, 1, 2].map((c) => of(c).reduce((s, v) => s + (v - means[c]) ** 2, 0));
  const normalised = (mu: number[], variance: number[], epsilon: number) =>
    x.map((v, i) => {
      const c = Math.floor(i / length) % channels;
      return (
        (parameters[c] * (v - mu[c])) / Math.sqrt(variance[c] + epsilon) + parameters[channels + c]
      );
    });

  test("normalises by the batch's own mean and variance (divided by n)", async () => {
    const found = await pass(batchNorm(), [channels, length], batch, {
      parameters,
      buffers,
      x,
      mode: "batch",
    });
    close(
      found.outputs,
      normalised(
        means,
        squares.map((s) => s / count),
        1e-5,
      ),
      1e-11,
    );
  });

  test("moves the stored statistics by PyTorch's rule: momentum is the new batch's weight, variance divided by n − 1", async () => {
    const layer = batchNorm({ momentum: 0.3 });
    const { updated } = await pass(layer, [channels, length], batch, {
      parameters,
      buffers,
      x,
      mode: "batch",
    });
    close(
      updated[0],
      means.map((m, c) => 0.7 * buffers[c] + 0.3 * m),
    );
    close(
      updated[1],
      squares.map((s, c) => 0.7 * buffers[channels + c] + (0.3 * s) / (count - 1)),
    );
  });

  test("in stored mode uses them, and leaves them", async () => {
    const layer = batchNorm({ epsilon: 0.01 });
    const found = await pass(layer, [channels, length], batch, { parameters, buffers, x });
    const stored = [...buffers];
    close(found.outputs, normalised(stored.slice(0, 3), stored.slice(3), 0.01));
    close([...found.updated[0], ...found.updated[1]], buffers, 1e-300);
  });

  test("differentiates through the statistics: an output's sum does not change with the input", async () => {
    const net = model("bn", batchNorm(), [channels]);
    const t = g.input([batch, channels], "float64", "x");
    const constants = [g.filled(1, [channels], "float64"), g.filled(0, [channels], "float64")];
    const total = (rows: g.Tensor) =>
      g.sum(net.apply(constants, rows, { mode: "batch", buffers: constants }).outputs);
    await using run = await runtime.compile({ inputs: [t], outputs: [g.grad(total)(t)] });
    const [gradient] = await run.run([x.slice(0, batch * channels)]);
    close(gradient as Float64Array, new Float64Array(batch * channels), 1e-13);
  });
});

test("layerNorm gives each sample mean 0 and variance 1 before its own scale and shift", async () => {
  const [batch, size] = [3, 6];
  const x = normal("ln", batch * size).map((v) => 3 * v + 1);
  const parameters = normal("ln affine", 2 * size);
  const expected = x.map((v, at) => {
    const row = x.subarray(Math.floor(at / size) * size, Math.floor(at / size) * size + size);
    const mean = row.reduce((s, u) => s + u, 0) / size;
    const variance = row.reduce((s, u) => s + (u - mean) ** 2, 0) / size;
    return (
      (parameters[at % size] * (v - mean)) / Math.sqrt(variance + 1e-5) +
      parameters[size + (at % size)]
    );
  });
  const found = await pass(layerNorm(), [2, 3], batch, { parameters, x });
  close(found.outputs, expected);
});

suite("residual", () => {
  test("adds its input to its body, or what the shortcut makes of it", async () => {
    const [p, x] = [normal("residual", 6), normal("residual x", 4)];
    const body = sequential(["fc", linear(2)]);
    const plain = await pass(body, [2], 2, { parameters: p, x });
    const sum = await pass(residual(body, undefined), [2], 2, { parameters: p, x });
    close(
      sum.outputs,
      plain.outputs.map((y, i) => y + x[i]),
    );
    const q = normal("shortcut", 4);
    const side = await pass(linear(2, { bias: false }), [2], 2, { parameters: q, x });
    const both = await pass(residual(body, linear(2, { bias: false }), g.relu), [2], 2, {
      parameters: Float64Array.of(...p, ...q),
      x,
    });
    close(
      both.outputs,
      plain.outputs.map((y, i) => Math.max(0, y + side.outputs[i])),
    );
  });

  test("refuses branches of different shapes", () => {
    expect(() => model("m", sequential(["block", residual(linear(3), undefined)]), [2])).toThrow(
      new RangeError("block: the branches of a residual block must agree, got [3] and [2]"),
    );
  });

  test("a basic block has a shortcut of its own only where stride or channels change", () => {
    const names = (channels: number, stride: number) =>
      model("m", basicBlock(channels, { stride }), [4, 6, 6]).parameters.map((spec) => spec.name);
    expect(names(4, 1)).toEqual(["conv1.weight", "conv1.bias", "conv2.weight", "conv2.bias"]);
    expect(names(4, 2)).toContain("shortcut.conv.weight");
    expect(names(8, 1)).toContain("shortcut.conv.weight");
  });
});

test("two parameters of one name are refused", () => {
  const twice = sequential(["a", linear(2)], ["a", linear(2)]);
  expect(() => model("m", twice, [2])).toThrow(
    new RangeError("m: two parameters are named a.weight"),
  );
});
