import { afterAll, expect, suite, test } from "vitest";
import {
  constantly,
  everySteps,
  initialSnapshot,
  type MetricRow,
  type OptimiserSpec,
  type Probe,
  type Snapshot,
  train,
  type TrainOptions,
  type Training,
} from "../../src/learn/index.ts";
import { isotropicNoise } from "../../src/measure/noise-sources/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { normalisedNet, smallTraining } from "./trainings.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

/** Looks every five steps and remembers a running sum: its rows tell whether it was put back. */
function memory(every = 5): Probe {
  let sum = new Float64Array(1);
  return {
    name: "memory",
    due: everySteps(every),
    measure: ({ parameters }) => {
      sum = Float64Array.of(0.9 * sum[0] + parameters[0]);
      return Promise.resolve([{ name: "memory", value: sum[0] }]);
    },
    save: () => ({ sum: sum.slice() }),
    restore: (saved) => {
      sum = Float64Array.from(saved.sum);
    },
  };
}

async function run(training: Training, from: Snapshot, options: TrainOptions) {
  const rows: MetricRow[] = [];
  const snapshots: Snapshot[] = [];
  const result = await train(runtime, training, from, {
    ...options,
    onRows: async (more) => {
      rows.push(...more);
      await options.onRows?.(more);
    },
    onSnapshot: (snapshot) => void snapshots.push(structuredClone(snapshot)),
  });
  return { ...result, rows, snapshots };
}

/** As a checkpoint would keep it, apart from the run. */
const stored = (snapshot: Snapshot): Snapshot => structuredClone(snapshot);

const kinds: [string, Partial<Training>][] = [
  ...(
    [
      { kind: "sgd" },
      { kind: "momentum", momentum: 0.9 },
      { kind: "adam" },
      { kind: "rmsprop" },
    ] as OptimiserSpec[]
  ).map((optimiser): [string, Partial<Training>] => [
    optimiser.kind,
    { optimiser, learningRate: constantly(0.01) },
  ]),
  ["batch-size steps", { batchSize: { kind: "step", value: 2, factor: 2, boundaries: [6, 14] } }],
  ["batch norm", { model: normalisedNet, sampler: { kind: "epochs", last: "drop" } }],
  ["isotropic noise", { noise: isotropicNoise }],
];

suite.each(kinds)("train with %s", (_, change) => {
  const training = smallTraining(change);

  test.each([7, 10, 1, 23])(
    "%i steps, a checkpoint and the rest are one run of 24, bit for bit",
    async (cut) => {
      const whole = await run(training, initialSnapshot(training), {
        until: 24,
        probes: [memory()],
      });
      expect(whole.status).toBe("finished");
      const first = await run(training, initialSnapshot(training), {
        until: cut,
        probes: [memory()],
      });
      const rest = await run(training, stored(first.snapshot), { until: 24, probes: [memory()] });
      expect(rest.snapshot).toEqual(whole.snapshot);
      // A probe that looked at the cut looks again: its rows are the same ones.
      const rows = [...first.rows.filter(({ step }) => step < cut), ...rest.rows];
      expect(rows).toEqual(whole.rows);
      expect(whole.rows.filter(({ name }) => name === "memory").map(({ step }) => step)).toEqual([
        0, 5, 10, 15, 20,
      ]);
    },
  );
});

