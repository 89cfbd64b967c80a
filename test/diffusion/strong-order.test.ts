import { describe, expect, test } from "vitest";
import { constantNoise } from "../../src/diffusion/noise/constant.ts";
import { graphNoise, isotropicNoise } from "../../src/diffusion/noise/isotropic.ts";
import type { GaussianNoise } from "../../src/diffusion/noise/noise.ts";
import type { Potential } from "../../src/diffusion/potential/potential.ts";
import { diffusionProcess } from "../../src/diffusion/process/process.ts";
import { baoab } from "../../src/diffusion/scheme/baoab.ts";
import { eulerMaruyama } from "../../src/diffusion/scheme/euler-maruyama.ts";
import { stochasticHeun } from "../../src/diffusion/scheme/heun.ts";
import { milstein } from "../../src/diffusion/scheme/milstein.ts";
import type { Orders, Scheme } from "../../src/diffusion/scheme/scheme.ts";
import { sgd } from "../../src/diffusion/scheme/sgd.ts";
import { abs, mul, scalar } from "../../src/graph/index.ts";
import { fillNormal, stream, substream } from "../../src/random/index.ts";
import { fitLine } from "../../src/statistics/index.ts";
import { fieldOf, potentialOf } from "./landscapes.ts";
import { hostStep } from "./simulate.ts";

const paths = 400;
const levels = [3, 4, 5, 6, 7];
const time = 1;
const friction = 2;

interface Problem {
  readonly kind: keyof Orders;
  readonly potential: Potential;
  readonly noise: GaussianNoise;
  readonly start: readonly number[];
  /** The coordinates at the end, of a Brownian path that ends at `w`; without it the finest level serves. */
  readonly exact?: (w: readonly number[]) => readonly number[];
}

const sigma = 0.8;
const rate = 0.5;
const geometric = (w: number) => Math.exp(-(rate + sigma ** 2 / 2) * time + sigma * w);
const zero = scalar(0, "float64");

const problems: Readonly<Record<string, Problem>> = {
  "double well, constant noise": {
    kind: "additive",
    potential: potentialOf("x^4/4 - x^2/2"),
    noise: constantNoise(0.3),
    start: [0.3],
  },
  "geometric Brownian motion": {
    kind: "diagonal",
    potential: potentialOf(`${rate}*x^2/2`),
    noise: isotropicNoise(fieldOf(`${sigma ** 2}*x^2/2`)),
    start: [1],
    exact: ([w]) => [geometric(w)],
  },
  "two geometric Brownian motions": {
    kind: "diagonal",
    potential: potentialOf(`${rate}*(x^2 + y^2)/2`),
    noise: graphNoise({
      formula: "diag(0.8*|x|, 0.8*|y|)",
      dimension: 2,
      columns: 2,
      value: ([x, y]) => [
        [mul(abs(x), sigma), zero],
        [zero, mul(abs(y), sigma)],
      ],
    }),
    start: [1, 1],
    exact: (w) => w.map(geometric),
  },
  "noise that waves": {
    kind: "diagonal",
    potential: potentialOf("0.2*cos(x)"),
    noise: isotropicNoise(fieldOf("0.5*(1 + 0.8*sin(x))")),
    start: [0.3],
  },
  // dx = dW₁, dy = x dW₂: y holds the area between the two, which no increments of them give.
  "noise that does not commute": {
    kind: "general",
    potential: potentialOf("0*x + 0*y", 2),
    noise: graphNoise({
      formula: "diag(1, x)",
      dimension: 2,
      columns: 2,
      value: ([x]) => [
        [scalar(1, "float64"), zero],
        [zero, x],
      ],
    }),
    start: [0.5, 0],
  },
};

/**
 * Increments of a path over 2^level steps from those over twice as many. With friction the increment is
 * ∫e^(−γ(h−s)) dW, whose first half decays for the second half's length.
 */
