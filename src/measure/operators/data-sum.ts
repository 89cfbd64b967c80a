// A mean over a data set of a graph function, taken chunk by chunk. What does not depend on the
// varying arguments is computed once per parameter point and chunk and kept, the frontier, while
// the byte budget lasts; chunks beyond it run the whole function again each time. Every curvature
// matrix is one of these: it supplies the summand.
import { type Data, type GraphFunction, input, sizeOf, type Tensor } from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import {
  chunkRows,
  compilePartial,
  type Executable,
  planChunks,
  type Prepared,
  type Runtime,
} from "../../runtime/index.ts";
import {
  gatherSamples,
  parameterInputs,
  type ParameterShape,
  parameterViews,
  type Problem,
  requireSamples,
  sampleWeights,
} from "../problem/problem.ts";

/** What a summand sees: a parameter point and a chunk of samples. */
export interface At {
  readonly parameters: Tensor[];
  readonly x: Tensor;
  readonly y: Tensor;
  /** [chunk]; 0 in rows that only pad. */
  readonly weights: Tensor;
}

/** Σᵢ wᵢ·(something of sample i), of the shapes that are summed: linear in `weights`. */
export type Summand = (at: At, varying: Tensor[]) => Tensor[];

export interface DataSumOptions {
  /** Samples in one call, at most; default 1024. The result does not depend on it but for rounding. */
  readonly chunk?: number;
  /** Bytes of frontier that may be kept; default 256 MB. 0 recomputes everything each time. */
  readonly byteBudget?: number;
}

/** How the data set is cut, and what is kept. */
export interface DataSumPlan {
  readonly samples: number;
  readonly chunk: number;
  readonly chunks: number;
  /** Chunks whose frontier is kept between products. */
  readonly resident: number;
  /** Bytes of one chunk's frontier. */
  readonly frontierBytes: number;
}

export interface DataSum extends AsyncDisposable {
  readonly plan: DataSumPlan;
  /** Move to another parameter point: runs the fixed part again, compiles nothing. The vector is copied. */
  setPoint(parameters: FloatArray): Promise<void>;
  /** out[k] = Σᵢ wᵢ·summand / Σᵢ wᵢ, accumulated over chunks in float64, in the type of `out`. */
  evaluate(varying: readonly Data[], out: readonly FloatArray[]): Promise<void>;
  dispose(): Promise<void>;
}

/** The weighted mean over `problem.data` of a summand with varying arguments of the given shapes. */
export async function dataSum(
  runtime: Runtime,
  problem: Problem,
  summand: Summand,
  varyingShapes: readonly ParameterShape[],
  { chunk = 1024, byteBudget = 2 ** 28 }: DataSumOptions = {},
): Promise<DataSum> {
  requireSamples(problem);
  if (!(Number.isInteger(chunk) && chunk >= 1))
    throw new RangeError(`chunk must be a positive integer, got ${chunk}`);
  if (!(byteBudget >= 0))
    throw new RangeError(`byteBudget must not be negative, got ${byteBudget}`);
  const { weights, total } = sampleWeights(problem);
  const rows = planChunks(problem.data.count, { bytesPerRow: 1, budget: chunk });
  const chunks = rows.chunks.map((piece) => {
    const { indices, weights: counts } = chunkRows(rows, piece);
    const { x, y } = gatherSamples(problem, indices);
    const w = toFloat(problem.dtype, counts, (count, i) => count * weights[indices[i]]);
    return [x, y, w] as const;
  });

  const parameters = parameterInputs(problem);
  const { x, y } = sampleInputs(problem.data, rows.size);
  const w = input([rows.size], problem.dtype, "weights");
  const varying = varyingShapes.map(({ name, shape }) => input(shape, problem.dtype, name));
  const outputs = summand({ parameters, x, y, weights: w }, varying);
  const whole: GraphFunction = { inputs: [...parameters, x, y, w, ...varying], outputs };
  const partial =
    varying.length > 0 && byteBudget > 0
      ? await compilePartial(runtime, whole, varying, { label: "product" })
      : undefined;
  const affordable = partial ? Math.floor(byteBudget / Math.max(1, partial.frontierBytes)) : 0;
  const resident = Math.min(chunks.length, affordable);
  let fused: Executable | undefined;
  if (resident < chunks.length) fused = await runtime.compile(whole, { label: "fused product" });

  const prepared: Prepared[] = [];
  let point: FloatArray[] | undefined;
  let sums: Float64Array[] | undefined;
  const self = {
    plan: {
      samples: problem.data.count,
      chunk: rows.size,
      chunks: chunks.length,
      resident,
      frontierBytes: partial?.frontierBytes ?? 0,
    },
    async setPoint(next: FloatArray) {
      const copied = parameterViews(problem, next.slice());
      point = undefined;
      prepared.length = 0;
      for (const chunk of chunks.slice(0, resident))
        prepared.push(await partial!.prepare([...copied, ...chunk]));
      point = copied;
    },
    async evaluate(given: readonly Data[], out: readonly FloatArray[]) {
      if (point === undefined) throw new Error("a parameter point must be set before evaluating");
      const alone = chunks.length === 1;
      sums ??= alone ? [] : outputs.map(({ shape }) => new Float64Array(sizeOf(shape)));
      for (const sum of sums) sum.fill(0);
      for (const [c, chunk] of chunks.entries()) {
        const parts =
          c < resident
            ? await partial!.apply(prepared[c], given)
            : await fused!.run([...point, ...chunk, ...given]);
        parts.forEach((part, k) => {
          if (alone) scaleInto(part as FloatArray, 1 / total, out[k]);
          else addInto(part as FloatArray, 1 / total, sums![k]);
        });
      }
      sums.forEach((sum, k) => out[k].set(sum));
    },
    async dispose() {
      prepared.length = 0;
      point = undefined;
      await Promise.all([partial?.dispose(), fused?.dispose()]);
    },
  };
  return { ...self, [Symbol.asyncDispose]: () => self.dispose() };
}

/** out ← scale·part. A loop for each pair of types, so that each sees one and stays fast. */
function scaleInto(part: FloatArray, scale: number, out: FloatArray): void {
  if (part instanceof Float32Array && out instanceof Float32Array)
    for (let i = 0; i < out.length; i++) out[i] = scale * part[i];
  else if (part instanceof Float64Array && out instanceof Float64Array)
    for (let i = 0; i < out.length; i++) out[i] = scale * part[i];
  else for (let i = 0; i < out.length; i++) out[i] = scale * part[i];
}

/** sum ← sum + scale·part. */
function addInto(part: FloatArray, scale: number, sum: Float64Array): void {
  if (part instanceof Float32Array) for (let i = 0; i < sum.length; i++) sum[i] += scale * part[i];
  else for (let i = 0; i < sum.length; i++) sum[i] += scale * part[i];
}

function toFloat(
  dtype: "float32" | "float64",
  values: Float64Array,
  f: (value: number, i: number) => number,
): FloatArray {
  return dtype === "float32" ? Float32Array.from(values, f) : values.map(f);
}
