import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import type { Tensor } from "../../src/graph/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { fillNormal, stream } from "../../src/random/index.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

const normal = (name: string, size: number) => {
  const out = new Float64Array(size);
  fillNormal(stream("5", name), 0, out);
  return out;
};

/** Multiply–adds of all matrix products of a graph. */
function products(outputs: readonly Tensor[]): number {
  return g
    .topological(outputs)
    .filter((t) => t.op === "matmul")
    .reduce((total, t) => total + g.sizeOf(t.shape) * t.inputs[0].shape.at(-1)!, 0);
}

async function gap(inputs: Tensor[], outputs: Tensor[]): Promise<number> {
  const lean = g.simplify({ inputs, outputs });
  await using run = await runtime.compile(
    { inputs, outputs: [...outputs, ...lean.outputs] },
    { simplify: false },
  );
  const data = inputs.map((t, i) => normal(`in${i}`, g.sizeOf(t.shape)));
  const out = (await run.run(data)) as Float64Array[];
  let worst = 0;
  outputs.forEach((_, k) =>
    out[k].forEach((value, i) => {
      worst = Math.max(
        worst,
        Math.abs(value - out[k + outputs.length][i]) / Math.max(1, Math.abs(value)),
      );
    }),
  );
  return worst;
}

const [batch, width, classes] = [4, 60, 50];
const x = g.input([batch, width], "float64", "x");
const w = g.input([classes, width], "float64", "w");
const losses = (weight: Tensor, rows: Tensor) =>
  g.logSumExp(g.tanh(g.matmul(rows, g.swapLast(weight))), -1);

suite("simplify", () => {
  test("takes a mini-batch gradient used as a direction through the Gram matrix of the batch", async () => {
    const loss = (weight: Tensor) => g.mean(losses(weight, x));
    const { slope, curvature } = g.directional(loss, w, g.grad(loss)(w));
    const outputs = [slope, curvature];
    const lean = g.simplify({ inputs: [x, w], outputs }).outputs;
    // What is left is the forward pass and Gram products: no pass over all weights besides x·Wᵀ.
    const forward = batch * width * classes;
    expect(products(outputs)).toBeGreaterThan(2.9 * forward);
    expect(products(lean)).toBeLessThan(forward + 3 * batch * batch * (width + classes));
    expect(await gap([x, w], outputs)).toBeLessThan(1e-13);
  });

  test("gets the squared norms of per-sample gradients without forming the gradients", async () => {
    const one = (row: Tensor) => g.sum(losses(w, g.expandDims(row, 0)));
    const norms = g.vmap((row: Tensor) => {
      const [, pull] = g.vjp((weight: Tensor) => g.sum(losses(weight, g.expandDims(row, 0))), w);
      const [gradient] = pull(g.scalar(1, "float64"));
      return g.dot(gradient, gradient);
    })(x);
    expect(one(g.input([width], "float64")).shape).toEqual([]);
    const lean = g.simplify({ inputs: [x, w], outputs: [norms] }).outputs;
    const big = (outputs: readonly Tensor[]) =>
      g.topological(outputs).filter((t) => g.sizeOf(t.shape) >= batch * width * classes).length;
    expect(big([norms])).toBeGreaterThan(0);
    expect(big(lean)).toBe(0);
    expect(await gap([x, w], [norms])).toBeLessThan(1e-12);
  });

  test("sums per-sample gradients and their squares as one product each", async () => {
    const each = g.vmap((row: Tensor) =>
      g.grad((weight: Tensor) => g.sum(losses(weight, g.expandDims(row, 0))))(w),
    )(x);
    const outputs = [g.sum(each, 0), g.sum(g.square(each), 0)];
    const lean = g.simplify({ inputs: [x, w], outputs }).outputs;
    expect(g.topological(lean).some((t) => g.sizeOf(t.shape) >= batch * width * classes)).toBe(
      false,
    );
    expect(await gap([x, w], outputs)).toBeLessThan(1e-12);
  });

  test("leaves no transpose to be carried out in a weight's part of a Hessian product, and adds the bias inside a product", async () => {
    const [h, dh] = [0, 1].map(() => g.input([batch, width], "float64"));
    const [d, dd] = [0, 1].map(() => g.input([batch, classes], "float64"));
    const bias = g.input([classes], "float64");
    const weightPart = g.swapLast(g.add(g.matmul(g.swapLast(h), dd), g.matmul(g.swapLast(dh), d)));
    const forward = g.add(g.add(g.matmul(h, g.swapLast(w)), g.matmul(dh, g.swapLast(w))), bias);
    const outputs = [weightPart, forward];
    const inputs = [w, h, dh, d, dd, bias];
    const lean = g.simplify({ inputs, outputs }).outputs;
    expect(lean.map((t) => t.op)).toEqual(["add", "add"]);
    expect(lean[0].inputs.map((t) => t.op)).toEqual(["matmul", "matmul"]);
    expect(lean[1].inputs.map((t) => t.op).toSorted()).toEqual(["add", "matmul"]);
    expect(await gap(inputs, outputs)).toBeLessThan(1e-13);
  });

  test("folds numbers, drops identities and writes no broadcast that the op does itself", () => {
    const t = g.input([2, 3], "float32");
    const lean = (u: Tensor) => g.simplify({ inputs: [t], outputs: [u] }).outputs[0];
    expect(lean(g.mul(g.add(t, 0), 1))).toBe(t);
    expect(lean(g.neg(g.neg(t)))).toBe(t);
    expect(lean(g.mul(g.mul(t, 2), 3))).toBe(lean(g.mul(t, 6)));
    expect(lean(g.add(t, g.neg(g.exp(t))))).toBe(g.sub(t, g.exp(t)));
    expect(lean(g.mul(t, g.broadcastTo(g.scalar(2, "float32"), [2, 3])))).toBe(g.mul(t, 2));
    expect(lean(g.mul(t, g.sub(g.scalar(2, "float32"), g.scalar(2, "float32"))))).toBe(
      g.filled(0, [2, 3], "float32"),
    );
  });
});
