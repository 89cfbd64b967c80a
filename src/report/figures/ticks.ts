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

/**
 * Ticks of a signed logarithm that is linear within `threshold` of 0: 0 where it is inside, and powers
 * of ten from about the threshold on, thinned alike on both sides to at most about `most`.
 */
export function signedLogTicks(
  low: number,
  high: number,
  threshold: number,
  most: number,
): number[] {
  if (!(threshold > 0 && high > low))
    throw new RangeError(
      `a signed log axis needs threshold > 0 and low < high, got ${threshold}, ${low}, ${high}`,
    );
  const place = (x: number) => Math.sign(x) * Math.log10(1 + Math.abs(x) / threshold);
  const apart = (place(high) - place(low)) / most;
  const size = Math.max(Math.abs(low), Math.abs(high));
  const step = Math.max(1, Math.ceil(apart));
  const sides: number[] = [];
  // From the top down, so that the decade of the largest eigenvalues has its tick.
  for (let e = Math.floor(Math.log10(size)); ; e -= step) {
    if (place(10 ** e) < Math.max(apart * 0.8, 0.3)) break;
    sides.push(Number(`1e${e}`));
  }
  return [...sides.map((x) => -x), 0, ...sides.reverse()].filter((x) => x >= low && x <= high);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}
