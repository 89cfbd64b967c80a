// Replicas of a checkpoint against single trainings of the same draws, against each other, and against the
// quadratic model where the loss is one.
import { afterAll, expect, suite, test } from "vitest";
import {
  followReplicas,
  frozen,
  quadraticModel,
  quadraticMoments,
  replicaExit,
  type ReplicaExits,
  type ReplicaTask,
  replicaTheory,
} from "../../src/diffusion/index.ts";
import {
  constantly,
  initialState,
  linear,
  model,
  type OptimiserSpec,
  sampleSet,
  trainer,
  type Training,
  type TrainState,
} from "../../src/learn/index.ts";
import { isotropicNoise } from "../../src/measure/noise-sources/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { fillNormal, stream } from "../../src/random/index.ts";
import { meanEstimate } from "../../src/statistics/index.ts";
import { imageTraining, normalisedNet, smallTraining } from "../learn/trainings.ts";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.dispose());

/** State after some steps of a training. */
async function checkpointAt(training: Training, steps: number): Promise<TrainState> {
  await using machine = trainer(runtime, training);
  let state = initialState(training);
  while (state.step < steps) ({ state } = await machine.advance(state, steps - state.step));
  return state;
}

async function exitsOf(
  training: Training,
  checkpoint: TrainState,
  change: Partial<ReplicaTask> & Pick<ReplicaTask, "exit">,
  enough: (exits: number) => boolean = () => false,
): Promise<ReplicaExits> {
  const walking = followReplicas(runtime, {
    training: frozen(training, checkpoint.step),
    checkpoint,
    seed: "100",
    from: 0,
    to: 10,
    replicas: 4,
    every: 1,
    samples: training.samples.count,
    horizon: 2000,
    tracks: 0,
    ...change,
  });
  let next = await walking.next();
  while (next.done !== true) next = await walking.next(enough(next.value.exits) ? "stop" : undefined); // prettier-ignore
  return next.value;
}

const distanceOf = (a: TrainState, b: TrainState) =>
  Math.hypot(...Array.from(a.parameters, (x, i) => x - b.parameters[i]));

const r = (radius: number) => replicaExit(`r > ${radius}`, 1);

