import { afterAll, expect, suite, test } from "vitest";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { cases } from "./cases.ts";
import { check, tolerance } from "./check.ts";

suite("every rule, in float64", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());

  test.each(cases)(
    "$name: derivatives agree with differences, each other and a loop",
    async (subject) => {
      const findings = await check(runtime, subject);
      const wrong = Object.entries(findings).filter(([name, gap]) => !(gap <= tolerance(name)));
      expect(Object.fromEntries(wrong)).toEqual({});
    },
  );
});
