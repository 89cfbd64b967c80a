import { afterAll, expect, suite, test } from "vitest";
import * as g from "../../src/graph/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import type { Data, Tensor, Tree } from "../../src/graph/index.ts";

const runtime = nodeRuntime();
afterAll(() => runtime.dispose());

/** Evaluate expressions of inputs at numbers. */
async function run(inputs: Tensor[], outputs: Tensor[], data: number[][]): Promise<number[][]> {
  await using compiled = await runtime.compile({ inputs, outputs });
  const out = await compiled.run(
    data.map(
      (values, i) =>
        (inputs[i].dtype === "float64"
          ? Float64Array.from(values)
          : Int32Array.from(values)) as Data,
    ),
  );
  return out.map((values) => Array.from(values as Float64Array));
}

const x = () => g.input([], "float64");
const at = async (f: (t: Tensor) => Tensor, value: number) => {
  const t = x();
  return (await run([t], [f(t)], [[value]]))[0][0];
};

suite("nesting", () => {
  test("does not confuse the variables of two levels", async () => {
    // d/dx [x · d/dy (x + y)] = d/dx x = 1
    const f = (a: Tensor) => g.mul(a, g.grad((b: Tensor) => g.add(a, b))(a));
    expect(await at(g.grad(f), 3)).toBe(1);
    // d/dx [x · d/dy (x·y) at y = x] = d/dx x² = 2x
    const h = (a: Tensor) => g.mul(a, g.grad((b: Tensor) => g.mul(a, b))(a));
    expect(await at(g.grad(h), 3)).toBe(6);
  });

  test("reaches the fifth derivative of sin by grad alone and by jvp alone", async () => {
    let [reverse, forward] = [g.sin, g.sin];
    for (let order = 0; order < 5; order++) {
      const [r, f] = [reverse, forward];
      reverse = g.grad(r);
      forward = (t) => g.jvp(f, [t], [g.scalar(1, "float64")])[1];
    }
    expect(await at(reverse, 0.7)).toBeCloseTo(Math.cos(0.7), 13);
    expect(await at(forward, 0.7)).toBeCloseTo(Math.cos(0.7), 13);
  });

  test("gives one Hessian by every order of forward, reverse and vmap", async () => {
    const w = g.input([3], "float64");
    const f = (t: Tensor) => g.add(g.sum(g.exp(g.mul(t, g.flip(t, [0])))), g.logSumExp(t));
    const eye = g.constant(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), [3, 3]);
    const columns = (h: (v: Tensor) => Tensor) => g.vmap(h)(eye);
    const one = g.scalar(1, "float64");
    const slope = (t: Tensor, v: Tensor) => g.jvp(f, [t], [v])[1];
    const ways = [
      columns((v) => g.jvp(g.grad(f), [w], [v])[1]),
      columns((v) => g.grad((t: Tensor) => slope(t, v))(w)),
      columns((v) => g.grad((t: Tensor) => g.dot(g.grad(f)(t), v))(w)),
      columns((v) => g.vjp(g.grad(f), w)[1](v)[0]),
      columns((v) => g.linearize(g.grad(f), w)[1](v)),
      g.vmap((u: Tensor) =>
        g.vmap((v: Tensor) => g.jvp((t: Tensor) => slope(t, u), [w], [v])[1])(eye),
      )(eye),
      columns((v) => g.vjp((t: Tensor) => slope(t, v), w)[1](one)[0]),
    ];
    const results = await run([w], ways, [[0.3, -0.5, 0.8]]);
    for (const way of results)
      way.forEach((value, i) => expect(value).toBeCloseTo(results[0][i], 12));
    // Against differences of differences: an oracle that shares nothing with the rules.
    const value = (t: number[]) =>
      Math.log(t.reduce((s, z) => s + Math.exp(z), 0)) +
      t.reduce((s, z, i) => s + Math.exp(z * t[2 - i]), 0);
    const h = 1e-4;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) {
        const shifted = (a: number, b: number) =>
          value([0.3, -0.5, 0.8].map((z, k) => z + (k === i ? a : 0) + (k === j ? b : 0)));
        const second =
          (shifted(h, h) - shifted(h, -h) - shifted(-h, h) + shifted(-h, -h)) / (4 * h * h);
        expect(results[0][3 * i + j]).toBeCloseTo(second, 5);
      }
  });

  test("takes and gives arrays and records of tensors", async () => {
    const params: { w: Tensor; layers: Tensor[] } = {
      w: g.input([2], "float64"),
      layers: [g.input([2], "float64")],
    };
    const f = (p: typeof params) => g.dot(g.mul(p.w, p.w), p.layers[0]);
    const { w, layers } = g.grad(f)(params);
    const [gw, gl] = await run(
      [params.w, params.layers[0]],
      [w, layers[0]],
      [
        [1, 2],
        [3, 4],
      ],
    );
    expect([gw, gl]).toEqual([
      [6, 16],
      [1, 4],
    ]);
  });
});

