import { afterAll, expect, suite, test } from "vitest";
import { mlp } from "../../src/learn/index.ts";
import {
  inspect,
  inspectContext,
  measurements,
  planCost,
  planOf,
  usualMeasures,
} from "../../src/measure/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { modelProblem, type NetworkProblem, smallCnn } from "../measure/networks.ts";

const runtime = nodeRuntime({ threads: 1 });
afterAll(() => runtime.dispose());

function contextOf({ problem, theta }: NetworkProblem, measures = usualMeasures) {
  return inspectContext(runtime, problem, theta, planOf(measures, measurements), {
    batch: 16,
    replacement: false,
    exact: false,
    seed: "1",
    optimizer: { kind: "sgd" },
    rule: {},
  });
}

suite("the cost foreseen", () => {
  test.each([
    ["an MLP", () => modelProblem(mlp([20], 5, { hidden: [30] }), "cross-entropy", 400, "float32")],
    ["a CNN", () => modelProblem(smallCnn(), "cross-entropy", 300, "float32")],
  ])("of %s is within 1.5 of the operations that the usual measures take", async (_, make) => {
    await using context = contextOf(make());
    const { products } = await planCost(context);
    const out = context.point.slice();
    let before = context.work;
    await (await context.hessian()).apply(context.point, out);
    const product = context.work - before;
    before = context.work;
    const { missing } = await inspect(context);
    expect(missing).toEqual([]);
    const done = (context.work - before) / product;
    expect(Math.max(done / products, products / done)).toBeLessThan(1.5);
  });

  test("counts what measures share with the first of them", async () => {
    const made = modelProblem(mlp([20], 5, { hidden: [30] }), "cross-entropy", 40, "float32");
    const products = async (measures: string) => {
      await using context = contextOf(made, measures);
      return (await planCost(context)).products;
    };
    expect(await products("noise-scale,gni")).toBe(await products("noise-scale"));
    expect(await products("gni")).toBe(await products("noise-scale"));
    const both = await products("hessian.trace,noise-scale,alignment");
    expect(both).toBeLessThan((await products("hessian.trace,noise-scale")) + 20);
  });
});
