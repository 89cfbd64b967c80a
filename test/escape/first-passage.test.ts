// First-passage times of the loops against exact ones: quadrature in one dimension, closed forms, and the
// Fokker–Planck equation in two.
import { expect, suite, test } from "vitest";
import {
  escapeProblem,
  type EscapeSpec,
  type Exits,
  runWalkers,
  theoryOf,
} from "../../src/diffusion/index.ts";
import { escapeStatistics } from "../../src/diffusion/escape/estimate.ts";
import { type Estimate, extrapolate } from "../../src/statistics/index.ts";
import { doubleWell, exitsOf } from "./specs.ts";

const meanOf = (spec: EscapeSpec, horizon?: number) =>
  escapeStatistics(exitsOf(spec, horizon), spec.eta, spec.seed).meanFirstPassageTime;

/** How many standard errors an estimate lies above a number. */
const off = ({ value, stderr }: { value: number | null; stderr: number | null }, exact: number) =>
  (value! - exact) / stderr!;

suite("the double well x⁴/4 − x²/2 at D = 0.1", () => {
  test.each([
    ["x > 0", 30.8213, 0.01],
    ["x > 0", 30.8213, 0.0025],
    ["x > 1", 66.2686, 0.01],
    ["x > 1", 66.2686, 0.0025],
  ])(
    "until %s takes %s, to 4 standard errors, with steps of %s and the bridge",
    (exit, exact, eta) => {
      const mean = meanOf({ ...doubleWell, exit, eta });
      expect(mean.censored).toBe(0);
      expect(Math.abs(off(mean, exact))).toBeLessThan(4);
      expect(mean.stderr! / exact).toBeLessThan(0.02);
    },
  );

  test("without the bridge it is too long by 0.583√(2Dη) at the wall: order ½ of the step", () => {
    const etas = [0.16, 0.08, 0.04, 0.02, 0.01];
    const spec = { ...doubleWell, walkers: 12_000, target: "discrete" } as const;
    const means = etas.map((eta, draws) => meanOf({ ...spec, eta, draws }));
    for (const [i, mean] of means.entries())
      if (etas[i] >= 0.02) expect(off(mean, 30.8213)).toBeGreaterThan(4);
    const values = means.map(({ value }) => value!);
    const sigma = means.map(({ stderr }) => stderr!);
    const small = extrapolate(etas.slice(1), values.slice(1), { seed: "1", sigma: sigma.slice(1), order: 0.5 }); // prettier-ignore
    expect(Math.abs(off(small.value, 30.8213))).toBeLessThan(4);
    const { order } = extrapolate(etas, values, { seed: "1", sigma });
    expect(Math.abs((order as Estimate).value - 0.5)).toBeLessThan(4 * (order as Estimate).stderr);
    // Order 1, that of the scheme, is no match.
    const first = extrapolate(etas, values, { seed: "1", sigma, order: 1 });
    expect(first.value.value).toBeGreaterThan(30.8213 + 2 * first.value.stderr);
    // Broadie, Glasserman and Kou's shift of the wall, to first order in √η.
    const { entries } = theoryOf(escapeProblem({ ...spec, eta: 0.01 }));
    expect(Math.abs(off(means[4], entries.quadratureShifted.time!))).toBeLessThan(4);
  });

  test("a horizon of a third of the mean: the interval of the censored estimate still holds", () => {
    // Past the first relaxation the times are exponential with the rate of the slowest mode, near 1/mean.
    const mean = meanOf({ ...doubleWell, exit: "x > 1", walkers: 8000 }, 8000);
    expect(mean.censored).toBeGreaterThan(1500);
    expect(mean.method).toBe("exponential mean, maximum likelihood, profile interval");
    expect(Math.abs(mean.value! / 66.2686 - 1)).toBeLessThan(0.1);
  });

  test.each(["f32", "f64"] as const)("Philox in %s says the same", (precision) => {
    const mean = meanOf({ ...doubleWell, precision, generator: "philox4x32-10", walkers: 2000 });
    expect(Math.abs(off(mean, 30.8213))).toBeLessThan(4);
  });
});

