import { expect, suite, test } from "vitest";
import { fillNormal, fillWords, normalsFromWords, stream, substream } from "../../random/index.ts";
import { evaluateLanes, type LaneValue } from "../lanes/reference.ts";
import { type Lane, laneBuilder, type Precision } from "../lanes/lane.ts";
import { openDraws } from "./draws.ts";
import type { Generator } from "./generator.ts";
import { philox } from "./philox.ts";
import { xoshiro128 } from "./xoshiro.ts";

const particles = stream("7", "particles");

/** `count` normals of a particle, by the scalar reference, in iterations of `perRound` draws. */
function referenceNormals(
  generator: Generator,
  precision: Precision,
  particle: number,
  count: number,
  perRound = 4,
): number[] {
  const lanes = laneBuilder(precision);
  const state = Array.from({ length: generator.stateWords }, () => lanes.variable("word"));
  const reader = generator.open(lanes, state);
  const draws = openDraws(lanes, reader);
  const normals = Array.from({ length: perRound }, () => draws.normal());
  const next = reader.state();
  const first = generator.seed(substream(particles, particle), 0);
  const second = generator.seed(substream(particles, particle), 1);
  let words: LaneValue[] = Array.from(first, (w, i) =>
    precision === "f32" ? [w] : [w, second[i]],
  );
  const out: number[] = [];
  while (out.length < count) {
    const variables = new Map<Lane, LaneValue>(state.map((s, i) => [s, words[i]]));
    const values = evaluateLanes([...normals, ...next], variables, precision);
    out.push(...(values.slice(0, perRound) as number[]));
    words = values.slice(perRound);
  }
  return out.slice(0, count);
}

/** xoshiro128++ as its authors write it. */
function xoshiroWords(seed: Int32Array, count: number): Int32Array {
  const s = Int32Array.from(seed);
  const rotate = (x: number, k: number) => (x << k) | (x >>> (32 - k));
  return Int32Array.from({ length: count }, () => {
    const result = (rotate((s[0] + s[3]) | 0, 7) + s[0]) | 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 11);
    return result;
  });
}

suite("openDraws", () => {
  test("xoshiro128++ gives the words of its authors' recurrence", () => {
    // From the state 1, 2, 3, 4, as the reference implementation prints them.
    expect(Array.from(xoshiroWords(Int32Array.of(1, 2, 3, 4), 4), (w) => w >>> 0)).toEqual([
      641, 1573767, 3222811527, 3517856514,
    ]);
    const lanes = laneBuilder("f32");
    const state = Array.from({ length: 4 }, () => lanes.variable("word"));
    const reader = xoshiro128.open(lanes, state);
    const words = Array.from({ length: 8 }, () => reader.next());
    const seed = xoshiro128.seed(substream(particles, 3), 0);
    const variables = new Map<Lane, LaneValue>(state.map((s, i) => [s, [seed[i]]]));
    const got = evaluateLanes(words, variables, "f32").map((w) => (w as number[])[0]);
    expect(got).toEqual(Array.from(xoshiroWords(seed, 8)));
  });

  test("philox gives the words of the particle's stream", () => {
    const lanes = laneBuilder("f32");
    const state = Array.from({ length: 5 }, () => lanes.variable("word"));
    const reader = philox.open(lanes, state);
    const words = Array.from({ length: 12 }, () => reader.next());
    const seed = philox.seed(substream(particles, 3), 0);
    const variables = new Map<Lane, LaneValue>(state.map((s, i) => [s, [seed[i]]]));
    const got = evaluateLanes(words, variables, "f32").map((w) => (w as number[])[0]);
    const expected = new Int32Array(12);
    fillWords(substream(particles, 3), 0, expected);
    expect(got).toEqual(Array.from(expected));
  });

  test("float64 normals are those of normalsFromWords, bit for bit", () => {
    const one = substream(particles, 5);
    const a = xoshiroWords(xoshiro128.seed(one, 0), 2000);
    const b = xoshiroWords(xoshiro128.seed(one, 1), 2000);
    const words = Int32Array.from({ length: 4000 }, (_, i) => (i % 2 === 0 ? a : b)[i >> 1]);
    const expected = new Float64Array(4000);
    normalsFromWords(words, expected);
    expect(referenceNormals(xoshiro128, "f64", 5, 4000)).toEqual(Array.from(expected));
  });

  test("float32 normals are within 2·10⁻⁶ of the exact transform of their words", () => {
    const words = xoshiroWords(xoshiro128.seed(substream(particles, 9), 0), 4000);
    const normals = referenceNormals(xoshiro128, "f32", 9, 4000);
    for (let i = 0; i < normals.length; i += 2) {
      const r = Math.sqrt(-2 * Math.log(((words[i] >>> 1) + 0.5) * 2 ** -31));
      const angle = (words[i + 1] * Math.PI) / 2 ** 32;
      const sign = words[i + 1] & 1 ? -1 : 1;
      expect(Math.abs(normals[i] - sign * r * Math.cos(angle))).toBeLessThan(2e-6 * Math.max(r, 1));
      expect(Math.abs(normals[i + 1] - sign * r * Math.sin(angle))).toBeLessThan(
        2e-6 * Math.max(r, 1),
      );
    }
  });

  test("in float32, philox draws are near those of fillNormal", () => {
    const expected = new Float64Array(400);
    fillNormal(substream(particles, 2), 0, expected);
    const got = referenceNormals(philox, "f32", 2, 400);
    got.forEach((z, i) => expect(Math.abs(z - expected[i])).toBeLessThan(5e-6));
  });
});
