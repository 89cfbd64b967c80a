import { expect, suite, test } from "vitest";
import { normalCdf } from "../numeric/index.ts";
import { chiSquareTest, kolmogorovTest } from "../statistics/index.ts";
import { fillNormal } from "./normal.ts";
import { stream, substream } from "./stream.ts";
import { fillRademacher, fillUniform, fillWords } from "./uniform.ts";

const n = 1 << 20;
// Chance of a false alarm of a p-value, equal to that of 4 standard errors on both sides.
const rare = 6.3e-5;
const source = stream("20240229", "tests of distributions");

const uniforms = fill(Float64Array, fillUniform);
const uniforms32 = fill(Float32Array, fillUniform);
const normals = fill(Float64Array, fillNormal);
const signs = fill(Float32Array, fillRademacher);

suite("fillUniform", () => {
  test("has the moments of U(0, 1) within 4 standard errors", () => {
    for (const values of [uniforms, uniforms32])
      for (const power of [1, 2, 3, 4]) {
        const variance = 1 / (2 * power + 1) - 1 / (power + 1) ** 2;
        expectMean(values, (x) => x ** power, 1 / (power + 1), variance);
      }
  });

  test("passes Kolmogorov's test and chi-square over 1024 cells", () => {
    for (const values of [uniforms, uniforms32]) {
      expect(kolmogorovTest(values, (x) => x).pValue).toBeGreaterThan(rare);
      const counts = histogram(values, 1024, (x) => x * 1024);
      expect(chiSquareTest(counts, new Float64Array(1024).fill(n / 1024)).pValue).toBeGreaterThan(
        rare,
      );
    }
  });

  test("stays inside (0, 1) at the extreme words, in both widths", () => {
    // The stated map at words 0 and 2³² − 1: both ends are exact floats strictly inside.
    expect(Math.fround(0.5 * 2 ** -23)).toBe(0.5 * 2 ** -23);
    expect(Math.fround((2 ** 23 - 0.5) * 2 ** -23)).toBe(1 - 2 ** -24);
    expect((2 ** 32 - 0.5) * 2 ** -32).toBe(1 - 2 ** -33);
    const words = new Uint32Array(n);
    fillWords(source, 0, words);
    for (let i = 0; i < n; i++) {
      if (uniforms[i] !== (words[i] + 0.5) / 2 ** 32) expect.fail(`draw ${i} is not its word`);
      if (uniforms32[i] !== ((words[i] >>> 9) + 0.5) / 2 ** 23)
        expect.fail(`draw ${i} is not its word`);
      if (!(Math.abs(uniforms[i] - uniforms32[i]) <= 2 ** -24))
        expect.fail(`widths differ at ${i}`);
    }
  });

  test("gives each of the 32 bits of a word an even chance, and each pair of bits", () => {
    const words = new Uint32Array(1 << 16);
    fillWords(source, 12345, words);
    for (let a = 0; a < 32; a++)
      for (let b = a; b < 32; b++) {
        let ones = 0;
        for (const w of words) ones += a === b ? (w >>> a) & 1 : ((w >>> a) ^ (w >>> b)) & 1;
        // 528 statistics: 4.9 standard errors keep the family's chance of a false alarm below 10⁻³.
        expect(Math.abs(ones - 2 ** 15)).toBeLessThan(4.9 * 128);
      }
  });
});

