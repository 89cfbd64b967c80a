import { expect, suite, test } from "vitest";
import { escapeProblem } from "../../diffusion/index.ts";
import { constantField, type Escape, exactTime, lossNoise, nearestNoise, processOf, reachOf, specOf } from "./mirrored.ts"; // prettier-ignore

const escape = (more: Partial<Escape>): Escape => ({
  label: "test",
  height: 1,
  noise: nearestNoise(0.1, 1),
  sharpness: 1,
  convention: "ito",
  exit: 3,
  step: 0.01,
  ...more,
});

suite("the mirrored test", () => {
  // D.7, η = 0.1, b = 1: exact Itô times of the whole line; finite barriers are within 3 % from ΔL = 0.75.
  test.each([
    [0.75, 58.36],
    [1, 113.78],
    [1.5, 347.22],
    [2, 864],
  ])("has the specification's time at ΔL = %d", (height, time) => {
    const { mean } = exactTime(escape({ height, exit: reachOf(height) + 2 }));
    expect(Math.abs(mean / time - 1)).toBeLessThan(0.03);
  });

  test("keeps kτ under constant noise, and κ/k at fixed X under its own", () => {
    const constant = (sharpness: number) =>
      sharpness * exactTime(escape({ noise: constantField(0.3), sharpness })).mean;
    expect(constant(4) / constant(1)).toBeCloseTo(1, 8);
    // y = √k·x: η becomes kη, which is D₀·k and κ/k.
    const scaled =
      4 * exactTime(escape({ noise: lossNoise(0.1, 6), sharpness: 4, exit: 1.6 })).mean;
    const same = exactTime(escape({ noise: lossNoise(0.4, 1.5), exit: 1.6 })).mean;
    expect(scaled / same).toBeCloseTo(1, 8);
  });

  test.each([1, 2.5])(
    "simulates the landscape and the noise of the theory, k = %d",
    (sharpness) => {
      for (const noise of [nearestNoise(0.1, 1), lossNoise(0.1, 3), constantField(0.2)]) {
        const one = escape({ noise, sharpness, exit: 1.5 });
        const { host } = escapeProblem(specOf(one, 1, "1"));
        const { gradient, diffusion } = processOf(one);
        for (const x of [-1.2, -0.5, 0.3, 0.9].map((y) => y / Math.sqrt(sharpness))) {
          expect(host.gradient([x])[0]).toBeCloseTo(gradient(x), 10);
          const d = typeof diffusion === "number" ? diffusion : diffusion(x);
          expect(host.diffusion!([x])[0]).toBeCloseTo(d, 10);
        }
      }
    },
  );
});
