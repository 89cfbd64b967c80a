import { expect, suite, test } from "vitest";
import type { Json } from "../../run/index.ts";
import type { Experiment, Plan, Work } from "../paper.ts";
import { covariance } from "./covariance.ts";
import { exactLogTime } from "./escape-task.ts";
import { landscapeOf, type LandscapeSpec } from "../landscape.ts";
import { logisticEscape } from "./logistic-escape.ts";
import type { NoiseSpec } from "./noise.ts";
import { exactLogOdds } from "./occupancy-task.ts";
import { sgdNoise } from "./sgd-noise.ts";
import { valleys } from "./valleys.ts";
import { whiteNoise } from "./white-noise.ts";

// Results that were made up, for what a verdict does with them.
const plan: Plan = { scale: "quick", seeds: ["1", "2", "3"] };
const works = new Map<Experiment, readonly Work[]>();

type Made = (work: Work, label: string) => unknown;

/** Verdicts by claim, of results made from each piece of work. */
function verdicts(experiment: Experiment, make: Made): Record<string, string> {
  const planned = works.get(experiment) ?? experiment.plan(plan);
  works.set(experiment, planned);
  const results = planned.map((work) => make(work, work.label.replace(/, seed .*/, "")) as Json);
  const { claims } = experiment.judge(results, plan);
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

interface Escape {
  readonly landscape: LandscapeSpec;
  readonly noise: NoiseSpec;
  readonly eta: number;
}
const escapeOf = (work: Work) => work.input as unknown as Escape;
const known = new Map<string, number>();

/** ln τ by quadrature; of Lévy noise, −ln D. */
function truth(work: Work): number {
  const { landscape, noise, eta } = escapeOf(work);
  if (noise.kind === "levy") return 2 - Math.log(noise.diffusion);
  const key = JSON.stringify([landscape, noise, eta]);
  const value = known.get(key) ?? exactLogTime(noise, landscapeOf(landscape), eta);
  known.set(key, value);
  return value;
}

const point = (logTime: number, stderr = 0.02) => ({ logTime, stderr, walkers: 300, censored: 0 });
const none = { logTime: Infinity, stderr: Infinity, walkers: 300, censored: 300 };
const kOf = (work: Work) => {
  const { landscape } = escapeOf(work);
  return landscape.kind === "styblinski-tang" ? landscape.k : 1;
};
const all = (ids: string, verdict: string) =>
  Object.fromEntries(ids.split(" ").map((id) => [id, verdict]));

suite("white noise", () => {
  test("is reproduced by the exact times", () => {
    expect(verdicts(whiteNoise, (work) => point(truth(work)))).toEqual(all("W1 W2", "reproduced"));
  });

  test("is not by a barrier half as high again, nor by a rate of k's square", () => {
    const wrong: Made = (work) =>
      point(work.label.includes("k =") ? truth(work) - Math.log(kOf(work)) : truth(work) * 1.5);
    expect(verdicts(whiteNoise, wrong)).toMatchObject(all("W1 W2", "not reproduced"));
  });

  test("is not by times that do not change", () => {
    expect(verdicts(whiteNoise, () => point(4))).toEqual({
      W1: "inconclusive",
      W2: "not reproduced",
    });
  });

  test("is undecided where the controls pass too", () => {
    const both: Made = (work, label) => {
      const { noise } = escapeOf(work);
      if (noise.kind === "levy") return point(25.2 / noise.diffusion);
      return point(label.startsWith("batches") ? 4 - Math.log(kOf(work)) : truth(work));
    };
    expect(verdicts(whiteNoise, both)).toEqual(all("W1 W2", "inconclusive"));
  });

  test("is undecided where nothing moves", () => {
    expect(verdicts(whiteNoise, () => none)).toEqual(all("W1 W2", "inconclusive"));
  });
});

suite("SGD's noise", () => {
  const ids = "S1 S2 S3 S4 S5";

  test("is reproduced by the exact times", () => {
    expect(verdicts(sgdNoise, (work) => point(truth(work)))).toEqual(all(ids, "reproduced"));
  });

  test("is not by an exponent half as large again", () => {
    const more: Made = (work) => {
      const shift = Math.log(kOf(work));
      return point(1.5 * (truth(work) + shift) - shift);
    };
    expect(verdicts(sgdNoise, more)).toEqual(all(ids, "not reproduced"));
  });

  test("is not by times that do not change", () => {
    expect(verdicts(sgdNoise, () => point(4))).toEqual({
      ...all("S1 S2 S3", "inconclusive"),
      ...all("S4 S5", "not reproduced"),
    });
  });

  test("is undecided where white noise does the same", () => {
    const both: Made = (work) => {
      const { noise } = escapeOf(work);
      if (work.label.startsWith("white noise for")) return point(1.9178 * Number(work.label.match(/= ([\d.]+)/)![1])); // prettier-ignore
      if (noise.kind === "white") return point(7 / kOf(work) - Math.log(kOf(work)));
      return point(truth(work));
    };
    const found = verdicts(sgdNoise, both);
    expect(found).toMatchObject(all("S1 S2 S3 S4", "inconclusive"));
  });

  test("is undecided on a curve in the root of B that errors hide", () => {
    const hidden: Made = (work) => point(truth(work), 0.5);
    expect(verdicts(sgdNoise, hidden)).toMatchObject(all("S1 S2 S3", "inconclusive"));
  });

  test("is undecided where nothing moves", () => {
    expect(Object.values(verdicts(sgdNoise, () => none))).not.toContain("reproduced");
  });
});

suite("valleys", () => {
  const odds = (work: Work) => {
    const { landscape, noise, eta } = escapeOf(work);
    const key = `odds ${JSON.stringify([landscape, noise, eta])}`;
    const value = known.get(key) ?? exactLogOdds(noise, landscapeOf(landscape), eta);
    known.set(key, value);
    return value;
  };
  const made = (logOdds: number) => ({ logOdds, stderr: 0.03 });

  test("are reproduced by the stationary laws", () => {
    expect(verdicts(valleys, (w) => made(odds(w)))).toEqual(all("M1 M2", "reproduced"));
  });

  test("are not by odds of one half", () => {
    expect(verdicts(valleys, () => made(0))).toEqual({ M1: "inconclusive", M2: "not reproduced" });
    const steeper = (work: Work) => made(1.5 * odds(work));
    expect(verdicts(valleys, steeper)).toEqual(all("M1 M2", "not reproduced"));
  });

  test("are undecided where equal ones divide likewise", () => {
    const both: Made = (work) => {
      const { noise } = escapeOf(work);
      if (!work.label.startsWith("equal")) return made(odds(work));
      return made(noise.kind === "white" ? 0.68 : (0.183 * 8) / (0.003 * (noise as { variance: number }).variance)); // prettier-ignore
    };
    expect(verdicts(valleys, both)).toEqual(all("M1 M2", "inconclusive"));
  });
});

suite("logistic regression's escapes", () => {
  interface Input {
    readonly batchSize: number;
    readonly eta: number;
    readonly k: number;
    readonly rise: number;
    readonly white: boolean;
  }
  const settingOf = (work: Work) => work.input as unknown as Input;
  const exponent = (work: Work) => {
    const { batchSize, eta, k, rise } = settingOf(work);
    return (2 * batchSize * rise) / (eta * k) - Math.log(k);
  };
  const white = (work: Work) => settingOf(work).white;

  test("are reproduced by the paper's exponent, and not by another", () => {
    const right: Made = (work) => point((white(work) ? 1.5 : 0.97) * exponent(work));
    const rightInK: Made = (work) =>
      point(white(work) ? 1.5 * exponent(work) : exponent(work) + 0.5);
    expect(verdicts(logisticEscape, right)).toMatchObject(all("L1 L2", "reproduced"));
    expect(verdicts(logisticEscape, rightInK)).toEqual(all("L1 L2 L3", "reproduced"));
    expect(verdicts(logisticEscape, (w) => point(1.5 * exponent(w)))).toMatchObject(all("L1 L2", "not reproduced")); // prettier-ignore
    expect(Object.values(verdicts(logisticEscape, () => point(3)))).not.toContain("reproduced");
  });

  test("are undecided where white noise does the same, or nothing moves", () => {
    const both: Made = (work) => point(exponent(work));
    expect(verdicts(logisticEscape, both)).toEqual(all("L1 L2 L3", "inconclusive"));
    expect(verdicts(logisticEscape, () => none)).toEqual(all("L1 L2 L3", "inconclusive"));
  });
});

suite("the covariance", () => {
  const lambdas = Array.from({ length: 12 }, (_, i) => 2 ** -i);
  const pairs = (of: (lambda: number, i: number) => number) =>
    lambdas.map((lambda, i) => ({ lambda, noise: of(lambda, i) }));
  const near = (_: number, i: number) => 1 + 0.1 * (-1) ** i;
  const logistic = (slope: number) => ({
    slopes: [0.99, 1, 1.01].map((f) => f * slope),
    rSquared: [0.995, 0.995, 0.995],
    pairs: pairs((lambda) => slope * lambda),
  });
  const network = (of: (lambda: number, i: number) => number, seed: string) => ({
    pairs: pairs((lambda, i) => of(lambda, i) * (seed.endsWith("1") ? 1.02 : 0.98)),
    loss: 0.005,
    gradientNorm: 0.01,
    sampleSet: "made up",
  });
  const made =
    (
      slopes: readonly number[],
      trained: (lambda: number, i: number) => number,
      fitted: number,
    ): Made =>
    (work, label) => {
      if (label === "at the minimum") return logistic(slopes[0]);
      if (label === "weights far away") return logistic(slopes[1]);
      if (label === "labels of no such model") return logistic(slopes[2]);
      return network(label.includes("interpolating") ? (l) => fitted * l : trained, work.label);
    };

  test("is reproduced where it is the Hessian", () => {
    const right = made([1, 1.4, 2], (lambda, i) => lambda * near(lambda, i), 0.01);
    expect(verdicts(covariance, right)).toEqual(all("C1 C2 C3", "reproduced"));
  });

  test("is not where it is isotropic, or its square", () => {
    expect(verdicts(covariance, made([1.5, 1.4, 2], () => 1, 0.01))).toEqual(all("C1 C2 C3", "not reproduced")); // prettier-ignore
    expect(verdicts(covariance, made([1, 1.4, 2], (l) => l * l, 0.01))).toMatchObject(all("C2 C3", "not reproduced")); // prettier-ignore
  });

  test("is undecided where the controls are the Hessian too", () => {
    const both = made([1, 1, 1], (lambda, i) => lambda * near(lambda, i), 1);
    expect(verdicts(covariance, both)).toMatchObject(all("C1 C2", "inconclusive"));
  });
});
