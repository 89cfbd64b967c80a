import { expect, suite, test } from "vitest";
import { parseRunEscape, type RunEscapeFlags } from "./escape-run.ts";

const flags: RunEscapeFlags = { run: "small", at: 400, exit: "r > 1" };
const told = (change: RunEscapeFlags): string => {
  try {
    parseRunEscape({ ...flags, ...change });
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
};

suite("parseRunEscape", () => {
  test("what is not said is left to the run, but for the walkers and the seed", () => {
    expect(parseRunEscape(flags)).toEqual({ ...flags, walkers: 64, seed: "1" });
  });

  test("what is said, as numbers", () => {
    const said = { eta: "0.1", batch: "16", walkers: "8", horizon: "40", seed: "7" };
    expect(parseRunEscape({ ...flags, ...said, set: ["every=4", "samples=64", "replicas=2"] })).toEqual({ ...flags, eta: 0.1, batchSize: 16, walkers: 8, horizon: 40, seed: "7", every: 4, samples: 64, replicas: 2 }); // prettier-ignore
  });

  test.each<[RunEscapeFlags, string]>([
    [{ at: undefined }, "--at is missing: --run needs it"],
    [{ exit: undefined }, "--exit is missing: --run needs it"],
    [{ noise: "levy" }, "--noise cannot be given with --run: the run says what is trained, and its mini-batches are the noise"], // prettier-ignore
    [{ sweep: "eta=0.1:0.2:3" }, "--sweep cannot be given with --run: the run says what is trained, and its mini-batches are the noise"], // prettier-ignore
    [{ eta: "-1" }, "--eta must be greater than 0, got -1"],
    [{ eta: "fast" }, '--eta must be a number, got "fast"'],
    [{ batch: "2.5" }, "--batch must be a whole number, got 2.5"],
    [{ horizon: "0" }, "--horizon must be greater than 0, got 0"],
    [{ set: ["every=0"] }, "--set every must be greater than 0, got 0"],
    [{ set: ["floor=2"] }, '--set must be one of replicas, every, samples with its value, such as every=10, got "floor=2"'], // prettier-ignore
    [{ seed: "-1" }, '--seed must be a decimal string of a whole number, got "-1"'],
  ])("%j: %s", (change, message) => {
    expect(told(change)).toBe(message);
  });
});
