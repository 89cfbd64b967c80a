// The network of one hidden layer against its closed forms, and the noises of the dynamics against the
// eigenvectors of dense matrices.
import { afterAll, expect, suite, test } from "vitest";
import {
  constantly,
  initialState,
  losses,
  mlp,
  sampleSet,
  trainer,
  type Training,
} from "../../src/learn/index.ts";
import { gradientMeter, trainingProblem } from "../../src/measure/index.ts";
import { axpy, dot, norm, symmetricEigen } from "../../src/numeric/index.ts";
import { fileDataSource } from "../../src/node/datasets/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { folderStore, machineEnvironment } from "../../src/node/store/index.ts";
import { covariances } from "../../src/paper/anisotropic/covariances.ts";
import { fashionModel } from "../../src/paper/anisotropic/fashion.ts";
import { type Covariance, drawnNoise, fillNoise } from "../../src/paper/anisotropic/noise.ts";
import { densePoint, probedPoint } from "../../src/paper/anisotropic/noise-point.ts";
import { inside, kinksWithin, oneHiddenTraining, trainOneHidden } from "../../src/paper/anisotropic/one-hidden-layer.ts"; // prettier-ignore
import {
  type Checkpoint,
  denseMatrices,
  oneHiddenTask,
} from "../../src/paper/anisotropic/one-hidden-task.ts";
import type { TaskContext } from "../../src/run/index.ts";
import { fillNormal, stream, substream } from "../../src/random/index.ts";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.dispose());

suite("the network of one hidden layer", () => {
  const size = { samples: 200, hidden: 12, epochs: 12, iterations: 10 };
  const training = oneHiddenTraining("4", size);
  const { inputs, targets, count } = training.samples;
  const { hidden } = size;

  /** Outputs and their gradients in (W [h, 2], b [h]), by hand. */
  function byHand(theta: Float64Array) {
    const J = new Float64Array(count * theta.length);
    const residuals = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      const [x, y] = [inputs[2 * i], inputs[2 * i + 1]];
      let sum = 0;
      const row = J.subarray(i * theta.length, (i + 1) * theta.length);
      for (let j = 0; j < hidden; j++) {
        const z = theta[2 * j] * x + theta[2 * j + 1] * y + theta[2 * hidden + j];
        const sign = 2 * j < hidden ? 1 : -1;
        if (z <= 0) continue;
        sum += sign * z;
        row[2 * j] = sign * x;
        row[2 * j + 1] = sign * y;
        row[2 * hidden + j] = sign;
      }
      residuals[i] = Math.min(0.999, Math.max(0.001, sum)) - targets[i];
      if (sum <= 0.001 || sum >= 0.999) row.fill(0);
    }
    return { J, residuals };
  }

  test("has the Hessian 2JᵀJ/n and the covariance of 2rᵢJᵢ, the network being linear between its kinks", async () => {
    const { parameters } = initialState(training);
    const theta = parameters as Float64Array;
    const d = theta.length;
    expect(d).toBe(3 * hidden);
    const { J, residuals } = byHand(theta);
    const problem = trainingProblem(training, new Float64Array(0));
    const { hessian, sigma } = await denseMatrices(runtime, problem, theta);
    const mean = new Float64Array(d);
    for (let i = 0; i < count; i++)
      axpy((2 * residuals[i]) / count, J.subarray(i * d, (i + 1) * d), mean);
    let [scale, spread] = [0, 0];
    let worst = 0;
    for (let k = 0; k < d; k++)
      for (let l = 0; l < d; l++) {
        let [h, s] = [0, 0];
        for (let i = 0; i < count; i++) {
          const product = J[i * d + k] * J[i * d + l];
          h += (2 * product) / count;
          s += (4 * residuals[i] ** 2 * product) / count;
        }
        s -= mean[k] * mean[l];
        worst = Math.max(worst, Math.abs(hessian[k * d + l] - h), Math.abs(sigma[k * d + l] - s));
        scale = Math.max(scale, Math.abs(h));
        spread = Math.max(spread, Math.abs(s));
      }
    expect(scale).toBeGreaterThan(0.1);
    expect(spread).toBeGreaterThan(0.01);
    expect(worst).toBeLessThan(1e-12 * Math.max(scale, spread) + 1e-13);
  });

  test("draws again where every output is clipped, and only there", () => {
    const whole = { ...size, samples: 1000, hidden: 100 };
    const again = oneHiddenTraining("68", whole);
    expect(again.seed).not.toBe("68");
    expect(oneHiddenTraining("68", whole).seed).toBe(again.seed);
    expect(inside(again, initialState(again).parameters)).toBeGreaterThan(0);
    const kept = oneHiddenTraining("22", whole);
    expect(kept.seed).toBe("22");
    expect(inside(kept, initialState(kept).parameters)).toBe(1);
    expect(kept.samples.inputs).toEqual(oneHiddenTraining("22", whole).samples.inputs);
  });

  test("leaves out an epoch with every output clipped, where H is 0", async () => {
    const input = { samples: 1000, hidden: 100, epochs: 31, iterations: 10, at: [0, 1], rotations: 2, seed: "1004" }; // prettier-ignore
    const context: TaskContext = {
      runtime,
      data: fileDataSource,
      store: folderStore("runs"),
      environment: machineEnvironment(runtime),
      signal: new AbortController().signal,
      progress: () => undefined,
    };
    const found = await oneHiddenTask(input, context);
    const points = found as unknown as readonly Checkpoint[];
    expect(points.map(({ done }) => done)).toEqual([1]);
    expect(points[0].ratio).toBeGreaterThan(1);
  });

  test("counts the kinks that its pre-activations by hand are near to", () => {
    const { parameters: theta } = initialState(training);
    let near = 0;
    for (let i = 0; i < count; i++)
      for (let j = 0; j < hidden; j++) {
        const z = theta[2 * j] * inputs[2 * i] + theta[2 * j + 1] * inputs[2 * i + 1];
        if (z + theta[2 * hidden + j] > -0.05 && z + theta[2 * hidden + j] < 0.05) near++;
      }
    expect(near).toBeGreaterThan(20);
    expect(kinksWithin(training, theta, 0.05)).toBe(near);
    expect(kinksWithin(training, theta, 100)).toBe(count * hidden);
  });

  test("learns its data, and its point by probes is that of its matrices, to four standard errors", async () => {
    const { parameters } = await trainOneHidden(runtime, training, size);
    const problem = trainingProblem(training, new Float64Array(0));
    await using meter = await gradientMeter(runtime, problem);
    const before = await meter.measure(initialState(training).parameters);
    const after = await meter.measure(parameters);
    expect(after.loss).toBeLessThan(0.5 * before.loss);
    const { hessian, sigma } = await denseMatrices(runtime, problem, parameters);
    const draws = stream("4", "test-point");
    const exact = densePoint(hessian, sigma, parameters.length, draws, 400);
    const probed = await probedPoint(runtime, problem, parameters, draws, {
      probes: 400,
      eigenvalues: 8,
    });
    expect(probed.lambda1 / exact.lambda1).toBeCloseTo(1, 3);
    expect(probed.aHat * (probed.trSigma / probed.trH)).toBeCloseTo(exact.aHat * (exact.trSigma / exact.trH), 2); // prettier-ignore
    // A probe's relative error is at most √2 for a trace of one sign; three traces, 400 probes.
    expect(Math.abs(Math.log(probed.ratio / exact.ratio))).toBeLessThan((4 * 3 * Math.SQRT2) / 20);
    expect(exact.rotated.ratio).toBeGreaterThan(0.5);
    expect(exact.rotated.ratio).toBeLessThan(2);
  });
});

