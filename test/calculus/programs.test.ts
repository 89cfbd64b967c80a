import fc from "fast-check";
import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import type { Case } from "./cases.ts";
import { fuzzRuns } from "../fuzz/runs.ts";
import { check, tolerance } from "./check.ts";
import { caseOf, opCount, type Program } from "./programs.ts";

const runs = fuzzRuns("programs");
// A failure prints its seed and path; with both given the run begins there.
const seed = Number(process.env.THALWEG_FUZZ_SEED ?? 7);
const path = process.env.THALWEG_FUZZ_PATH;

const program: fc.Arbitrary<Program> = fc.record({
  shapes: fc.array(fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }), {
    minLength: 1,
    maxLength: 2,
  }),
  steps: fc.array(
    fc.record({
      op: fc.nat({ max: opCount - 1 }),
      other: fc.nat({ max: 7 }),
      dice: fc.array(fc.nat({ max: 719 }), { minLength: 12, maxLength: 12 }),
    }),
    { minLength: 3, maxLength: 8 },
  ),
});

suite("random programs, in float64", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());

  /**
   * The identities that fail, and whether a difference quotient had to be left out because it moves
   * with its step: such a one says nothing, where a rule is wrong the gap is the same at both steps.
   */
  async function judge(subject: Case): Promise<{ faults: string[]; skipped: boolean }> {
    const findings = Object.entries(await check(runtime, subject));
    const wrong = findings.filter(([name, gap]) => !(gap <= tolerance(name)));
    if (wrong.length === 0) return { faults: [], skipped: false };
    const wider = await check(runtime, subject, "1", 2e-5);
    const faults = wrong.filter(([name, gap]) => {
      const quotient = name.includes("differences") && !name.startsWith("simplified");
      return !quotient || (wider[name] > 0.67 * gap && wider[name] < 1.5 * gap);
    });
    return {
      faults: faults.map(([name, gap]) => `${name} off by ${gap}`),
      skipped: faults.length < wrong.length,
    };
  }

  test(
    `the calculus holds for ${runs} compositions of 3 to 8 ops`,
    async () => {
      let [checked, skipped] = [0, 0];
      const property = fc.asyncProperty(program, async (subject) => {
        const one = caseOf(subject);
        const verdict = await judge(one);
        checked++;
        if (verdict.skipped) skipped++;
        if (verdict.faults.length > 0) throw new Error(`${one.name}: ${verdict.faults.join(", ")}`);
      });
      // Shrinking a program compiles hundreds: THALWEG_FUZZ_SHRINK asks for it.
      const endOnFailure = process.env.THALWEG_FUZZ_SHRINK === undefined;
      await fc.assert(property, { seed, numRuns: runs, endOnFailure, ...(path && { path }) });
      if (path !== undefined) return;
      expect(checked).toBe(runs);
      expect(skipped).toBeLessThan(runs / 4);
    },
    600_000 + 10_000 * runs,
  );

  const wide = { kind: "float", low: -2, high: 2 } as const;

  test("a derivative that is wrong is a fault, not a skip", async () => {
    const subject: Case = {
      name: "half of the derivative of a square",
      args: [{ shape: [3], draw: wide }],
      f: (x) => g.mul(x, g.stopGradient(x)),
    };
    const { faults, skipped } = await judge(subject);
    expect(faults.some((text) => text.startsWith("jvp by differences"))).toBe(true);
    expect(skipped).toBe(false);
  });

  test("a difference quotient that has not converged is a skip, not a fault", async () => {
    const subject: Case = {
      name: "a fast wave",
      args: [{ shape: [3], draw: wide }],
      f: (x) => g.sin(g.mul(x, 2000)),
    };
    expect(await judge(subject)).toEqual({ faults: [], skipped: true });
  });
});
