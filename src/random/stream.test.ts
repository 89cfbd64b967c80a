import { expect, suite, test } from "vitest";
import { philox4x32 } from "./philox.ts";
import { stream, substream, words } from "./stream.ts";
import { fillNormal, normalAt } from "./normal.ts";
import { fillRademacher, fillUniform, fillWords, uniformAt } from "./uniform.ts";
import { fillIntegers, integerAt } from "./integers.ts";

suite("stream", () => {
  test("puts the seed in the key and the block and the name in the counter", () => {
    const s = stream("18446744073709551615", "order");
    expect(s.key).toEqual([0xffffffff, 0xffffffff]);
    const [low, high] = [12345, 2 ** 20 + 7];
    expect(words(s, high * 2 ** 32 + low)).toEqual(philox4x32([low, high, ...s.id], s.key));
    const out = new Uint32Array(3);
    fillWords(s, 4 * 99 + 1, out);
    expect([...out]).toEqual([...words(s, 99)].slice(1));
  });

  test("gives 200000 names and numbers 200000 ids", () => {
    const seen = new Set<string>();
    const root = stream("1", "");
    for (let i = 0; i < 50_000; i++) {
      seen.add(stream("1", `probe-${i}`).id.join());
      seen.add(substream(root, `probe-${i}`).id.join());
      seen.add(substream(root, i).id.join());
      seen.add(substream(root, i + 2 ** 40).id.join());
    }
    expect(seen.size).toBe(200_000);
  });

  test("tells apart names that a weak hash would join", () => {
    const root = stream("1", "a");
    const ids = [
      root,
      substream(root, ""),
      substream(root, "b"),
      substream(root, "5"),
      substream(root, 5),
      stream("1", "ab"),
      stream("1", "a/b"),
      stream("1", "a\0"),
      stream("1", "a\0\0\0\0"),
      stream("1", ""),
      stream("1", "ba"),
    ].map((s) => s.id.join());
    expect(new Set(ids).size).toBe(ids.length);
    expect(substream(root, "b").name).toBe("a/b");
    expect(substream(root, 5).name).toBe("a[5]");
  });

  test("changes half of the words' bits when one bit of seed, name or index changes", () => {
    const base = words(stream("0", "name"), 0);
    const others = [
      words(stream("1", "name"), 0),
      words(stream("9223372036854775808", "name"), 0),
      words(stream("0", "namd"), 0),
      words(substream(stream("0", "name"), 0), 0),
      words(substream(stream("0", "name"), 1), 0),
      words(stream("0", "name"), 1),
    ];
    for (const other of others) {
      let bits = 0;
      for (let i = 0; i < 4; i++) bits += popcount(base[i] ^ other[i]);
      expect(Math.abs(bits - 64)).toBeLessThan(4 * Math.sqrt(32));
    }
  });

  test.each(["-1", "18446744073709551616", "1e3", "0x10", " 1", "01", "", "1.0", "NaN"])(
    "refuses the seed %j",
    (seed) => {
      expect(() => stream(seed, "x")).toThrow(
        new RangeError(
          `seed must be a decimal string of an integer from 0 to 18446744073709551615, got ${JSON.stringify(seed)}`,
        ),
      );
    },
  );

  test("refuses indices that are not safe integers", () => {
    const s = stream("1", "x");
    expect(() => uniformAt(s, -1)).toThrow(
      "index of a draw must be an integer from 0 to 2^53 - 1, got -1",
    );
    expect(() => normalAt(s, 0.5)).toThrow(
      "index of a draw must be an integer from 0 to 2^53 - 1, got 0.5",
    );
    expect(() => words(s, 2 ** 53)).toThrow(
      "index of a block must be an integer from 0 to 2^53 - 1, got 9007199254740992",
    );
    expect(() => substream(s, -3)).toThrow(
      "number of a substream must be an integer from 0 to 2^53 - 1, got -3",
    );
    expect(() => fillUniform(s, 2 ** 53 - 2, new Float64Array(3))).toThrow(
      "end of a fill must be an integer from 0 to 2^53 - 1, got 9007199254740992",
    );
    expect(() => integerAt(s, 0, 0)).toThrow(
      "bound must be an integer from 1 to 2147483648, got 0",
    );
  });
});

type Fill = (offset: number, out: Float64Array | Float32Array | Int32Array) => void;
const s = stream("7", "chunks");
const fills: [string, Fill, (n: number) => Float64Array | Float32Array | Int32Array][] = [
  ["fillUniform in float64", (o, out) => fillUniform(s, o, out as Float64Array), f64],
  ["fillUniform in float32", (o, out) => fillUniform(s, o, out as Float32Array), f32],
  ["fillNormal in float64", (o, out) => fillNormal(s, o, out as Float64Array), f64],
  ["fillNormal in float32", (o, out) => fillNormal(s, o, out as Float32Array), f32],
  ["fillRademacher", (o, out) => fillRademacher(s, o, out as Float32Array), f32],
  ["fillIntegers", (o, out) => fillIntegers(s, o, 3_000_000, out as Int32Array), i32],
  [
    "fillIntegers with refusals",
    (o, out) => fillIntegers(s, o, 3 * 2 ** 29, out as Int32Array),
    i32,
  ],
];

suite.each(fills)("%s", (_, fill, make) => {
  test("depends on no chunk boundary", () => {
    for (const start of [0, 1, 2, 3, 31, 2 ** 34 + 5]) {
      const whole = make(5000);
      fill(start, whole);
      for (const cut of [1, 2, 3, 50, 1023, 1024, 1025, 2049, 4999]) {
        const first = make(cut);
        const rest = make(5000 - cut);
        fill(start, first);
        fill(start + cut, rest);
        expect([...first, ...rest]).toEqual([...whole]);
      }
      const one = make(1);
      for (const i of [0, 1, 2, 3, 4, 777, 4321]) {
        fill(start + i, one);
        expect(one[0]).toBe(whole[i]);
      }
      fill(start, make(0));
    }
  });
});

test("single draws are those of the fills", () => {
  const out = new Float64Array(10);
  fillNormal(s, 0, out);
  expect(Array.from({ length: 10 }, (_, i) => normalAt(s, i))).toEqual([...out]);
  fillUniform(s, 0, out);
  expect(Array.from({ length: 10 }, (_, i) => uniformAt(s, i))).toEqual([...out]);
});

function f64(n: number) {
  return new Float64Array(n);
}
function f32(n: number) {
  return new Float32Array(n);
}
function i32(n: number) {
  return new Int32Array(n);
}
function popcount(word: number): number {
  let count = 0;
  for (let w = word >>> 0; w !== 0; w &= w - 1) count++;
  return count;
}
