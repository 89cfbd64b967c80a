/**
 * Ticks of a logarithmic axis over [low, high]: at most `most`, powers of ten where the axis spans
 * two decades or more, else 1–2–5 steps.
 */
export function logTicks(low: number, high: number, most: number): number[] {
  if (!(low > 0 && high > low))
    throw new RangeError(`a log axis needs 0 < low < high, got ${low}, ${high}`);
  const from = Math.floor(Math.log10(low));
  const to = Math.ceil(Math.log10(high));
  const inside = (x: number) => x >= low * (1 - 1e-9) && x <= high * (1 + 1e-9);
  const decades = range(from, to).map((e) => 10 ** e);
  if (decades.filter(inside).length >= 3) {
    const all = range(from, to).filter((e) => inside(10 ** e));
    const step = Math.ceil(all.length / most);
    return all.filter((e) => e % step === 0).map((e) => Number(`1e${e}`));
  }
  for (const steps of [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3], [1]]) {
    const ticks = range(from, to)
      .flatMap((e) => steps.map((s) => Number(`${s}e${e}`)))
      .filter(inside);
    if (ticks.length <= most) return ticks;
  }
  return [];
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
