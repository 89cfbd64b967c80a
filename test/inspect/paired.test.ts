import { expect, suite, test } from "vitest";
import { dot } from "../../src/numeric/index.ts";
import {
  observedAlignment,
  observedScales,
  observedTrace,
} from "../../src/measure/inspect/observed-noise.ts";
import { type Observed, pairedDifference } from "../../src/measure/inspect/paired.ts";
import type { ProbeAlignment } from "../../src/measure/noise/alignment.ts";
import { type CurvatureMoments, summedMoments } from "../../src/measure/noise/moments.ts";
import { fillNormal, stream } from "../../src/random/index.ts";

const N = 400;
const P = 3;
const H = Float64Array.of(2, 1, 0.5); // diagonal
const seeds = { seed: "s", draws: "d" };

/** Gradients of N samples around a mean, in P dimensions. */
function gradients(name: string, shift: number): Float64Array[] {
  const draws = stream("1", name);
  return Array.from({ length: N }, (_, i) => {
    const z = new Float64Array(P);
    fillNormal(draws, i * P, z);
    return z.map((x, k) => x * (1 + k / 2) + shift + 0.3);
  });
}

interface Plain {
  readonly trace: number;
  readonly squaredMean: number;
  readonly trHSigma: number;
  readonly alongGradient: number;
}

/** Straight from the definitions. */
function plain(g: readonly Float64Array[]): Plain {
  const mean = H.map((_, k) => g.reduce((sum, own) => sum + own[k], 0) / g.length);
  const variance = H.map(
    (_, k) => g.reduce((sum, own) => sum + (own[k] - mean[k]) ** 2, 0) / g.length,
  );
  return {
    trace: variance.reduce((a, b) => a + b),
    squaredMean: dot(mean, mean),
    trHSigma: dot(H, variance),
    alongGradient: mean.reduce((sum, m, k) => sum + H[k] * m * m, 0),
  };
}

function moments(g: readonly Float64Array[]) {
  const mean = H.map((_, k) => g.reduce((sum, own) => sum + own[k], 0) / g.length);
  return summedMoments(
    Float64Array.from(g, (own) => dot(own, own)),
    Float64Array.from(g, (own) => dot(own, mean)),
  );
}

/** Of all samples, with the Hessian taken as known. */
function curvature(g: readonly Float64Array[]): CurvatureMoments {
  const mean = H.map((_, k) => g.reduce((sum, own) => sum + own[k], 0) / g.length);
  const { alongGradient, trHSigma } = plain(g);
  return {
    alongGradient,
    alongCurved: Float64Array.from(g, (own) => own.reduce((sum, x, k) => sum + x * H[k] * mean[k], 0)), // prettier-ignore
    rows: Int32Array.from(g, (_, i) => i),
    centred: Float64Array.from(g, (own) => own.reduce((s, x, k) => s + H[k] * (x - mean[k]) ** 2, 0)), // prettier-ignore
    shares: new Float64Array(g.length).fill(1 / g.length),
    trHSigma: { value: trHSigma, method: "sum" },
    squareTrace: 0,
  };
}

/** Standard error of b − a when samples are left out of both together. */
function jackknife(
  a: readonly Float64Array[],
  b: readonly Float64Array[],
  f: (own: Plain, n: number) => number,
): number {
  const without = (g: readonly Float64Array[], i: number) => g.toSpliced(i, 1);
  const values = a.map((_, i) => f(plain(without(b, i)), N - 1) - f(plain(without(a, i)), N - 1));
  const mean = values.reduce((sum, x) => sum + x, 0) / N;
  return Math.sqrt(((N - 1) / N) * values.reduce((sum, x) => sum + (x - mean) ** 2, 0));
}

