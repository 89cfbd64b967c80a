// Whether the stated intervals of noise and alignment cover the truth as often as they say.
import { expect, suite, test } from "vitest";
import {
  alignmentByProbes,
  alignmentExact,
  alignmentRatio,
  denseOperator,
  eigenvalueSampling,
  hutchinsonTrace,
  isEstimate,
  noiseScales,
  type NoiseScaleResult,
  summedMoments,
} from "../../src/measure/index.ts";
import {
  d,
  form,
  less,
  meanOf,
  momentsOf,
  population,
  type Population,
  sampleOf,
} from "./superpopulation.ts";
import { jackknife } from "../../src/measure/noise/jackknife.ts";
import { product } from "../../src/measure/noise/measured.ts";
import { drawInProportion, noiseQuotients } from "../../src/measure/noise/proportional.ts";
import { symmetricEigen } from "../../src/numeric/index.ts";
import { meanEstimate } from "../../src/statistics/index.ts";
import { normalAt, stream, substream } from "../../src/random/index.ts";

const seed = "51";
const [replications, least, most] =
  process.env.THALWEG_LONG === "1" ? [2000, 0.93, 0.97] : [500, 0.91, 0.98];

const inside = ({ low, high }: { low: number; high: number }, truth: number) =>
  low <= truth && truth <= high;

suite("population noise scales from samples of a finite superpopulation", () => {
  const truthOf = (all: Population) => {
    const { moments, curvature } = momentsOf(all);
    return {
      simplePopulation: moments.trace / moments.squaredMean,
      curvaturePopulation: curvature.trHSigma.value / curvature.alongGradient,
    };
  };
  const cases = [
    { signal: 1, N: 100, shape: "light", floor: least },
    { signal: 0.4, N: 100, shape: "light", floor: least },
    { signal: 0.15, N: 100, shape: "light", floor: least },
    // Squares of exponentials: 100 samples say too little about their own error.
    { signal: 1, N: 100, shape: "exponential", floor: 0.84 },
    { signal: 1, N: 400, shape: "exponential", floor: 0.89 },
  ] as const;
  test.each(cases)(
    "signal $signal in $shape noise, $N samples: what is claimed holds in at least $floor",
    ({ signal, N, shape, floor }) => {
      const all = population(signal, shape);
      const truths = truthOf(all);
      const held = { simplePopulation: 0, curvaturePopulation: 0 };
      for (let r = 0; r < replications; r++) {
        const own = momentsOf(sampleOf(all, N, substream(stream(seed, `scales ${N}`), r)));
        const scales = noiseScales(own.moments, own.curvature);
        for (const key of ["simplePopulation", "curvaturePopulation"] as const)
          if (holds(scales[key]!, truths[key])) held[key]++;
      }
      for (const count of Object.values(held)) {
        expect(count / replications).toBeGreaterThanOrEqual(floor);
        // Bounds hold more often than intervals do.
        expect(count / replications).toBeLessThanOrEqual(signal === 0.15 ? 1 : most);
      }
    },
  );

  test("without signal it is a lower bound or not meaningful, in all but 5 %", () => {
    const all = population(0);
    let claimed = 0;
    for (let r = 0; r < replications; r++) {
      const own = momentsOf(sampleOf(all, 100, substream(stream(seed, "none"), r)));
      const { kind } = noiseScales(own.moments, own.curvature).simplePopulation;
      if (kind === "estimate" || kind === "exact") claimed++;
    }
    expect(claimed / replications).toBeLessThanOrEqual(0.05);
  });

  test("the finite set's own scale saturates near N where the population's does not", () => {
    const all = population(0.02);
    const own = momentsOf(sampleOf(all, 100, stream(seed, "saturation")));
    const { simple, simplePopulation } = noiseScales(own.moments);
    expect(simple.kind).toBe("exact");
    expect(truthOf(all).simplePopulation).toBeGreaterThan(1000);
    expect(simple.kind === "exact" && simple.value).toBeLessThan(200);
    expect(simplePopulation.kind).toBe("lower-bound");
    if (simplePopulation.kind !== "lower-bound") return;
    expect(simplePopulation.reason).toMatch(/^‖ḡ‖² − Tr Σ̂\/N is .* not positive at 0.95$/);
  });

  test("weights fitted to the samples, vanished gradients and one sample are not meaningful", () => {
    const all = population(1);
    const fitted = sampleOf(all, 100, stream(seed, "fitted"));
    const mean = meanOf(fitted.gradients);
    const centred = {
      ...fitted,
      gradients: fitted.gradients.map((g) => less(g, mean).map((x, k) => x + 1e-3 * mean[k])),
    };
    const { simplePopulation } = noiseScales(momentsOf(centred).moments);
    expect(simplePopulation).toMatchObject({ kind: "not-meaningful" });
    if (simplePopulation.kind === "not-meaningful")
      expect(simplePopulation.reason).toMatch(/the weights were fitted to these samples/);
    const { moments, curvature } = momentsOf(fitted);
    const near = noiseScales(moments, curvature, { loss: { value: 1e-6, reference: 2.3 } });
    for (const scale of Object.values(near))
      expect(scale).toEqual({
        kind: "not-meaningful",
        reason:
          "the loss is 0.000001 where nothing learnt gives 2.3, near an interpolating minimum: noise and signal vanish together",
      });
    expect(
      noiseScales(summedMoments(Float64Array.of(1e-20, 0), Float64Array.of(0, 0))).simple,
    ).toMatchObject({ kind: "not-meaningful" });
    expect(noiseScales(summedMoments(Float64Array.of(1), Float64Array.of(1))).simple).toEqual({
      kind: "not-meaningful",
      reason: "one sample has no noise",
    });
    const down = { ...curvature, alongGradient: -2 };
    expect(noiseScales(moments, down).curvature).toEqual({
      kind: "not-meaningful",
      reason: "the curvature along the gradient is not positive, ḡᵀHḡ = −2",
    });
  });
});

