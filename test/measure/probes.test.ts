import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import {
  activation,
  constantly,
  everySteps,
  initialSnapshot,
  initialState,
  linear,
  losses,
  type MetricRow,
  model,
  type OptimiserSpec,
  type Probe,
  type ProbePoint,
  probeSet,
  type ProbeSet,
  sampleSet,
  sequential,
  type Snapshot,
  train,
  type Training,
  views,
} from "../../src/learn/index.ts";
import {
  batchQuadratics,
  batchSharpness,
  gni,
  gniMeter,
  hessianOperator,
  lanczos,
  uniformBatches,
} from "../../src/measure/index.ts";
import {
  batchSharpnessProbe,
  fullLossProbe,
  gniProbe,
  lambdaMaxProbe,
  miniBatchSharpnessProbe,
  optimizerSharpnessProbe,
} from "../../src/measure/probes/index.ts";
import { trainingProblem } from "../../src/measure/problem/training-problem.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { stream, substream } from "../../src/random/index.ts";
import { normalisedNet, smallTraining } from "../learn/trainings.ts";
import { floats, golden } from "./golden-problem.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const net = golden.enum_3_4_2_mse;
const due = everySteps(1);

function goldenTraining(precision: "float32" | "float64" = "float64"): Training {
  return {
    ...smallTraining({ precision }),
    model: model(
      "golden",
      sequential(["fc1", linear(4)], ["tanh", activation("tanh")], ["fc2", linear(2)]),
      [3],
    ),
    loss: losses["squared-error"],
    samples: sampleSet({
      name: "golden",
      count: net.n,
      inputs: floats(precision, net.X),
      inputShape: [3],
      targets: floats(precision, net.Y),
      targetShape: [2],
    }),
    batchSize: constantly(net.b),
  };
}

function pointOf(training: Training, change: Partial<ProbePoint> = {}): ProbePoint {
  const state = initialState(training);
  return {
    training,
    runtime,
    step: 3,
    parameters: state.parameters,
    slots: state.slots,
    buffers: state.buffers,
    learningRate: 0.05,
    batchSize: net.b,
    ...change,
  };
}
const goldenPoint = (change: Partial<ProbePoint> = {}) =>
  pointOf(goldenTraining(), { parameters: Float64Array.from(net.theta), ...change });

/** The rows of one look, by name. */
async function look(probe: Probe, point: ProbePoint) {
  await using probes = probeSet(probe);
  const rows = await probes[0].measure(point);
  return Object.fromEntries(rows.map((row) => [row.name, row]));
}

