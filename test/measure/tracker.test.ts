import { expect, suite, test } from "vitest";
import { tracker } from "../../src/measure/index.ts";
import { fillNormal, stream, substream } from "../../src/random/index.ts";

/** x ← ρx + noise about a mean, begun in its stationary law. */
function series(index: number, n: number, rho: number, mean: number): Float64Array {
  const noise = new Float64Array(n);
  fillNormal(substream(stream("4", "series"), index), 0, noise);
  let x = noise[0] / Math.sqrt(1 - rho * rho);
  return noise.map((z) => mean + (x = rho * x + z));
}

suite("tracker", () => {
  test.each([0, 0.6, 0.9])(
    "covers the mean of an autoregression with ρ = %s in 90 to 98 % of 300 series",
    (rho) => {
      const n = 1000;
      const truth = 1 / (1 - rho) / Math.sqrt(n);
      let covered = 0;
      let stderr = 0;
      for (let r = 0; r < 300; r++) {
        const seen = tracker({ window: n, seed: "4" });
        series(r, n, rho, 2).forEach((value, i) => seen.push(8 * i, value));
        const estimate = seen.read()!;
        if (estimate.low <= 2 && 2 <= estimate.high) covered++;
        stderr += estimate.stderr / 300;
      }
      expect(stderr / truth).toBeGreaterThan(0.9);
      expect(stderr / truth).toBeLessThan(1.1);
      expect(covered / 300).toBeGreaterThanOrEqual(0.9);
      expect(covered / 300).toBeLessThanOrEqual(0.98);
    },
  );

  test("keeps the newest values, leaves out what is not finite, and forgets", () => {
    const seen = tracker({ window: 8, seed: "4", of: "batch ratio" });
    expect(seen.read()).toBeUndefined();
    for (let i = 0; i < 20; i++) seen.push(2 * i, i === 15 ? NaN : i % 2);
    const estimate = seen.read()!;
    expect(estimate).toMatchObject({ from: 24, to: 38, samples: 7, excluded: 1 });
    expect(estimate.value).toBeCloseTo(3 / 7, 12);
    expect(estimate.method).toContain("batch ratio");
    seen.reset();
    expect(seen.read()).toBeUndefined();
    seen.push(0, 1);
    expect(() => seen.push(0, 1)).toThrow("steps must increase, got 0 after 0");
    expect(() => tracker({ window: 3, seed: "4" })).toThrow(
      "window must be an integer of at least 4, got 3",
    );
  });

  test("a jump within the window widens the interval far beyond independent values'", () => {
    const seen = tracker({ window: 64, seed: "4" });
    for (let i = 0; i < 64; i++) seen.push(i, i < 32 ? 0 : 1);
    const independent = 0.5 / Math.sqrt(63);
    const { stderr, low, high } = seen.read()!;
    expect(stderr).toBeGreaterThan(4 * independent);
    expect(low).toBeLessThan(0);
    expect(high).toBeGreaterThan(1);
  });
});
