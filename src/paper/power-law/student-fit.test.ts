import { expect, suite, test } from "vitest";
import { studentQuantile } from "../../numeric/index.ts";
import { fitStudent } from "./student-fit.ts";

suite("fitStudent", () => {
  test.each([3, 5, 9])("finds ν = %d, location and scale from the law's own quantiles", (nu) => {
    const n = 2000;
    const samples = Float64Array.from({ length: n }, (_, i) => 1 + 2 * studentQuantile((i + 0.5) / n, nu)); // prettier-ignore
    const fit = fitStudent(samples);
    expect(Math.abs(fit.degrees / nu - 1)).toBeLessThan(0.05);
    expect(fit.location).toBeCloseTo(1, 3);
    expect(Math.abs(fit.scale / 2 - 1)).toBeLessThan(0.01);
  });

  test("refuses what it cannot fit", () => {
    expect(() => fitStudent(new Float64Array(9))).toThrow(
      "samples must be at least 10 to fit three numbers, got 9",
    );
    expect(() => fitStudent(new Float64Array(20).fill(NaN, 3, 4))).toThrow(
      "samples must be finite, got NaN at 3",
    );
    expect(() => fitStudent(new Float64Array(20))).toThrow(
      "samples must differ, got 0 for half of them",
    );
  });
});
