// The deepest well of Müller and Brown's landscape, left for the far one through a third: walkers against
// Fokker and Planck's equation, and both against Kramers' law of the saddle that decides.
import { expect, suite, test } from "vitest";
import { escapeProblem, type EscapeSpec, theoryOf } from "../../src/diffusion/index.ts";
import { escapeStatistics } from "../../src/diffusion/escape/estimate.ts";
import { doubleWell, exitsOf } from "./specs.ts";

const spec: EscapeSpec = {
  ...doubleWell,
  potential: { kind: "catalogue", name: "muller-brown" },
  noise: { kind: "constant", diffusion: 20 },
  start: [-0.5582, 1.4417],
  exit: "x > 0.3",
  eta: 1e-5,
  walkers: 2000,
};
const theory = (change: Partial<EscapeSpec>) => theoryOf(escapeProblem({ ...spec, ...change }));
const noise = (diffusion: number) => ({ noise: { kind: "constant" as const, diffusion } });

suite("Müller–Brown from the upper minimum until x > 0.3", () => {
  test("the passage is the higher saddle, though a well lies between it and the exit", () => {
    const { survey, entries } = theory({});
    expect(survey.passages.map(({ saddle }) => saddle.value)).toEqual([expect.closeTo(-40.6648435, 6)]); // prettier-ignore
    expect(survey.minimum!.value).toBeCloseTo(-146.6995172, 6);
    expect(entries.kramers).toMatchObject({ exitSurface: "beyond", applies: true });
  });

  test("walkers take the time of Fokker and Planck", () => {
    const { entries, reference } = theory({});
    expect(reference).toBe("fokkerPlanck");
    const { time, error } = entries.fokkerPlanck;
    const { meanFirstPassageTime: mean } = escapeStatistics(exitsOf(spec), spec.eta, spec.seed);
    expect(mean.censored).toBe(0);
    expect(Math.abs(mean.value! - time!) / Math.hypot(mean.stderr!, error!)).toBeLessThan(4);
    expect(mean.stderr! / time!).toBeLessThan(0.025);
  });

  test("Fokker and Planck come to Kramers as D falls", () => {
    const ratios = [20, 10, 5, 2.5].map((diffusion) => {
      const { fokkerPlanck, kramers } = theory(noise(diffusion)).entries;
      expect(fokkerPlanck.applies).toBe(true);
      return fokkerPlanck.time! / kramers.time!;
    });
    ratios.slice(1).forEach((ratio, i) => expect(ratio - 1).toBeLessThan(0.6 * (ratios[i] - 1)));
    // The first correction is proportional to D: without it, 1 to two parts in a hundred.
    expect(Math.abs(2 * ratios[3] - ratios[2] - 1)).toBeLessThan(0.02);
  });

  test("from the shallow well between, the deep one is not on the way", () => {
    const { survey } = theory({ start: [-0.05, 0.4667] });
    expect(survey.passages.map(({ saddle }) => saddle.value)).toEqual([expect.closeTo(-72.2489401, 6)]); // prettier-ignore
  });

  test("from the far well back, the time is of the deepest well below the saddle", () => {
    const { survey } = theory({ start: [0.6235, 0.028], exit: "x < -0.7 and y > 1" });
    const [{ saddle, barrier }] = survey.passages;
    expect(saddle.value).toBeCloseTo(-40.6648435, 6);
    expect(barrier.height).toBeCloseTo(-40.6648435 + 108.1667241, 5);
  });
});