function coarsen(fine: Float64Array, columns: number, decay: number): Float64Array {
  const coarse = new Float64Array(fine.length / 2);
  for (let i = 0; i < coarse.length; i++) {
    const at = Math.floor(i / columns) * 2 * columns + (i % columns);
    coarse[i] = decay * fine[at] + fine[at + columns];
  }
  return coarse;
}

/** Root mean squares of the error at each level, in logarithms, regressed: the order. */
function measuredOrder(scheme: Scheme, { potential, noise, start, exact }: Problem) {
  const process = diffusionProcess({ potential, noise, scheme, target: "discrete" });
  const finest = exact === undefined ? 10 : levels[levels.length - 1];
  const columns = process.recursion.normals.length;
  const size = (level: number) => time / 2 ** level;
  const spread = (h: number) =>
    scheme.velocities
      ? Math.sqrt((1 - Math.exp(-2 * friction * h)) / (2 * friction))
      : Math.sqrt(h);
  const all = [...new Set([...levels, finest])];
  const steps = new Map(all.map((level) => [level, hostStep(process, { eta: size(level) })]));
  const squares = new Map(levels.map((level) => [level, 0]));
  const state = [...start, ...(scheme.velocities ? start.map(() => 0) : [])];
  for (let p = 0; p < paths; p++) {
    let increments: Float64Array = new Float64Array(columns * 2 ** finest);
    fillNormal(substream(stream("17", "strong-order"), p), 0, increments);
    increments = increments.map((z) => z * spread(size(finest)));
    const ends = new Map<number, Float64Array>();
    const final = Array.from({ length: columns }, (_, j) =>
      increments.reduce((s, dw, at) => (at % columns === j ? s + dw : s), 0),
    );
    for (let level = finest; level >= levels[0]; level--) {
      const step = steps.get(level);
      if (step !== undefined) {
        const h = spread(size(level));
        let x = Float64Array.from(state);
        for (let k = 0; k < 2 ** level; k++)
          x = step(x, increments.subarray(k * columns, (k + 1) * columns).map((dw) => dw / h)).slice(); // prettier-ignore
        ends.set(level, x);
      }
      const decay = scheme.velocities ? Math.exp(-friction * size(level)) : 1;
      increments = coarsen(increments, columns, decay);
    }
    const truth = exact?.(final) ?? ends.get(finest)!;
    for (const level of levels)
      squares.set(level, squares.get(level)! + start.reduce((s, _, k) => s + (ends.get(level)![k] - truth[k]) ** 2, 0)); // prettier-ignore
  }
  const logs = levels.map((level) => 0.5 * Math.log2(squares.get(level)! / paths));
  return fitLine(levels.map((level) => -level), logs, { method: "least squares", seed: "17" }).slope; // prettier-ignore
}

const schemes: readonly Scheme[] = [eulerMaruyama, milstein, stochasticHeun, baoab(friction)];

describe.each(schemes.map((scheme) => [scheme.name, scheme] as const))("%s", (_, scheme) => {
  for (const [name, problem] of Object.entries(problems)) {
    const declared = scheme.strongOrder[problem.kind];
    if (declared === undefined) {
      test(`${name} is refused`, () => {
        const { potential, noise } = problem;
        expect(() => diffusionProcess({ potential, noise, scheme, target: "discrete" })).toThrow(
          `${scheme.name} takes noise that is constant or diagonal, each entry a function of its coordinate alone, got graph in 2 coordinates`,
        );
      });
      continue;
    }
    if (scheme.velocities && problem.exact !== undefined) continue;
    test(`${name}: strong order ${declared} within 0.1`, () => {
      const { value, stderr } = measuredOrder(scheme, problem);
      expect(Math.abs(value - declared)).toBeLessThan(0.1);
      expect(stderr).toBeLessThan(0.05);
    });
  }
});

test("SGD under Gaussian noise is Euler and Maruyama's step, and has its orders", () => {
  expect(sgd.step).toBe(eulerMaruyama.step);
  expect(sgd.strongOrder).toEqual(eulerMaruyama.strongOrder);
});
