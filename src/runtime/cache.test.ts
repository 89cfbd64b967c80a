import { afterAll, expect, suite, test } from "vitest";
import * as g from "../graph/ops/index.ts";
import { input, type Tensor } from "../graph/tensor.ts";
import type { GraphFunction } from "../graph/walk.ts";
import { nodeRuntime } from "../node/ort/node-runtime.ts";
import { compileCache } from "./cache.ts";
import { fingerprint } from "./fingerprint.ts";
import { compilePartial } from "./linear.ts";

const make = (f: (x: Tensor) => Tensor, name = "x"): GraphFunction => {
  const x = input([3], "float64", name);
  return { inputs: [x], outputs: [f(x)] };
};
const big = (seed: number) =>
  g.constant(
    Float64Array.from({ length: 1000 }, (_, i) => i * seed),
    [1000],
  );

suite("fingerprint", () => {
  test("is one for a function traced twice, whatever was made in between or in which order", () => {
    const one = make((x) => g.add(g.exp(x), g.tanh(x)));
    const two = make((x) => {
      const t = g.tanh(x);
      g.log(x);
      return g.add(g.exp(x), t);
    });
    expect(fingerprint(two)).toBe(fingerprint(one));
    expect(fingerprint(make((x) => g.add(g.sum(big(2)), x)))).toBe(
      fingerprint(make((x) => g.add(g.sum(big(2)), x))),
    );
  });

  test("differs with ops, order, attributes, constants, dtypes, shapes, names and sharing", () => {
    const y = input([3], "float32", "x");
    const wide = input([4], "float64", "x");
    const [a, b] = [input([3], "float64", "a"), input([3], "float64", "b")];
    const functions: GraphFunction[] = [
      make((x) => x),
      make((x) => x, "y"),
      make(g.exp),
      make(g.tanh),
      make((x) => g.exp(g.tanh(x))),
      make((x) => g.tanh(g.exp(x))),
      make((x) => g.sub(x, 1)),
      make((x) => g.sub(1, x)),
      make((x) => g.sub(x, 2)),
      make((x) => g.mul(x, 0)),
      make((x) => g.mul(x, -0)),
      make((x) => g.leakyRelu(x, 0.1)),
      make((x) => g.leakyRelu(x, 0.2)),
      make((x) => g.add(x, g.sum(big(1)))),
      make((x) => g.add(x, g.sum(big(2)))),
      { inputs: [y], outputs: [y] },
      { inputs: [wide], outputs: [wide] },
      { inputs: [a, b], outputs: [a] },
      { inputs: [a, b], outputs: [b] },
      { inputs: [a, b], outputs: [a, b] },
      { inputs: [b, a], outputs: [a, b] },
      { inputs: [a, b], outputs: [a, a] },
    ];
    expect(new Set(functions.map(fingerprint)).size).toBe(functions.length);
  });

  test("stays apart over ten thousand neighbours", () => {
    const seen = new Set<string>();
    for (let i = 0; i < 10_000; i++) seen.add(fingerprint(make((x) => g.add(x, i))));
    expect(seen.size).toBe(10_000);
  });
});

suite("compileCache", () => {
  const runtime = nodeRuntime();
  afterAll(() => runtime.dispose());
  const at = Float64Array.of(1, 2, 3);

  test("compiles a structure once and evicts the least recently used within its budget", async () => {
    let compiled = 0;
    const counting = {
      ...runtime,
      compile: (...args: Parameters<typeof runtime.compile>) => {
        compiled++;
        return runtime.compile(...args);
      },
    };
    const weight = (seed: number) =>
      make((x) => g.add(x, g.sum(g.constant(new Float64Array(10_000).fill(seed), [10_000]))));
    await using cache = compileCache(counting, { budget: 200_000 });
    const sum = async (seed: number) =>
      cache.use(weight(seed), async (run) => (await run.run([at]))[0][0]);
    expect(await sum(1)).toBe(10_001);
    expect(await sum(2)).toBe(20_001);
    expect(await sum(1)).toBe(10_001); // now 2 is the oldest
    expect([compiled, cache.size]).toEqual([2, 2]);
    expect(await sum(3)).toBe(30_001);
    expect(cache.size).toBe(2);
    expect(cache.bytes).toBeLessThan(200_000);
    expect(await sum(1)).toBe(10_001);
    expect(compiled).toBe(3);
    expect(await sum(2)).toBe(20_001);
    expect(compiled).toBe(4);
  });

  test("keeps what is in use, and disposes it when its user is done", async () => {
    const cache = compileCache(runtime, { budget: 1 });
    const fn = make(g.exp);
    await cache.use(fn, async (run) => {
      await cache.use(make(g.tanh), (other) => other.run([at]));
      await cache.dispose();
      const [y] = await run.run([at]);
      expect(y[0]).toBeCloseTo(Math.E, 14);
    });
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
    await expect(cache.use(fn, (run) => run.run([at]))).rejects.toThrow(
      "the cache has been disposed",
    );
  });

  test("forgets a function that does not compile", async () => {
    const stray = input([3], "float64", "stray");
    await using cache = compileCache(runtime, { budget: 1e6 });
    const fn = make((x) => g.add(x, g.neg(x)));
    const open = { inputs: fn.inputs, outputs: [stray] };
    await expect(cache.use(fn, (run) => run.run([at]))).resolves.toEqual([new Float64Array(3)]);
    await expect(cache.use(open, (run) => run.run([at]))).rejects.toThrow("stray");
    expect(cache.size).toBe(1);
  });

  test("takes a positive budget", () => {
    expect(() => compileCache(runtime, { budget: 0 })).toThrow(
      "budget must be a positive number of bytes, got 0",
    );
  });
});

test("a partial executable gives what the whole gives, for many vectors at one point", async () => {
  await using runtime = nodeRuntime();
  const [w, x, v] = [
    input([4, 3], "float64", "w"),
    input([5, 4], "float64", "x"),
    input([4, 3], "float64", "v"),
  ];
  const slope = g.sub(1, g.square(g.tanh(g.matmul(x, w))));
  const fn = { inputs: [w, x, v], outputs: [g.mul(slope, g.matmul(x, v))] };
  const wave = (n: number, seed: number) =>
    Float64Array.from({ length: n }, (_, i) => Math.sin(seed + 1.7 * i));
  await using whole = await runtime.compile(fn);
  await using parts = await compilePartial(runtime, fn, [v]);
  expect(parts.frontierBytes).toBe(5 * 3 * 8);
  const point = [wave(12, 1), wave(20, 2)];
  const prepared = await parts.prepare(point);
  for (const seed of [3, 4]) {
    const vector = wave(12, seed);
    const [got] = await parts.apply(prepared, [vector]);
    const [expected] = await whole.run([...point, vector]);
    for (const [i, z] of (got as Float64Array).entries())
      expect(Math.abs(z - Number(expected[i]))).toBeLessThan(1e-15);
  }
});
