import { type Data, gather, grad, input, sizeOf } from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import { dot, type FloatArray } from "../../numeric/index.ts";
import { fillNormal, type Stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { gradientMeter } from "../operators/gradient.ts";
import type { BatchSampler } from "../problem/batches.ts";
import { dimension, parameterInputs, parameterViews, type Problem } from "../problem/problem.ts";
import { batchLoss, batchScales } from "../sharpness/batch-quadratics.ts";
import { type BlockLogs, blockLogs, type TailIndex, tailIndexOfBlocks } from "./tail-index.ts";

export interface GradientTailOptions {
  /** Batches drawn, K; default 1024. */
  readonly batches?: number;
  /** K₁; default √K. */
  readonly sumLength?: number;
  /** Along every coordinate, as in the literature, or along so many random directions; default "coordinates". */
  readonly along?: "coordinates" | number;
  readonly level?: number;
}

/**
 * Tail index of the noise g_B − ḡ of mini-batch gradients, by Mohammadi's estimator along each
 * coordinate by itself, averaged over coordinates; batch 1 gives the noise of single samples. Sums are
 * over batches and never over coordinates, whose scales differ and would feign heavy tails; all
 * coordinates share the batches, and the error bar is that of the batches. Along random directions
 * the central limit theorem works as well: an index below 2 there says more.
 *
 * Bias as in `tailIndexCaveat`. Without replacement batches of a finite set repeat samples. Memory:
 * √K gradients. Cost: a gradient a batch.
 */
export async function gradientTailIndex(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  sampler: BatchSampler,
  directions: Stream,
  { batches = 1024, along = "coordinates", level = 0.95, ...options }: GradientTailOptions = {},
): Promise<TailIndex> {
  const { sumLength = Math.max(2, Math.floor(Math.sqrt(batches))) } = options;
  const blocks = Math.floor(batches / sumLength);
  if (!(Number.isInteger(sumLength) && sumLength >= 2))
    throw new RangeError(`sumLength must be an integer of at least 2, got ${sumLength}`);
  if (!(blocks >= 2))
    throw new RangeError(
      `batches must be at least ${2 * sumLength} for 2 sums of ${sumLength}, got ${batches}`,
    );
  const { dtype, data } = problem;
  const dim = dimension(problem);
  const mean = await meanOf(runtime, problem, parameters);
  const units =
    along === "coordinates"
      ? undefined
      : Array.from({ length: along }, (_, k) => {
          const u = new Float64Array(dim);
          fillNormal(substream(directions, k), 0, u);
          return u;
        });
  const theta = parameterInputs(problem);
  const all = sampleInputs(data);
  const scales = input([data.count], dtype, "scales");
  const rows = input([sampler.batchSize], "int32", "rows");
  const loss = batchLoss(problem, gather(all.x, rows), gather(all.y, rows), gather(scales, rows));
  await using call = await runtime.compile(
    { inputs: [...theta, all.x, all.y, scales, rows], outputs: grad(loss)(theta) },
    { label: "batch gradient" },
  );
  const fixed: Data[] = [
    ...parameterViews(problem, parameters),
    data.inputs,
    data.targets,
    batchScales(problem),
  ];
  const gradient = new Float64Array(dim);
  const rounding = dtype === "float32" ? 2 ** -20 : 2 ** -48;
  const logs: BlockLogs[] = [];
  for (let b = 0; b < blocks; b++) {
    const series = Array.from({ length: units?.length ?? dim }, () => new Float64Array(sumLength));
    for (let i = 0; i < sumLength; i++) {
      const parts = await call.run([...fixed, sampler.rows(b * sumLength + i)]);
      let offset = 0;
      parts.forEach((part, k) => {
        gradient.set(part as FloatArray, offset);
        offset += sizeOf(problem.parameters[k].shape);
      });
      for (let j = 0; j < dim; j++) {
        const noise = gradient[j] - mean[j];
        // A coordinate that all samples agree on has no noise, only rounding.
        gradient[j] = Math.abs(noise) > rounding * Math.abs(mean[j]) ? noise : 0;
      }
      if (units) units.forEach((u, k) => (series[k][i] = dot(u, gradient)));
      else for (let j = 0; j < dim; j++) series[j][i] = gradient[j];
    }
    logs.push(blockLogs(series));
  }
  const where = units ? `${units.length} random directions` : "all coordinates";
  return tailIndexOfBlocks(logs, sumLength, batches - blocks * sumLength, {
    seed: sampler.seed,
    level,
    method: `Mohammadi's estimator along ${where}, ${blocks} sums of ${sumLength} batches, t interval of 1/α`,
  });
}

async function meanOf(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
): Promise<Float64Array> {
  await using meter = await gradientMeter(runtime, problem);
  return (await meter.measure(parameters)).gradient;
}
