// Adaptive quadrature by the pair of Gauss (7 points) and Kronrod (15 points), with QUADPACK's error
// estimate and global bisection. Infinite ends are mapped to finite ones: x = a ± t/(1 − t) for one,
// x = t/(1 − t²) for two. What it does not do is guess at singularities: name them in `breakpoints`.

export interface IntegrateOptions {
  /** Wanted error relative to the integral. */
  readonly relativeTolerance?: number;
  /** Wanted error, where it is the weaker of the two demands. */
  readonly absoluteTolerance?: number;
  /** Intervals at most; each costs 15 evaluations. */
  readonly maxIntervals?: number;
  /** Kinks, jumps and peaks of the integrand, inside (a, b), at which the range is cut first. */
  readonly breakpoints?: readonly number[];
}

export interface Integral {
  readonly value: number;
  /** Bound on |value − integral| by QUADPACK's rule: pessimistic for smooth integrands. */
  readonly error: number;
  readonly evaluations: number;
  /** `roundoff`: the error cannot fall further in float64, and is above what was asked. */
  readonly status: "converged" | "max-intervals" | "roundoff";
}

/**
 * ∫ₐᵇ f(x) dx with an error estimate; either end may be infinite, and b < a changes the sign.
 *
 * Cost 15 evaluations an interval. Source: Piessens et al., QUADPACK (1983), `qag` and `qagi`.
 *
 * @throws RangeError where f is not finite at a node, with the place.
 */
export function integrate(
  f: (x: number) => number,
  a: number,
  b: number,
  options: IntegrateOptions = {},
): Integral {
  if (Number.isNaN(a) || Number.isNaN(b))
    throw new RangeError(`ends of an integral must be numbers, got ${a} and ${b}`);
  const { breakpoints = [] } = options;
  if (a === b) return { value: 0, error: 0, evaluations: 0, status: "converged" };
  if (a > b) {
    const { value, ...rest } = integrate(f, b, a, options);
    return { value: -value, ...rest };
  }
  const checked = (x: number): number => {
    const y = f(x);
    if (!Number.isFinite(y)) throw new RangeError(`integrand must be finite, got ${y} at x = ${x}`);
    return y;
  };
  const inside = breakpoints.filter((x) => x > a && x < b).sort((x, y) => x - y);
  const { g, from, to, map } = substitution(checked, a, b);
  return adapt(g, [from, ...inside.map(map), to], options);
}

interface Piece {
  readonly a: number;
  readonly b: number;
  readonly value: number;
  readonly error: number;
  readonly noise: number; // what rounding alone may have done
}

function adapt(
  g: (t: number) => number,
  cuts: readonly number[],
  { relativeTolerance = 1e-10, absoluteTolerance = 0, maxIntervals = 2000 }: IntegrateOptions,
): Integral {
  const pieces: Piece[] = [];
  for (let i = 0; i + 1 < cuts.length; i++)
    if (cuts[i] < cuts[i + 1]) pieces.push(gaussKronrod(g, cuts[i], cuts[i + 1]));
  let calls = pieces.length;
  for (;;) {
    let value = 0;
    let error = 0;
    let noise = 0;
    let worst = 0;
    pieces.forEach((piece, i) => {
      value += piece.value;
      error += piece.error;
      noise += piece.noise;
      if (piece.error > pieces[worst].error) worst = i;
    });
    const done = (status: Integral["status"]): Integral => ({
      value,
      error,
      evaluations: 15 * calls,
      status,
    });
    if (error <= Math.max(absoluteTolerance, relativeTolerance * Math.abs(value)))
      return done("converged");
    const { a, b } = pieces[worst];
    const middle = a + (b - a) / 2;
    if (error <= 2 * noise || middle <= a || middle >= b) return done("roundoff");
    if (pieces.length >= maxIntervals) return done("max-intervals");
    pieces[worst] = gaussKronrod(g, a, middle);
    pieces.push(gaussKronrod(g, middle, b));
    calls += 2;
  }
}

/** The integrand on a finite range of t, and t(x). */
function substitution(f: (x: number) => number, a: number, b: number) {
  if (a === -Infinity && b === Infinity)
    return {
      g: (t: number) => (f(t / (1 - t * t)) * (1 + t * t)) / ((1 - t * t) * (1 - t * t)),
      from: -1,
      to: 1,
      map: (x: number) => (x === 0 ? 0 : (2 * x) / (1 + Math.sqrt(1 + 4 * x * x))),
    };
  if (b === Infinity)
    return {
      g: (t: number) => f(a + t / (1 - t)) / ((1 - t) * (1 - t)),
      from: 0,
      to: 1,
      map: (x: number) => (x - a) / (1 + x - a),
    };
  if (a === -Infinity)
    return {
      g: (t: number) => f(b + t / (1 + t)) / ((1 + t) * (1 + t)),
      from: -1,
      to: 0,
      map: (x: number) => (x - b) / (1 - x + b),
    };
  return { g: f, from: a, to: b, map: (x: number) => x };
}

const KRONROD_NODES = [
  0.9914553711208126, 0.9491079123427585, 0.8648644233597691, 0.7415311855993945,
  0.5860872354676911, 0.4058451513773972, 0.20778495500789848, 0,
];
const KRONROD_WEIGHTS = [
  0.022935322010529224, 0.06309209262997856, 0.10479001032225019, 0.14065325971552592,
  0.1690047266392679, 0.19035057806478542, 0.20443294007529889, 0.20948214108472782,
];
// Of the nodes with odd index.
const GAUSS_WEIGHTS = [
  0.1294849661688697, 0.27970539148927664, 0.3818300505051189, 0.4179591836734694,
];

function gaussKronrod(g: (t: number) => number, a: number, b: number): Piece {
  const centre = (a + b) / 2;
  const half = (b - a) / 2;
  const values = new Float64Array(15);
  let kronrod = 0;
  let gauss = 0;
  let absolute = 0;
  for (let i = 0; i < 15; i++) {
    const k = i < 8 ? i : 14 - i;
    const y = g(centre + (i < 8 ? -half : half) * KRONROD_NODES[k]);
    values[i] = y;
    kronrod += KRONROD_WEIGHTS[k] * y;
    absolute += KRONROD_WEIGHTS[k] * Math.abs(y);
    if (k % 2 === 1) gauss += GAUSS_WEIGHTS[(k - 1) / 2] * y;
  }
  let spread = 0; // ∫ |g − mean|
  for (let i = 0; i < 15; i++)
    spread += KRONROD_WEIGHTS[i < 8 ? i : 14 - i] * Math.abs(values[i] - kronrod / 2);
  const difference = Math.abs(kronrod - gauss) * half;
  spread *= half;
  const scaled =
    spread > 0 ? spread * Math.min(1, ((200 * difference) / spread) ** 1.5) : difference;
  const noise = 50 * Number.EPSILON * absolute * half;
  return { a, b, value: kronrod * half, error: Math.max(scaled, noise), noise };
}
