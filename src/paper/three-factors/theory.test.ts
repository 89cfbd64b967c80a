import { expect, suite, test } from "vitest";
import {
  diffusionOf,
  exactLogOdds,
  printedLogOdds,
  relaxationTime,
  twoWells,
} from "./two-wells.ts";
import { discreteLoss, printedLoss, quadraticProblem } from "./regression.ts";
import { conditionSeed } from "../condition-seed.ts";
import { scans } from "./occupancy-scans.ts";

suite("E L at a minimum with C = H", () => {
  test("is (η/4S)·Tr H as printed", () => {
    expect(printedLoss(0.1, 128, [50])).toBeCloseTo(9.77e-3, 5);
    expect(printedLoss(0.1, 8, [3, 1, 0.3])).toBeCloseTo(0.013438, 5);
  });

  test("is larger in discrete steps", () => {
    expect(discreteLoss(0.1, 8, [3, 1, 0.3])).toBeCloseTo(0.015271, 6);
    expect(discreteLoss(1e-6, 8, [3, 1, 0.3]) / printedLoss(1e-6, 8, [3, 1, 0.3])).toBeCloseTo(1, 5); // prettier-ignore
  });

  test("on samples with one curvature is the law of discrete steps exactly", () => {
    const spec = {
      curvatures: [3, 1, 0.3],
      samples: 64,
      noise: { kind: "isotropic", variance: 1 },
    } as const;
    // C = I: Σ η/(2S(2 − ηλ)).
    const expected = spec.curvatures.reduce((sum, l) => sum + 0.1 / (16 * (2 - 0.1 * l)), 0);
    expect(quadraticProblem(spec, "7").exact(0.1, 8)).toBeCloseTo(expected, 10);
  });

  test("on samples whose curvatures differ is larger still, and printed again for small η", () => {
    const spec = {
      curvatures: [3, 1, 0.3],
      samples: 64,
      noise: { kind: "labels", variance: 1 },
    } as const;
    const { exact } = quadraticProblem(spec, "7");
    expect(exact(0.1, 8)).toBeGreaterThan(discreteLoss(0.1, 8, spec.curvatures));
    expect(exact(1e-4, 8) / printedLoss(1e-4, 8, spec.curvatures)).toBeCloseTo(1, 3);
  });

  test("refuses a sum that cannot be mirrored", () => {
    const spec = { curvatures: [1], samples: 7, noise: { kind: "labels", variance: 1 } } as const;
    expect(() => quadraticProblem(spec, "7")).toThrow(
      "samples of a mirrored sum must be an even number, got 7",
    );
  });
});

suite("two wells", () => {
  const place = twoWells({ kind: "valleys", height: 1, left: 1, right: 2, tilt: -0.6 });

  test("have the odds of B.3 as printed", () => {
    const wells = { ...place, difference: 0.1, sharp: 16, flat: 1 };
    expect(printedLogOdds(wells, diffusionOf(0.1, 1, 1))).toBeCloseTo(0.614, 3);
    expect(printedLogOdds(wells, diffusionOf(0.2, 1, 1))).toBeCloseTo(-0.386, 3);
  });

  test("change places at n* = 4(L_B − L_A)/(σ² ln(H_A/H_B))", () => {
    const n = (4 * place.difference) / (3 * Math.log(place.sharp / place.flat));
    expect(printedLogOdds(place, diffusionOf(n, 1, 3))).toBeCloseTo(0, 12);
  });

  test("lie as deep and are as sharp as their formula says", () => {
    expect(place.difference).toBeCloseTo(0.6, 9);
    expect(place.flat / (8 - 0.9)).toBeCloseTo(1, 1);
    expect(place.sharp / (4 * (8 + 0.9))).toBeCloseTo(1, 1);
    const { gradient, start, opposite, saddle } = place.place;
    for (const at of [start, opposite, saddle]) expect(Math.abs(gradient(at))).toBeLessThan(1e-9);
  });

  test("hold by quadrature what Laplace's method says where they are cold", () => {
    expect(exactLogOdds(place, 0.02)).toBeCloseTo(printedLogOdds(place, 0.02), 1);
    expect(exactLogOdds(place, 0.25) - exactLogOdds(place, 0.5)).toBeGreaterThan(0.8);
    expect(relaxationTime(place, 0.2)).toBeGreaterThan(10 * relaxationTime(place, 0.5));
  });

  test("are planned as triples of one ησ²/S and one control", () => {
    const { first, second, third, unequal } = scans("quick");
    first.forEach(({ diffusion }, i) => {
      expect(second[i].diffusion).toBeCloseTo(diffusion, 12);
      expect(third[i].diffusion).toBeCloseTo(diffusion, 12);
      expect(unequal[i].diffusion).toBeCloseTo(2 * diffusion, 12);
    });
    const labels = Object.values(scans("quick")).flatMap((own) => own.map(({ label }) => label));
    expect(new Set(labels.map((label) => conditionSeed("11", label))).size).toBe(labels.length);
  });
});
