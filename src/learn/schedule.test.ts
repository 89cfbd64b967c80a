import { fc, test as property } from "@fast-check/vitest";
import { expect, suite, test } from "vitest";
import { constantly, nextChange, type Schedule, scheduled } from "./schedule.ts";

const values = (schedule: Schedule, steps: readonly number[]) =>
  steps.map((step) => scheduled(schedule, step));

suite("scheduled", () => {
  test("constant", () => {
    expect(values(constantly(0.3), [0, 1, 1e9])).toEqual([0.3, 0.3, 0.3]);
  });

  test("step multiplies at each boundary, also where they are not in order", () => {
    const schedule: Schedule = { kind: "step", value: 8, factor: 0.5, boundaries: [10, 4, 10] };
    expect(values(schedule, [0, 3, 4, 9, 10, 99])).toEqual([8, 8, 4, 4, 1, 1]);
  });

  test("cosine goes from value to final along half a cosine, then stays", () => {
    const schedule: Schedule = { kind: "cosine", value: 3, final: 1, steps: 6 };
    const found = values(schedule, [0, 2, 3, 4, 6, 7, 100]);
    [3, 2.5, 2, 1.5, 1, 1, 1].forEach((x, i) => expect(found[i]).toBeCloseTo(x, 14));
  });

  test("triangle rises and falls in straight lines", () => {
    const schedule: Schedule = { kind: "cyclic", low: 1, high: 3, period: 4, shape: "triangle" };
    expect(values(schedule, [0, 1, 2, 3, 4, 5])).toEqual([1, 2, 3, 2, 1, 2]);
  });

  test("square is low for the first half of a period, an odd one's middle step included", () => {
    const even: Schedule = { kind: "cyclic", low: 1, high: 3, period: 4, shape: "square" };
    expect(values(even, [0, 1, 2, 3, 4])).toEqual([1, 1, 3, 3, 1]);
    const odd: Schedule = { ...even, period: 5 };
    expect(values(odd, [0, 1, 2, 3, 4, 5])).toEqual([1, 1, 1, 3, 3, 1]);
  });
});

const positive = fc.double({ min: 1e-3, max: 1e3, noNaN: true });
const whole = fc.integer({ min: 1, max: 40 });
const piecewise: fc.Arbitrary<Schedule> = fc.oneof(
  positive.map(constantly),
  fc.record({
    kind: fc.constant("step" as const),
    value: positive,
    factor: fc.constantFrom(0.1, 0.5, 2),
    boundaries: fc.array(whole, { maxLength: 5 }),
  }),
  fc.record({
    kind: fc.constant("cyclic" as const),
    low: positive,
    high: positive,
    period: whole,
    shape: fc.constant("square" as const),
  }),
);
const smooth: fc.Arbitrary<Schedule> = fc.oneof(
  fc.record({
    kind: fc.constant("cosine" as const),
    value: positive,
    final: positive,
    steps: whole,
  }),
  fc.record({
    kind: fc.constant("cyclic" as const),
    low: positive,
    high: positive,
    period: whole,
    shape: fc.constant("triangle" as const),
  }),
);

suite("nextChange", () => {
  property.prop([fc.oneof(piecewise, smooth), fc.nat({ max: 100 })], { seed: 41, numRuns: 500 })(
    "lies ahead, and the value stays until it",
    (schedule, step) => {
      const next = nextChange(schedule, step);
      expect(next).toBeGreaterThan(step);
      const seen = new Set<number>();
      for (let s = step; s < Math.min(next, 300); s++) seen.add(scheduled(schedule, s));
      expect(seen).toEqual(new Set([scheduled(schedule, step)]));
    },
  );

  property.prop([piecewise, fc.nat({ max: 100 })], { seed: 42, numRuns: 500 })(
    "misses no step of a piecewise constant schedule, nor cuts it needlessly",
    (schedule, step) => {
      const distinct =
        schedule.kind !== "cyclic" || (schedule.low !== schedule.high && schedule.period > 1);
      const next = Math.ceil(nextChange(schedule, step));
      if (distinct && next < Infinity)
        expect(scheduled(schedule, next)).not.toBe(scheduled(schedule, step));
      if (next === Infinity)
        expect(scheduled(schedule, step + 1000)).toBe(scheduled(schedule, step));
    },
  );
});
