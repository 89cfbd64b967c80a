/** erf x = 2/√π ∫₀ˣ e^(−t²) dt. Relative error below 5·10⁻¹⁵. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  return Math.abs(x) < 2 ? series(x) : x > 0 ? 1 - tail(x) : tail(-x) - 1;
}

/** erfc x = 1 − erf x, to full relative accuracy (below 10⁻¹⁴) in the upper tail. */
export function erfc(x: number): number {
  if (Number.isNaN(x)) return x;
  if (x < 1) return x <= -2 ? 2 - tail(-x) : 1 - series(x);
  return tail(x);
}

/** φ(z), the density of the standard normal distribution. */
export function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/** Φ(z), the distribution function of the standard normal; full relative accuracy for z < 0. */
export function normalCdf(z: number): number {
  return 0.5 * erfc(-z * Math.SQRT1_2);
}

/**
 * z with Φ(z) = p: rational start (Abramowitz and Stegun 26.2.23), then Halley steps on erfc.
 * Error below 10⁻¹³, relative in the tails and absolute within ±1.
 *
 * @throws RangeError unless 0 ≤ p ≤ 1; the ends give ∓∞.
 */
export function normalQuantile(p: number): number {
  requireProbability(p);
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  if (p === 0.5) return 0;
  if (p > 0.5) return -normalQuantile(1 - p);
  const t = Math.sqrt(-2 * Math.log(p));
  let z =
    (2.515517 + t * (0.802853 + t * 0.010328)) /
      (1 + t * (1.432788 + t * (0.189269 + t * 0.001308))) -
    t;
  for (let step = 0; step < 3; step++) {
    const newton = (normalCdf(z) - p) / normalDensity(z);
    if (!Number.isFinite(newton)) break;
    z -= newton / (1 + (z * newton) / 2);
  }
  return z;
}

/** Refuse what is no probability. */
export function requireProbability(p: number, what = "probability"): void {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`${what} must be from 0 to 1, got ${p}`);
}

/** 2/√π · e^(−x²) · Σₙ 2ⁿx²ⁿ⁺¹ / (2n + 1)!!, all terms of one sign. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-17; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * sum * gauss(x);
}

/** erfc x for x ≥ 1: e^(−x²)/√π · 1/(x + ½/(x + 1/(x + 3⁄2/(x + …)))), from the far end. */
function tail(x: number): number {
  if (x > 27.3) return 0;
  let fraction = x;
  for (let n = Math.ceil(12 + 200 / (x * x)); n >= 1; n--) fraction = x + n / 2 / fraction;
  return gauss(x) / Math.sqrt(Math.PI) / fraction;
}

/** e^(−x²) with x split at 24 bits, so that the square's rounding is not multiplied by its size. */
function gauss(x: number): number {
  const head = Math.fround(x);
  return Math.exp(-head * head) * Math.exp((head - x) * (head + x));
}
