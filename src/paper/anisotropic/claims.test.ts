import { expect, suite, test } from "vitest";
import { normalAt, stream } from "../../random/index.ts";
import type { Json } from "../../run/index.ts";
import type { Experiment, Plan, Work } from "../paper.ts";
import { alignment } from "./alignment.ts";
import { dynamics } from "./dynamics.ts";
import type { DynamicsId, DynamicsInput, DynamicsRun } from "./dynamics-task.ts";
import { escape } from "./escape.ts";
import { paper } from "./index.ts";
import type { NoisePoint } from "./noise-point.ts";
import type { Checkpoint } from "./one-hidden-task.ts";
import type { Rise } from "./ou-task.ts";
import { toy } from "./toy.ts";
import type { ToyDynamics, ToyInput, ToyResult } from "./toy-task.ts";

// Results that were made up, for what a verdict does with them.
const plan: Plan = { scale: "quick", seeds: ["11", "12", "13"] };
const seedOf = (work: Work) => (work.input as { readonly seed: string }).seed;
const wobble = (name: string, work: Work) => normalAt(stream(seedOf(work), name), 0);

/** Verdicts by claim, of results made from each piece of work. */
function verdicts(
  experiment: Experiment,
  make: (work: Work) => unknown,
  scale: Plan["scale"] = "quick",
): Record<string, string> {
  const own = { ...plan, scale };
  const results = experiment.plan(own).map((work) => make(work) as Json);
  const { claims } = experiment.judge(results, own);
  expect(claims.map(({ id }) => id)).toEqual(experiment.claims);
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

const all = (ids: string, verdict: string) =>
  Object.fromEntries(ids.split(" ").map((id) => [id, verdict]));

suite("alignment", () => {
  interface World {
    readonly ratio: number;
    readonly aHat: number;
    readonly exponent: number;
    readonly rotated?: number;
    readonly rotatedShare?: number;
    readonly blunt?: number;
    readonly bluntRatio?: number;
    /** How many eigenvalues are known; the largest bound is at the third. */
    readonly known?: number;
  }
  const world = ({
    ratio,
    aHat,
    exponent,
    rotated = 1,
    rotatedShare = 0.02,
    blunt = 0.01,
    bluntRatio = 1.1,
    known = 5,
  }: World) =>
    // prettier-ignore
    verdicts(alignment, (work) => {
      const regression = work.task.endsWith("well-conditioned");
      const noise = 1 + 0.02 * wobble("alignment", work);
      const point: NoisePoint = {
        dimension: 300,
        trH: 50,
        trSigma: 1,
        trHSigma: 20,
        ratio: noise * (regression ? bluntRatio : ratio),
        lambda1: 20,
        aHat: noise * aHat,
        k: 3,
        exponent: noise * (regression ? blunt : exponent),
        bound: 30,
        enough: 0,
        spectrum: [20, 10, 5, 1, 0.1].slice(0, known),
        rotated: { ratio: noise * rotated, aHat: noise * rotatedShare },
      };
      if (regression) return point;
      return [0, 1].map((done): Checkpoint => ({ ...point, done, loss: 0.1, accuracy: 0.9 }));
    });
  const right = { ratio: 110, aHat: 1, exponent: 0.7 };

  test("is reproduced where the noise goes with an ill-conditioned Hessian", () => {
    expect(world(right)).toEqual(all("R1 R2 R3 C1 C2", "reproduced"));
  });
  test("is not with isotropic noise, nor with a Hessian that is well-conditioned", () => {
    const isotropic = world({ ratio: 1, aHat: 0.02, exponent: 0.7 });
    expect(isotropic).toEqual({ ...all("R1 R2 R3 C2", "not reproduced"), C1: "reproduced" });
    expect(world({ ratio: 1.1, aHat: 1, exponent: 0.1 })["C1"]).toBe("not reproduced");
  });
  test("does not call a Hessian well-conditioned by eigenvalues that end too soon", () => {
    const short = { ratio: 110, aHat: 1, exponent: 0.1, known: 4 };
    expect(world(short)["C1"]).toBe("inconclusive");
    expect(world({ ...short, exponent: 0.7 })["C1"]).toBe("reproduced");
  });
  test("tells two orders of magnitude from three", () => {
    expect(world({ ...right, ratio: 1100 })).toMatchObject({ R1: "reproduced", R2: "not reproduced" }); // prettier-ignore
  });
  test("is undecided where the controls do the same", () => {
    const both = world({ ...right, rotated: 110, rotatedShare: 1, blunt: 0.7, bluntRatio: 110 });
    expect(both).toEqual(all("R1 R2 R3 C1 C2", "inconclusive"));
  });
});

suite("the first steps", () => {
  const indicators = Array.from({ length: 12 }, (_, i) => 1.5 ** i);
  /** `law` of Tr(HΣ) for the walkers, and for those of the rotated noise. */
  const world = (law: (x: number) => number, rotated: (x: number) => number = () => 1) =>
    verdicts(escape, (work) => {
      const rises = [false, true].flatMap((turned) =>
        indicators.map((x, i): Rise => {
          const stderr = 0.03 * (turned ? 1 : x);
          const rise = (turned ? rotated : law)(x) + stderr * wobble(`rise-${i}-${turned}`, work);
          const alongFirst = x * (0.3 + 0.5 * (i % 2));
          return { name: `random ${i}`, indicator: x, alongFirst, rise, stderr, rotated: turned };
        }),
      );
      return work.task.endsWith("ou")
        ? rises
        : {
            rises,
            kinks: [{ rate: 0.1, rise: 2 }],
            near: { distance: 1e-5, count: 9, expected: 0.3 },
          };
    });

  test("are reproduced by the law", () => {
    expect(world((x) => x)).toEqual(all("E1 E2", "reproduced"));
  });
  test.each([
    ["another slope", (x: number) => 1.2 * x, "not reproduced"],
    ["no noise at all", () => 0, "inconclusive"],
    ["a rise that does not depend on the noise", () => 1, "inconclusive"],
    ["a root", (x: number) => Math.sqrt(x), "inconclusive"],
    ["a logarithm", (x: number) => 1 + Math.log(x), "inconclusive"],
    ["a square", (x: number) => x * x, "inconclusive"],
  ] as const)("are not by %s", (_, law, verdict) => {
    expect(world(law)).toEqual(all("E1 E2", verdict));
  });
  test("are undecided where rotated noise does the same", () => {
    expect(world((x) => x, (x) => x)).toEqual(all("E1 E2", "inconclusive")); // prettier-ignore
  });
});

suite("the toy", () => {
  const indicators: Readonly<Record<ToyDynamics, readonly [number, number]>> = {
    gd: [0, 0],
    constant: [1.1, 2.75e-4],
    diagonal: [1.1, 2.74e-4],
    leading: [1.83, 9.3e-5],
    hessian: [1.84, 9.1e-5],
    "first-eigenvector": [2, 5e-5],
    "second-eigenvector": [0.2, 5e-4],
    "leading-again": [1.83, 9.3e-5],
  };
  const right: Readonly<Record<ToyDynamics, number>> = {
    gd: 0,
    constant: 0.01,
    diagonal: 0.011,
    leading: 0.27,
    hessian: 0.29,
    "first-eigenvector": 0.4,
    "second-eigenvector": 0,
    "leading-again": 0.27,
  };
  const world = (shares: Partial<Record<ToyDynamics, number>> = {}) =>
    verdicts(toy, (work): ToyResult => {
      const { dynamics: id } = work.input as unknown as ToyInput;
      const [indicator, inverse] = indicators[id];
      const share = shares[id] ?? right[id];
      const success = share === 0 ? 0 : share + 0.002 * wobble("toy", work);
      return { success, indicator, inverse };
    });

  test("is reproduced by shares that go with Tr(HΣ)", () => {
    expect(world()).toEqual(all("T1 T2 T3 T4", "reproduced"));
  });
  test("is not where nothing moves, or everything", () => {
    const none = Object.fromEntries(Object.keys(right).map((id) => [id, 0]));
    expect(world(none)).toMatchObject({ T1: "not reproduced", T3: "inconclusive", T4: "not reproduced" }); // prettier-ignore
    const every = Object.fromEntries(Object.keys(right).map((id) => [id, 0.4]));
    expect(world(every)).toMatchObject({ T1: "inconclusive", T2: "not reproduced", T4: "not reproduced" }); // prettier-ignore
  });
  test("is not where isotropic noise succeeds most often", () => {
    const turned = world({ constant: 0.5, diagonal: 0.45, leading: 0.02, hessian: 0.03, "first-eigenvector": 0.01, "leading-again": 0.02 }); // prettier-ignore
    expect(turned).toEqual(all("T1 T2 T3 T4", "not reproduced"));
  });
  test("is undecided where the flat direction does as well, or other draws have a lead", () => {
    expect(world({ "second-eigenvector": 0.4 })["T1"]).toBe("inconclusive");
    expect(world({ "leading-again": 0.2 })["T4"]).toBe("inconclusive");
  });
});

suite("the dynamics", () => {
  const anisotropic: readonly DynamicsId[] = ["sgd", "leading", "leading-released", "hessian", "first-eigenvector"]; // prettier-ignore
  type Effect = readonly [sharpness: number, accuracy: number];
  /** Factor on sharpness and gain of the noises that go with curvature, and of all others. */
  const world = (
    [flat, gain]: Effect,
    [flatOther, gainOther]: Effect = [1, 0],
    scale: Plan["scale"] = "standard",
  ) =>
    verdicts(
      dynamics,
      (work) => {
        const { dynamics: ids } = work.input as unknown as DynamicsInput;
        return ids.map((id): DynamicsRun => {
          const own = anisotropic.includes(id);
          const baseline = id === "dynamic" || id === "constant-released";
          const other = baseline ? ([1, 0] as const) : ([flatOther, gainOther] as const);
          const [factor, more] = own ? [flat, gain] : other;
          const noise = wobble(`dynamics-${id}`, work);
          const end = {
            step: 1000,
            sharpness: 0.01 * factor * (1 + 0.01 * noise),
            accuracy: 0.75 + more + 0.0005 * noise,
            loss: 0.5,
          };
          return { id, looks: [end, end], trace: id === "gd" ? 0 : 0.2, ratio: own ? 20 : 1 };
        });
      },
      scale,
    );

  test.each(["quick", "standard"] as const)(
    "are reproduced by flatter and better minima, %s",
    (scale) => {
      expect(world([0.6, 0.02], [1, 0], scale)).toEqual(all("D1 D2 D3 D4", "reproduced"));
    },
  );
  test("are not where noise of whatever shape does nothing", () => {
    expect(world([1, 0])).toEqual(all("D1 D2 D3 D4", "not reproduced"));
  });
  test("are not where it is the other way round", () => {
    expect(world([1.5, -0.02])).toEqual(all("D1 D2 D3 D4", "not reproduced"));
  });
  test("are undecided by what has not happened in fewer steps than the paper's", () => {
    expect(world([1, 0], [1, 0], "quick")).toEqual(all("D1 D2 D3 D4", "inconclusive"));
  });
  test("are undecided where the controls have it too", () => {
    expect(world([0.6, 0.02], [0.6, 0.02])).toEqual(all("D1 D2 D3 D4", "inconclusive"));
  });
});

test("every claim of the paper is decided by one experiment", () => {
  const ids = paper.experiments.flatMap(({ claims }) => claims);
  expect(new Set(ids).size).toBe(ids.length);
  expect(Object.values(paper.seeds).flat()).not.toContain(paper.pilotSeed);
});
