/** One side of a grid of equal cells; values live at their centres, walls at `low` and `high`. */
export interface Axis {
  readonly low: number;
  readonly high: number;
  /** Cells of the finest grid: a multiple of 4, so that two coarser grids give the error. */
  readonly cells: number;
}

/** Centres of the cells. */
export function centres({ low, high, cells }: Axis): Float64Array {
  const h = (high - low) / cells;
  return Float64Array.from({ length: cells }, (_, i) => low + (i + 0.5) * h);
}

/** The same side with cells 1, 2 or 4 times as wide. */
export function coarser(axis: Axis, factor: 1 | 2 | 4): Axis {
  return { ...axis, cells: axis.cells / factor };
}

/** Refuse a side that cannot be halved twice or has no length. */
export function requireAxis(name: string, { low, high, cells }: Axis): void {
  if (!(Number.isFinite(low) && Number.isFinite(high) && low < high))
    throw new RangeError(`axis ${name} must have low < high, both finite, got ${low} and ${high}`);
  if (!(Number.isInteger(cells) && cells >= 16 && cells % 4 === 0))
    throw new RangeError(`axis ${name} must have a multiple of 4 cells, 16 at least, got ${cells}`);
}

/**
 * Value at x of a smooth function known at the centres, by the cubic through the four nearest that
 * are `inside`, or the line through two where four are not.
 */
export function interpolate(
  axis: Axis,
  x: number,
  at: (cell: number) => number,
  inside: (cell: number) => boolean,
): number {
  const h = (axis.high - axis.low) / axis.cells;
  const place = (x - axis.low) / h - 0.5;
  for (const points of [4, 2, 1]) {
    const wanted = Math.round(place - (points - 1) / 2);
    const first = Math.min(Math.max(wanted, 0), axis.cells - points);
    const cells = Array.from({ length: points }, (_, i) => first + i);
    if (!cells.every(inside)) continue;
    let sum = 0;
    for (const i of cells) {
      let weight = 1;
      for (const j of cells) if (j !== i) weight *= (place - j) / (i - j);
      sum += weight * at(i);
    }
    return sum;
  }
  return at(Math.min(Math.max(Math.round(place), 0), axis.cells - 1));
}