suite("followReplicas", () => {
  const optimisers: OptimiserSpec[] = [
    { kind: "sgd", weightDecay: 0.01 },
    { kind: "momentum", momentum: 0.9 },
    { kind: "adam" },
  ];
  const cosine = { kind: "cosine", value: 0.1, final: 0, steps: 40 } as const;
  const trainings: [string, Training, number][] = [
    ...optimisers.map((optimiser): [string, Training, number] => [
      optimiser.kind,
      smallTraining({ optimiser, learningRate: constantly(0.02), precision: "float64" }),
      0.3,
    ]),
    ["a schedule, held", smallTraining({ learningRate: cosine, precision: "float64" }), 0.4],
    ["with replacement", smallTraining({ sampler: { kind: "with-replacement" } }), 0.5],
    ["batch statistics", smallTraining({ model: normalisedNet, sampler: { kind: "epochs", last: "drop" } }), 0.5], // prettier-ignore
    ["convolutions", imageTraining(), 0.02],
    ["noise that is added", smallTraining({ noise: isotropicNoise }), 0.5],
  ];
  test.each(trainings)(
    "%s: walker i leaves where the fork with order seed 100 + i does",
    async (_, training, radius) => {
      const checkpoint = await checkpointAt(training, 20);
      const { steps, left } = await exitsOf(training, checkpoint, { exit: r(radius), to: 5 });
      for (let i = 0; i < 5; i++) {
        expect(left[i]).toBe(1);
        const fork = frozen({ ...training, orderSeed: String(100 + i) }, checkpoint.step);
        await using single = trainer(runtime, fork);
        let state = checkpoint;
        let before = 0;
        for (let k = 0; k < steps[i]; k++) {
          before = distanceOf(state, checkpoint);
          ({ state } = await single.advance(state, 1));
          if (k < steps[i] - 1) expect(before).toBeLessThan(radius * (1 + 1e-5));
        }
        expect(before).toBeLessThan(radius * (1 + 1e-5));
        expect(distanceOf(state, checkpoint)).toBeGreaterThan(radius * (1 - 1e-5));
      }
    },
  );

  test("any number side by side and any split gives the same exits", async () => {
    const training = smallTraining();
    const checkpoint = await checkpointAt(training, 30);
    const exit = r(0.6);
    const whole = await exitsOf(training, checkpoint, { exit, replicas: 10 });
    expect(new Set(whole.steps).size).toBeGreaterThan(5);
    for (const replicas of [1, 3, 8]) {
      const other = await exitsOf(training, checkpoint, { exit, replicas });
      expect(Array.from(other.steps)).toEqual(Array.from(whole.steps));
    }
    const part = await exitsOf(training, checkpoint, { exit, from: 6 });
    expect(Array.from(part.steps)).toEqual(Array.from(whole.steps.slice(6)));
  });

  test("an exit of V is looked at every few steps, at the loss over all samples", async () => {
    const training = smallTraining({ precision: "float64", learningRate: constantly(0.15) });
    const checkpoint = await checkpointAt(training, 400);
    await using single = trainer(runtime, { ...training, sampler: { kind: "without-replacement" }, batchSize: constantly(22) }); // prettier-ignore
    const lossOf = async (state: TrainState) => (await single.advance(state, 1)).rows[0].value;
    const start = await lossOf(checkpoint);
    const exit = replicaExit("V > 1.3*V0", start);
    const { steps, left } = await exitsOf(training, checkpoint, { exit, every: 3, to: 4, horizon: 4000 }); // prettier-ignore
    expect(left.reduce((a, b) => a + b, 0)).toBeGreaterThan(0);
    for (let i = 0; i < 4; i++) {
      if (left[i] === 0) continue;
      expect(steps[i] % 3).toBe(0);
      const fork = frozen({ ...training, orderSeed: String(100 + i) }, checkpoint.step);
      await using one = trainer(runtime, fork);
      let state = checkpoint;
      for (let k = 0; k < steps[i]; k++) {
        if (k > 0 && k % 3 === 0) expect(await lossOf(state)).toBeLessThanOrEqual(1.3 * start);
        ({ state } = await one.advance(state, 1));
      }
      expect(await lossOf(state)).toBeGreaterThan(1.3 * start);
    }
  });

  test("the horizon censors, a stop keeps what there is", async () => {
    const training = smallTraining();
    const checkpoint = await checkpointAt(training, 30);
    const exit = r(0.6);
    const whole = await exitsOf(training, checkpoint, { exit });
    const horizon = Math.round(whole.steps.toSorted()[4]);
    const cut = await exitsOf(training, checkpoint, { exit, horizon });
    whole.steps.forEach((step, i) => {
      expect(cut.steps[i]).toBe(Math.min(step, horizon));
      expect(cut.left[i]).toBe(step <= horizon ? 1 : 0);
    });
    const stopped = await exitsOf(training, checkpoint, { exit }, (exits) => exits >= 2);
    const events = stopped.left.reduce((a, b) => a + b, 0);
    expect(events).toBeGreaterThanOrEqual(2);
    stopped.steps.forEach((step, i) => {
      if (stopped.left[i]) expect(step).toBe(whole.steps[i]);
      else expect(step).toBeLessThanOrEqual(whole.steps[i]);
    });
  });

  test("what is not finite any more has left, and is counted", async () => {
    const training = smallTraining({ learningRate: constantly(1e4) });
    const checkpoint = initialState(training);
    const found = await exitsOf(training, checkpoint, { exit: r(1e37), to: 4 });
    expect(found.diverged).toBe(4);
    expect(Array.from(found.left)).toEqual([1, 1, 1, 1]);
  });

  test("the ways of the first walkers end where they left", async () => {
    const training = smallTraining();
    const checkpoint = await checkpointAt(training, 30);
    const { tracks, steps } = await exitsOf(training, checkpoint, { exit: r(0.6), tracks: 2 });
    expect(new Set(tracks.map(({ walker }) => walker))).toEqual(new Set([0, 1]));
    for (const track of tracks) {
      expect(track.left).toBe(true);
      expect(track.steps.at(-1)).toBe(steps[track.walker]);
      expect(track.distance.at(-1)).toBeGreaterThan(0.6);
      expect(Math.max(...track.distance.slice(0, -1))).toBeLessThanOrEqual(0.6);
      expect(track.batchLoss.every((loss) => loss > 0)).toBe(true);
    }
  });

  test.each<[string, Partial<Training>, string]>([
    ["whole batches", { batchSize: constantly(22), sampler: { kind: "without-replacement" } }, "batch size must be below the 22 samples for replicas to go different ways, got 22"], // prettier-ignore
    ["short batches with statistics", { model: normalisedNet }, 'normalised: batch statistics need whole batches: use a sampler with last: "drop"'], // prettier-ignore
    ["V with statistics", { model: normalisedNet, sampler: { kind: "epochs", last: "drop" } }, "normalised: an exit of V is not watched where a model keeps batch statistics, which are each replica's own: use r"], // prettier-ignore
  ])("%s are refused", async (_, change, message) => {
    const training = smallTraining(change);
    const exit = replicaExit("V > 100", 1);
    await expect(exitsOf(training, initialState(training), { exit })).rejects.toThrow(message);
  });
});