suite("pairedDifference", () => {
  const a = gradients("a", 1);
  // What both share drops out: B is A with a little more noise of its own.
  const own = gradients("b", 0);
  const b = a.map((x, i) => x.map((v, k) => 1.1 * v + 0.1 * own[i][k]));
  const all = (g: readonly Float64Array[]) =>
    new Map([["trace", observedTrace(moments(g), "s")], ...observedScales(moments(g), curvature(g), seeds)]); // prettier-ignore

  test.each([
    ["trace", ({ trace }: Plain) => trace],
    ["noise-scale.simple", ({ trace, squaredMean }: Plain) => trace / squaredMean],
    [
      "noise-scale.simplePopulation",
      ({ trace, squaredMean }: Plain, n: number) => {
        const unbiased = (trace * n) / (n - 1);
        return unbiased / (squaredMean - unbiased / n);
      },
    ],
    ["noise-scale.curvature", ({ trHSigma, alongGradient }: Plain) => trHSigma / alongGradient],
    [
      "noise-scale.curvaturePopulation",
      ({ trHSigma, alongGradient }: Plain, n: number) => {
        const unbiased = (trHSigma * n) / (n - 1);
        return unbiased / (alongGradient - unbiased / n);
      },
    ],
  ] as const)("of %s is the exact one, with the jackknife's error within 5 %", (name, f) => {
    const found = pairedDifference(all(a).get(name)!, all(b).get(name)!)!;
    const truth = f(plain(b), N) - f(plain(a), N);
    expect(found.value! / truth - 1).toBeCloseTo(0, 9);
    expect(Math.abs(found.stderr! / jackknife(a, b, f) - 1)).toBeLessThan(0.05);
    expect(found.method).toMatch(/^(mean of )?paired differences? on the same 400 samples/);
  });

  test("of probes is the definition's on means, with the jackknife's error within 5 %", () => {
    const probed = (name: string, shift: number) => {
      const products = Array.from({ length: 5 }, (_, c) => {
        const list = new Float64Array(60);
        fillNormal(stream("2", `${name}/${c}`), 0, list);
        return list.map((x) => shift + c + 5 + 0.3 * x);
      });
      return { dimension: 7, products } as unknown as ProbeAlignment;
    };
    const [left, right] = [probed("a", 0), probed("b", 1)];
    const definitions: Record<string, (m: readonly number[]) => number> = {
      "alignment.trHSigma": ([, , hs]) => hs,
      "alignment.ratio": ([h, s, hs]) => (7 * hs) / (h * s),
      "alignment.cosine": ([, , hs, hh, ss]) => hs / Math.sqrt(hh * ss),
      "alignment.aHat": ([h, s]) => (3 * h) / s,
    };
    const of = (side: ProbeAlignment) => new Map(observedAlignment(side, 3, "s"));
    const means = ({ products }: ProbeAlignment, out?: number) =>
      products.map((list) => {
        const kept = Array.from(list).filter((_, i) => i !== out);
        return kept.reduce((sum, x) => sum + x, 0) / kept.length;
      });
    for (const [name, f] of Object.entries(definitions)) {
      const found = pairedDifference(of(left).get(name)!, of(right).get(name)!)!;
      expect(found.value).toBeCloseTo(f(means(right)) - f(means(left)), 10);
      const values = Array.from({ length: 60 }, (_, i) => f(means(right, i)) - f(means(left, i)));
      const mean = values.reduce((sum, x) => sum + x, 0) / 60;
      const stderr = Math.sqrt((59 / 60) * values.reduce((sum, x) => sum + (x - mean) ** 2, 0));
      expect(Math.abs(found.stderr! / stderr - 1)).toBeLessThan(0.05);
    }
  });

  test("takes the first draws where one side has more", () => {
    const mean = (...values: number[]): Observed => ({
      of: "batches",
      seed: "s",
      means: [{ values, power: 1 }],
    });
    expect(pairedDifference(mean(1, 2, 100), mean(2, 5))).toMatchObject({ value: 2, samples: 2 });
  });

  test("is none of draws that are not the same, or of one", () => {
    const base: Observed = { of: "probes", seed: "s", length: 3, means: [{ values: [1, 2], power: 1 }] }; // prettier-ignore
    expect(pairedDifference(base, base)).toMatchObject({ value: 0, stderr: 0 });
    for (const other of [
      { ...base, length: 4 },
      { ...base, seed: "t" },
      { ...base, of: "batches" as const },
      { ...base, means: [{ values: [1], power: 1 }] },
      { ...base, means: [{ values: [1, Infinity], power: 1 }] },
    ])
      expect(pairedDifference(base, other)).toBeUndefined();
  });
});
