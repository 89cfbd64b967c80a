import { expect, suite, test } from "vitest";
import { ConfigError } from "./config-error.ts";
import { type EscapeFlags, parseEscape, parseSweep } from "./escape.ts";

const flags: EscapeFlags = {
  potential: "x^4/4 - x^2/2",
  diffusion: "0.1",
  start: "-1",
  exit: "x > 0",
};
const told = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  return "nothing";
};

suite("parseEscape", () => {
  test("fills in what is not said", () => {
    expect(parseEscape(flags)).toEqual({
      potential: { kind: "formula", formula: "x^4/4 - x^2/2" },
      parameters: {},
      noise: { kind: "constant", diffusion: 0.1 },
      convention: "ito",
      scheme: { kind: "euler-maruyama" },
      start: [-1],
      exit: "x > 0",
      reflect: [],
      eta: 0.001,
      walkers: 4000,
      precision: "f32",
      generator: "xoshiro128++",
      target: "continuous",
      seed: "1",
    });
  });

  test("names of the catalogue, lists, options of the noise, parameters, a horizon in time", () => {
    const spec = parseEscape({
      ...flags,
      potential: "double-well",
      start: "-1, 0.5",
      diffusion: undefined,
      noise: "sgd",
      batch: "4",
      set: ["variance=1000", "floor=10", "depth=2", "replacement=false"],
      horizon: "50",
      eta: "0.002",
      generator: "philox",
    });
    expect(spec).toMatchObject({
      potential: { kind: "catalogue", name: "double-well" },
      start: [-1, 0.5],
      noise: { kind: "sgd", batchSize: 4, variance: 1000, floor: 10, replacement: false },
      parameters: { depth: 2 },
      scheme: { kind: "sgd" },
      target: "discrete",
      horizon: 25_000,
      generator: "philox4x32-10",
    });
    expect(parseEscape({ ...flags, diffusion: "0.1*(1+x^2)" }).noise).toEqual({
      kind: "constant",
      diffusion: "0.1*(1+x^2)",
    });
    expect(parseEscape({ ...flags, scheme: "baoab", set: ["friction=3"] }).scheme).toEqual({
      kind: "baoab",
      friction: 3,
    });
  });

  test.each<[EscapeFlags, string]>([
    [{ potential: undefined }, "--potential is missing: thalweg escape needs it"],
    [{ exit: undefined }, "--exit is missing: thalweg escape needs it"],
    [{ diffusion: undefined }, "--diffusion is missing: constant noise needs it"],
    [{ diffusion: "-0.1" }, "--diffusion must be at least 0, got -0.1"],
    [{ eta: "0" }, "--eta must be greater than 0, got 0"],
    [{ eta: "soon" }, '--eta must be a number, got "soon"'],
    [{ walkers: "2.5" }, "--walkers must be a whole number, got 2.5"],
    [{ precision: "f16" }, '--precision must be one of f32, f64, got "f16"'],
    [{ scheme: "eulr-maruyama" }, '--scheme must be one of euler-maruyama, milstein, stochastic-heun, sgd, baoab, got "eulr-maruyama"; did you mean "euler-maruyama"?'], // prettier-ignore
    [{ noise: "hesian" }, '--noise must be one of none, constant, matrix, hessian, quadratic, sgd, levy, got "hesian"; did you mean "hessian"?'], // prettier-ignore
    [{ noise: "levy", set: ["alpha=3"] }, "--set alpha must be at most 2, got 3"],
    [{ noise: "hessian", diffusion: undefined }, "--batch is missing: a number is needed"],
    [{ horizon: "-3" }, '--horizon must be a positive time, got "-3"'],
    [{ horizon: "1e300" }, "--horizon must be at most 2^53 steps, got 1e+300 with steps of 0.001"],
    [{ set: ["floor"] }, '--set must be a name and a value, such as floor=2, got "floor"'],
    [{ seed: "-1" }, '--seed must be a decimal string of a whole number, got "-1"'],
  ])("%j: %s", (change, message) => {
    expect(told(() => parseEscape({ ...flags, ...change }))).toBe(message);
  });
});

suite("parseSweep", () => {
  test("equal steps, equal ratios, a list", () => {
    expect(parseSweep("diffusion=0.08:0.2:4")).toEqual({
      parameter: "diffusion",
      values: [0.08, 0.12, 0.16, 0.2],
    });
    expect(parseSweep("eta=0.001:0.016:5:log").values).toEqual([0.001, 0.002, 0.004, 0.008, 0.016]);
    expect(parseSweep("batchSize=4,2,3").values).toEqual([4, 2, 3]);
  });

  test.each([
    ["0.1:0.2:3", "must be such as diffusion=0.08:0.2:8, eta=0.001:0.016:5:log or batchSize=2,3,4"],
    ["a=1:1:3", "must go from one number to another"],
    ["a=1:2", "must have a whole number of points, 2 at least"],
    ["a=0:2:3:log", "must be of positive numbers for :log"],
    ["a=1:2:3:cubic", "may end in :log or :linear and in nothing else"],
    ["a=1,x", "must have numbers between its commas"],
    ["a=1,2,1", "must have each value once"],
    ["a=1:2:1000000000", "must have at most 100 points"],
  ])("%s: %s", (text, rule) => {
    expect(told(() => parseSweep(text))).toBe(`--sweep ${rule}, got "${text}"`);
  });
});
