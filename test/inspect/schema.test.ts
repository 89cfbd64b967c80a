import { readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { afterAll, expect, expectTypeOf, suite, test } from "vitest";
import type { z } from "zod";
import type { InspectComparison, InspectResult } from "../../src/measure/index.ts";
import { inspectComparisonSchema, inspectJsonSchema, inspectResultSchema } from "../../src/run/config/inspect-result.ts"; // prettier-ignore
import { array, compared, folder, inspected, numbers, writeData, writeLinear } from "./linear.ts";

afterAll(() => rm(folder, { recursive: true }));

const page = new URL("../../docs/inspect.schema.json", import.meta.url);
const N = 12;
const data = writeData("data", {
  x: array(numbers("schema", 4 * N), [N, 4]),
  y: array(
    Int32Array.from({ length: N }, (_, i) => i % 3),
    [N],
  ),
});

suite("the schema of inspect's JSON", () => {
  test("is that of the page in docs", () => {
    const wanted = JSON.parse(JSON.stringify(inspectJsonSchema())) as unknown;
    if (process.env.UPDATE_SCHEMA === "1")
      writeFileSync(page, `${JSON.stringify(wanted, undefined, 2)}\n`);
    expect(JSON.parse(readFileSync(page, "utf8"))).toEqual(wanted);
  });

  test("has the types of the results", () => {
    expectTypeOf<z.infer<typeof inspectResultSchema>>().toExtend<InspectResult>();
    expectTypeOf<z.infer<typeof inspectComparisonSchema>>().toExtend<InspectComparison>();
  });

  test.each([
    { exact: true },
    { exact: false, learningRate: 0.1, weightDecay: 0.01, optimizer: "momentum:0.9" },
  ])("takes all measurements, %j", async (flags) => {
    const result = await inspected(writeLinear("one"), { data, batch: 3, measure: "all", ...flags }); // prettier-ignore
    expect(inspectResultSchema.parse(result)).toEqual(result);
    expect(Object.keys(result.measurements).length).toBeGreaterThan(20);
    expect(result.measured).toEqual(
      flags.exact ? [] : ["Weight decay 0.01 is not part of the measured loss; the limits take it in."], // prettier-ignore
    );
  });

  test("takes a comparison, and nothing that is not in it", async () => {
    const result = await compared([writeLinear("one"), writeLinear("two")], { data, batch: 3 });
    expect(inspectComparisonSchema.parse(result)).toEqual(result);
    expect(inspectComparisonSchema.safeParse({ ...result, more: 1 }).success).toBe(false);
    const { a } = result;
    expect(inspectResultSchema.safeParse({ ...a, loss: "mse" }).success).toBe(false);
  });
});