test("the ConvNet has the paper's 11,330 parameters, the small one 970", () => {
  const images = { clean: 1000, corrupted: 200, tested: 1 };
  const parameters = (network: "pooled" | "convnet", hidden: number) =>
    fashionModel({ network, hidden, ...images }, [1, 28, 28]).parameterCount;
  expect(parameters("convnet", 50)).toBe(11_330);
  expect(parameters("pooled", 16)).toBe(970);
});

suite("noises of a network", () => {
  const samples = sampleSet({
    name: "made up",
    count: 40,
    inputs: new Float32Array(40 * 6),
    inputShape: [6],
    targets: Int32Array.from({ length: 40 }, (_, i) => i % 3),
    targetShape: [],
  });
  fillNormal(stream("9", "test-inputs"), 0, samples.inputs as Float32Array);
  const training: Training = {
    model: mlp([6], 3, { hidden: [5], init: { kind: "kaiming-normal" } }),
    loss: losses["cross-entropy"],
    optimiser: { kind: "sgd" },
    samples,
    sampler: { kind: "without-replacement" },
    learningRate: constantly(0.1),
    batchSize: constantly(40),
    precision: "float32",
    seed: "9",
  };
  const problem = trainingProblem(training, new Float32Array(0));
  const { parameters } = initialState(training);
  const d = parameters.length;
  const batchSize = 8;
  const factor = (40 - batchSize) / (batchSize * 39);

  const matrixOf = (covariance: Covariance) => {
    const out = new Float64Array(d * d);
    if (covariance.kind === "columns")
      for (const c of covariance.columns)
        for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) out[i * d + j] += c[i] * c[j];
    else
      for (let i = 0; i < d; i++)
        out[i * (d + 1)] =
          covariance.kind === "isotropic"
            ? covariance.variance
            : covariance.kind === "diagonal"
              ? covariance.variances[i]
              : 0;
    return out;
  };
  /** The `count` eigenpairs of largest size, by |λ|, times a factor that makes the trace. */
  const dominant = (matrix: Float64Array, count: number, trace?: number) => {
    const { values, vectors } = symmetricEigen(matrix, d);
    const kept = Array.from(values, (value, k) => ({ value: Math.abs(value), k }))
      .toSorted((a, b) => b.value - a.value)
      .slice(0, count);
    const total = kept.reduce((sum, { value }) => sum + value, 0);
    const out = new Float64Array(d * d);
    for (const { value, k } of kept)
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++)
          out[i * d + j] +=
            (((trace ?? total) * value) / total) * vectors[k * d + i] * vectors[k * d + j];
    return out;
  };

  test("are those of the dense matrices, at SGD's trace", async () => {
    const { hessian, sigma } = await denseMatrices(runtime, problem, parameters);
    const batch = sigma.map((s) => factor * s);
    const diagonal = Array.from({ length: d }, (_, i) => batch[i * (d + 1)]);
    const trace = diagonal.reduce((sum, v) => sum + v, 0);
    await using noises = await covariances(runtime, problem, parameters, batchSize);
    expect(await noises.trace(parameters)).toBeCloseTo(trace, 5);
    const identity = new Float64Array(d * d);
    for (let i = 0; i < d; i++) identity[i * (d + 1)] = 1;
    const wanted = {
      dynamic: identity.map((v) => (v * trace) / d),
      constant: identity.map((v) => (v * trace) / d),
      "constant-released": identity.map((v) => 1e-6 * v),
      diagonal: identity.map((v, i) => v * diagonal[Math.floor(i / d)]),
      leading: dominant(batch, 20, trace),
      "leading-released": dominant(batch, 20),
      hessian: dominant(hessian, 20, trace),
      "first-eigenvector": dominant(hessian, 1, trace),
    } as const;
    for (const [id, matrix] of Object.entries(wanted)) {
      const at = noises.following(id as keyof typeof wanted, stream("9", id));
      const found = matrixOf(await at(parameters));
      axpy(-1, matrix, found);
      // Eigenvectors are found to a residual of 0.05·λ₁; a second look begins from the first.
      const again = matrixOf(await at(parameters));
      axpy(-1, matrix, again);
      // H has eigenvalues of either sign and near one another: which is the twentieth is open.
      const close = { leading: 0.05, "leading-released": 0.05, hessian: 0.25 } as const;
      const bound = id in close ? close[id as keyof typeof close] : 1e-2;
      expect(norm(found) / norm(matrix), id).toBeLessThan(bound);
      expect(norm(again) / norm(matrix), id).toBeLessThan(bound);
    }
  });

  test("constant noise stays what it was at the start; dynamic noise follows", async () => {
    await using noises = await covariances(runtime, problem, parameters, batchSize);
    const elsewhere = parameters.map((v) => 1.5 * v);
    const draws = stream("9", "moving");
    const [constant, dynamic] = (["constant", "dynamic"] as const).map((id) => noises.following(id, draws)); // prettier-ignore
    const start = await constant(parameters);
    expect(await constant(elsewhere)).toEqual(start);
    expect(await dynamic(parameters)).toEqual(start);
    expect(await dynamic(elsewhere)).not.toEqual(start);
  });

  test("a step is θ − η(∇L + ε) with the draw that was filled", async () => {
    const covariance: Covariance = { kind: "isotropic", variance: 0.09 };
    const noise = drawnNoise((draws, step, out) => fillNoise(covariance, substream(draws, step), out)); // prettier-ignore
    await using machine = trainer(runtime, { ...training, noise });
    const state = initialState(training);
    const { state: next, rows } = await machine.advance(state, 1);
    await using meter = await gradientMeter(runtime, problem);
    const { gradient } = await meter.measure(parameters);
    const draw = new Float32Array(d);
    fillNoise(covariance, substream(stream("9", "noise"), 0), draw);
    const wanted = Float64Array.from(parameters, (v, i) => v - 0.1 * (gradient[i] + draw[i]));
    axpy(-1, Float64Array.from(next.parameters), wanted);
    expect(norm(wanted)).toBeLessThan(1e-6);
    const trace = rows.find(({ name }) => name === "noise-trace")!.value;
    expect(trace / dot(draw, draw)).toBeCloseTo(1, 5);
  });
});
