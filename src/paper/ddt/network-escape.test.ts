import { expect, suite, test } from "vitest";
import type { Json } from "../../run/index.ts";
import type { Plan, Work } from "../paper.ts";
import { networkEscape } from "./network-escape.ts";
import type { NetworkEscapeInput } from "./network-escape-task.ts";

// Results that were made up, for what a verdict does with them.
const plan: Plan = { scale: "quick", seeds: ["1", "2", "3"] };
const minimum = { loss: 0.57, gradientNorm: 2e-8, lambdaMax: 0.79, parameters: 132 };

/** Verdicts where ln τ is a function of batch size and rate. */
function verdicts(logTime: (batchSize: number, eta: number) => number): Record<string, string> {
  const results = networkEscape.plan(plan).map(({ input }: Work) => {
    const { batchSize, eta } = input as unknown as NetworkEscapeInput;
    return {
      logTime: logTime(batchSize, eta),
      stderr: 0.02,
      walkers: 200,
      censored: 0,
      minimum,
      sampleSet: "made up",
    } satisfies Json;
  });
  const { claims } = networkEscape.judge(results, plan);
  return Object.fromEntries(claims.map(({ id, verdict }) => [id, verdict]));
}

suite("escape of a network", () => {
  test("is reproduced by times exponential in B/η", () => {
    expect(verdicts((b, eta) => (3.8 * b * 0.2) / (8 * eta) - 2)).toEqual({
      N1: "reproduced",
      N2: "reproduced",
    });
  });

  test("is not by a power of B and of 1/η", () => {
    expect(verdicts((b, eta) => 0.5 * Math.log(b / eta))).not.toMatchObject({ N1: "reproduced" });
    expect(verdicts((b, eta) => 5 * Math.log(b / eta))).toEqual({
      N1: "inconclusive",
      N2: "inconclusive",
    });
  });

  test("is undecided for times that neither changes, as without noise of batches", () => {
    expect(verdicts(() => 4)).toEqual({ N1: "inconclusive", N2: "inconclusive" });
  });

  test("is undecided where times grow at one temperature too", () => {
    expect(verdicts((b, eta) => (3.8 * b) / 8 + (3.8 * 0.2) / eta)).toEqual({
      N1: "inconclusive",
      N2: "inconclusive",
    });
  });

  test("all conditions of a seed share data and minimum, and none its walkers", () => {
    const inputs = networkEscape.plan(plan).map(({ input }) => input as unknown as NetworkEscapeInput); // prettier-ignore
    expect(new Set(inputs.map(({ dataSeed }) => dataSeed))).toEqual(new Set(plan.seeds));
    const settings = inputs.map(({ batchSize, eta, dataSeed }) => `${batchSize} ${eta} ${dataSeed}`); // prettier-ignore
    expect(new Set(inputs.map(({ seed }) => seed)).size).toBe(new Set(settings).size);
  });
});
