import { expect, suite, test, vi } from "vitest";
import { dots } from "./operations.ts";
import { simdVectorSpace, vectorSpace } from "./vector-space.ts";

suite("vectorSpace", () => {
  test("gives vectors of its kind that do not overlap, and as many as it has", () => {
    const space = vectorSpace(5000, "float32", 3);
    expect([space.simd, space.why]).toEqual([true, undefined]);
    const vectors = [space.take(), space.take(), space.take()];
    vectors.forEach((v, k) => v.fill(k + 1));
    vectors.forEach((v, k) => {
      expect(v).toBeInstanceOf(Float32Array);
      expect([v.length, v.every((x) => x === k + 1)]).toEqual([5000, true]);
    });
    expect(() => space.take()).toThrow("a vector space must have room, got all of 3 vectors taken");
    space.give(vectors[1]);
    expect(space.take().byteOffset).toBe(vectors[1].byteOffset);
    expect(() => space.give(vectors[1])).toThrow(
      "a vector given back must have been taken from this space",
    );
  });

  test("cleans the padding of a place that held what is not finite", () => {
    using space = simdVectorSpace(5, "float64", 2);
    const [a, b] = [space.take(), space.take()];
    new Float64Array(a.buffer, a.byteOffset, 8).fill(NaN);
    space.give(a);
    const again = space.take().fill(1);
    expect(dots(again, [b.fill(2)])[0]).toBe(10);
  });

  test("takes up a memory that was given back, and only then", () => {
    const first = vectorSpace(100_000, "float32", 8);
    const { buffer } = first.take();
    const beside = vectorSpace(100_000, "float32", 8);
    expect(beside.take().buffer).not.toBe(buffer);
    first[Symbol.dispose]();
    const next = vectorSpace(50_000, "float64", 4);
    expect(next.take().buffer).toBe(buffer);
    first[Symbol.dispose](); // twice does nothing to the new holder
    const [x, y] = [next.take().fill(1), next.take().fill(2)];
    expect(dots(x, [y])[0]).toBe(100_000);
    expect(vectorSpace(50_000, "float64", 4).take().buffer).not.toBe(buffer);
  });

  test("is plain beyond 4 GB, where SIMD is refused", () => {
    const space = vectorSpace(30_000_000, "float32", 40);
    expect([space.simd, space.why]).toEqual([
      false,
      "vectors of one space must fit into 4 GB, got 40 of 30000000 float32, 4.5 GB",
    ]);
    expect(() => simdVectorSpace(30_000_000, "float32", 40)).toThrow(RangeError);
  });

  test("is plain for short vectors", () => {
    const space = vectorSpace(100, "float64", 2);
    expect([space.simd, space.why]).toEqual([
      false,
      "vectors must have at least 2048 entries to be worth it, got 100",
    ]);
    expect(space.take()).toEqual(new Float64Array(100));
  });

  test("refuses counts that are none", () => {
    expect(() => vectorSpace(0, "float32", 1)).toThrow("dim must be a positive integer, got 0");
    expect(() => vectorSpace(1, "float32", 1.5)).toThrow(
      "capacity must be a positive integer, got 1.5",
    );
  });
});

test("an engine without SIMD gets plain vectors", async () => {
  const { validate } = WebAssembly;
  vi.resetModules(); // what is compiled already stays compiled
  WebAssembly.validate = () => false;
  try {
    const fresh = await import("./vector-space.ts");
    const space = fresh.vectorSpace(5000, "float32", 1);
    expect([space.simd, space.why]).toEqual([false, "the engine must have WebAssembly SIMD"]);
    expect(space.take()).toEqual(new Float32Array(5000));
  } finally {
    WebAssembly.validate = validate;
  }
});
