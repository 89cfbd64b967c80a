import type { Data } from "../graph/index.ts";
import type { FloatArray } from "../numeric/index.ts";
import type { Runtime, ScanExecutable } from "../runtime/runtime.ts";
import type { MetricRow } from "./probe.ts";
import { nextBatch, type SamplerPosition } from "./sampler.ts";
import { nextChange, scheduled } from "./schedule.ts";
import { type StepOutput, stepProgram } from "./step-program.ts";
import {
  allocateFloat,
  joined,
  streamOf,
  type Training,
  type TrainState,
  views,
} from "./training.ts";
import { optimiser } from "./optimiser.ts";

/** Runs a training's steps. Holds one compiled loop for each batch size it has met. */
export interface Trainer extends AsyncDisposable {
  readonly training: Training;
  /**
   * Advance by at most `steps`, in one call of the machine: fewer where the batch size changes.
   * Steps that are multiples of `stride` (0: none) add the curvature of their own batch to the rows.
   */
  advance(state: TrainState, steps: number, stride?: number): Promise<Advance>;
  dispose(): Promise<void>;
}

export interface Advance {
  readonly state: TrainState;
  readonly rows: MetricRow[];
  /** First step whose loss was not finite, if any; the state is then that after the last call and of no use. */
  readonly divergedAt?: number;
}

const rowNames: Readonly<Record<StepOutput, string>> = {
  loss: "loss",
  gradientNorm2: "batch-gradient-norm2",
  curvature: "batch-curvature",
  noiseTrace: "noise-trace",
};

/** What only measured steps hand out. */
const sometimes: ReadonlySet<StepOutput> = new Set<StepOutput>(["gradientNorm2", "curvature"]);

export function trainer(runtime: Runtime, training: Training): Trainer {
  const { model, samples, precision, sampler, noise } = training;
  const rule = optimiser(training.optimiser);
  const order = streamOf(training, "order");
  const draws = streamOf(training, "noise");
  const programs = new Map<
    string,
    Promise<{ run: ScanExecutable; outputs: readonly StepOutput[] }>
  >();
  const sampleWeights = (samples.weights ??
    allocateFloat(precision, samples.count).fill(1)) as Data;
  const constants = [samples.inputs, samples.targets, sampleWeights] as Data[];
  const noiseShapes = noise?.slices(model.parameterCount, samples.count) ?? [];

  const compiled = (batchSize: number, measured: boolean) => {
    const key = noise ? "noise" : `${batchSize}${measured ? "+" : ""}`;
    let program = programs.get(key);
    if (program === undefined) {
      const built = stepProgram(training, batchSize, measured);
      program = runtime
        .compileScan(built, { label: `training step, batch ${batchSize}` })
        .then((run) => ({ run, outputs: built.outputs }));
      programs.set(key, program);
    }
    return program;
  };

  return {
    training,
    async advance(state, steps, stride = 0) {
      const start = state.step;
      const batchSize = Math.round(scheduled(training.batchSize, start));
      const count = Math.min(steps, Math.ceil(nextChange(training.batchSize, start)) - start);
      const { run, outputs } = await compiled(batchSize, stride > 0);
      const rates = Array.from({ length: count }, (_, k) =>
        scheduled(training.learningRate, start + k),
      );
      const scalars = Float64Array.from(rates.flatMap((eta, k) => rule.scalars(start + k, eta)));
      let position = state.position;
      const slices: Data[] = [];
      if (noise) {
        const pairs = allocateFloat(precision, 2 * count);
        rates.forEach((eta, k) => pairs.set([batchSize, eta], 2 * k));
        const buffers = noiseShapes.map((shape) => {
          const size = shape.reduce((product, n) => product * n, 1);
          return { size, data: allocateFloat(precision, size * count) };
        });
        for (let k = 0; k < count; k++)
          noise.fill(
            draws,
            start + k,
            buffers.map(({ size, data }) => data.subarray(k * size, (k + 1) * size)),
          );
        slices.push(pairs, ...buffers.map(({ data }) => data));
      } else {
        const indices = new Int32Array(count * batchSize);
        const padding = allocateFloat(precision, count * batchSize);
        position = drawBatches(count, batchSize, position, indices, padding);
        if (model.buffers.length > 0 && padding.includes(0))
          throw new RangeError(
            `${model.name}: batch statistics need whole batches: use a sampler with last: "drop"`,
          );
        slices.push(indices, padding);
      }
      slices.push(precision === "float32" ? Float32Array.from(scalars) : scalars);
      const flags = Uint8Array.from(rates, (_, k) =>
        stride > 0 && (start + k) % stride === 0 ? 1 : 0,
      );
      if (stride > 0 && !noise) slices.push(flags);

      const { carry, emitted } = await run.run(count, {
        carry: [
          ...views(model.parameters, state.parameters),
          ...state.slots.flatMap((slot) => views(model.parameters, slot)),
          ...views(model.buffers, state.buffers),
        ],
        constants,
        slices,
      });
      return finish(
        state,
        count,
        position,
        carry as FloatArray[],
        emitted as FloatArray[],
        outputs,
        flags,
      );
    },
    async dispose() {
      const all = await Promise.all(programs.values());
      programs.clear();
      for (const { run } of all) await run.dispose();
    },
    async [Symbol.asyncDispose]() {
      await this.dispose();
    },
  };

  function drawBatches(
    count: number,
    batchSize: number,
    from: SamplerPosition,
    indices: Int32Array,
    padding: FloatArray,
  ): SamplerPosition {
    let position = from;
    for (let k = 0; k < count; k++) {
      const [a, b] = [k * batchSize, (k + 1) * batchSize];
      position = nextBatch(
        sampler,
        order,
        position,
        samples.count,
        indices.subarray(a, b),
        padding.subarray(a, b),
      );
    }
    return position;
  }

  function finish(
    state: TrainState,
    count: number,
    position: SamplerPosition,
    carry: readonly FloatArray[],
    emitted: readonly FloatArray[],
    outputs: readonly StepOutput[],
    flags: Uint8Array,
  ): Advance {
    const p = model.parameters.length;
    const group = (i: number) => joined(carry.slice(i * p, (i + 1) * p), precision);
    const next: TrainState = {
      step: state.step + count,
      parameters: group(0),
      slots: rule.slots.map((_, s) => group(1 + s)),
      buffers: joined(carry.slice(p * (1 + rule.slots.length)), precision),
      position,
    };
    const rows: MetricRow[] = [];
    for (let k = 0; k < count; k++)
      outputs.forEach((name, i) => {
        if (sometimes.has(name) && flags[k] === 0) return;
        rows.push({ step: state.step + k, name: rowNames[name], value: emitted[i][k] });
      });
    const bad = emitted[0].findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) return { state: next, rows, divergedAt: state.step + bad };
    return { state: next, rows };
  }
}
