import { expect, suite, test } from "vitest";
import { escapeProblem } from "./problem.ts";
import { samplePaths } from "./paths.ts";
import { type EscapeSpec, SpecError } from "./spec.ts";
import { withValue } from "./sweep.ts";

const base: EscapeSpec = {
  potential: { kind: "formula", formula: "x^4/4 - x^2/2" },
  parameters: {},
  noise: { kind: "constant", diffusion: 0.1 },
  convention: "ito",
  scheme: { kind: "euler-maruyama" },
  start: [-1],
  exit: "x > 0",
  reflect: [],
  eta: 0.01,
  walkers: 100,
  precision: "f32",
  generator: "xoshiro128++",
  target: "continuous",
  seed: "1",
};
const formula = (text: string) => ({ kind: "formula", formula: text }) as const;

suite("escapeProblem refuses", () => {
  test.each<[string, Partial<EscapeSpec>, string]>([
    ["an exit that holds", { start: [1] }, "exit must not hold at the start, got x > 0 at the start (1)"], // prettier-ignore
    ["a start outside the domain", { potential: formula("x - log(x + 1)"), start: [-1.5] }, "V must be a finite number at the start (-1.5), got NaN"], // prettier-ignore
    ["a potential that is NaN", { potential: formula("0/0 + x") }, "V must be a finite number at the start (-1), got NaN"], // prettier-ignore
    ["a start of another dimension", { start: [-1, 0], potential: { kind: "catalogue", name: "meng-well" } }, "start must have 1 coordinate, as meng-well has, got 2"], // prettier-ignore
    ["an unknown name", { potential: formula("x^2 + q*x") }, "potential: unknown name 'q' (did you mean 'x'?) at column 7"], // prettier-ignore
    ["an unknown name in D", { noise: { kind: "constant", diffusion: "0.1*xx" } }, "diffusion: unknown name 'xx' (did you mean 'x'?) at column 5"], // prettier-ignore
    ["an unknown landscape", { potential: { kind: "catalogue", name: "doubel-well" } }, `there is no potential "doubel-well" (did you mean 'double-well'?)`], // prettier-ignore
    ["an unknown parameter", { parameters: { a: 1 } }, "the formula has no parameter a, only none"],
    ["negative diffusion", { noise: { kind: "constant", diffusion: -0.1 } }, "diffusion must be a number of at least 0, got -0.1"], // prettier-ignore
    ["a D that is negative there", { noise: { kind: "constant", diffusion: "0.2*x" } }, "diffusion must be a number of at least 0 at the start (-1), got -0.2"], // prettier-ignore
    ["a start behind a wall", { reflect: ["x < -0.5"] }, "start must lie inside the walls, got (-1) behind x < -0.5"], // prettier-ignore
    ["a bad exit", { exit: "x >" }, "exit: "],
    ["noise that does not fit", { noise: { kind: "quadratic", sigmaG: 1, sigmaH: 1, rho: 0, center: 0 }, potential: formula("x^2+y^2"), start: [0, 0], exit: "r > 1" }, "quadratic noise is of 1 coordinate, got formula of 2"], // prettier-ignore
    ["a convention that does not fit", { scheme: { kind: "sgd" }, target: "discrete", convention: "anti-ito" }, "sgd takes its noise at the start of a step, which is ito, got the convention anti-ito"], // prettier-ignore
  ])("%s", (_, change, message) => {
    let told: unknown;
    try {
      escapeProblem({ ...base, ...change });
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(SpecError);
    expect((told as Error).message.slice(0, message.endsWith(" ") ? message.length : undefined)).toBe(message); // prettier-ignore
  });

  test("a formula of 100 kB within a second, in one short line", () => {
    const long = `x^2 + ${"(".repeat(50_000)}x${")".repeat(50_000)}`;
    const began = performance.now();
    for (const text of [long, `x${"+x".repeat(60_000)}`]) {
      let told = "";
      try {
        escapeProblem({ ...base, potential: formula(text) });
      } catch (error) {
        told = (error as Error).message;
      }
      expect(told).toMatch(/^potential: /);
      expect(told.length).toBeLessThan(200);
    }
    expect(performance.now() - began).toBeLessThan(10_000);
  });
});

suite("escapeProblem reads", () => {
  test("parameters of a formula, and those of the catalogue", () => {
    const { host, parameters, process } = escapeProblem({
      ...base,
      potential: formula("a*x^4 - x^2/2"),
      parameters: { a: 0.5 },
    });
    expect(host.value([2])).toBe(6);
    expect(host.gradient([2])[0]).toBe(14);
    expect(Object.fromEntries(process.parameterNames.map((n, i) => [n, parameters[i]]))).toEqual({
      eta: 0.01,
      a: 0.5,
      diffusion: 0.1,
    });
  });

  test("D of each noise on the host, by its formula", () => {
    const at = (noise: EscapeSpec["noise"], change: Partial<EscapeSpec> = {}) =>
      Array.from(escapeProblem({ ...base, ...change, noise }).host.diffusion!([-0.5]));
    expect(at({ kind: "constant", diffusion: 0.3 })[0]).toBeCloseTo(0.3, 14);
    expect(at({ kind: "constant", diffusion: "0.1*(1+x^2)" })[0]).toBeCloseTo(0.125, 14);
    // H = 3/4 − 1
    expect(at({ kind: "hessian", batchSize: 2, floor: 0.1 })[0]).toBeCloseTo(
      (0.01 / 4) * Math.hypot(0.25, 0.1),
      14,
    );
    const sgd = { kind: "sgd", batchSize: 2, replacement: true, samples: 16, variance: 3, floor: 0.1 } as const; // prettier-ignore
    const own = { scheme: { kind: "sgd" }, target: "discrete" } as const;
    expect(at(sgd, own)[0]).toBeCloseTo(((0.01 * 3) / 4) * Math.hypot(0.25, 0.1), 12);
    // Without replacement (N − B)/(N − 1) of it.
    expect(at({ ...sgd, replacement: false }, own)[0]).toBeCloseTo(
      ((0.01 * 3) / 4) * Math.hypot(0.25, 0.1) * (14 / 15),
      12,
    );
  });
});

suite("withValue", () => {
  test("changes eta with the horizon in time kept, options of the noise, parameters", () => {
    const spec = { ...base, horizon: 1000, parameters: { a: 1 } };
    expect(withValue(spec, "eta", 0.02, ["a"])).toMatchObject({ eta: 0.02, horizon: 500 });
    expect(withValue(spec, "diffusion", 0.2, ["a"]).noise).toEqual({
      kind: "constant",
      diffusion: 0.2,
    });
    expect(withValue(spec, "a", 2, ["a"]).parameters).toEqual({ a: 2 });
    expect(() => withValue(spec, "difusion", 2, ["a"])).toThrow(
      new RangeError("a sweep must be over one of eta, diffusion, a, got difusion (did you mean 'diffusion'?)"), // prettier-ignore
    );
    expect(() => withValue(spec, "walkers", 2, ["a"])).toThrow(
      new RangeError("a sweep is over a number of the process, got walkers: one of eta, diffusion, a"), // prettier-ignore
    );
  });
});

suite("samplePaths", () => {
  test("are at most 2,000 points at equal times, end beyond the exit, and are the same each time", () => {
    const problem = escapeProblem(base);
    const paths = samplePaths(problem, { count: 3, steps: 50_000 });
    expect(samplePaths(problem, { count: 3, steps: 50_000 })).toEqual(paths);
    for (const { times, points, left } of paths) {
      expect(points.length).toBe(times.length);
      expect(points.length).toBeLessThanOrEqual(2000);
      expect(points[0]).toEqual([-1]);
      expect(left).toBe(true);
      expect(points.at(-1)![0]).toBeGreaterThan(0);
      expect(points.slice(0, -1).every(([x]) => x <= 0)).toBe(true);
      const gaps = new Set(times.slice(1, -1).map((t, i) => Math.round((t - times[i]) / 0.01)));
      expect(gaps.size).toBe(1);
    }
  });

  test("one step is the recursion's mean and spread", () => {
    const problem = escapeProblem({ ...base, exit: "x > 9", start: [-0.5] });
    const paths = samplePaths(problem, { count: 400, steps: 1 });
    const z = paths.map(({ points }) => (points[1][0] - (-0.5 - 0.01 * 0.375)) / Math.sqrt(0.002));
    const mean = z.reduce((a, b) => a + b) / 400;
    const square = z.reduce((a, b) => a + b * b) / 400;
    expect(Math.abs(mean)).toBeLessThan(4 / 20);
    expect(Math.abs(square - 1)).toBeLessThan(4 * Math.sqrt(2 / 400));
  });
});
