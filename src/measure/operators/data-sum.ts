// A mean over a data set of a graph function, taken chunk by chunk. What does not depend on the
// varying arguments is computed once per parameter point and chunk and kept, the frontier, while
// the byte budget lasts; chunks beyond it run the whole function again each time. Every curvature
// matrix is one of these: it supplies the summand.
import {
  bytesPerElement,
  type Data,
  type GraphFunction,
  input,
  type Partition,
  partition,
  type Shape,
  sizeOf,
  type Tensor,
} from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { type Chunk, chunkRows, planChunks, type Runtime } from "../../runtime/index.ts";
import {
  gatherSamples,
  parameterInputs,
  type ParameterShape,
  parameterViews,
  type Problem,
  requireSamples,
  sampleWeights,
} from "../problem/problem.ts";
import { rowsWithin, usualCallBytes } from "./working-bytes.ts";
import { blockWidth, linearPrograms, stackInto, widthFor } from "./linear-programs.ts";

const defaultBudget = 2 ** 28;

/** What a summand sees: a parameter point and a chunk of samples. */
export interface At {
  readonly parameters: Tensor[];
  readonly x: Tensor;
  readonly y: Tensor;
  /** [chunk]; 0 in rows that only pad. */
  readonly weights: Tensor;
  /** What else was asked for each sample, [chunk, …]. */
  readonly extras: readonly Tensor[];
}

/** Σᵢ wᵢ·(something of sample i), of the shapes that are summed: linear in `weights`. */
export type Summand = (at: At, varying: Tensor[]) => Tensor[];

/** A further array with a row for each sample, made from row numbers alone. */
export interface SampleExtra {
  readonly name: string;
  /** Of one sample. */
  readonly shape: Shape;
  rows(indices: Int32Array): FloatArray;
}

export interface DataSumOptions {
  /** Samples in one call, at most; default 1024, or fewer where a call would hold more than 16 MB (or eight vectors of parameters), or than the byte budget. The result does not depend on it but for rounding. */
  readonly chunk?: number;
  /** Bytes of frontier that may be kept; default 256 MB. 0 recomputes everything each time, in calls cut as if it were 256 MB. */
  readonly byteBudget?: number;
  /** Vectors in one call, at most: 1, 2, 4, 8 or 16; default: 8 where there are convolutions or chunks are recomputed, as far as the byte budget holds them, else 1. See `docs/performance-blocks.md`. */
  readonly block?: number;
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
  /** Vectors in one call, at most. */
  readonly block: number;
}

export interface DataSum extends AsyncDisposable {
  readonly plan: DataSumPlan;
  /** Move to another parameter point: runs the fixed part again, compiles nothing. The vector is copied. */
  setPoint(parameters: FloatArray): Promise<void>;
  /** out[k] = Σᵢ wᵢ·summand / Σᵢ wᵢ, accumulated over chunks in float64, in the type of `out`. */
  evaluate(varying: readonly Data[], out: readonly FloatArray[]): Promise<void>;
  /** As `evaluate` of each of several sets of varying arguments, `plan.block` of them in one call. */
  evaluateBlock(
    varying: readonly (readonly FloatArray[])[],
    out: readonly (readonly FloatArray[])[],
  ): Promise<void>;
  dispose(): Promise<void>;
}