suite("train", () => {
  const training = smallTraining();

  test("without putting a probe's memory back gives other rows: the test above can fail", async () => {
    const whole = await run(training, initialSnapshot(training), { until: 24, probes: [memory()] });
    const first = await run(training, initialSnapshot(training), { until: 7, probes: [memory()] });
    const forgetful = { ...first.snapshot, probes: {} };
    const rest = await run(training, forgetful, { until: 24, probes: [memory()] });
    expect(rest.rows.at(-1)).toEqual(whole.rows.at(-1));
    expect(rest.rows.find(({ name }) => name === "memory")).not.toEqual(
      whole.rows.find(({ name, step }) => name === "memory" && step === 10),
    );
  });

  test("hands over a snapshot at each multiple and at the end, each good to go on from", async () => {
    const options = { until: 20, probes: [memory(4)] };
    const whole = await run(training, initialSnapshot(training), { ...options, snapshotEvery: 6 });
    expect(whole.snapshots.map(({ state }) => state.step)).toEqual([6, 12, 18, 20]);
    for (const snapshot of whole.snapshots) {
      const rest = await run(training, snapshot, { ...options, probes: [memory(4)] });
      expect(rest.snapshot).toEqual(whole.snapshot);
    }
  });

  test("does not depend on probes, snapshots or measured steps", async () => {
    const plain = await run(training, initialSnapshot(training), { until: 20 });
    const busy = await run(training, initialSnapshot(training), {
      until: 20,
      probes: [memory(3)],
      stride: 4,
      snapshotEvery: 7,
    });
    expect(busy.snapshot.state).toEqual(plain.snapshot.state);
    const curvature = busy.rows.filter(({ name }) => name === "batch-curvature");
    expect(curvature.map(({ step }) => step)).toEqual([0, 4, 8, 12, 16]);
    const steps = busy.rows.map(({ step }) => step);
    expect(steps).toEqual(steps.toSorted((a, b) => a - b));
    expect(busy.rows.filter(({ name }) => name === "loss")).toEqual(plain.rows);
  });

  test("ends diverged at the first loss that is not finite, with every row up to it", async () => {
    const wild = smallTraining({ learningRate: constantly(1e9) });
    const { status, divergedAt, rows, snapshots, snapshot } = await run(
      wild,
      initialSnapshot(wild),
      {
        until: 400,
        probes: [memory()],
      },
    );
    expect(status).toBe("diverged");
    const losses = rows.filter(({ name }) => name === "loss");
    expect(losses.map(({ step }) => step)).toEqual([...Array(divergedAt! + 1).keys()]);
    expect(losses.slice(0, -1).every(({ value }) => Number.isFinite(value))).toBe(true);
    expect(losses.at(-1)!.value).not.toSatisfy(Number.isFinite);
    expect(snapshots).toEqual([]);
    expect(snapshot.state.step).toBeLessThanOrEqual(divergedAt!);
  });

  test("cancelled between calls hands over a snapshot that goes on as if nothing had been", async () => {
    const whole = await run(training, initialSnapshot(training), { until: 40, probes: [memory()] });
    const control = new AbortController();
    const cut = await run(training, initialSnapshot(training), {
      until: 40,
      probes: [memory()],
      signal: control.signal,
      onRows: (rows) => {
        if (rows.some(({ step }) => step >= 12)) control.abort();
      },
    });
    expect(cut.status).toBe("cancelled");
    expect(cut.snapshots.at(-1)).toEqual(cut.snapshot);
    const { step } = cut.snapshot.state;
    expect(step).toBeGreaterThanOrEqual(12);
    expect(step).toBeLessThan(40);
    const rest = await run(training, stored(cut.snapshot), { until: 40, probes: [memory()] });
    expect(rest.snapshot).toEqual(whole.snapshot);
  });

  test("cancelled before it starts does nothing", async () => {
    const signal = AbortSignal.abort();
    const { status, snapshot, rows } = await run(training, initialSnapshot(training), {
      until: 9,
      signal,
    });
    expect([status, snapshot.state.step, rows]).toEqual(["cancelled", 0, []]);
  });

  test("stops where asked, by rows of the loss or of a probe", async () => {
    const far = await run(training, initialSnapshot(training), {
      until: 300,
      stop: (_, step) => step >= 10,
    });
    expect(far.status).toBe("stopped");
    expect(far.snapshot.state.step).toBeGreaterThanOrEqual(10);
    const probed = await run(training, initialSnapshot(training), {
      until: 300,
      probes: [memory()],
      stop: (rows) => rows.some(({ name, step }) => name === "memory" && step === 5),
    });
    expect([probed.status, probed.snapshot.state.step]).toEqual(["stopped", 5]);
    const rest = await run(training, stored(probed.snapshot), { until: 24, probes: [memory()] });
    const whole = await run(training, initialSnapshot(training), { until: 24, probes: [memory()] });
    expect(rest.snapshot).toEqual(whole.snapshot);
  });
});
