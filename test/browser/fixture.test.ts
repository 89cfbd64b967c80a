import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { type Measured, measure } from "./mlp.ts";

/** What the browser is held against: float64 numbers from Node, rewritten by THALWEG_UPDATE=1. */
const path = join(import.meta.dirname, "node.json");

test("the numbers that the browser is held against are Node's", async () => {
  await using runtime = nodeRuntime();
  const double = await measure(runtime, "float64");
  if (process.env.THALWEG_UPDATE === "1" || !existsSync(path))
    writeFileSync(path, JSON.stringify(double, undefined, 1));
  const kept = JSON.parse(readFileSync(path, "utf8")) as Measured;
  close(double, kept, 1e-13);
  close(await measure(runtime, "float32"), kept, 2e-5);
});

test("gradient and Hessian product are what central differences say", async () => {
  await using runtime = nodeRuntime();
  const h = 1e-5;
  const at = (shift: number) => measure(runtime, "float64", shift);
  const [below, here, above] = [await at(-h), await at(0), await at(h)];
  const slope = here.gradient.reduce((sum, x, i) => sum + x * here.direction[i], 0);
  expect(Math.abs((above.loss - below.loss) / (2 * h) - slope)).toBeLessThan(1e-8);
  for (const [i, x] of here.product.entries())
    expect(Math.abs((above.gradient[i] - below.gradient[i]) / (2 * h) - x)).toBeLessThan(1e-8);
});

test("the loop takes the step that the gradient says", async () => {
  await using runtime = nodeRuntime();
  const { losses } = await measure(runtime, "float64");
  expect(losses.length).toBe(5);
  expect(Math.min(...losses.slice(1))).toBeLessThan(losses[0]);
});

function close(got: Measured, expected: Measured, bound: number): void {
  for (const key of ["gradient", "product", "losses", "trained"] as const) {
    expect(got[key].length).toBe(expected[key].length);
    for (const [i, x] of expected[key].entries())
      expect(Math.abs(got[key][i] - x), `${key} ${i}`).toBeLessThan(bound);
  }
  expect(Math.abs(got.loss - expected.loss)).toBeLessThan(bound);
}
