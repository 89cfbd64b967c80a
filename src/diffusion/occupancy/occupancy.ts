// Where an ensemble is: densities on a grid, means of functions, and how it moves between basins. Errors
// come from blocks of 256 particles, which are independent; looks of one particle are not.
import { add, input, mul, scalar, sub, type Tensor, where, less } from "../../graph/index.ts";
import { type Observation, type Observed, observeEnsemble } from "../../kernel/index.ts";
import { type Estimate, ratioEstimate } from "../../statistics/index.ts";
import { type Ensemble, runOf, type Sampling } from "./ensemble.ts";

/** Equal cells of one coordinate. */
export interface HistogramAxis {
  /** 0 for the first. */
  readonly coordinate: number;
  readonly from: number;
  readonly to: number;
  readonly cells: number;
}

/** What to gather; at least one of them. */
export interface Gathering {
  /** One axis, or two. */
  readonly axes?: readonly HistogramAxis[];
  /** Functions of the coordinates, by name, whose means are taken. */
  readonly means?: Readonly<Record<string, (x: readonly Tensor[]) => Tensor>>;
  /**
   * The basin that a point is in: a number of 0 … count − 1, or negative for a point in none. A particle
   * is counted as moving where its last two basins differ; cores that leave the saddle out keep it from
   * being counted at every recrossing.
   */
  readonly basins?: {
    readonly count: number;
    readonly label: (x: readonly Tensor[]) => Tensor;
  };
}

export interface EnsembleOccupancy {
  /** Looks at particles, all together. */
  readonly looks: number;
  /** Share of the looks in each cell over its length or area, the last axis running fastest. */
  readonly density: readonly Estimate[];
  /** Share of the looks outside the axes. */
  readonly outside?: Estimate;
  readonly means: Readonly<Record<string, Estimate>>;
  /** Share of the looks in each basin. */
  readonly shares: readonly Estimate[];
  /** Moves from basin to basin a unit of time spent in the first, row by row; NaN on the diagonal. */
  readonly rates: readonly (readonly (Estimate | undefined)[])[];
}

/**
 * Gather over an ensemble. Cost: particles·(burnIn + looks·stride) steps.
 *
 * `onBlock` is told after each block of particles how many are done, and may throw to stop.
 *
 * @throws RangeError for fewer than 512 particles, whose two blocks give the first error bar.
 */
export function ensembleOccupancy(
  ensemble: Ensemble,
  sampling: Sampling,
  { axes = [], means = {}, basins }: Gathering,
  onBlock: (particles: number) => void = () => undefined,
): EnsembleOccupancy {
  if (ensemble.particles < 512)
    throw new RangeError(`particles must be at least 512 to give an error bar, got ${ensemble.particles}`); // prettier-ignore
  if (axes.length > 2) throw new RangeError(`a histogram has one axis or two, got ${axes.length}`);
  const { dimension, stateSize } = ensemble.process;
  const state = Array.from({ length: stateSize }, (_, i) => input([], "float64", `x${i + 1}`));
  const x = state.slice(0, dimension);
  const names = Object.keys(means);
  const members = Array.from({ length: basins?.count ?? 0 }, (_, k) => k);
  const label = basins?.label(x);
  const observation: Observation = {
    state,
    sums: [...names.map((name) => means[name](x)), ...members.map((k) => inBasin(label!, k))],
    ...(axes.length === 0
      ? {}
      : { histogram: { index: cellIndex(axes, x), cells: cellCount(axes) } }),
    ...(basins === undefined ? {} : { basins: { label: label!, count: basins.count } }),
  };
  const blocks: Observed[] = [];
  let done = 0;
  for (const block of observeEnsemble({ ...runOf(ensemble, sampling), observation })) {
    blocks.push(block);
    done = Math.min(ensemble.particles, done + 256);
    onBlock(done);
  }
  const looks = blocks.map(({ moments }) => moments);
  const share = (of: (block: Observed) => number, unit = 1): Estimate =>
    ratioEstimate(
      blocks.map((block) => of(block) / unit),
      looks,
      { seed: ensemble.seed, method: "mean over blocks of 256 particles, t interval" },
    );
  const volume = axes.reduce((product, { from, to, cells }) => product * ((to - from) / cells), 1);
  const eta = ensemble.parameters.eta;
  return {
    looks: looks.reduce((sum, n) => sum + n, 0),
    density:
      axes.length === 0
        ? []
        : Array.from({ length: cellCount(axes) }, (_, k) => share((b) => b.counts[k], volume)),
    ...(axes.length === 0 ? {} : { outside: share((b) => b.outside) }),
    means: Object.fromEntries(names.map((name, k) => [name, share((b) => b.sums[k])])),
    shares: members.map((k) => share((b) => b.sums[names.length + k])),
    rates: members.map((k) =>
      members.map((l) => {
        const moves = blocks.map((b) => b.transitions[k * members.length + l]);
        const time = blocks.map((b) => b.sums[names.length + k] * sampling.stride * eta);
        if (k === l || time.every((t) => t === 0)) return undefined;
        return ratioEstimate(moves, time, {
          seed: ensemble.seed,
          method: "moves over time in the basin, blocks of 256 particles, t interval",
        });
      }),
    ),
  };
}

const number = (value: number) => scalar(value, "float64");

const cellCount = (axes: readonly HistogramAxis[]) => axes.reduce((n, { cells }) => n * cells, 1);

/** Row-major index of the cell that holds x, and a number outside of all where there is none. */
function cellIndex(axes: readonly HistogramAxis[], x: readonly Tensor[]): Tensor {
  const along = axes.map(({ coordinate, from, to, cells }) =>
    mul(sub(x[coordinate], number(from)), number(cells / (to - from))),
  );
  if (axes.length === 1) return along[0];
  const [rows, columns] = [axes[0].cells, axes[1].cells];
  // The row must be whole before the column is added; bisecting it takes log₂ comparisons.
  const row = wholePart(along[0], rows);
  const inside = (t: Tensor, cells: number) =>
    where(less(t, number(0)), number(0), where(less(t, number(cells)), number(1), number(0)));
  const both = mul(inside(along[0], rows), inside(along[1], columns));
  const index = add(mul(row, number(columns)), along[1]);
  return where(less(number(0), both), index, number(-1));
}

/** ⌊t⌋ of 0 ≤ t < cells, from comparisons: the graph language has no floor. */
function wholePart(t: Tensor, cells: number): Tensor {
  let whole = number(0);
  for (let step = 2 ** Math.floor(Math.log2(cells)); step >= 1; step /= 2) {
    const next = add(whole, number(step));
    whole = where(less(t, next), whole, next);
  }
  return whole;
}

const inBasin = (label: Tensor, k: number): Tensor =>
  where(less(label, number(k)), number(0), where(less(label, number(k + 1)), number(1), number(0)));