suite("fillNormal", () => {
  test("is Box and Muller's transform of its words to 4e-15", () => {
    const words = new Uint32Array(1 << 18);
    fillWords(source, 0, words);
    let worst = 0;
    for (let i = 0; i < words.length; i += 2) {
      const sign = words[i + 1] & 1 ? -1 : 1;
      const radius = sign * Math.sqrt(-2 * Math.log((words[i] + 0.5) / 2 ** 32));
      const angle = ((words[i + 1] >> 1) + 0.5) * (Math.PI / 2 ** 31);
      worst = Math.max(worst, Math.abs(normals[i] - radius * Math.cos(angle)));
      worst = Math.max(worst, Math.abs(normals[i + 1] - radius * Math.sin(angle)));
    }
    expect(worst).toBeLessThan(4e-15);
  });

  test("has the moments of N(0, 1) within 4 standard errors", () => {
    const moment = (k: number) =>
      k % 2 ? 0 : [1, 1, 3, 15, 105, 945, 10395, 135135, 2027025][k / 2];
    for (const power of [1, 2, 3, 4, 5, 6, 8])
      expectMean(normals, (x) => x ** power, moment(power), moment(2 * power) - moment(power) ** 2);
  });

  test("passes Kolmogorov's test and chi-square over cells of equal chance", () => {
    expect(kolmogorovTest(normals, normalCdf).pValue).toBeGreaterThan(rare);
    const counts = histogram(normals, 256, (x) => normalCdf(x) * 256);
    expect(chiSquareTest(counts, new Float64Array(256).fill(n / 256)).pValue).toBeGreaterThan(rare);
  });

  test("has the tails of the normal law out to 4.5 standard deviations", () => {
    for (const z of [3, 3.5, 4, 4.5]) {
      const chance = 2 * normalCdf(-z);
      const count = normals.reduce((sum, x) => sum + (Math.abs(x) > z ? 1 : 0), 0);
      expect(Math.abs(count - n * chance)).toBeLessThan(4 * Math.sqrt(n * chance));
    }
  });

  test("rounds the same draws once in float32", () => {
    const single = fill(Float32Array, fillNormal);
    expect(single.every((x, i) => x === Math.fround(normals[i]))).toBe(true);
  });

  test("has pairs of independent squares", () => {
    expectMean(pairs(normals, 1, 2), (x) => x, 0, 1);
    const squares = normals.map((x) => x * x - 1);
    expectMean(pairs(squares, 1, 2), (x) => x, 0, 4);
  });
});

suite("fillRademacher", () => {
  test("gives ±1 evenly, with unrelated neighbours", () => {
    expect(signs.every((x) => x === 1 || x === -1)).toBe(true);
    expectMean(signs, (x) => x, 0, 1);
    for (const lag of [1, 2, 31, 32, 33, 128]) expectMean(pairs(signs, lag), (x) => x, 0, 1);
  });
});

suite("correlations vanish", () => {
  test.each([1, 2, 3, 4, 5, 8, 16, 1024])("between indices %i apart", (lag) => {
    expectMean(pairs(normals, lag), (x) => x, 0, 1);
    const centred = uniforms.map((x) => (x - 0.5) * Math.sqrt(12));
    expectMean(pairs(centred, lag), (x) => x, 0, 1);
  });

  const m = 1 << 18;
  const base = normals.subarray(0, m);
  test.each([
    ["neighbouring seeds", stream("20240230", "tests of distributions")],
    ["seeds 2³² apart", stream("4315207525", "tests of distributions")],
    ["similar names", stream("20240229", "tests of distributions ")],
    ["a substream by name", substream(source, "a")],
    ["substream 0", substream(source, 0)],
    ["substream 1", substream(source, 1)],
  ])("between a stream and %s", (_, other) => {
    const values = new Float64Array(m);
    fillNormal(other, 0, values);
    for (const shift of [0, 1, 2, 3, 4])
      expectMean(
        values.subarray(shift).map((x, i) => x * base[i]),
        (x) => x,
        0,
        1,
      );
  });

  test("across 100000 numbered substreams at one index", () => {
    const count = 100_000;
    const one = new Float64Array(1);
    const firsts = Float64Array.from({ length: count }, (_, i) => {
      fillNormal(substream(source, i), 0, one);
      return one[0];
    });
    expect(kolmogorovTest(firsts, normalCdf).pValue).toBeGreaterThan(rare);
    for (const lag of [1, 2, 256]) expectMean(pairs(firsts, lag), (x) => x, 0, 1);
  });
});

function fill<T extends Float32Array | Float64Array>(
  Kind: new (length: number) => T,
  draw: (s: typeof source, offset: number, out: T) => void,
): T {
  const out = new Kind(n);
  draw(source, 0, out);
  return out;
}

function expectMean(
  values: Float32Array | Float64Array,
  f: (x: number) => number,
  mean: number,
  variance: number,
) {
  let sum = 0;
  for (const x of values) sum += f(x);
  const stderr = Math.sqrt(variance / values.length);
  expect(Math.abs(sum / values.length - mean) / stderr).toBeLessThan(4);
}

/** Products of values `lag` apart, at every `stride`-th place. */
function pairs(values: Float32Array | Float64Array, lag: number, stride = 1): Float64Array {
  const count = Math.floor((values.length - lag) / stride);
  return Float64Array.from(
    { length: count },
    (_, i) => values[i * stride] * values[i * stride + lag],
  );
}

function histogram(values: ArrayLike<number>, cells: number, cell: (x: number) => number) {
  const counts = new Float64Array(cells);
  for (let i = 0; i < values.length; i++) counts[Math.floor(cell(values[i]))]++;
  return counts;
}