suite("on the golden network, each probe", () => {
  const rule = { due, seed: "81", relativeStderr: 0, minSamples: 600, maxSamples: 600 };

  test("gives PyTorch's loss, gradient norm and λmax", async () => {
    const loss = await look(fullLossProbe({ due }), goldenPoint());
    expect(loss["full-loss"].value).toBeCloseTo(net.value, 9);
    expect(loss["gradient-norm2"].value).toBeCloseTo(
      net.grad.reduce((sum, x) => sum + x * x, 0),
      9,
    );
    const top = await look(lambdaMaxProbe({ due, seed: "81", tolerance: 1e-6 }), goldenPoint());
    expect(top["lambda-max"].value).toBeCloseTo(net.hess_eigs.at(-1)!, 9);
    expect(top["lambda-max"].residual).toBeLessThan(1e-5);
  });

  test.each<[string, () => Probe, number]>([
    ["batch-sharpness", () => batchSharpnessProbe(rule), net.batch_sharpness],
    ["mini-batch-sharpness", () => miniBatchSharpnessProbe(rule), net.mini_bs],
    ["gni", () => gniProbe(rule), net.gni],
  ])(
    "%s covers the value of all 56 batches within 4 standard errors",
    async (name, make, exact) => {
      const { [name]: row } = await look(make(), goldenPoint());
      expect(row.samples).toBe(600);
      expect(row.stderr!).toBeGreaterThan(0);
      expect(Math.abs(row.value - exact)).toBeLessThan(4 * row.stderr!);
    },
  );

  test("of mini-batch sharpness gives batch sharpness over the same batches, never above it", async () => {
    const rows = await look(miniBatchSharpnessProbe(rule), goldenPoint());
    const own = rows["mini-batch-sharpness-bs"];
    expect(Math.abs(own.value - net.batch_sharpness)).toBeLessThan(4 * own.stderr!);
    expect(own.value).toBeLessThan(rows["mini-batch-sharpness"].value);
  });

  test("of a batch of all samples is exact: gᵀHg/‖g‖² and λmax, without error", async () => {
    const problem = trainingProblem(goldenTraining(), new Float64Array(0));
    const theta = Float64Array.from(net.theta);
    await using hessian = await hessianOperator(runtime, problem, theta);
    const Hg = new Float64Array(theta.length);
    await hessian.apply(Float64Array.from(net.grad), Hg);
    const inner = (a: ArrayLike<number>) => net.grad.reduce((sum, x, i) => sum + x * a[i], 0);
    const ratio = inner(Hg) / inner(net.grad);
    const all = { due, seed: "81", batchSize: net.n };
    const point = goldenPoint({ batchSize: net.n });
    const found = {
      ...(await look(batchSharpnessProbe(all), point)),
      ...(await look(miniBatchSharpnessProbe(all), point)),
      ...(await look(gniProbe(all), point)),
    };
    expect(found["batch-sharpness"].value).toBeCloseTo(ratio, 10);
    expect(found.gni.value).toBeCloseTo(ratio, 10);
    expect(found["mini-batch-sharpness-bs"].value).toBeCloseTo(ratio, 10);
    // Lanczos to a relative residual of 10⁻²
    expect(found["mini-batch-sharpness"].value / net.hess_eigs.at(-1)!).toBeCloseTo(1, 3);
    for (const row of Object.values(found)) {
      expect(row.samples).toBe(2);
      expect(row.stderr!).toBeLessThan(1e-12);
    }
  });

  test("of the optimiser's step is η·E[gᵀHg]/E‖g‖² for SGD, and takes momentum from the state", async () => {
    const problem = trainingProblem(goldenTraining(), new Float64Array(0));
    const theta = Float64Array.from(net.theta);
    await using hessian = await hessianOperator(runtime, problem, theta);
    const times = async (v: Float64Array) => {
      const out = new Float64Array(v.length);
      await hessian.apply(v, out);
      return out;
    };
    const inner = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Array.from(a).reduce((sum, x, i) => sum + x * b[i], 0);
    const g = Float64Array.from(net.grad);
    const velocity = g.map((x, i) => 0.3 * Math.cos(i) - x);
    const directions: [OptimiserSpec, Float64Array[], Float64Array][] = [
      [{ kind: "sgd", weightDecay: 0.5 }, [], g],
      [{ kind: "momentum", momentum: 0.9 }, [velocity], g.map((x, i) => x + 0.9 * velocity[i])],
      [
        { kind: "nesterov", momentum: 0.9 },
        [velocity],
        g.map((x, i) => x + 0.9 * (x + 0.9 * velocity[i])),
      ],
    ];
    // All samples in one batch: no sampling error, so that the formula itself is held against dense products.
    for (const [optimiser, slots, s] of directions) {
      const training = { ...goldenTraining(), optimiser };
      const point = goldenPoint({ training, slots, batchSize: net.n, learningRate: 0.05 });
      const found = await look(optimizerSharpnessProbe({ due, seed: "81" }), point);
      const exact = (0.05 * inner(s, await times(s))) / inner(s, g);
      expect(found["optimizer-sharpness"].value).toBeCloseTo(exact, 9);
    }
  });

  test("draws from its seed and the step, and takes training's batch size unless given one", async () => {
    const few = { due, minSamples: 40, maxSamples: 40 };
    const at = async (seed: string, change: Partial<ProbePoint>, batchSize?: number) => {
      const options = { ...few, seed, ...(batchSize === undefined ? {} : { batchSize }) };
      return (await look(batchSharpnessProbe(options), goldenPoint(change)))["batch-sharpness"]
        .value;
    };
    const value = await at("1", {});
    expect(await at("1", {})).toBe(value);
    expect(await at("2", {})).not.toBe(value);
    expect(await at("1", { step: 4 })).not.toBe(value);
    expect(await at("1", { batchSize: 5 })).toBe(await at("1", {}, 5));
    expect(await at("1", { batchSize: 5 })).not.toBe(value);
  });
});

suite("probes give the bits of the direct calls", () => {
  const training = smallTraining();
  const point = pointOf(training, { batchSize: 4 });
  const problem = trainingProblem(training, point.buffers);
  const rule = { minSamples: 50, maxSamples: 50 };
  const batches = (name: string) =>
    uniformBatches(substream(stream("82", name), point.step), training.samples.count, 4);

  test("batch sharpness", async () => {
    const { "batch-sharpness": row } = await look(
      batchSharpnessProbe({ due, seed: "82", ...rule }),
      point,
    );
    await using quadratics = await batchQuadratics(runtime, problem, 4);
    const sampler = batches("batch-sharpness");
    const direct = await batchSharpness(quadratics, point.parameters, sampler, rule);
    expect([row.value, row.stderr, row.samples]).toEqual([direct.value, direct.stderr, 50]);
  });

  test("GNI", async () => {
    const { gni: row } = await look(gniProbe({ due, seed: "82", ...rule }), point);
    await using meter = await gniMeter(runtime, problem, 4);
    const direct = await gni(meter, point.parameters, batches("gni"), rule);
    expect([row.value, row.stderr, row.samples]).toEqual([direct.value, direct.stderr, 50]);
  });

  test("λmax, cold", async () => {
    const { "lambda-max": row } = await look(lambdaMaxProbe({ due, seed: "82" }), point);
    await using hessian = await hessianOperator(runtime, problem, point.parameters);
    const draws = substream(stream("82", "lambda-max"), point.step);
    const { pairs } = await lanczos(hessian, draws, { tolerance: 1e-3, maxProducts: 300 });
    expect(row.value).toBe(pairs[0].value);
  });
});

