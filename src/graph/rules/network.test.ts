import { afterAll, expect, suite, test } from "vitest";
import * as g from "../index.ts";
import { nodeRuntime } from "../../node/ort/node-runtime.ts";
import { fillUniform, stream } from "../../random/index.ts";

/** Convolution, max-pool, strided grouped convolution, average pool, affine; softmax cross-entropy. */
const shapes = [
  [4, 2, 3, 3],
  [6, 2, 3, 3],
  [24, 3],
] as const;

function loss([k1, k2, w]: readonly g.Tensor[], x: g.Tensor, labels: g.Tensor): g.Tensor {
  const first = g.tanh(g.conv(x, k1, { pads: 1 })); // [batch, 4, 8, 8]
  const pooled = g.maxPool(first, 3, { strides: 2, pads: 1 }); // [batch, 4, 4, 4]
  const second = g.softplus(g.conv(pooled, k2, { pads: [1, 0, 1, 2], groups: 2 })); // [batch, 6, 4, 4]
  const averaged = g.avgPool(second, 2); // [batch, 6, 2, 2]
  const logits = g.matmul(g.reshape(averaged, [x.shape[0], 24]), w);
  const picked = g.mul(g.logSoftmax(logits), g.oneHot(labels, 3, x.dtype));
  return g.neg(g.mean(g.sum(picked, -1)));
}

const batch = 5;

function uniform(name: string, shape: readonly number[]): Float64Array {
  const data = new Float64Array(g.sizeOf(shape));
  fillUniform(stream("19", name), 0, data);
  return data.map((u) => 2 * u - 1);
}

const dots = (a: readonly g.Data[], b: readonly g.Data[]): number =>
  a.reduce((sum, data, i) => {
    const other = b[i];
    return sum + Array.from(data, Number).reduce((s, v, j) => s + v * Number(other[j]), 0);
  }, 0);

suite("a small convolutional network", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());

  const inputs = (dtype: "float32" | "float64") => ({
    theta: shapes.map((shape) => g.input(shape, dtype)),
    x: g.input([batch, 2, 8, 8], dtype),
    labels: g.input([batch], "int32"),
    u: shapes.map((shape) => g.input(shape, dtype)),
    v: shapes.map((shape) => g.input(shape, dtype)),
  });
  const data = (dtype: "float32" | "float64") => {
    const cast = (values: Float64Array) =>
      dtype === "float32" ? Float32Array.from(values) : values;
    const like = (name: string, scale: number) =>
      shapes.map((shape, i) => cast(uniform(`${name}${i}`, shape).map((v) => v * scale)));
    return {
      theta: like("theta", 0.7),
      x: cast(uniform("x", [batch, 2, 8, 8])),
      labels: Int32Array.of(0, 2, 1, 1, 0),
      u: like("u", 1),
      v: like("v", 1),
    };
  };

  test.each([
    ["float64", 1e-12],
    ["float32", 1e-4],
  ] as const)("in %s the Hessian is symmetric to %d", async (dtype, bound) => {
    const { theta, x, labels, u, v } = inputs(dtype);
    const f = (...[p]: [readonly g.Tensor[]]) => loss(p, x, labels);
    const outputs = [...g.hvp(f)(theta, u), ...g.hvp(f)(theta, v)];
    const all = { inputs: [...theta, x, labels, ...u, ...v], outputs };
    const values = data(dtype);
    const compiled = await runtime.compile(all);
    const got = await compiled.run([
      ...values.theta,
      values.x,
      values.labels,
      ...values.u,
      ...values.v,
    ]);
    await compiled.dispose();
    const [hu, hv] = [got.slice(0, 3), got.slice(3)];
    const vHu = dots(values.v, hu);
    expect(Math.abs(vHu)).toBeGreaterThan(1e-3);
    expect(Math.abs(vHu - dots(values.u, hv))).toBeLessThan(bound * Math.abs(vHu));
  });

  test("the Hessian product is the difference quotient of the gradient", async () => {
    const { theta, x, labels, u } = inputs("float64");
    const f = (p: readonly g.Tensor[]) => loss(p, x, labels);
    const step = 1e-5;
    const [ahead, behind] = [step, -step].map((h) =>
      g.grad(f)(theta.map((t, i) => g.add(t, g.mul(u[i], h)))),
    );
    const quotient = ahead.map((t, i) => g.div(g.sub(t, behind[i]), 2 * step));
    const values = data("float64");
    const compiled = await runtime.compile({
      inputs: [...theta, x, labels, ...u],
      outputs: [...g.hvp(f)(theta, u), ...quotient],
    });
    const got = await compiled.run([...values.theta, values.x, values.labels, ...values.u]);
    await compiled.dispose();
    for (let i = 0; i < 3; i++)
      got[i].forEach((value, j) => expect(Number(value)).toBeCloseTo(Number(got[3 + i][j]), 7));
  });

  test("gradients of single examples by vmap average to the gradient of the batch", async () => {
    const { theta, x, labels } = inputs("float64");
    const single = (p: readonly g.Tensor[], image: g.Tensor, label: g.Tensor) =>
      loss(p, g.expandDims(image, 0), g.expandDims(label, 0));
    const each = g.vmap(g.grad(single), { inAxes: [null, 0, 0] })(theta, x, labels);
    const whole = g.grad((p: readonly g.Tensor[]) => loss(p, x, labels))(theta);
    const values = data("float64");
    const compiled = await runtime.compile({
      inputs: [...theta, x, labels],
      outputs: [...each.map((t) => g.mean(t, 0)), ...whole],
    });
    const got = await compiled.run([...values.theta, values.x, values.labels]);
    await compiled.dispose();
    for (let i = 0; i < 3; i++)
      got[i].forEach((value, j) => expect(Number(value)).toBeCloseTo(Number(got[3 + i][j]), 12));
  });
});
