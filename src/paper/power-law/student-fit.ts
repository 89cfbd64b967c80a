import { logGamma } from "../../numeric/index.ts";

/** Student's t by maximum likelihood. */
export interface StudentFit {
  readonly location: number;
  readonly scale: number;
  /** Degrees of freedom ν: the density falls as |x|^−(ν+1). At `largest` no power tail was seen. */
  readonly degrees: number;
}

const [smallest, largest] = [0.3, 400];

/**
 * Location, scale and degrees of freedom of Student's t by maximum likelihood: for each ν location and
 * scale by the weights (ν + 1)/(ν + z²), and ν by golden section on ln ν. Cost about 400 passes.
 *
 * @see Lange, Little, Taylor (1989), https://doi.org/10.1080/01621459.1989.10478852
 * @throws RangeError for fewer than 10 samples, or one that is not finite.
 */
export function fitStudent(samples: Float64Array): StudentFit {
  if (samples.length < 10)
    throw new RangeError(`samples must be at least 10 to fit three numbers, got ${samples.length}`);
  const bad = samples.findIndex((x) => !Number.isFinite(x));
  if (bad >= 0) throw new RangeError(`samples must be finite, got ${samples[bad]} at ${bad}`);
  const sorted = samples.toSorted();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  let [location, scale] = [at(0.5), (at(0.75) - at(0.25)) / 1.4];
  if (!(scale > 0)) throw new RangeError(`samples must differ, got ${at(0.25)} for half of them`);
  const likelihood = (logNu: number) => {
    const nu = Math.exp(logNu);
    ({ location, scale } = reweighted(samples, nu, location, scale));
    return logLikelihood(samples, nu, location, scale);
  };
  const golden = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(smallest), Math.log(largest)];
  let [left, right] = [high - golden * (high - low), low + golden * (high - low)];
  let [atLeft, atRight] = [likelihood(left), likelihood(right)];
  while (high - low > 1e-3)
    if (atLeft < atRight) {
      [low, left, atLeft] = [left, right, atRight];
      right = low + golden * (high - low);
      atRight = likelihood(right);
    } else {
      [high, right, atRight] = [right, left, atLeft];
      left = high - golden * (high - low);
      atLeft = likelihood(left);
    }
  const degrees = Math.exp((low + high) / 2);
  likelihood(Math.log(degrees));
  return { location, scale, degrees };
}

/** Location and scale at fixed ν, to four digits. */
function reweighted(samples: Float64Array, nu: number, location: number, scale: number) {
  for (let round = 0; round < 200; round++) {
    let [weight, first] = [0, 0];
    for (const x of samples) {
      const z = (x - location) / scale;
      const w = (nu + 1) / (nu + z * z);
      weight += w;
      first += w * x;
    }
    const next = first / weight;
    let [second, total] = [0, 0];
    for (const x of samples) {
      const z = (x - location) / scale;
      const w = (nu + 1) / (nu + z * z);
      second += w * (x - next) ** 2;
      total += w;
    }
    // Divided by the weights' sum, which has the same fixed point and reaches it sooner (Kent, 1994).
    const wider = Math.sqrt(second / total);
    const moved = Math.abs(next - location) / scale + Math.abs(wider / scale - 1);
    [location, scale] = [next, wider];
    if (moved < 1e-4) break;
  }
  return { location, scale };
}

function logLikelihood(samples: Float64Array, nu: number, location: number, scale: number): number {
  const norm = logGamma((nu + 1) / 2) - logGamma(nu / 2) - 0.5 * Math.log(nu * Math.PI);
  let sum = 0;
  for (const x of samples) sum += Math.log1p(((x - location) / scale) ** 2 / nu);
  return samples.length * (norm - Math.log(scale)) - ((nu + 1) / 2) * sum;
}