suite("edges", () => {
  test("GNI has no row where the gradient vanishes", async () => {
    const training = smallTraining({ precision: "float64" });
    const targets = new Float64Array(training.samples.targets.length);
    const flat: Training = { ...training, samples: { ...training.samples, targets } };
    const parameters = new Float64Array(flat.model.parameterCount);
    const point = pointOf(flat, { parameters, batchSize: 4 });
    expect(await look(gniProbe({ due, seed: "1" }), point)).toEqual({});
  });

  test("parameters that are not finite give NaN, not an error", async () => {
    const parameters = Float64Array.from(net.theta).fill(NaN);
    const point = goldenPoint({ parameters });
    expect((await look(lambdaMaxProbe({ due, seed: "1" }), point))["lambda-max"].value).toBeNaN();
    const { "batch-sharpness": row } = await look(batchSharpnessProbe({ due, seed: "1" }), point);
    expect(row.value).toBeNaN();
  });

  test("stored batch statistics are the point's own, also after they have moved", async () => {
    const training = smallTraining({
      model: normalisedNet,
      sampler: { kind: "epochs", last: "drop" },
      precision: "float64",
    });
    await using probes = probeSet(fullLossProbe({ due }));
    const [probe] = probes;
    const start = initialState(training);
    const { samples } = training;
    const [x, y] = [samples.inputs as Float64Array, samples.targets as Float64Array];
    for (const shift of [0, 0.7]) {
      const buffers = Float64Array.from(start.buffers, (value) => value + shift);
      const point = pointOf(training, { buffers, batchSize: 4 });
      const [{ value }] = await probe.measure(point);
      const constants = (
        specs: readonly { readonly shape: readonly number[] }[],
        all: Float64Array,
      ) => views(specs, all).map((part, i) => g.constant(part.slice(), specs[i].shape));
      const { outputs } = normalisedNet.apply(
        constants(normalisedNet.parameters, start.parameters as Float64Array),
        g.constant(x, [samples.count, 5]),
        { buffers: constants(normalisedNet.buffers, buffers) },
      );
      const expected = g.mean(
        losses["squared-error"].perSample(outputs, g.constant(y, [samples.count, 3])),
      );
      await using run = await runtime.compile({ inputs: [], outputs: [expected] });
      expect(value).toBeCloseTo(((await run.run([])) as Float64Array[])[0][0], 11);
    }
  });
});

suite("probes in training", () => {
  const training = smallTraining({
    optimiser: { kind: "momentum", momentum: 0.9 },
    learningRate: constantly(0.01),
    batchSize: { kind: "step", value: 4, factor: 2, boundaries: [10] },
  });
  const every = everySteps(4);
  const rule = { due: every, seed: "83", minSamples: 8, maxSamples: 8 };
  const all = () =>
    probeSet(
      fullLossProbe({ due: every }),
      lambdaMaxProbe({ due: every, seed: "83" }),
      batchSharpnessProbe(rule),
      miniBatchSharpnessProbe(rule),
      gniProbe(rule),
    );

  async function run(from: Snapshot, until: number, looking: ProbeSet) {
    await using probes = looking;
    const rows: MetricRow[] = [];
    const { snapshot } = await train(runtime, training, from, {
      until,
      probes,
      onRows: (more) => void rows.push(...more),
    });
    return { snapshot, rows };
  }
  const start = initialSnapshot(training);

  test("do not change it", async () => {
    const plain = await run(start, 18, probeSet());
    const probed = await run(start, 18, all());
    expect(probed.snapshot.state).toEqual(plain.snapshot.state);
    const names = new Set(probed.rows.map(({ name }) => name));
    expect([...names].toSorted()).toEqual([
      "batch-sharpness",
      "full-loss",
      "gni",
      "gradient-norm2",
      "lambda-max",
      "loss",
      "mini-batch-sharpness",
      "mini-batch-sharpness-bs",
    ]);
  });

  test.each([7, 8])(
    "cut at step %i and put back, give the same bits: λmax's warm start too",
    async (cut) => {
      const whole = await run(start, 18, all());
      const first = await run(start, cut, all());
      const rest = await run(structuredClone(first.snapshot), 18, all());
      expect(rest.snapshot).toEqual(whole.snapshot);
      expect([...first.rows.filter(({ step }) => step < cut), ...rest.rows]).toEqual(whole.rows);
      expect(Object.keys(whole.snapshot.probes["lambda-max"])).toEqual(["warm"]);
    },
  );

  test("without the warm start λmax agrees to its tolerance, but not in bits", async () => {
    const whole = await run(start, 18, all());
    const first = await run(start, 7, all());
    const cold = await run({ ...structuredClone(first.snapshot), probes: {} }, 18, all());
    const at = (rows: readonly MetricRow[]) =>
      rows.find(({ step, name }) => step === 8 && name === "lambda-max")!.value;
    expect(at(cold.rows)).not.toBe(at(whole.rows));
    expect(at(cold.rows) / at(whole.rows)).toBeCloseTo(1, 4);
  });
});
