import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import type { Data } from "../../src/graph/index.ts";
import {
  cnn,
  initialParameters,
  losses,
  mlp,
  type Model,
  resnet8,
  vgg11,
  views,
  weightedMean,
} from "../../src/learn/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { fillNormal, stream, substream } from "../../src/random/index.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const image = [3, 32, 32];
const draws = stream("9", "models");

suite("parameter counts by hand", () => {
  const conv = (inner: number, out: number, kernel = 3) => inner * out * kernel * kernel;
  const vggChannels = [3, 64, 128, 256, 256, 512, 512, 512, 512];
  const vggConvs = vggChannels.slice(1).reduce((s, out, i) => s + conv(vggChannels[i], out), 0);
  const vggWidths = vggChannels.slice(1).reduce((s, out) => s + out, 0);
  const resConvs =
    conv(3, 16) + 2 * conv(16, 16) + conv(16, 32) + conv(32, 32) + conv(32, 64) + conv(64, 64);
  const resShortcuts = conv(16, 32, 1) + conv(32, 64, 1);
  const resWidths = 16 + 2 * 16 + 3 * 32 + 3 * 64;

  test.each<[string, Model, number]>([
    [
      "mlp 784-200-200-10",
      mlp([28, 28], 10, { hidden: [200, 200] }),
      784 * 200 + 200 + 200 * 200 + 200 + 200 * 10 + 10,
    ],
    [
      "mlp of the EoSS runs, 3072-512-512-10",
      mlp(image, 10),
      3072 * 512 + 512 + 512 * 512 + 512 + 512 * 10 + 10,
    ],
    ["mlp without biases", mlp([4], 2, { hidden: [3], bias: false }), 4 * 3 + 3 * 2],
    [
      "cnn",
      cnn(image, 10),
      conv(3, 64) +
        64 +
        conv(64, 64) +
        64 +
        conv(64, 128) +
        128 +
        128 * 64 * 512 +
        512 +
        512 * 10 +
        10,
    ],
    ["resnet8", resnet8(image, 10), resConvs + resShortcuts + resWidths + 64 * 10 + 10],
    [
      "resnet8 with batch norm",
      resnet8(image, 10, { batchNorm: true }),
      resConvs + resShortcuts + 2 * resWidths + 64 * 10 + 10,
    ],
    ["vgg11", vgg11(image, 10), vggConvs + vggWidths + 512 * 10 + 10],
    [
      "vgg11 with batch norm",
      vgg11(image, 10, { batchNorm: true }),
      vggConvs + 2 * vggWidths + 512 * 10 + 10,
    ],
  ])("%s", (_, model, count) => {
    expect(model.parameterCount).toBe(count);
    expect(model.outputShape).toEqual([model.inputShape.length > 1 ? 10 : 2]);
  });

  test("vgg11 is torchvision's published features and a classifier of 5130, 9.2 million", () => {
    // torchvision.models.vgg11().features holds 9,220,480 parameters, vgg11_bn's 9,225,984.
    expect(vgg11(image, 10).parameterCount - 5130).toBe(9_220_480);
    expect(vgg11(image, 10, { batchNorm: true }).parameterCount - 5130).toBe(9_225_984 - vggWidths);
    expect(vggWidths).toBe(2752);
  });
});

suite("in float32", () => {
  test.each<[string, Model]>([
    ["mlp", mlp([28, 28], 10, { hidden: [200, 200] })],
    ["cnn", cnn(image, 10)],
    ["resnet8", resnet8(image, 10)],
    ["resnet8-bn", resnet8(image, 10, { batchNorm: true })],
    ["vgg11", vgg11(image, 10, { shrink: 4 })],
    ["vgg11-bn", vgg11(image, 10, { shrink: 4, batchNorm: true })],
  ])("%s gives finite outputs that tell samples apart", async (_, model) => {
    const x = g.input([2, ...model.inputShape], "float32", "x");
    const parameters = model.parameters.map((spec) => g.input(spec.shape, "float32", spec.name));
    const buffers = model.buffers.map((spec) => g.filled(spec.start, spec.shape, "float32"));
    const { outputs } = model.apply(parameters, x, { buffers });
    expect(outputs.shape).toEqual([2, 10]);
    await using run = await runtime.compile({ inputs: [x, ...parameters], outputs: [outputs] });
    const images = new Float32Array(g.sizeOf(x.shape));
    fillNormal(draws, 0, images);
    const flat = initialParameters(model, "float32", stream("1", "initial"));
    const [y] = await run.run([images, ...views(model.parameters, flat)] as Data[]);
    expect((y as Float32Array).every(Number.isFinite)).toBe(true);
    expect(y.slice(0, 10)).not.toEqual(y.slice(10));
  });
});

