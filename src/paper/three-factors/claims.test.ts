import { expect, suite, test } from "vitest";
import { normalAt, stream } from "../../random/index.ts";
import type { Json } from "../../run/index.ts";
import type { Experiment, Plan, Work } from "../paper.ts";
import { atMinimum } from "./at-minimum.ts";
import { scans } from "./occupancy-scans.ts";
import { discreteLoss, printedLoss } from "./regression.ts";
import type { RegressionInput, RegressionPoint } from "./regression-task.ts";
import { thirdFactor } from "./third-factor.ts";
import { type TwoWells, twoWells } from "./two-wells.ts";
import type { TwoWellsInput, TwoWellsPoint } from "./two-wells-task.ts";

// Results that were made up, for what a verdict does with them.
const plan: Plan = { scale: "quick", seeds: ["1", "2", "3"] };

function verdicts(experiment: Experiment, make: (work: Work) => object): Record<string, string> {
  const results = experiment.plan(plan).map((work) => make(work) as unknown as Json);
  const { claims } = experiment.judge(results, plan);
  expect(claims.map(({ id }) => id)).toEqual(experiment.claims);
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

const all = (ids: string, verdict: string) =>
  Object.fromEntries(ids.split(" ").map((id) => [id, verdict]));

/** One per cent about 1, of a work's own. */
const wobble = ({ label }: Work) => 1 + 0.005 * normalAt(stream("5", label), 0);

suite("at a minimum", () => {
  const inputOf = (work: Work) => work.input as unknown as RegressionInput;

  /** Of a batch of S: discrete steps, and curvatures that differ within the batch. */
  const law = ({ eta, batchSize, noise, curvatures }: RegressionInput) => {
    const trace = curvatures.reduce((sum, lambda) => sum + lambda, 0);
    const spread = 1 + ((eta / batchSize) * trace) / 1.5;
    return noise.kind === "labels"
      ? noise.variance * discreteLoss(eta, batchSize, curvatures) * spread
      : (eta / (4 * batchSize)) * noise.variance * curvatures.length;
  };
  const world = (excess: (input: RegressionInput) => number, exact = law) =>
    verdicts(atMinimum, (work): RegressionPoint => {
      const input = inputOf(work);
      const value = excess(input) * wobble(work);
      return { excess: value, stderr: Math.abs(value) / 80, exact: exact(input) };
    });
  const true6 = { ...all("E1 E2 E3 E4 E6", "reproduced"), E5: "not reproduced" };

  test("has the laws of the recursion", () => {
    expect(world(law)).toEqual(true6);
  });

  test("has not η/2S, nor a loss that does not depend on η/S", () => {
    expect(world((input) => 2 * law(input))).toMatchObject(all("E1 E2", "not reproduced"));
    const flat = world(() => 1e-3);
    expect(flat).toMatchObject({ E2: "not reproduced", E3: "inconclusive" });
    expect(flat["E1"]).not.toBe("reproduced");
  });

  test("has nothing without noise", () => {
    expect(Object.values(world(() => 0))).not.toContain("reproduced");
  });

  test("is undecided where C = 4H and C = I do the same", () => {
    const alike = (input: RegressionInput) =>
      law({ ...input, noise: { kind: "labels", variance: 1 } });
    expect(world(alike)["E1"]).toBe("inconclusive");
  });

  test("does not rescale where the loss follows η alone", () => {
    const found = world((input) => law({ ...input, batchSize: 4 }));
    expect(found["E3"]).toBe("not reproduced");
  });

  test("breaks neither at large η nor at small S where the printed law is exact", () => {
    const printed = ({ eta, batchSize, noise, curvatures }: RegressionInput) =>
      noise.kind === "labels"
        ? noise.variance * printedLoss(eta, batchSize, curvatures)
        : law({ eta, batchSize, noise, curvatures } as RegressionInput);
    expect(world(printed)).toMatchObject({
      ...all("E1 E3", "reproduced"),
      ...all("E2 E4 E5 E6", "not reproduced"),
    });
  });

  test("breaks at S = 1 where single samples do more", () => {
    const single = (input: RegressionInput) => law(input) * (input.batchSize === 1 ? 1.3 : 1);
    expect(world(single)["E5"]).toBe("reproduced");
    const both = (input: RegressionInput) => law(input) * (input.batchSize === 2 ? 0.75 : 1);
    expect(world(both)["E5"]).toBe("inconclusive");
  });
});

suite("two wells", () => {
  const conditions = Object.values(scans("quick")).flat();
  const places = new Map<string, TwoWells>();
  const wellsOf = (work: Work) => {
    const { landscape } = work.input as unknown as TwoWellsInput;
    const key = JSON.stringify(landscape);
    const known = places.get(key) ?? twoWells(landscape);
    places.set(key, known);
    return known;
  };
  const group = (name: keyof ReturnType<typeof scans>, work: Work) =>
    scans("quick")[name].some(({ label }) => work.label.startsWith(`${label},`));
  const world = (odds: (work: Work, exact: number, inverse: number) => number) =>
    verdicts(thirdFactor, (work): TwoWellsPoint => {
      const at = conditions.find(({ label }) => work.label.startsWith(`${label},`))!;
      return { logOdds: odds(work, at.exact, 1 / at.diffusion), stderr: 0.03 };
    });
  const halfLog = (work: Work) => {
    const { sharp, flat } = wellsOf(work);
    return 0.5 * Math.log(flat / sharp);
  };

  test("hold what Laplace's method says", () => {
    const printed = (work: Work, _: number, inverse: number) =>
      inverse * wellsOf(work).difference + halfLog(work);
    expect(world(printed)).toEqual(all("O1 O2 O3", "reproduced"));
  });

  test("do not where depth counts less, or twice", () => {
    for (const factor of [0.7, 2]) {
      const found = world((work, _, inverse) => factor * inverse * wellsOf(work).difference + halfLog(work)); // prettier-ignore
      expect(found).toMatchObject({ O1: "not reproduced", O2: "not reproduced" });
    }
  });

  test("do not where width counts for nothing, or nothing changes", () => {
    expect(world((work, _, inverse) => inverse * wellsOf(work).difference)["O2"]).toBe("not reproduced"); // prettier-ignore
    const constant = world(() => 0.7);
    expect(constant["O1"]).not.toBe("reproduced");
    // Doubling σ² changes nothing either: the control fails.
    expect(constant["O3"]).toBe("inconclusive");
  });

  test("do not where σ² is no factor", () => {
    // Odds at the temperature that η/S alone would give.
    const found = world((work, exact) => exact + (group("second", work) || group("third", work) ? 0.5 : 0)); // prettier-ignore
    expect(found["O3"]).toBe("not reproduced");
  });

  test("are undecided where equal wells do the same", () => {
    const both = world((_, __, inverse) => 0.6 * inverse + 0.5 * Math.log(1 / 5));
    expect(both).toMatchObject({ O1: "inconclusive", O2: "inconclusive" });
  });
});