suite("kinks follow PyTorch", () => {
  const derivatives = async (f: (t: Tensor) => Tensor, point: number) => [
    await at(g.grad(f), point),
    await at(g.grad(g.grad(f)), point),
  ];

  test("relu at 0 has first and second derivative 0", async () => {
    expect(await derivatives(g.relu, 0)).toEqual([0, 0]);
  });

  test("|x| at 0 has derivative 0, elu and leaky relu that of the left, clip 1 on its edge", async () => {
    expect(await derivatives(g.abs, 0)).toEqual([0, 0]);
    expect(
      await at(
        g.grad((t: Tensor) => g.leakyRelu(t, 0.1)),
        0,
      ),
    ).toBeCloseTo(0.1, 15);
    expect(
      await at(
        g.grad((t: Tensor) => g.elu(t, 0.7)),
        0,
      ),
    ).toBeCloseTo(0.7, 15);
    expect(
      await at(
        g.grad((t: Tensor) => g.clip(t, -1, 1)),
        1,
      ),
    ).toBe(1);
  });

  test("equal arguments of maximum share the derivative", async () => {
    expect(
      await at(
        g.grad((t: Tensor) => g.maximum(t, 2)),
        2,
      ),
    ).toBe(0.5);
  });

  test("of equal maxima in a window the first takes the derivative", async () => {
    const image = g.input([1, 1, 2, 2], "float64");
    const gradient = g.grad((t: Tensor) => g.sum(g.maxPool(t, 2)))(image);
    expect(await run([image], [gradient], [[5, 5, 5, 1]])).toEqual([[1, 0, 0, 0]]);
  });
});

test("stopGradient is the identity with derivative zero, under every transform", async () => {
  const f = (t: Tensor) => g.mul(t, g.stopGradient(t));
  expect(await at(f, 3)).toBe(9);
  expect(await at(g.grad(f), 3)).toBe(3);
  expect(await at((t) => g.jvp(f, [t], [g.scalar(1, "float64")])[1], 3)).toBe(3);
});

suite("vmap", () => {
  test("maps chosen axes, shares null ones and puts the axis where it is asked", async () => {
    const [a, b] = [g.input([2, 3], "float64"), g.input([2], "float64")];
    const f = (u: Tensor, v: Tensor) => g.add(u, v);
    const out = g.vmap(f, { inAxes: [1, null], outAxis: 1 })(a, b);
    expect(out.shape).toEqual([2, 3]);
    expect(
      await run(
        [a, b],
        [out],
        [
          [1, 2, 3, 4, 5, 6],
          [10, 20],
        ],
      ),
    ).toEqual([[11, 12, 13, 24, 25, 26]]);
  });

  test("repeats an output that no mapped argument reaches", async () => {
    const a = g.input([2], "float64");
    const out = g.vmap((t: Tensor) => g.scalar(7, t.dtype))(a);
    expect(await run([a], [out], [[1, 2]])).toEqual([[7, 7]]);
  });
});

test("a fixed point runs once: the linear part of a partition holds no node that could be stored", async () => {
  const w = g.input([4, 4], "float64", "w");
  const v = g.input([4, 4], "float64", "v");
  const f = (t: Tensor) => g.sum(g.tanh(g.matmul(t, g.tanh(t))));
  const [, product] = g.jvp(g.grad(f), [w], [v]);
  const { known, rest, kept } = g.partition({ inputs: [w, v], outputs: [product] }, [v]);
  expect(g.topological(rest.outputs).some((t) => t.op === "tanh")).toBe(false);
  const point = Array.from({ length: 16 }, (_, i) => Math.sin(i));
  const direction = Array.from({ length: 16 }, (_, i) => Math.cos(3 * i));
  const frontier = await run([...known.inputs], [...known.outputs], [point]);
  const fixed = kept.map(() => point);
  const [parted] = await run(
    [...rest.inputs],
    [...rest.outputs],
    [...frontier, ...fixed, direction],
  );
  const [whole] = await run([w, v], [product], [point, direction]);
  parted.forEach((value, i) => expect(value).toBeCloseTo(whole[i], 13));
});

suite("refusals name the rule and the value", () => {
  const a = g.input([2, 3], "float32");
  const wrong: [string, () => Tree][] = [
    [
      "matmul: [… m, k] · [… k, n] of floats, got float32[2, 3] · float32[2, 3]",
      () => g.matmul(a, a),
    ],
    ["add: shapes [2, 3] and [2] do not broadcast", () => g.add(a, g.input([2], "float32"))],
    [
      "add: inputs must share a dtype, got float32[2, 3] and float64[2, 3]",
      () => g.add(a, g.input([2, 3], "float64")),
    ],
    ["reshape: float32[2, 3] does not fit [4]", () => g.reshape(a, [4])],
    [
      "grad: the function must return a float scalar, got float32[2, 3]",
      () => g.grad((t: Tensor) => t)(a),
    ],
    ["vmap: axis 5 does not fit float32[2, 3]", () => g.vmap((t: Tensor) => t, { inAxes: [5] })(a)],
    ["sum: axes [2] do not fit float32[2, 3]", () => g.sum(a, 2)],
    [
      "jvp: a tangent must be float32[2, 3], got float32[2]",
      () => g.jvp(g.neg, [a], [g.input([2], "float32")]),
    ],
    ["clip: min must not exceed max, got 1 and 0", () => g.clip(a, 1, 0)],
  ];
  test.each(wrong)("%s", (message, act) => {
    expect(act).toThrow(message);
  });
});

suite("hash-consing", () => {
  test("equal nodes are one object, fresh inputs never are", () => {
    const a = g.input([2], "float32", "a");
    expect(g.add(a, 1)).toBe(g.add(a, 1));
    expect(g.add(a, 1)).not.toBe(g.add(a, 2));
    expect(g.mul(a, 0)).not.toBe(g.mul(a, -0));
    expect(g.input([2], "float32", "a")).not.toBe(a);
  });
});