suite("gradients against central differences in float64", () => {
  const small: readonly number[] = [2, 8, 8];
  test.each<[string, Model, "batch" | "stored"]>([
    ["mlp", mlp([5], 3, { hidden: [4, 4], activation: "gelu" }), "batch"],
    ["cnn", cnn(small, 3, { widths: [3, 2, 4, 5], activation: "tanh" }), "batch"],
    [
      "resnet8",
      resnet8(small, 3, { widths: [2, 3, 4], init: { kind: "kaiming-normal" } }),
      "batch",
    ],
    [
      "resnet8-bn on batch statistics",
      resnet8(small, 3, { widths: [2, 3, 4], batchNorm: true }),
      "batch",
    ],
    [
      "resnet8-bn on stored statistics",
      resnet8(small, 3, { widths: [2, 3, 4], batchNorm: true }),
      "stored",
    ],
    ["vgg11", vgg11([1, 32, 32], 2, { shrink: 128 }), "batch"],
    ["vgg11-bn", vgg11([1, 32, 32], 2, { shrink: 128, batchNorm: true }), "batch"],
  ])("%s", async (name, model, mode) => {
    const batch = 3;
    const [x, y] = [batchOf(model.inputShape), batchOf(model.outputShape)];
    const flat = initialParameters(model, "float64", stream("2", "initial"));
    // Biases off zero, so that no unit sits on a kink.
    const bump = new Float64Array(flat.length);
    fillNormal(substream(draws, name), 0, bump);
    bump.forEach((value, i) => (flat[i] += 0.02 * value));
    const direction = new Float64Array(flat.length);
    fillNormal(substream(draws, `${name} direction`), 0, direction);

    const parameters = model.parameters.map((spec) => g.input(spec.shape, "float64", spec.name));
    const buffers = model.buffers.map((spec) => g.filled(spec.start, spec.shape, "float64"));
    const weights = g.constant(Float64Array.of(1, 0.5, 2), [batch]);
    const loss = (p: readonly g.Tensor[]) => {
      const { outputs } = model.apply(p, x, { mode, buffers });
      return weightedMean(losses["squared-error"].perSample(outputs, y), weights);
    };
    const [value, gradient] = g.valueAndGrad(loss)(parameters);
    await using run = await runtime.compile({ inputs: parameters, outputs: [value, ...gradient] });
    const at = async (step: number) => {
      const moved = flat.map((p, i) => p + step * direction[i]);
      return (await run.run(views(model.parameters, moved))) as Float64Array[];
    };
    const slope = (await at(0))
      .slice(1)
      .flatMap((part) => Array.from(part))
      .reduce((sum, d, i) => sum + d * direction[i], 0);
    // Richardson: (4D(h) − D(2h))/3 cancels the second order.
    const quotient = async (h: number) => ((await at(h))[0][0] - (await at(-h))[0][0]) / (2 * h);
    const expected = (4 * (await quotient(1e-6)) - (await quotient(2e-6))) / 3;
    expect(Math.abs(expected)).toBeGreaterThan(1e-4);
    expect(Math.abs(slope / expected - 1)).toBeLessThan(1e-6);

    function batchOf(shape: readonly number[]): g.Tensor {
      const full = [batch, ...shape];
      const out = new Float64Array(g.sizeOf(full));
      fillNormal(substream(draws, `${name} ${full.join()}`), 0, out);
      return g.constant(out, full);
    }
  });
});

test("a model refuses too few parameters and names both counts", () => {
  const model = mlp([4], 2, { hidden: [3] });
  expect(() => model.apply([], g.input([1, 4], "float64"))).toThrow(
    new RangeError("mlp-3: takes 4 parameters and 0 buffers, got 0 and 0"),
  );
});
