import { add, gather, input, mean, mul, scalar, sizeOf, sqrt, square, sub, sum, type Tensor, valueAndGrad } from "../../graph/index.ts"; // prettier-ignore
import { joined, losses, type Model, sampleInputs, type SampleSet, views } from "../../learn/index.ts"; // prettier-ignore
import type { FloatArray } from "../../numeric/index.ts";
import { sampleWithoutReplacement, type Stream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** What is added to a large batch's gradient: noise whose variance is λ₂²(1 + λ₁(w − w̄)²), or one number of the same trace. */
export type NoiseShape = "state-dependent" | "isotropic";

export interface NoisyDescent {
  readonly learningRate: number;
  /** λ₂; 0 adds nothing. */
  readonly level: number;
  /** λ₁. */
  readonly growth: number;
}

export interface Descended {
  readonly parameters: FloatArray;
  /** Of the last batch. */
  readonly loss: number;
  /** Trace of the covariance of what was added to the gradient, mean over the steps. */
  readonly trace: number;
}

export interface NoisyDescentMachine extends AsyncDisposable {
  /** From the same weights, with the same batches and the same normals whatever the setting. */
  run(setting: NoisyDescent): Promise<Descended>;
}

/** Share of the running average w̄ that a step keeps. */
const kept = 0.99;
const CALL = 50;

/**
 * Section D.5's algorithm:
 *
 *     w ← w − η g_B(w) + η λ₂ √(1 + λ₁(w − w̄)²) ⊙ ξ,   w̄ a running average in the place of w*
 *
 * and its control, the same trace (1/P)Σλ₂²(1 + λ₁(w − w̄)²) in every direction.
 */
export async function noisyDescent(
  runtime: Runtime,
  {
    model,
    samples,
    start,
    batchSize,
    steps,
    normals,
    batches,
    shape,
  }: {
    readonly model: Model;
    readonly samples: SampleSet;
    readonly start: FloatArray;
    readonly batchSize: number;
    readonly steps: number;
    /** [steps, P]. */
    readonly normals: Float32Array;
    readonly batches: Stream;
    readonly shape: NoiseShape;
  },
): Promise<NoisyDescentMachine> {
  const { x, y } = sampleInputs(samples);
  const fresh = (name: string) =>
    model.parameters.map((spec) => input(spec.shape, "float32", name));
  const [weights, averages, draws] = [fresh("w"), fresh("average"), fresh("normals")];
  const [rate, level, growth] = ["rate", "level", "growth"].map((name) => input([], "float32", name)); // prettier-ignore
  const indices = input([batchSize], "int32", "indices");
  const [xb, yb] = [gather(x, indices), gather(y, indices)];
  const [loss, gradient] = valueAndGrad(
    (w: readonly Tensor[]) =>
    mean(losses["cross-entropy"].perSample(model.apply(w, xb, { mode: "batch", buffers: [] }).outputs, yb)), // prettier-ignore
  )(weights);
  const variances = weights.map((w, i) =>
    mul(square(level), add(scalar(1, "float32"), mul(growth, square(sub(w, averages[i]))))),
  );
  const trace = variances.map((v) => sum(v)).reduce((a, b) => add(a, b));
  const even = sqrt(mul(trace, scalar(1 / model.parameterCount, "float32")));
  const next = weights.map((w, i) => {
    const noise = mul(shape === "isotropic" ? even : sqrt(variances[i]), draws[i]);
    return sub(w, mul(rate, sub(gradient[i], noise)));
  });
  const averaged = averages.map((w, i) =>
    add(mul(scalar(kept, "float32"), w), mul(scalar(1 - kept, "float32"), next[i])),
  );
  const scan = await runtime.compileScan(
    {
      carry: [...weights, ...averages],
      constants: [x, y, rate, level, growth],
      slices: [indices, ...draws],
      nextCarry: [...next, ...averaged],
      emitted: [loss, trace],
    },
    { label: `${shape} noise, batch ${batchSize}` },
  );
  const { parameters, parameterCount } = model;
  return {
    async run(setting) {
      const constants = [
        samples.inputs,
        samples.targets,
        ...[setting.learningRate, setting.level, setting.growth].map((v) => Float32Array.of(v)),
      ];
      let carry = [...views(parameters, start), ...views(parameters, start)];
      let [last, total] = [NaN, 0];
      for (let from = 0; from < steps; from += CALL) {
        const count = Math.min(CALL, steps - from);
        const rows = new Int32Array(count * batchSize);
        for (let k = 0; k < count; k++)
          rows.set(sampleWithoutReplacement(batches, from + k, samples.count, batchSize), k * batchSize); // prettier-ignore
        const result = await scan.run(count, {
          carry,
          constants,
          slices: [rows, ...stacked(parameters, normals, parameterCount, from, count)],
        });
        carry = result.carry as FloatArray[];
        const [lost, traces] = result.emitted as FloatArray[];
        last = lost[count - 1];
        for (const one of traces) total += one;
      }
      return {
        parameters: joined(carry.slice(0, parameters.length), "float32"),
        loss: last,
        trace: total / steps,
      };
    },
    [Symbol.asyncDispose]: () => scan.dispose(),
  };
}

/** Draws of some steps, parameter by parameter: [count, …shape]. */
function stacked(
  specs: Model["parameters"],
  normals: Float32Array,
  width: number,
  from: number,
  count: number,
): Float32Array[] {
  let offset = 0;
  return specs.map(({ shape }) => {
    const size = sizeOf(shape);
    const out = new Float32Array(count * size);
    for (let k = 0; k < count; k++) {
      const at = (from + k) * width + offset;
      out.set(normals.subarray(at, at + size), k * size);
    }
    offset += size;
    return out;
  });
}