suite("other landscapes and noises", () => {
  test("a reflecting wall, by quadrature", () => {
    const spec = { ...doubleWell, reflect: ["x < -1.1"], exit: "x > -0.5", eta: 0.001 };
    const exact = theoryOf(escapeProblem(spec)).entries.quadrature.time!;
    expect(Math.abs(off(meanOf(spec), exact))).toBeLessThan(4);
  });

  test.each(["ito", "stratonovich", "anti-ito"] as const)(
    "noise that depends on the place, convention %s, by quadrature",
    (convention) => {
      const spec: EscapeSpec = {
        ...doubleWell,
        convention,
        noise: { kind: "constant", diffusion: "0.1*(1+x^2)" },
        eta: 0.0025,
        walkers: 4000,
      };
      const exact = theoryOf(escapeProblem(spec)).entries.quadrature.time!;
      expect(Math.abs(off(meanOf(spec), exact))).toBeLessThan(4);
    },
  );

  test("two coupled coordinates, by Fokker and Planck", () => {
    const spec: EscapeSpec = {
      ...doubleWell,
      potential: { kind: "formula", formula: "x^4/4 - x^2/2 + (y - x^2/2)^2" },
      start: [-1, 0.5],
      exit: "x > 0.5",
      eta: 0.005,
      walkers: 4000,
    };
    const { reference, entries } = theoryOf(escapeProblem(spec));
    expect(reference).toBe("fokkerPlanck");
    const mean = meanOf(spec);
    const error = Math.hypot(mean.stderr!, entries.fokkerPlanck.error!);
    expect(Math.abs(mean.value! - entries.fokkerPlanck.time!) / error).toBeLessThan(4);
  });

  test("free motion in a disc: E T = (R² − r²)/4D for the bridge of no ball, extrapolated", () => {
    const etas = [0.004, 0.002, 0.001];
    const means = etas.map((eta, draws) =>
      meanOf({
        ...doubleWell,
        potential: { kind: "formula", formula: "0*x + 0*y" },
        noise: { kind: "constant", diffusion: 0.5 },
        start: [0, 0],
        exit: "r > 1",
        eta,
        draws,
        walkers: 8000,
      }),
    );
    const { value } = extrapolate(etas, means.map((mean) => mean.value!), { seed: "1", sigma: means.map((mean) => mean.stderr!), order: 0.5 }); // prettier-ignore
    expect(Math.abs(off(value, 0.5))).toBeLessThan(4);
    expect(off(means[0], 0.5)).toBeGreaterThan(4);
  });
});

suite("runWalkers", () => {
  test("a run that is stopped has the same walkers, those on their way censored where they are", () => {
    const spec = { ...doubleWell, walkers: 3000 };
    const whole = exitsOf(spec);
    const run = runWalkers(escapeProblem(spec), { from: 0, to: 3000, horizon: 1e8 });
    let state = run.next();
    while (state.done !== true && state.value.exits < 500) state = run.next();
    while (state.done !== true) state = run.next("stop");
    const part: Exits = state.value;
    const events = part.left.reduce((a, b) => a + b, 0);
    expect(events).toBeGreaterThanOrEqual(500);
    expect(events).toBeLessThan(2000);
    let [onTheWay, notBegun] = [0, 0];
    for (let i = 0; i < 3000; i++) {
      if (part.left[i]) expect(part.steps[i]).toBe(whole.steps[i]);
      else if (part.steps[i] === 0) notBegun++;
      else {
        expect(part.steps[i]).toBeLessThanOrEqual(whole.steps[i]);
        onTheWay++;
      }
    }
    expect(onTheWay).toBeGreaterThan(100);
    expect(notBegun).toBeGreaterThan(100);
    const { meanFirstPassageTime } = escapeStatistics(part, spec.eta, spec.seed);
    expect(Math.abs(meanFirstPassageTime.value! / 30.8213 - 1)).toBeLessThan(0.25);
  });

  test("ranges joined are the whole", () => {
    const spec = { ...doubleWell, walkers: 700, eta: 0.05 };
    const problem = escapeProblem(spec);
    const range = (from: number, to: number) => {
      const run = runWalkers(problem, { from, to, horizon: 500 });
      for (;;) {
        const { done, value } = run.next();
        if (done === true) return value;
      }
    };
    const whole = range(0, 700);
    const parts = [range(0, 33), range(33, 600), range(600, 700)];
    expect(parts.flatMap(({ steps }) => Array.from(steps))).toEqual(Array.from(whole.steps));
    expect(parts.flatMap(({ left }) => Array.from(left))).toEqual(Array.from(whole.left));
  });
});
