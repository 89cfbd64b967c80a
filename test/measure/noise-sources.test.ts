import { afterAll, beforeAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import type { Data, Tensor } from "../../src/graph/index.ts";
import { losses, mlp, type NoiseContext, type NoiseSource } from "../../src/learn/index.ts";
import {
  constantNoise,
  diagonalNoise,
  isotropicNoise,
  resamplingNoise,
  sdeNoise,
} from "../../src/measure/noise-sources/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { stream } from "../../src/random/index.ts";
import { distance, golden, goldenProblem } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const net = golden.enum_3_4_2_mse;
const { problem, theta } = goldenProblem(net);
const [count, dim] = [net.n, net.theta.length];
const [batchSize, learningRate] = [3, 0.02];
const draws = 24_576;
const chunk = 4096;

const parameters = problem.parameters.map(({ name, shape }) => g.input(shape, "float64", name));
const x = g.constant(Float64Array.from(net.X), [count, 3]);
const y = g.constant(Float64Array.from(net.Y), [count, 2]);
const point = () => {
  let offset = 0;
  return parameters.map((t) => theta.slice(offset, (offset += g.sizeOf(t.shape))));
};
const flat = (parts: readonly Tensor[]) =>
  g.concat(
    parts.map((t) => g.reshape(t, [-1])),
    0,
  );

function context(slices: readonly Tensor[]): NoiseContext {
  const scalar = (value: number) => g.scalar(value, "float64");
  return {
    parameters,
    x,
    y,
    perSampleLoss: (p, rows, targets) => problem.perSampleLoss([...p], rows, targets),
    count,
    batchSize: scalar(batchSize),
    learningRate: scalar(learningRate),
    slices,
  };
}

/** What a source makes of one step's draws. */
async function once(source: NoiseSource, fill: (out: Float64Array) => void) {
  const slices = source.slices(dim, count).map((shape) => g.input(shape, "float64"));
  const { loss, gradient, trace } = source.gradient(context(slices));
  await using run = await runtime.compile({
    inputs: [...parameters, ...slices],
    outputs: [loss, flat(gradient), trace],
  });
  const data = slices.map((t) => new Float64Array(g.sizeOf(t.shape)));
  data.forEach(fill);
  const [value, found, variance] = (await run.run([...point(), ...data])) as Float64Array[];
  return { loss: value[0], gradient: found, trace: variance[0] };
}

/** Perturbations over many steps' draws: their mean and second moments about zero. */
async function moments(source: NoiseSource, seed: string) {
  const shapes = source.slices(dim, count);
  const stacked = shapes.map((shape) => g.input([chunk, ...shape], "float64"));
  const perturbation = (...slices: Tensor[]) => flat(source.gradient(context(slices)).gradient);
  const noisy = g.vmap(perturbation)(...stacked);
  const quiet = g.constant(Float64Array.from(net.grad), [1, dim]);
  const noise = g.sub(noisy, quiet);
  await using run = await runtime.compile({
    inputs: [...parameters, ...stacked],
    outputs: [g.sum(noise, 0), g.matmul(g.swapLast(noise), noise)],
  });
  const order = stream(seed, source.name);
  const mean = new Float64Array(dim);
  const covariance = new Float64Array(dim * dim);
  for (let from = 0; from < draws; from += chunk) {
    const data = stacked.map((t) => new Float64Array(g.sizeOf(t.shape)));
    for (let k = 0; k < chunk; k++)
      source.fill(
        order,
        from + k,
        data.map((all) => all.subarray((k * all.length) / chunk, ((k + 1) * all.length) / chunk)),
      );
    const [sums, products] = (await run.run([...point(), ...data])) as Float64Array[];
    sums.forEach((value, i) => (mean[i] += value / draws));
    products.forEach((value, i) => (covariance[i] += value / draws));
  }
  return { mean, covariance };
}

/** gᵢ − ḡ, one sample after another. */
async function sampleDeviations(): Promise<Float64Array[]> {
  const [row, target] = [g.input([1, 3], "float64"), g.input([1, 2], "float64")];
  const loss = (p: Tensor[]) => g.sum(problem.perSampleLoss(p, row, target));
  await using run = await runtime.compile({
    inputs: [...parameters, row, target],
    outputs: [flat(g.grad(loss)(parameters))],
  });
  const found: Float64Array[] = [];
  for (let i = 0; i < count; i++) {
    const sample: Data[] = [
      Float64Array.from(net.X.slice(3 * i, 3 * i + 3)),
      Float64Array.from(net.Y.slice(2 * i, 2 * i + 2)),
    ];
    const [gradient] = (await run.run([...point(), ...sample])) as Float64Array[];
    found.push(gradient.map((value, k) => value - net.grad[k]));
  }
  return found;
}

const traceOf = (matrix: Float64Array) =>
  matrix.reduce((sum, value, at) => (at % (dim + 1) === 0 ? sum + value : sum), 0);
const diagonal = (value: (i: number) => number) =>
  Float64Array.from({ length: dim * dim }, (_, at) =>
    at % (dim + 1) === 0 ? value(at / (dim + 1)) : 0,
  );

let deviations: Float64Array[] = [];
/** Σ₁ = (1/N) Σᵢ (gᵢ − ḡ)(gᵢ − ḡ)ᵀ. */
let sigma = new Float64Array(dim * dim);
beforeAll(async () => {
  deviations = await sampleDeviations();
  sigma = sigma.map((_, at) =>
    deviations.reduce((sum, d) => sum + (d[Math.floor(at / dim)] * d[at % dim]) / count, 0),
  );
});

test("the per-sample covariance that the targets are made of is PyTorch's", () => {
  expect(Math.abs(traceOf(sigma) / net.trSigma - 1)).toBeLessThan(1e-9);
});

const unbias = count / (count - 1);
const cases: [string, NoiseSource, () => Float64Array][] = [
  [
    "(Tr Σ′/P)/b·I",
    isotropicNoise,
    () => diagonal(() => (unbias * traceOf(sigma)) / dim / batchSize),
  ],
  ["diag Σ′/b", diagonalNoise, () => diagonal((i) => (unbias * sigma[i * (dim + 1)]) / batchSize)],
  ["Σ₁/b", resamplingNoise, () => sigma.map((value) => value / batchSize)],
  ["(magnitude²/b)·I", constantNoise(0.7), () => diagonal(() => 0.49 / batchSize)],
  [
    "(η/h)·Σ₁/b in sub-steps h",
    sdeNoise(0.1),
    () => sigma.map((value) => (value * 0.1) / learningRate / batchSize),
  ],
];

suite.each(cases)("noise of covariance %s", (_, source, target) => {
  test(`has that covariance and mean zero, each entry within 4 standard errors of ${draws} draws`, async () => {
    const expected = target();
    const { mean, covariance } = await moments(source, "71");
    const variance = (i: number) => expected[i * (dim + 1)];
    let [worstMean, worst] = [0, 0];
    for (let i = 0; i < dim; i++) {
      worstMean = Math.max(worstMean, Math.abs(mean[i]) / Math.sqrt(variance(i) / draws));
      for (let j = 0; j <= i; j++) {
        const error = Math.sqrt((variance(i) * variance(j) + expected[i * dim + j] ** 2) / draws);
        const gap = Math.abs(covariance[i * dim + j] - expected[i * dim + j]);
        worst = Math.max(worst, gap / error);
      }
    }
    expect(worstMean).toBeLessThan(4);
    expect(worst).toBeLessThan(4);
    // Of 351 entries some are two errors off: the errors are not taken too large.
    expect(worst).toBeGreaterThan(2);
  });

  test("logs the trace of that covariance, and adds to PyTorch's loss and gradient", async () => {
    const found = await once(source, (out) => out.fill(0));
    expect(Math.abs(found.trace / traceOf(target()) - 1)).toBeLessThan(1e-12);
    expect(Math.abs(found.loss / net.value - 1)).toBeLessThan(1e-9);
    expect(distance(found.gradient, net.grad)).toBeLessThan(1e-9);
  });

  test("draws each step anew, as a function of seed and step", () => {
    const at = (seed: string, step: number) => {
      const out = source.slices(dim, count).map((shape) => new Float64Array(g.sizeOf(shape)));
      source.fill(stream(seed, "noise"), step, out);
      return out;
    };
    expect(at("1", 5)).toEqual(at("1", 5));
    expect(at("1", 5)).not.toEqual(at("1", 6));
    expect(at("1", 5)).not.toEqual(at("2", 5));
  });
});

test("resampling weights sum to one: equal draws for all samples change nothing", async () => {
  for (const source of [resamplingNoise, sdeNoise(0.1)]) {
    const { gradient } = await once(source, (out) => out.fill(1.7));
    expect(distance(gradient, net.grad)).toBeLessThan(1e-9);
  }
});

test("a draw for sample 5 alone adds (g₅ − ḡ)/√(N·b)", async () => {
  const { gradient } = await once(resamplingNoise, (out) => out.set([1], 5));
  const expected = deviations[5].map((d, i) => net.grad[i] + d / Math.sqrt(count * batchSize));
  expect(distance(gradient, expected)).toBeLessThan(1e-9);
});

test("refuses rates and magnitudes that make no sense", () => {
  expect(() => constantNoise(-1)).toThrow(
    new RangeError("constant noise: magnitude must not be negative, got -1"),
  );
  expect(() => sdeNoise(0)).toThrow(
    new RangeError("sde noise: the learning rate imitated must be positive, got 0"),
  );
});

suite("the compiled step of an MLP holds no gradient for each sample", () => {
  const rows = 64;
  const model = mlp([30], 10, { hidden: [20, 25] });
  const weights = model.parameters.map(({ shape }) => g.sizeOf(shape)).filter((n) => n > 100);

  test.each([isotropicNoise, diagonalNoise, resamplingNoise])("$name", (source) => {
    const p = model.parameters.map((spec) => g.input(spec.shape, "float32", spec.name));
    const [inputs, labels] = [g.input([rows, 30], "float32"), g.input([rows], "int32")];
    const [b, eta] = [g.input([], "float32"), g.input([], "float32")];
    const slices = source
      .slices(model.parameterCount, rows)
      .map((shape) => g.input(shape, "float32"));
    const { loss, gradient, trace } = source.gradient({
      parameters: p,
      x: inputs,
      y: labels,
      perSampleLoss: (own, batch, targets) =>
        losses["cross-entropy"].perSample(model.apply(own, batch).outputs, targets),
      count: rows,
      batchSize: b,
      learningRate: eta,
      slices,
    });
    const whole = {
      inputs: [...p, inputs, labels, b, eta, ...slices],
      outputs: [loss, ...gradient, trace],
    };
    const large = (outputs: readonly Tensor[]) =>
      g.topological(outputs).filter((t) => g.sizeOf(t.shape) >= rows * Math.min(...weights)).length;
    expect(large(whole.outputs)).toBeGreaterThan(0);
    expect(large(g.simplify(whole).outputs)).toBe(0);
  });
});
