// A finite superpopulation: gradients gᵢ = G + skewed noise, Hessians H + noise, in d dimensions.
import {
  type CurvatureMoments,
  type GradientMoments,
  summedMoments,
} from "../../src/measure/index.ts";
import {
  integerAt,
  normalAt,
  type Stream,
  stream,
  substream,
  uniformAt,
} from "../../src/random/index.ts";

const seed = "51";

/** Dimension. */
export const d = 5;
const M = 400;
export interface Population {
  readonly gradients: Float64Array[];
  readonly hessians: Float64Array[];
}

type Shape = "light" | "exponential";

export function population(signal: number, shape: Shape = "light"): Population {
  const draws = stream(seed, "population");
  const noise = (own: Stream, k: number) =>
    shape === "light"
      ? 1.7 * (uniformAt(own, k) + uniformAt(own, k + 8) - 1)
      : -Math.log(uniformAt(own, k)) - 1;
  const gradients: Float64Array[] = [];
  const hessians: Float64Array[] = [];
  for (let i = 0; i < M; i++) {
    const own = substream(draws, i);
    // Larger along the sharp directions.
    gradients.push(Float64Array.from({ length: d }, (_, k) => (2 / (k + 1)) * noise(own, k)));
    const a = Array.from({ length: d }, (_, k) => normalAt(substream(own, "a"), k) / (k + 1));
    const entry = (r: number, c: number) => (r === c ? 1 : 0) + 2 * a[r] * a[c];
    hessians.push(Float64Array.from({ length: d * d }, (_, k) => entry(Math.floor(k / d), k % d)));
  }
  const mean = meanOf(gradients);
  for (const g of gradients) for (let k = 0; k < d; k++) g[k] += signal - mean[k];
  return { gradients, hessians };
}

export const meanOf = (all: readonly Float64Array[]) => {
  const mean = new Float64Array(all[0].length);
  for (const x of all) for (let k = 0; k < mean.length; k++) mean[k] += x[k] / all.length;
  return mean;
};
export const form = (H: Float64Array, u: Float64Array, v: Float64Array) => {
  let s = 0;
  for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) s += u[i] * H[i * d + j] * v[j];
  return s;
};
const inner = (a: Float64Array, b: Float64Array) => a.reduce((s, x, k) => s + x * b[k], 0);
export const less = (a: Float64Array, b: Float64Array) => a.map((x, k) => x - b[k]);

/** What the measuring of a network would hand over. */
export function momentsOf({ gradients, hessians }: Population): {
  moments: GradientMoments;
  curvature: CurvatureMoments;
} {
  const N = gradients.length;
  const [mean, H] = [meanOf(gradients), meanOf(hessians)];
  const moments = summedMoments(
    Float64Array.from(gradients, (g) => inner(g, g)),
    Float64Array.from(gradients, (g) => inner(g, mean)),
  );
  const covariance = new Float64Array(d * d);
  const noise = gradients.map((g) => less(g, mean));
  for (const u of noise)
    for (let k = 0; k < d * d; k++) covariance[k] += (u[Math.floor(k / d)] * u[k % d]) / N;
  const centred = Float64Array.from(noise, (u) => form(H, u, u));
  const times = (X: Float64Array, Y: Float64Array) =>
    Float64Array.from({ length: d * d }, (_, k) => {
      let total = 0;
      for (let j = 0; j < d; j++) total += X[Math.floor(k / d) * d + j] * Y[j * d + (k % d)];
      return total;
    });
  const traceOf = (X: Float64Array) =>
    X.reduce((total, x, k) => total + (k % (d + 1) === 0 ? x : 0), 0);
  const HS = times(H, covariance);
  return {
    moments: { ...moments, squareTrace: traceOf(times(covariance, covariance)) },
    curvature: {
      squareTrace: traceOf(times(HS, HS)),
      alongGradient: form(H, mean, mean),
      alongCurved: Float64Array.from(gradients, (g) => form(H, g, mean)),
      rows: Int32Array.from({ length: N }, (_, i) => i),
      centred,
      shares: new Float64Array(N).fill(1 / N),
      trHSigma: { value: inner(H, covariance), samples: N, method: "sum over all samples" },
      hessianAlong: Float64Array.from(hessians, (own) => form(own, mean, mean)),
      hessianNoise: Float64Array.from(hessians, (own) => inner(own, covariance)),
    },
  };
}

export function sampleOf(all: Population, N: number, draws: Stream): Population {
  const rows = Array.from({ length: N }, (_, i) => integerAt(draws, i, M));
  return {
    gradients: rows.map((i) => all.gradients[i]),
    hessians: rows.map((i) => all.hessians[i]),
  };
}
