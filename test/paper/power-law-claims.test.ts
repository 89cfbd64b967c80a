import { expect, suite, test } from "vitest";
import type { Experiment, Plan } from "../../src/paper/paper.ts";
import type { EscapeTimes } from "../../src/paper/power-law/escape-task.ts";
import { exponent } from "../../src/paper/power-law/exponent.ts";
import { height } from "../../src/paper/power-law/height.ts";
import { paper } from "../../src/paper/power-law/index.ts";
import type { NetworkResult } from "../../src/paper/power-law/network-task.ts";
import { network } from "../../src/paper/power-law/network.ts";
import { sgdEscape } from "../../src/paper/power-law/sgd-escape.ts";
import type { SgdTimes } from "../../src/paper/power-law/sgd-task.ts";
import { sharpFlat } from "../../src/paper/power-law/sharp-flat.ts";
import { sizes } from "../../src/paper/power-law/sizes.ts";
import type { StationaryFit } from "../../src/paper/power-law/stationary-task.ts";
import { stationary } from "../../src/paper/power-law/stationary.ts";
import { tailOfSgd } from "../../src/paper/power-law/tail-of-sgd.ts";
import { twoD } from "../../src/paper/power-law/two-d.ts";
import { normalAt, stream } from "../../src/random/index.ts";
import type { Json } from "../../src/run/index.ts";

const plan: Plan = { scale: "quick", seeds: ["11", "12", "13", "14", "15"] };
const { heights, constantHeights, ratios, flatness, sgdHeights, step } = sizes.quick;
const wobble = (name: string, seed: string) => normalAt(stream(seed, name), 0);

/** Results of conditions in the order of a plan, each under every seed. */
const grid = <C>(
  conditions: readonly C[],
  result: (condition: C, seed: string) => object,
): Json[] => conditions.flatMap((c) => plan.seeds.map((seed) => result(c, seed) as Json));

/** Walkers that need so much time in the mean, to one per cent. */
const times = (time: number): EscapeTimes => ({
  walkers: 2000,
  left: 2000,
  steps: time / step,
  stderr: (0.022 * time) / step,
});

