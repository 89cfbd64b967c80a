import { axpy, type FloatArray, norm } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import type { DataSumOptions } from "../operators/data-sum.ts";
import { parameterViews, type Problem } from "../problem/problem.ts";
import type { SliceAxis } from "./axes.ts";
import { lossMeter } from "./loss-meter.ts";

/** Mean loss on a line or a plane of parameter space, or as much of it as was computed. */
export interface LossSlice {
  readonly axes: readonly {
    readonly name: string;
    readonly scale: number;
    readonly at: readonly number[];
  }[];
  /** Row-major, one dimension an axis. NaN: not computed yet; Infinity: the loss is not finite there. */
  readonly loss: Float64Array;
  /** Cells computed by this call. */
  readonly computed: number;
  readonly complete: boolean;
}

export interface SliceOptions extends DataSumOptions {
  /** `loss` of a slice that was left half-filled: only its NaN cells are computed. */
  readonly known?: ArrayLike<number>;
  /** Stops between two cells, and hands back what there is. */
  readonly signal?: AbortSignal;
  /** Called after each cell that was computed. */
  readonly onCell?: (computed: number, wanted: number) => void;
}

/**
 * L(θ + Σ aₖdₖ) over a grid of one or two axes. Cost: one pass over the data a cell.
 *
 * @throws RangeError where the axes, or what is known, do not fit.
 */
export async function lossSlice(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  axes: readonly SliceAxis[],
  { known, signal, onCell, ...options }: SliceOptions = {},
): Promise<LossSlice> {
  if (!(axes.length === 1 || axes.length === 2))
    throw new RangeError(`a slice must have 1 or 2 axes, got ${axes.length}`);
  for (const { name, direction } of axes)
    parameterViews(problem, direction, `direction of ${name}`);
  const size = axes.reduce((product, { at }) => product * at.length, 1);
  if (known && known.length !== size)
    throw new RangeError(`a known slice must have ${size} cells, got ${known.length}`);
  const loss = known ? Float64Array.from(known) : new Float64Array(size).fill(NaN);
  const missing = [...loss.keys()].filter((cell) => Number.isNaN(loss[cell]));
  let computed = 0;
  if (missing.length > 0) {
    await using meter = await lossMeter(runtime, problem, options);
    const point = parameters.slice();
    for (const cell of missing) {
      if (signal?.aborted) break;
      point.set(parameters);
      let rest = cell;
      for (const { at, direction } of axes.toReversed()) {
        axpy(at[rest % at.length], direction, point);
        rest = Math.floor(rest / at.length);
      }
      const value = await meter.at(point);
      loss[cell] = Number.isFinite(value) ? value : Infinity;
      computed++;
      onCell?.(computed, missing.length);
    }
  }
  return {
    axes: axes.map(({ name, direction, at }) => ({ name, scale: norm(direction), at })),
    loss,
    computed,
    complete: computed === missing.length,
  };
}