function holds(result: NoiseScaleResult, truth: number): boolean {
  switch (result.kind) {
    case "exact":
      return result.value === truth;
    case "estimate":
      return inside(result, truth);
    case "lower-bound":
      return result.low <= truth;
    case "not-meaningful":
      return true;
  }
}

suite("alignment from 30 probes", () => {
  const n = 24;
  const random = (name: string) => {
    const own = stream(seed, name);
    const matrix = new Float64Array(n * n);
    for (let c = 0; c < n; c++) {
      const u = Array.from({ length: n }, (_, i) => normalAt(own, c * n + i));
      for (let k = 0; k < n * n; k++)
        matrix[k] += (u[Math.floor(k / n)] * u[k % n]) / (c + 1) ** 1.5;
    }
    return denseOperator(matrix, n);
  };
  const keys = [
    "trH",
    "trSigma",
    "trHSigma",
    "frobeniusH",
    "frobeniusSigma",
    "ratio",
    "cosine",
  ] as const;

  test(`intervals of everything cover in ${least} to ${most} of ${replications} replications`, async () => {
    const [H, sigma] = [random("A"), random("B")];
    const exact = await alignmentExact(H, sigma);
    const covered = new Map<string, number>(keys.map((key) => [key, 0]));
    for (let r = 0; r < replications; r++) {
      const draws = substream(stream(seed, "probes"), r);
      const found = await alignmentByProbes(H, sigma, draws, { probes: 30 });
      for (const key of keys)
        if (inside(found[key]!, exact[key]!.value)) covered.set(key, covered.get(key)! + 1);
    }
    for (const count of covered.values()) {
      expect(count / replications).toBeGreaterThanOrEqual(least);
      expect(count / replications).toBeLessThanOrEqual(most);
    }
  });
});