function verdicts(experiment: Experiment, results: readonly Json[]): Record<string, string> {
  expect(results.length).toBe(experiment.plan(plan).length);
  const { claims } = experiment.judge(results, plan);
  expect(claims.map(({ id }) => id).sort()).toEqual([...experiment.claims].sort());
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

suite("barrier height", () => {
  const power = (h: number) => 3 * (1 + h) ** 5;
  const exponential = (h: number) => Math.PI * Math.exp(5 * h);
  const world = (state: (h: number) => number, constant: (h: number) => number) =>
    verdicts(height, [
      ...grid(heights, (h) => times(state(h))),
      ...grid(constantHeights, (h) => times(constant(h))),
    ]);

  test("holds for a power under one noise and an exponential under the other", () => {
    expect(world(power, exponential)).toEqual({
      M5: "reproduced",
      M6: "reproduced",
    });
  });
  test.each([
    ["noise that does not depend on the state", exponential, exponential, "M5"],
    ["another power", (h: number) => 3 * (1 + h) ** 4, exponential, "M5"],
    ["times that do not depend on the barrier", () => 100, exponential, "M5"],
    ["a power under constant noise", power, power, "M6"],
    ["times that do not depend on the barrier either", power, () => 100, "M6"],
    ["a control that follows the power too", power, power, "M5"],
  ] as const)("falls for %s", (_, state, constant, id) => {
    expect(world(state, constant)[id]).not.toBe("reproduced");
  });
});

suite("exponent", () => {
  const kappa = 3;
  const power = (shift: number) => (x: number) => 0.8 * x ** (kappa + shift);
  const world = (ito: number, anti: number, constant: (x: number) => number) =>
    verdicts(exponent, [
      ...grid(ratios, (x) => times(power(ito)(x))),
      ...grid(ratios, (x) => times(power(anti)(x))),
      ...grid(ratios, (x) => times(constant(x))),
    ]);
  const constant = (x: number) => 5 * Math.exp(x - 1);

  test("sides with Itô's form where SGD's limit has it", () => {
    expect(world(0.5, -0.5, constant)).toEqual({
      M8: "reproduced",
      M7: "not reproduced",
    });
  });
  test("sides with the printed form where the limit has that", () => {
    expect(world(-0.5, -0.5, constant)).toEqual({
      M8: "not reproduced",
      M7: "reproduced",
    });
  });
  test("is undecided where the conventions give one exponent", () => {
    expect(world(0.5, 0.5, constant)["M8"]).toBe("inconclusive");
  });
  test("is undecided where the control has the law's exponent too", () => {
    expect(world(-0.5, -0.5, power(-0.5))["M7"]).toBe("inconclusive");
  });
  test("falls with times that do not depend on X", () => {
    const found = verdicts(
      exponent,
      grid([...ratios, ...ratios, ...ratios], () => times(50)),
    );
    expect(Object.values(found)).not.toContain("reproduced");
  });
});

suite("sharp against flat", () => {
  const [kappa, logX] = [6, Math.log(3)];
  // The scheme's step is step/k: a result in steps is one of k·τ.
  const law = (rate: number) => (inverse: number) =>
    (3 * Math.exp(rate * inverse)) / (1 + 1 / (2 * kappa * inverse));
  const world = (state: (inverse: number) => number, constant: (inverse: number) => number) =>
    verdicts(sharpFlat, [
      ...grid(flatness, (f) => times(state(f))),
      ...grid(flatness, (f) => times(constant(f))),
    ])["M9"];

  test("flips with the slope, the noise and the control", () => {
    expect(world(law(kappa * logX), () => 170)).toBe("reproduced");
    expect(world(law(0.8 * kappa * logX), () => 170)).toBe("not reproduced");
    expect(world(() => 170, () => 170)).not.toBe("reproduced"); // prettier-ignore
    expect(world(law(kappa * logX), law(kappa * logX))).toBe("inconclusive");
  });
});

suite("stationary law", () => {
  const kappas = [2, 4, 2, 4, 4];
  const fit = (degrees: number): StationaryFit => ({
    degrees,
    location: 0,
    scale: 1,
    quantiles: [0.7, 1.3, 1.7, 2, 2.5, 2.8, 3, 3.5, 4],
  });
  const world = (ito: number, anti: number, constant: number) =>
    verdicts(
      stationary,
      grid([0, 1, 2, 3, 4], (i, seed) => {
        const shift = i < 2 ? ito : i < 4 ? anti : constant;
        return fit(2 * kappas[i] + shift + 0.05 * wobble(`tail-${i}`, seed));
      }),
    );

  test("sides with the law that the tails have", () => {
    expect(world(1, -1, 200)).toEqual({
      M2: "reproduced",
      M1: "not reproduced",
    });
    expect(world(-1, -1, 200)).toEqual({
      M2: "not reproduced",
      M1: "reproduced",
    });
  });
  test("falls with the noise's dependence switched off, and with a control that has the tail", () => {
    expect(Object.values(world(200, 200, 200))).toEqual(["not reproduced", "not reproduced"]);
    expect(world(1, 1, 200)["M2"]).toBe("inconclusive");
    expect(world(1, -1, 1)["M2"]).toBe("inconclusive");
  });
});

suite("tail of SGD", () => {
  const settings: readonly (readonly [number, number])[] = [[0.05, 1], [0.075, 1], [0.1, 1], [0.125, 1], [0.25, 2]]; // prettier-ignore
  const [curvature, curvatureVariance] = [2, 8];
  const kappa = ([eta, b]: readonly [number, number]) =>
    (b * curvature) / (eta * curvatureVariance);
  const fit = (degrees: number, seed: string): StationaryFit => ({
    degrees: degrees * (1 + 0.01 * wobble(String(degrees), seed)),
    location: 0,
    scale: 1,
    curvature,
    curvatureVariance,
    quantiles: [],
  });
  const world = (
    normal: (s: readonly [number, number]) => number,
    one: (s: readonly [number, number]) => number,
  ) =>
    verdicts(tailOfSgd, [
      ...grid(settings, (s, seed) => fit(normal(s), seed)),
      ...grid(settings, (s, seed) => fit(one(s), seed)),
    ]);
  const law = (s: readonly [number, number]) => 2 * kappa(s) + 1;

  test("flips with the law, with κ that does not move, and with a control that has the tail", () => {
    expect(world(law, () => 300)).toEqual({
      M3: "reproduced",
      M4: "reproduced",
    });
    expect(world((s) => 2 * law(s), () => 300)).toEqual({ "M3": "reproduced", "M4": "not reproduced" }); // prettier-ignore
    expect(
      world(
        () => 300,
        () => 300,
      )["M3"],
    ).toBe("not reproduced");
    expect(world(law, law)).toEqual({ M3: "inconclusive", M4: "inconclusive" });
  });
});

suite("SGD itself", () => {
  const kappa = 2.5;
  const result = (h: number, steps: number, chain: number, seed: string): SgdTimes => ({
    walkers: 1000,
    steps: steps * (1 + 0.005 * wobble(`sgd-${h}`, seed)),
    stderr: 0.01 * steps,
    chain,
    diffusion: 260 * (1 + h) ** (2 * kappa),
    height: h,
    kappa,
    floor: 0.2,
  });
  const chainOf = (h: number) => 300 * (1 + h) ** 6.5;
  const world = (steps: (h: number) => number, chain = chainOf) =>
    verdicts(
      sgdEscape,
      grid(sgdHeights, (h, seed) => result(h, steps(h), chain(h), seed)),
    );

  test("tells the chain from the diffusion", () => {
    expect(world(chainOf)).toEqual({ M10: "reproduced", M11: "not reproduced" });
    const diffusion = (h: number) => 260 * (1 + h) ** 5;
    expect(world(diffusion)).toEqual({ M10: "not reproduced", M11: "reproduced" });
    expect(world(diffusion, diffusion)["M10"]).toBe("inconclusive");
    expect(world(() => 1000)["M11"]).toBe("not reproduced");
  });
});

suite("the two-dimensional test", () => {
  const world = (shares: readonly number[]) =>
    verdicts(
      twoD,
      grid([0, 1, 2, 3], (i, seed) => {
        const left = Math.round(400 * shares[i] + 3 * wobble(`two-${i}`, seed));
        return { walkers: 400, left, steps: 250 / shares[i], stderr: 1 };
      }),
    )["M12"];

  test("flips where state-dependent noise has no advantage, or the control has it", () => {
    expect(world([0.7, 0.9, 0.2, 0.2])).toBe("reproduced");
    expect(world([0.2, 0.2, 0.2, 0.2])).toBe("not reproduced");
    expect(world([0.7, 0.9, 0.2, 0.7])).toBe("inconclusive");
  });
});

suite("the network", () => {
  const result = (power: number, initial: number, i: number, spread: number, seed: string) => {
    const grow = (exponentOf: number) => {
      const distances = [1, 1.3, 1.8, 2.4, 3.2, 4.3, 5.75];
      return { distances, ratios: distances.map((r) => 1 + 0.6 * r ** exponentOf) };
    };
    const noise = 0.02 * wobble(`net-${i}`, seed);
    const found: NetworkResult = {
      loss: 0.2,
      gradientNorm: 0.01,
      trace: 30,
      growths: [
        { kind: "random", ...grow((i === 3 ? initial : power) + noise) },
        { kind: "eigenvector", ...grow((i === 3 ? initial : power) - noise) },
      ],
      curvature: 40 * (1 + noise),
      curvatureVariance: 1000 * spread ** i,
      sampleSet: "synthetic",
    };
    return found;
  };
  const world = (power: number, initial: number, spread: number) => {
    const seeds = plan.seeds.slice(0, 3);
    const results = [0, 1, 2, 3].flatMap((i) =>
      seeds.map((seed) => result(power, initial, i, spread, seed) as unknown as Json),
    );
    return verdicts(network, results);
  };

  test("flips with the power, with κ that does not move, and with a control that has the power", () => {
    expect(world(2, 2.7, 1)).toEqual({
      M13: "reproduced",
      M14: "reproduced",
    });
    expect(world(1, 2.7, 1)["M13"]).toBe("not reproduced");
    expect(world(2, 2, 1)["M13"]).toBe("inconclusive");
    // Variance of the curvature that falls as fast as η/b rises.
    expect(world(2, 2.7, 0.4)["M14"]).toBe("not reproduced");
  });
});

test("every claim of the paper is decided by one experiment", () => {
  const ids = paper.experiments.flatMap(({ claims }) => claims);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.values(paper.seeds).flat()).not.toContain(paper.pilotSeed);
});
