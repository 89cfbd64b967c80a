// Something of each sample, chunk by chunk: the counterpart of `dataSum` that does not add up.
import {
  bytesPerElement,
  type Data,
  type GraphFunction,
  input,
  sizeOf,
  type Tensor,
} from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { chunkRows, planChunks, type Runtime } from "../../runtime/index.ts";
import { rowsWithin, usualCallBytes } from "../operators/working-bytes.ts";
import {
  dimension,
  gatherSamples,
  parameterInputs,
  type ParameterShape,
  parameterViews,
  type Problem,
  requireSamples,
  requireSeparable,
} from "../problem/problem.ts";

export interface SampleMapOptions {
  /** Samples in one call, at most; default 1024. The result depends on it by rounding at most. */
  readonly chunk?: number;
  /** Bytes that one call may hold, estimated, at most 16 MB or eight vectors of parameters; default 256 MB. Chunks are cut down to it, to one sample at least. */
  readonly byteBudget?: number;
}

export interface SampleMapPlan {
  readonly samples: number;
  readonly chunk: number;
  readonly chunks: number;
}

/** [rows, …] from parameters, rows of samples and further arguments. */
export type SampleFunction = (
  at: { readonly parameters: Tensor[]; readonly x: Tensor; readonly y: Tensor },
  given: Tensor[],
) => Tensor[];

export interface SampleMap extends AsyncDisposable {
  readonly plan: SampleMapPlan;
  /** `visit` gets the results of rows `start` … `start` + `rows` − 1, each [rows, …], in order. */
  forEach(
    parameters: FloatArray,
    given: readonly Data[],
    visit: (results: readonly FloatArray[], start: number, rows: number) => void,
  ): Promise<void>;
  dispose(): Promise<void>;
}

/** A function of each sample by itself, compiled for chunks of the problem's samples. `what` is a plural, for refusals. */
export async function sampleMap(
  runtime: Runtime,
  problem: Problem,
  what: string,
  f: SampleFunction,
  givenShapes: readonly ParameterShape[],
  { chunk = 1024, byteBudget = 2 ** 28 }: SampleMapOptions = {},
): Promise<SampleMap> {
  requireSeparable(problem, what);
  requireSamples(problem);
  if (!(Number.isInteger(chunk) && chunk >= 1))
    throw new RangeError(`chunk must be a positive integer, got ${chunk}`);
  if (!(byteBudget > 0)) throw new RangeError(`byteBudget must be positive, got ${byteBudget}`);
  const parameters = parameterInputs(problem);
  const given = givenShapes.map(({ name, shape }) => input(shape, problem.dtype, name));
  const trace = (rows: number): GraphFunction => {
    const { x, y } = sampleInputs(problem.data, rows);
    return {
      inputs: [...parameters, x, y, ...given],
      outputs: f({ parameters, x, y }, given),
    };
  };
  const most = Math.min(chunk, problem.data.count);
  const vectorBytes = dimension(problem) * bytesPerElement[problem.dtype];
  const callBytes = Math.min(byteBudget, Math.max(usualCallBytes, 8 * vectorBytes));
  const affordable = rowsWithin(callBytes, most, trace);
  const cut = planChunks(problem.data.count, { bytesPerRow: 1, budget: affordable });
  const call = await runtime.compile(trace(cut.size), { label: what });
  const sizes = call.outputs.map(({ shape }) => sizeOf(shape) / cut.size);
  const dispose = () => call.dispose();
  return {
    plan: { samples: problem.data.count, chunk: cut.size, chunks: cut.chunks.length },
    async forEach(point, vectors, visit) {
      const fixed = parameterViews(problem, point);
      for (const piece of cut.chunks) {
        const { x, y } = gatherSamples(problem, chunkRows(cut, piece).indices);
        const results = await call.run([...fixed, x, y, ...vectors]);
        visit(
          results.map((result, k) => (result as FloatArray).subarray(0, piece.rows * sizes[k])),
          piece.start,
          piece.rows,
        );
      }
    },
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}