/** y = xᵀw + noise by a linear model: the loss is quadratic, and at its minimum the noise is that of the residuals. */
function regression(change: Partial<Training> = {}): Training {
  const [count, dimension] = [256, 12];
  const inputs = new Float64Array(count * dimension);
  const targets = new Float64Array(count);
  fillNormal(stream("21", "inputs"), 0, inputs);
  fillNormal(stream("21", "targets"), 0, targets);
  return {
    ...smallTraining({ precision: "float64" }),
    model: model("regression", linear(1), [dimension]),
    samples: sampleSet({ name: "line", count, inputs, inputShape: [dimension], targets, targetShape: [1] }), // prettier-ignore
    sampler: { kind: "without-replacement" },
    learningRate: constantly(0.002),
    batchSize: constantly(8),
    ...change,
  };
}

suite("the quadratic model, where the loss is quadratic", () => {
  test("has the mean squared distance and the mean loss of many replicas", async () => {
    const training = regression();
    const checkpoint = await checkpointAt(training, 3000);
    const found = await quadraticModel(runtime, training, checkpoint, { samples: 256, probes: 64, seed: "3" }); // prettier-ignore
    const walkers = 200;
    for (const t of [20, 100, 400]) {
      const { tracks } = await exitsOf(training, checkpoint, { exit: r(1e3), to: walkers, replicas: 50, horizon: t, tracks: walkers }); // prettier-ignore
      const squares = Float64Array.from(tracks, ({ distance, steps }) => distance[steps.indexOf(t)] ** 2); // prettier-ignore
      const { value, stderr } = meanEstimate(squares, { seed: "1" });
      const probes = found.noise.map((probe) => quadraticMoments({ ...found, noise: [probe] }, 0.002, t).distance2); // prettier-ignore
      const theory = meanEstimate(Float64Array.from(probes), { seed: "1" });
      // The noise grows with the distance, here by less than a part in fifty.
      const error = Math.hypot(stderr, theory.stderr);
      expect(Math.abs(value - theory.value)).toBeLessThan(4 * error + 0.02 * value);
    }
  });

  test("says when the mean meets an exit, and that it never does beyond the stationary law", async () => {
    const training = regression();
    const checkpoint = await checkpointAt(training, 3000);
    const frozenTraining = frozen(training, 3000);
    const options = { samples: 256, seed: "3" };
    const near = await replicaTheory(runtime, frozenTraining, checkpoint, r(0.02), options);
    expect(near.reference).toBe("quadratic");
    const { steps } = await exitsOf(training, checkpoint, { exit: r(0.02), to: 64, replicas: 32 });
    const { value, stderr } = meanEstimate(steps, { seed: "1" });
    // Walks spread about the mean: with 13 directions the mean time is within a fifth of the mean's time.
    expect(Math.abs(Math.log(value / near.entries.quadratic.steps!))).toBeLessThan(0.2 + (4 * stderr) / value); // prettier-ignore
    const far = await replicaTheory(runtime, frozenTraining, checkpoint, r(50), options);
    expect(far.reference).toBeUndefined();
    expect(far.entries.quadratic.why).toMatch(/^the model's mean stays inside, at V = \S+ and r = \S+: leaving is left to chance$/); // prettier-ignore
    expect(far.checkpoint!.edge).toBe(1000);
  });

  test("a model that runs away does not say when it leaves", async () => {
    const training = smallTraining({ precision: "float64", sampler: { kind: "with-replacement" } });
    const checkpoint = await checkpointAt(training, 50);
    const exit = replicaExit("V > 1e300", 1);
    const { entries } = await replicaTheory(runtime, frozen(training, 50), checkpoint, exit, { samples: 22, seed: "3" }); // prettier-ignore
    expect(entries.quadratic).toMatchObject({ applies: false, time: null, why: "the model runs away along directions of negative curvature before its mean meets the exit" }); // prettier-ignore
  });

  test.each<[string, Partial<Training>, string]>([
    ["momentum", { optimiser: { kind: "momentum", momentum: 0.9 } }, "the model is of plain SGD, and this run's rule is momentum"], // prettier-ignore
    ["weight decay", { optimiser: { kind: "sgd", weightDecay: 0.1 } }, "the model is of plain SGD, and this run's rule is sgd with weight decay"], // prettier-ignore
    ["epochs", { sampler: { kind: "epochs", last: "keep" } }, "the model draws batches independently, and those of an epoch exclude each other"], // prettier-ignore
    ["added noise", { noise: isotropicNoise }, "the model is of mini-batches, and this run adds its noise"], // prettier-ignore
  ])("does not apply to %s, and says so", async (_, change, why) => {
    const training = regression(change);
    const checkpoint = initialState(training);
    const { entries, reference } = await replicaTheory(runtime, frozen(training, 0), checkpoint, r(0.02), { samples: 256, probes: 2, seed: "3" }); // prettier-ignore
    expect(entries.quadratic).toMatchObject({ applies: false, why });
    expect(reference).toBeUndefined();
  });
});