/** The weighted mean over `problem.data` of a summand with varying arguments of the given shapes. */
export async function dataSum(
  runtime: Runtime,
  problem: Problem,
  summand: Summand,
  varyingShapes: readonly ParameterShape[],
  { chunk, byteBudget = defaultBudget, block }: DataSumOptions = {},
  extras: readonly SampleExtra[] = [],
): Promise<DataSum> {
  requireSamples(problem);
  if (chunk !== undefined && !(Number.isInteger(chunk) && chunk >= 1))
    throw new RangeError(`chunk must be a positive integer, got ${chunk}`);
  if (!(byteBudget >= 0))
    throw new RangeError(`byteBudget must not be negative, got ${byteBudget}`);
  const { weights, total } = sampleWeights(problem);
  const parameters = parameterInputs(problem);
  const varying = varyingShapes.map(({ name, shape }) => input(shape, problem.dtype, name));
  const trace = (rows: number): GraphFunction => {
    const { x, y } = sampleInputs(problem.data, rows);
    const w = input([rows], problem.dtype, "weights");
    const more = extras.map(({ name, shape }) => input([rows, ...shape], problem.dtype, name));
    return {
      inputs: [...parameters, x, y, w, ...more, ...varying],
      outputs: summand({ parameters, x, y, weights: w, extras: more }, varying),
    };
  };
  const callBytes = Math.min(byteBudget || defaultBudget, defaultBudget);
  const vectorBytes = parameters.reduce((sum, t) => sum + bytesOf(t), 0);
  const rowBytes = Math.min(callBytes, Math.max(usualCallBytes, 8 * vectorBytes));
  const most = Math.min(chunk ?? 1024, problem.data.count);
  const fitting =
    chunk === undefined && !problem.mixesSamples ? rowsWithin(rowBytes, most, trace) : most;
  const partsOf = (fn: GraphFunction) =>
    varying.length > 0 && byteBudget > 0 ? partition(fn, varying) : undefined;
  let rows = planChunks(problem.data.count, { bytesPerRow: 1, budget: fitting });
  let whole = trace(rows.size);
  let parts = partsOf(whole);
  let frontierBytes = frontierOf(parts);
  // Large chunks would leave much of a budget that does not hold all of them unused.
  const piece = byteBudget / 4;
  if (
    chunk === undefined &&
    !problem.mixesSamples &&
    frontierBytes > piece &&
    frontierBytes * rows.chunks.length > byteBudget
  ) {
    const budget = Math.max(1, Math.floor((rows.size * piece) / frontierBytes));
    rows = planChunks(problem.data.count, { bytesPerRow: 1, budget });
    whole = trace(rows.size);
    parts = partsOf(whole);
    frontierBytes = frontierOf(parts);
  }
  if (problem.mixesSamples && rows.chunks.length > 1)
    throw new RangeError(
      `${problem.data.name}: batch statistics mix samples, so that all ${problem.data.count} must fit one chunk, got chunks of ${rows.size}`,
    );
  const chunks = rows.chunks.map((piece) => {
    const { indices, weights: counts } = chunkRows(rows, piece);
    const { x, y } = rowsOf(problem, piece, indices);
    const w = toFloat(problem.dtype, counts, (count, i) => count * weights[indices[i]]);
    return [x, y, w, ...extras.map((extra) => extra.rows(indices))] as const;
  });

  const { outputs } = whole;
  const affordable = parts ? Math.floor(byteBudget / Math.max(1, frontierBytes)) : 0;
  const resident = Math.min(chunks.length, affordable);
  const plan = {
    samples: problem.data.count,
    chunk: rows.size,
    chunks: chunks.length,
    resident,
    frontierBytes,
    block:
      varying.length === 0
        ? 1
        : blockWidth(block, whole, varying, resident < chunks.length, callBytes),
  };
  const programs = await linearPrograms(runtime, {
    whole,
    varying,
    ...(resident > 0 && { parts: parts! }),
    fused: resident < chunks.length,
  });

  const frontiers: (readonly Data[])[] = [];
  let point: FloatArray[] | undefined;
  const sizes = outputs.map(({ shape }) => sizeOf(shape));
  const alone = chunks.length === 1;
  const accumulators = new Map<number, Float64Array[]>();
  /** `given` stacked, `out` a list of targets for each vector. */
  const run = async (
    width: number,
    given: readonly Data[],
    out: readonly (readonly FloatArray[])[],
  ) => {
    if (point === undefined) throw new Error("a parameter point must be set before evaluating");
    const { rest, fused } = await programs.of(width);
    let sums = accumulators.get(width);
    if (sums === undefined)
      accumulators.set(width, (sums = alone ? [] : sizes.map((n) => new Float64Array(n * width))));
    for (const sum of sums) sum.fill(0);
    for (const [c, piece] of chunks.entries()) {
      const fixed = [...point, ...piece];
      const results =
        c < resident
          ? await rest!.run([...frontiers[c], ...parts!.kept.map((i) => fixed[i]), ...given])
          : await fused!.run([...fixed, ...given]);
      results.forEach((result, k) => {
        const values = result as FloatArray;
        if (!alone) addInto(values, 1 / total, sums[k]);
        else
          out.forEach((targets, j) =>
            scaleInto(values.subarray(j * sizes[k], (j + 1) * sizes[k]), 1 / total, targets[k]),
          );
      });
    }
    sums.forEach((sum, k) =>
      out.forEach((targets, j) => targets[k].set(sum.subarray(j * sizes[k], (j + 1) * sizes[k]))),
    );
  };

  const stacks = new Map<number, FloatArray[]>();
  const self = {
    plan,
    async setPoint(next: FloatArray) {
      const copied = parameterViews(problem, next.slice());
      point = undefined;
      frontiers.length = 0;
      for (const piece of chunks.slice(0, resident))
        frontiers.push(await programs.frontier([...copied, ...piece]));
      point = copied;
    },
    evaluate: (given: readonly Data[], out: readonly FloatArray[]) => run(1, given, [out]),
    async evaluateBlock(
      given: readonly (readonly FloatArray[])[],
      out: readonly (readonly FloatArray[])[],
    ) {
      for (let from = 0; from < given.length;) {
        const width = widthFor(given.length - from, plan.block);
        const some = given.slice(from, from + width);
        const targets = out.slice(from, from + width);
        await run(width, width === 1 ? some[0] : stackInto(stacks, some), targets);
        from += width;
      }
    },
    async dispose() {
      frontiers.length = 0;
      point = undefined;
      await programs.dispose();
    },
  };
  return { ...self, [Symbol.asyncDispose]: () => self.dispose() };
}

/** A chunk's samples: a view of the data, but where rows are repeated to fill the last one up. */
function rowsOf(problem: Problem, { start, rows }: Chunk, indices: Int32Array) {
  if (rows < indices.length) return gatherSamples(problem, indices);
  const { inputs, inputShape, targets, targetShape } = problem.data;
  const cut = (from: FloatArray | Int32Array, width: number) =>
    from.subarray(start * width, (start + rows) * width);
  return { x: cut(inputs, sizeOf(inputShape)), y: cut(targets, sizeOf(targetShape)) };
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

function frontierOf(parts: Partition | undefined): number {
  return (parts?.known.outputs ?? []).reduce((sum, t) => sum + bytesOf(t), 0);
}

function bytesOf({ dtype, shape }: Tensor): number {
  return sizeOf(shape) * bytesPerElement[dtype];
}
