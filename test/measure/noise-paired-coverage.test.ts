// Whether the interval of a difference between two models, measured on the same samples, covers the
// difference of their populations as often as it says.
import { expect, suite, test } from "vitest";
import { observedScales } from "../../src/measure/inspect/observed-noise.ts";
import { pairedDifference } from "../../src/measure/inspect/paired.ts";
import {
  type CurvatureMoments,
  type GradientMoments,
  noiseScales,
} from "../../src/measure/index.ts";
import { drawInProportion, noiseMean } from "../../src/measure/noise/proportional.ts";
import { mixedChances } from "../../src/measure/noise/spread.ts";
import { type Stream, stream, substream } from "../../src/random/index.ts";
import { momentsOf, population, type Population, sampleOf } from "./superpopulation.ts";

const seed = "52";
const [replications, least, most] =
  process.env.THALWEG_LONG === "1" ? [2000, 0.93, 0.97] : [500, 0.91, 0.98];

interface Own {
  readonly moments: GradientMoments;
  readonly curvature: CurvatureMoments;
}

/** Another model on the same samples: gradients and Hessians of the first, turned a little and scaled. */
function changed({ gradients, hessians }: Population, by: number): Population {
  return {
    gradients: gradients.map((g) => g.map((x, k) => (1 + by) * x + by * g[(k + 1) % g.length])),
    hessians: hessians.map((H, i) =>
      H.map((h, k) => h + by * hessians[(i + 1) % hessians.length][k]),
    ),
  };
}

/** Of `draws` samples only, the same for both models. */
function drawn(all: readonly [Own, Own], many: number, draws: Stream): Own[] {
  const chances = mixedChances(all[0].moments, all[1].moments);
  const total = chances.reduce((sum, chance) => sum + chance, 0);
  const rows = drawInProportion(chances, many, draws);
  const shares = Float64Array.from(rows, (row) => total / (chances.length * many * chances[row]));
  return all.map(({ moments, curvature }) => {
    const centred = Float64Array.from(rows, (row) => curvature.centred[row]);
    const trHSigma = noiseMean(centred, shares, { seed: draws.seed });
    return { moments, curvature: { ...curvature, rows, shares, centred, trHSigma } };
  });
}

suite("the paired difference of curvaturePopulation from 100 samples", () => {
  const scaleOf = (all: Population) => {
    const { curvature } = momentsOf(all);
    return curvature.trHSigma.value / curvature.alongGradient;
  };
  test.each([
    { by: 0.02, draws: 0 },
    { by: 0.02, draws: 60 },
    { by: 0.3, draws: 0 },
    { by: 0.3, draws: 60 },
  ])(
    `of models $by apart, with $draws draws (0: all samples), covers it in ${least} to ${most}, ten times narrower than two intervals at 0.02`,
    ({ by, draws }) => {
      const first = population(1);
      const second = changed(first, by);
      const truth = scaleOf(second) - scaleOf(first);
      let [held, own, apart] = [0, 0, 0];
      for (let r = 0; r < replications; r++) {
        const turn = substream(stream(seed, "pairs"), r);
        const both = [first, second].map((all) => momentsOf(sampleOf(all, 100, turn)));
        const pair = draws === 0 ? both : drawn([both[0], both[1]], draws, substream(turn, "draws")); // prettier-ignore
        const [a, b] = pair.map(
          ({ moments, curvature }) =>
          new Map(observedScales(moments, curvature, { seed, draws: seed })).get("noise-scale.curvaturePopulation")!, // prettier-ignore
        );
        const found = pairedDifference(a, b)!;
        if (found.low! <= truth && truth <= found.high!) held++;
        own += found.stderr! / replications;
        const stderrs = pair.map(({ moments, curvature }) => {
          const scale = noiseScales(moments, curvature).curvaturePopulation!;
          return scale.kind === "estimate" ? scale.stderr : NaN;
        });
        apart += Math.hypot(...stderrs) / replications;
      }
      expect(held / replications).toBeGreaterThanOrEqual(least);
      expect(held / replications).toBeLessThanOrEqual(most);
      if (by === 0.02) expect(own * 10).toBeLessThan(apart);
    },
  );
});
