/** A number on grids with cells 4, 2 and 1 times the finest, and what that says of its error. */
export interface Refined {
  /** Richardson's extrapolation where the grids converge at about the second order, else the finest. */
  readonly value: number;
  /** |extrapolated − finest|, or the last difference where there is no order to extrapolate by. */
  readonly error: number;
  /** log₂ of the ratio of successive differences; the scheme's own is 2. */
  readonly order: number;
  /** Coarse to fine. */
  readonly levels: readonly [number, number, number];
  readonly status: "asymptotic" | "not-asymptotic";
}

/** Richardson's extrapolation from three grids, trusted only where the observed order is near 2. */
export function refine(levels: readonly [number, number, number]): Refined {
  const [first, second, finest] = levels;
  const last = finest - second;
  const ratio = (second - first) / last;
  const order = Math.log2(ratio);
  if (last === 0 || !(order > 1.4 && order < 2.8))
    return {
      value: finest,
      error: Math.abs(last),
      order: last === 0 ? Infinity : order,
      levels,
      status: last === 0 ? "asymptotic" : "not-asymptotic",
    };
  const correction = last / 3;
  return {
    value: finest + correction,
    error: Math.abs(correction),
    order,
    levels,
    status: "asymptotic",
  };
}
