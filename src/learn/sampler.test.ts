import { fc, test as property } from "@fast-check/vitest";
import { expect, suite, test } from "vitest";
import { stream } from "../random/index.ts";
import { chiSquareTest } from "../statistics/index.ts";
import { nextBatch, type Sampler, type SamplerPosition, samplerStart } from "./sampler.ts";

interface Drawn {
  readonly batches: { indices: number[]; weights: number[] }[];
  readonly positions: SamplerPosition[];
}

/** Batches one after another from a position; each call gets a stream object of its own. */
function draw(
  sampler: Sampler,
  count: number,
  size: number,
  batches: number,
  from = samplerStart,
  seed = "1",
): Drawn {
  const out: Drawn = { batches: [], positions: [] };
  let position = from;
  for (let k = 0; k < batches; k++) {
    const [indices, weights] = [new Int32Array(size), new Float64Array(size)];
    position = nextBatch(sampler, stream(seed, "order"), position, count, indices, weights);
    out.batches.push({ indices: [...indices], weights: [...weights] });
    out.positions.push(position);
  }
  return out;
}

const samplers: Sampler[] = [
  { kind: "epochs", last: "keep" },
  { kind: "epochs", last: "drop" },
  { kind: "without-replacement" },
  { kind: "with-replacement" },
];
const [keep, drop, without, withReplacement] = samplers;

const sizes = fc
  .integer({ min: 1, max: 40 })
  .chain((count) => fc.tuple(fc.constant(count), fc.integer({ min: 1, max: count })));

suite("epochs", () => {
  property.prop([sizes], { seed: 43, numRuns: 100 })(
    "that keep the last batch cover each sample once, padding with valid rows of weight 0",
    ([count, size]) => {
      const perEpoch = Math.ceil(count / size);
      const { batches, positions } = draw(keep, count, size, 3 * perEpoch);
      const padding: [number, number][] = [];
      for (let epoch = 0; epoch < 3; epoch++) {
        const seen: number[] = [];
        for (const { indices, weights } of batches.slice(epoch * perEpoch, (epoch + 1) * perEpoch))
          indices.forEach((index, i) => {
            if (weights[i] === 1) seen.push(index);
            else padding.push([index, weights[i]]);
          });
        expect(seen.toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
      }
      expect(padding.length).toBe(3 * (perEpoch * size - count));
      expect(padding.every(([index, weight]) => index >= 0 && index < count && weight === 0)).toBe(
        true,
      );
      expect(positions.at(-1)).toEqual({ epoch: 2, offset: count, batches: 3 * perEpoch });
    },
  );

  property.prop([sizes], { seed: 44, numRuns: 100 })(
    "that drop it give only whole batches without a repeat",
    ([count, size]) => {
      const perEpoch = Math.floor(count / size);
      const { batches, positions } = draw(drop, count, size, 2 * perEpoch);
      for (const half of [batches.slice(0, perEpoch), batches.slice(perEpoch)]) {
        const seen = half.flatMap(({ indices }) => indices);
        expect(new Set(seen).size).toBe(perEpoch * size);
      }
      expect(batches.flatMap(({ weights }) => weights).every((w) => w === 1)).toBe(true);
      expect(positions.at(-1)!.epoch).toBe(1);
    },
  );

  test("are shuffled anew each time", () => {
    const { batches } = draw(keep, 50, 50, 3);
    const orders = new Set(batches.map(({ indices }) => indices.join()));
    expect(orders.size).toBe(3);
    expect(orders.has([...Array(50).keys()].join())).toBe(false);
  });
});

suite("independent batches", () => {
  test("without replacement hold no sample twice, and are the whole set in order where they are all of it", () => {
    for (const { indices } of draw(without, 9, 5, 200).batches)
      expect(new Set(indices).size).toBe(5);
    expect(draw(without, 4, 4, 1).batches[0].indices).toEqual([0, 1, 2, 3]);
  });

  test.each([
    ["with", withReplacement],
    ["without", without],
  ])("%s replacement take every sample equally often (chi-square, p > 6·10⁻⁵)", (_, sampler) => {
    const [count, size, batches] = [12, 5, 4000];
    const counts = Array.from({ length: count }, () => 0);
    for (const { indices } of draw(sampler, count, size, batches).batches)
      for (const index of indices) counts[index]++;
    const even = counts.map(() => (size * batches) / count);
    // Without replacement the counts spread less than multinomially: the test is conservative.
    expect(chiSquareTest(counts, even).pValue).toBeGreaterThan(6e-5);
  });

  test("with replacement repeat a sample as often as chance says", () => {
    const [count, size, batches] = [6, 2, 20000];
    const repeats = draw(withReplacement, count, size, batches).batches.filter(
      ({ indices }) => indices[0] === indices[1],
    ).length;
    const p = 1 / count;
    expect(Math.abs(repeats / batches - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / batches));
  });
});

suite.each(samplers.map((sampler) => ({ name: JSON.stringify(sampler), sampler })))(
  "$name",
  ({ sampler }) => {
    test("is a function of seed and position alone: a run cut anywhere goes on as if it had not been", () => {
      const whole = draw(sampler, 11, 4, 12);
      for (let cut = 1; cut < 12; cut++) {
        // As a checkpoint would hold it.
        const position = JSON.parse(JSON.stringify(whole.positions[cut - 1])) as SamplerPosition;
        const rest = draw(sampler, 11, 4, 12 - cut, position);
        expect(rest.batches).toEqual(whole.batches.slice(cut));
        expect(rest.positions.at(-1)).toEqual(whole.positions.at(-1));
      }
      expect(draw(sampler, 11, 4, 12, samplerStart, "2").batches).not.toEqual(whole.batches);
    });

    test("refuses a batch that is empty or larger than the set", () => {
      const refusal = (size: number) =>
        new RangeError(`batch size must be from 1 to the 3 samples, got ${size}`);
      expect(() => draw(sampler, 3, 0, 1)).toThrow(refusal(0));
      if (sampler.kind === "with-replacement")
        expect(draw(sampler, 3, 5, 1).batches[0].indices.length).toBe(5);
      else expect(() => draw(sampler, 3, 4, 1)).toThrow(refusal(4));
    });
  },
);
