import { expect, suite, test } from "vitest";
import { fillUniform, stream, substream } from "../../random/index.ts";
import { escapeStatistics } from "./estimate.ts";
import type { Exits } from "./walkers.ts";

const source = stream("5", "estimate");

/** Walkers whose steps are geometric with this mean, given up at the horizon. */
function walkers(item: number, n: number, mean: number, horizon: number): Exits {
  const u = new Float64Array(n);
  fillUniform(substream(source, item), 0, u);
  const whole = u.map((p) => Math.ceil(Math.log(p) / Math.log1p(-1 / mean)));
  return {
    steps: whole.map((s) => Math.min(s, horizon)),
    left: Uint8Array.from(whole, (s) => (s <= horizon ? 1 : 0)),
  };
}

suite("escapeStatistics", () => {
  test.each([
    ["nothing is censored", Infinity],
    ["two in five are censored", 900],
    ["nine in ten are censored", 105],
  ])("covers the mean in 95 %% of runs where %s", (_, horizon) => {
    let hits = 0;
    for (let i = 0; i < 600; i++) {
      const found = escapeStatistics(walkers(i, 300, 1000, horizon), 0.01, "1");
      const { low, high } = found.meanFirstPassageTime;
      if (low <= 10 && 10 <= high!) hits++;
    }
    expect(Math.abs(hits / 600 - 0.95)).toBeLessThan(4 * Math.sqrt((0.95 * 0.05) / 600));
  });

  test("no law is assumed where every walker has left", () => {
    const { meanFirstPassageTime, steps, survival } = escapeStatistics(
      { steps: Float64Array.of(10, 20, 60), left: Uint8Array.of(1, 1, 1) },
      0.1,
      "1",
    );
    expect(meanFirstPassageTime).toMatchObject({ method: "mean, t interval", censored: 0 });
    expect(meanFirstPassageTime.value).toBeCloseTo(3, 14);
    expect(steps.value).toBe(30);
    expect(survival.times).toEqual([1, 2, 6]);
    expect(survival.survival.at(-1)).toBe(0);
    expect(survival.median).toBe(2);
  });

  test("who never began does not count; who is on the way is censored where it is", () => {
    const { steps, exponential, rate } = escapeStatistics(
      { steps: Float64Array.of(10, 20, 30, 0), left: Uint8Array.of(1, 0, 1, 0) },
      1,
      "1",
    );
    expect(steps).toMatchObject({ value: 30, samples: 3, censored: 1 });
    expect(steps.method).toBe("exponential mean, maximum likelihood, profile interval");
    expect([exponential, rate]).toEqual([null, null]);
  });

  test("without an exit there is a lower bound alone", () => {
    const { meanFirstPassageTime } = escapeStatistics(
      { steps: Float64Array.of(100, 100), left: Uint8Array.of(0, 0) },
      1,
      "1",
    );
    // e^(−200/τ) = 0.05
    expect(meanFirstPassageTime.low).toBeCloseTo(200 / Math.log(20), 12);
    expect(meanFirstPassageTime).toMatchObject({ value: null, high: null, censored: 2 });
    expect(() =>
      escapeStatistics({ steps: new Float64Array(2), left: new Uint8Array(2) }, 1, "1"),
    ).toThrow(new RangeError("walkers that were followed must be at least 1, got 0"));
  });

  test("the curve is thinned to 500 points with both its ends", () => {
    const { survival } = escapeStatistics(walkers(1, 3000, 1e6, Infinity), 1, "1");
    expect(survival.times.length).toBe(500);
    expect(survival.survival.at(-1)).toBe(0);
    expect(survival.survival[0]).toBeCloseTo(1, 3);
  });
});
