import { expect, suite, test } from "vitest";
import { escapeProblem } from "./problem.ts";
import type { EscapeSpec } from "./spec.ts";
import { theoryOf } from "./theory.ts";

const base: EscapeSpec = {
  potential: { kind: "formula", formula: "x^4/4 - x^2/2" },
  parameters: {},
  noise: { kind: "constant", diffusion: 0.1 },
  convention: "ito",
  scheme: { kind: "euler-maruyama" },
  start: [-1],
  exit: "x > 0",
  reflect: [],
  eta: 0.001,
  walkers: 100,
  precision: "f32",
  generator: "xoshiro128++",
  target: "continuous",
  seed: "1",
};
const theory = (change: Partial<EscapeSpec>) => theoryOf(escapeProblem({ ...base, ...change }));
const styblinskiTang = { kind: "catalogue", name: "styblinski-tang" } as const;

suite("theoryOf", () => {
  test.each([
    ["x > 0", 30.8213, 27.0627, "saddle"],
    ["x > 1", 66.2686, 54.1254, "beyond"],
  ])("the double well until %s, against the exact numbers", (exit, exact, kramers, surface) => {
    const { entries, reference } = theory({ exit });
    expect(reference).toBe("quadrature");
    expect(entries.quadrature.time).toBeCloseTo(exact, 4);
    expect(entries.quadrature.steps).toBeCloseTo(1000 * exact, 1);
    expect(entries.kramers.time).toBeCloseTo(kramers, 4);
    expect(entries.kramers).toMatchObject({
      exitSurface: surface,
      applies: false,
      why: "ΔL/D is 2.50, below 5: escapes are not rare",
    });
  });

  test.each([
    [8, 7.959, 6.828],
    [5, 49.484, 45.284],
    [3, 1370.5, 1308.0],
  ])("Styblinski–Tang from the right at D = %s, from well to well", (diffusion, exact, kramers) => {
    const { entries } = theory({
      potential: styblinskiTang,
      noise: { kind: "constant", diffusion },
      start: [2.746802771],
      exit: "x < -2.9035340278",
    });
    expect(Math.abs(entries.quadrature.time! / exact - 1)).toBeLessThan(2e-4);
    expect(Math.abs(entries.kramers.time! / kramers - 1)).toBeLessThan(2e-4);
    expect(entries.kramers.applies).toBe(diffusion < 5.1);
  });

  test("two separable wells have two saddles: half the time", () => {
    const far = { exit: "x < -1.3432687 or y < -1.3432687", start: [2.7468, 2.7468] };
    const spec = { potential: styblinskiTang, noise: { kind: "constant", diffusion: 4 } } as const;
    const { entries, survey } = theory({ ...spec, ...far });
    expect(survey.passages.length).toBe(2);
    expect(Math.abs(entries.kramers.time! / (159.84 / 2) - 1)).toBeLessThan(1e-3);
    expect(entries.fokkerPlanck.applies).toBe(true);
    expect(Math.abs(entries.fokkerPlanck.time! / (170.86 / 2) - 1)).toBeLessThan(0.02);
  });

  test("D = (η/2B)√(H² + ε²): quadrature is the table, and the floored law is near it", () => {
    const { entries, reference } = theory({
      potential: styblinskiTang,
      noise: { kind: "hessian", batchSize: 0.004, floor: 10 },
      eta: 0.002,
      start: [2.7468],
      exit: "x < -1.3432687",
    });
    // 2B/η = 4
    expect(reference).toBe("quadrature");
    expect(Math.abs(entries.quadrature.time! / 509.1 - 1)).toBeLessThan(2e-3);
    expect(Math.abs(Math.log(entries.ddtFloored.time! / 509.1))).toBeLessThan(0.3);
    expect(entries.ddtLow.time!).toBeLessThan(entries.ddtHigh.time!);
  });

  test("a reflecting wall, an exit on both sides, an exit that comes too early", () => {
    const wall = theory({ reflect: ["x < -1.2"] }).entries.quadrature.time!;
    expect(wall).toBeLessThan(30.82);
    const both = theory({ exit: "x > 0 or x < -1.6" }).entries.quadrature.time!;
    expect(both).toBeLessThan(wall);
    expect(theory({ exit: "x > -0.6" }).entries.kramers).toMatchObject({
      applies: false,
      time: null,
      why: "no saddle leads from the well to the exit",
    });
  });

  test("where nothing confines there is no mean time, and it says so", () => {
    const { entries, reference } = theory({
      potential: { kind: "formula", formula: "-x^2/2" },
      start: [0.2],
      exit: "x > 1",
    });
    expect(reference).toBeUndefined();
    expect(entries.quadrature).toMatchObject({
      time: null,
      applies: false,
      why: "the landscape does not confine: there is no mean time",
    });
    expect(entries.kramers).toMatchObject({
      time: null,
      why: "a particle that rolls down from the start leaves at once",
    });
  });

  test("jumps have no such theory", () => {
    const { entries, reference } = theory({
      noise: { kind: "levy", alpha: 1.5, diffusion: 0.1 },
    });
    expect(entries).toEqual({});
    expect(reference).toBeUndefined();
  });
});
