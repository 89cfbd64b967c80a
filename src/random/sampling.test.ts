import { expect, suite, test } from "vitest";
import { chiSquareTest } from "../statistics/index.ts";
import { fillIntegers, integerAt, integerReader } from "./integers.ts";
import { permutation, sampleWithReplacement, sampleWithoutReplacement } from "./sampling.ts";
import { stream, words } from "./stream.ts";

const source = stream("3", "samples");
const rare = 6.3e-5; // a p-value as unlikely as 4 standard errors

suite("fillIntegers", () => {
  test.each([1, 2, 3, 7, 10, 256, 1000])("is uniform below %i", (bound) => {
    const draws = new Int32Array(200_000);
    fillIntegers(source, 1000, bound, draws);
    const counts = new Float64Array(bound);
    for (const draw of draws) counts[draw]++;
    expect(counts.reduce((a, b) => a + b)).toBe(draws.length);
    if (bound > 1)
      expect(
        chiSquareTest(
          counts,
          counts.map(() => draws.length / bound),
        ).pValue,
      ).toBeGreaterThan(rare);
  });

  test("is the exact high half of a 64-bit product, and even where a plain product is not", () => {
    // 3·2²⁹ refuses a quarter of the words; without refusal a third of the integers come twice as often.
    const bound = 3 * 2 ** 29;
    const draws = new Int32Array(30_000);
    fillIntegers(source, 0, bound, draws);
    let refused = 0;
    const residues = new Float64Array(3);
    for (let i = 0; i < draws.length; i++) {
      const product = BigInt(words(source, Math.floor(i / 4))[i % 4]) * BigInt(bound);
      if ((product & 0xffffffffn) < 2n ** 32n % BigInt(bound)) refused++;
      else expect(draws[i]).toBe(Number(product >> 32n));
      residues[draws[i] % 3]++;
      expect(integerAt(source, i, bound)).toBe(draws[i]);
    }
    expect(Math.abs(refused / draws.length - 0.25)).toBeLessThan(
      4 * Math.sqrt(0.1875 / draws.length),
    );
    expect(chiSquareTest(residues, [1e4, 1e4, 1e4]).pValue).toBeGreaterThan(rare);
  });

  test("covers the whole range of an Int32Array", () => {
    const draws = new Int32Array(10_000);
    fillIntegers(source, 0, 2 ** 31, draws);
    expect(draws.every((x) => x >= 0)).toBe(true);
    const mean = draws.reduce((a, b) => a + b) / draws.length / 2 ** 31;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(1 / 12 / draws.length));
  });
});

suite("integerReader", () => {
  test("takes one accepted word after the other, in order", () => {
    const read = integerReader(source);
    for (let i = 0; i < 50; i++) {
      const word = words(source, Math.floor(i / 4))[i % 4];
      expect(read(2 ** 16)).toBe(word >>> 16); // a power of two refuses nothing
    }
  });
});

suite("permutation", () => {
  test("takes all 24 orders of four with equal chance", () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 48_000; epoch++) {
      const key = permutation(source, epoch, 4).join("");
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquareTest([...counts.values()], Array(24).fill(2000)).pValue).toBeGreaterThan(rare);
  });

  test("puts each of 50 items in each of 50 places with equal chance", () => {
    const epochs = 10_000;
    const counts = new Float64Array(2500);
    for (let epoch = 0; epoch < epochs; epoch++)
      permutation(source, epoch, 50).forEach((item, place) => counts[50 * place + item]++);
    // Σ (O − E)²/E of a doubly stochastic table: χ² of 49² degrees after a factor 49/50.
    const statistic = counts.reduce((sum, c) => sum + (c - epochs / 50) ** 2 / (epochs / 50), 0);
    expect(Math.abs((statistic * 49) / 50 - 49 ** 2)).toBeLessThan(4 * Math.sqrt(2 * 49 ** 2));
  });

  test("holds every item once, differs between epochs and repeats itself", () => {
    const first = permutation(source, 0, 50_000);
    expect([...first].sort((a, b) => a - b).every((x, i) => x === i)).toBe(true);
    expect([...permutation(source, 0, 50_000)]).toEqual([...first]);
    const second = permutation(source, 1, 50_000);
    const agreements = first.filter((x, i) => x === second[i]).length;
    expect(agreements).toBeLessThan(10); // Poisson of mean 1
    expect([permutation(source, 0, 0).length, ...permutation(source, 5, 1)]).toEqual([0, 0]);
  });
});

suite("sampleWithoutReplacement", () => {
  test("is the beginning of the permutation, sparse or dense", () => {
    for (const [n, k] of [
      [1000, 8],
      [1000, 62],
      [1000, 63],
      [1000, 999],
      [1000, 1000],
      [1, 1],
      [5, 0],
    ] as const)
      for (const index of [0, 1, 2 ** 40])
        expect([...sampleWithoutReplacement(source, index, n, k)]).toEqual([
          ...permutation(source, index, n).subarray(0, k),
        ]);
  });

  test("never repeats, over a population too large to list", () => {
    const sample = sampleWithoutReplacement(source, 7, 2 ** 31, 20_000);
    expect(new Set(sample).size).toBe(20_000);
    expect(Math.min(...sample)).toBeGreaterThanOrEqual(0);
  });

  test("takes all subsets of 2 out of 6 with equal chance", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 30_000; i++) {
      const key = sampleWithoutReplacement(source, i, 6, 2).sort().join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(15);
    expect(chiSquareTest([...counts.values()], Array(15).fill(2000)).pValue).toBeGreaterThan(rare);
  });
});

suite("sampleWithReplacement", () => {
  test("repeats as often as independent draws do", () => {
    // P(no repeat among 8 of 20) = 20·19·…·13 / 20⁸
    let distinct = 0;
    const rounds = 20_000;
    const counts = new Float64Array(20);
    for (let i = 0; i < rounds; i++) {
      const sample = sampleWithReplacement(source, i, 20, 8);
      if (new Set(sample).size === 8) distinct++;
      for (const item of sample) counts[item]++;
    }
    let chance = 1;
    for (let i = 0; i < 8; i++) chance *= (20 - i) / 20;
    const stderr = Math.sqrt((chance * (1 - chance)) / rounds);
    expect(Math.abs(distinct / rounds - chance)).toBeLessThan(4 * stderr);
    expect(
      chiSquareTest(
        counts,
        counts.map(() => (rounds * 8) / 20),
      ).pValue,
    ).toBeGreaterThan(rare);
  });
});

test("sizes that make no sample are refused", () => {
  expect(() => sampleWithoutReplacement(source, 0, 5, 6)).toThrow(
    new RangeError("a sample without replacement of 5 has at most 5, got 6"),
  );
  expect(() => sampleWithReplacement(source, 0, 5, -1)).toThrow(
    "size of a sample must be an integer of at least 0, got -1",
  );
  expect(() => permutation(source, 0, 2.5)).toThrow(
    "bound must be an integer from 1 to 2147483648, got 2.5",
  );
  expect(() => permutation(source, 0.5, 2)).toThrow(
    "number of a substream must be an integer from 0 to 2^53 - 1, got 0.5",
  );
});
