import { expect, suite, test } from "vitest";
import { chainSteps, sampledWell, sampleSlope, slopeMoments } from "./sgd-chain.ts";
import { sharpValley } from "./two-d-task.ts";
import { mengToy } from "../../diffusion/index.ts";

suite("the chain of SGD", () => {
  const well = sampledWell("5", 0.6);

  test("has the gradients of its samples' losses", () => {
    const loss = (row: number, w: number) => {
      const [x, y] = [well.rows[row], well.rows[row + 1]];
      const ell = (u: number) => (u * x - y) ** 2;
      return w >= 0 ? ell(-well.a) - ell(w - well.a) : ell(-w - well.a) - ell(-well.a);
    };
    for (const w of [-1.1, -0.3, 0.2, 0.9])
      for (const row of [0, 10, 998]) {
        const h = 1e-5;
        const slope = (loss(row, w + h) - loss(row, w - h)) / (2 * h);
        expect(sampleSlope(well, row, w)).toBeCloseTo(slope, 6);
      }
  });

  test("has its well where the mean gradient is 0, of the curvature that it says", () => {
    expect(slopeMoments(well, -well.reach).mean).toBeCloseTo(0, 10);
    const rise = slopeMoments(well, -well.reach + 0.01).mean / 0.01;
    expect(rise).toBeCloseTo(well.curvature, 8);
    expect(well.height).toBeCloseTo(well.curvature * well.reach ** 2, 10);
  });

  test("converges in the number of cells", () => {
    const steps = [100, 200].map((cells) => chainSteps(well, 0.1, well.reach + 0.75, cells));
    expect(Math.abs(steps[0] / steps[1] - 1)).toBeLessThan(0.02);
  });
});

suite("the sharp valley", () => {
  test("is a minimum of the mean loss, coordinate by coordinate", () => {
    const { at, curvature } = sharpValley("3");
    const { samples, data } = mengToy("3").sum;
    const mean = (j: number, w: number) => {
      let sum = 0;
      for (let i = 0; i < samples; i++) {
        const u = w - data[2 * i + j];
        sum += (15 * Math.abs(u - 1) ** 2.5 * Math.abs(u + 1) ** 3) / samples;
      }
      return sum;
    };
    const h = 1e-3;
    const second = [0, 1].map((j) => {
      expect((mean(j, at[j] + h) - mean(j, at[j] - h)) / (2 * h)).toBeCloseTo(0, 2);
      return (mean(j, at[j] + h) - 2 * mean(j, at[j]) + mean(j, at[j] - h)) / h ** 2;
    });
    expect((second[0] + second[1]) / 2 / curvature).toBeCloseTo(1, 2);
  });
});