suite("Tr(HΣ) from 30 samples drawn by their noise", () => {
  test(`it and the ratio to an independent trace cover in ${least} to ${most}`, async () => {
    const all = population(1, "exponential");
    const { moments, curvature } = momentsOf(all);
    const { squaredNorms, alongMean, squaredMean, trace } = moments;
    const spread = squaredNorms.map((s, i) => s - 2 * alongMean[i] + squaredMean);
    const truth = curvature.trHSigma.value;
    const dense = meanOf(all.hessians);
    const H = denseOperator(dense, d);
    const trH = Array.from({ length: d }, (_, k) => dense[k * (d + 1)]).reduce((s, x) => s + x);
    const rule = { relativeStderr: 0, minSamples: 30, maxSamples: 30 };
    let [covered, ratio, sum, squares] = [0, 0, 0, 0];
    for (let r = 0; r < replications; r++) {
      const draws = substream(stream(seed, "drawn"), r);
      const rows = drawInProportion(spread, 30, draws);
      const centred = Float64Array.from(rows, (i) => curvature.centred[i]);
      const found = noiseQuotients(centred, rows, spread, trace, { seed });
      const estimate = await hutchinsonTrace(H, substream(draws, "trace"), rule);
      const whole = alignmentRatio(d, found, estimate, { value: trace, method: "exact" });
      if (!isEstimate(found) || !isEstimate(whole)) throw new Error("no error");
      if (inside(found, truth)) covered++;
      if (inside(whole, (d * truth) / (trH * trace))) ratio++;
      sum += found.value / replications;
      squares += found.value ** 2 / replications;
    }
    for (const count of [covered, ratio]) {
      expect(count / replications).toBeGreaterThanOrEqual(least);
      expect(count / replications).toBeLessThanOrEqual(most);
    }
    const error = Math.sqrt((squares - sum ** 2) / replications);
    expect(Math.abs(sum - truth) / error).toBeLessThan(4); // unbiased
  });

  test("refuses gradients that are all the same, and a sample without error", () => {
    const draws = stream(seed, "refused");
    expect(() => drawInProportion(new Float64Array(3), 5, draws)).toThrow(
      "gradients of the samples must differ to be drawn by their noise",
    );
    expect(() => drawInProportion(Float64Array.of(1, 2), 1, draws)).toThrow(
      "samples must be at least 2 to give an error bar, got 1",
    );
  });
});

suite("sampling error of an eigenvalue", () => {
  test(`from 100 samples it covers the population's in ${least} to ${most}`, () => {
    const all = population(1);
    const truth = symmetricEigen(meanOf(all.hessians), d).values[0];
    let covered = 0;
    for (let r = 0; r < replications; r++) {
      const own = sampleOf(all, 100, substream(stream(seed, "eigenvalue"), r));
      const { vectors } = symmetricEigen(meanOf(own.hessians), d);
      const u = vectors.slice(0, d);
      const along = Float64Array.from(own.hessians, (H) => form(H, u, u));
      if (inside(eigenvalueSampling(along, new Float64Array(100).fill(1)), truth)) covered++;
    }
    expect(covered / replications).toBeGreaterThanOrEqual(least);
    expect(covered / replications).toBeLessThanOrEqual(most);
  });
});

suite("a jackknife of means and a product of independent numbers", () => {
  test(`cover in ${least} to ${most} of ${replications} replications`, () => {
    // x and y share half of their noise; the truth of mean(x)/mean(y)² is 3/4.
    let [shared, independent] = [0, 0];
    for (let r = 0; r < replications; r++) {
      const own = substream(stream(seed, "jackknife"), r);
      const x = Float64Array.from(
        { length: 30 },
        (_, i) => 3 + normalAt(own, 3 * i) + normalAt(own, 3 * i + 1),
      );
      const y = Float64Array.from(
        { length: 30 },
        (_, i) => 2 + (normalAt(own, 3 * i) + normalAt(own, 3 * i + 2)) / 2,
      );
      const z = Float64Array.from({ length: 30 }, (_, i) => 2 + normalAt(own, 100 + i) / 2);
      const ratio = jackknife([x, y], ([a, b]) => a / b ** 2, { seed });
      if (inside(ratio, 0.75)) shared++;
      const both = product(
        [
          [meanEstimate(x, { seed }), 1],
          [meanEstimate(z, { seed }), -2],
        ],
        "x/z²",
      );
      if (isEstimate(both) && inside(both, 0.75)) independent++;
    }
    for (const count of [shared, independent]) {
      expect(count / replications).toBeGreaterThanOrEqual(least);
      expect(count / replications).toBeLessThanOrEqual(most);
    }
  });

  test("of the mean alone is the mean's own error, and refuses what has none", () => {
    const x = [1, 4, 2, 8, 5];
    const own = jackknife([x], ([mean]) => mean, { seed });
    const plain = meanEstimate(x, { seed });
    expect(own.value).toBeCloseTo(plain.value, 12);
    expect(own.stderr).toBeCloseTo(plain.stderr, 12);
    expect(() => jackknife([[1]], ([a]) => a, { seed })).toThrow(
      "rows must be at least 2 to give an error bar, got 1",
    );
    expect(() => jackknife([[1, 2], [1]], ([a]) => a, { seed })).toThrow(
      "columns must have one length, got 1 and 2",
    );
  });
});
