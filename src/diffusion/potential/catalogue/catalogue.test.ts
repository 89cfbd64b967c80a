import { expect, suite, test } from "vitest";
import { input } from "../../../graph/index.ts";
import { scalarFunction } from "../../../kernel/index.ts";
import { solve, symmetricEigen } from "../../../numeric/index.ts";
import { parseFormula } from "../../formula/parse-formula.ts";
import { potentialCalculus } from "../calculus.ts";
import { findCriticalPoints } from "../critical-points.ts";
import { catalogueLandscape, catalogueNames } from "./catalogue.ts";
import type { FiniteSumLandscape } from "./finite-sum.ts";
import type { KnownPoint, KnownLandscape } from "./landscape.ts";
import { mengToy, mengWell, mengWellSum } from "./meng2020.ts";
import { styblinskiTang } from "./styblinski-tang.ts";
import { doubleWell, mexicanHat, quadratic, tiltedDoubleWell } from "./wells.ts";
import { zhuToy } from "./zhu2019.ts";

const all: readonly KnownLandscape[] = [
  ...catalogueNames.map((name) => catalogueLandscape(name)),
  doubleWell(3),
  tiltedDoubleWell(-0.3),
  styblinskiTang(4),
  quadratic([3, -1, 0.5]),
  mexicanHat(3),
  mengWell(1),
  mengWellSum("7", 0.9, 50),
  zhuToy("12"),
];

const label = (l: KnownLandscape) => `${l.name} of ${l.dimension}`;
const known = all.flatMap(
  (l) =>
  l.points.map((point) => [`${label(l)} at ${point.at.map((x) => x.toFixed(3)).join()}`, l, point] as const), // prettier-ignore
);

/** x − H⁻¹g, where H is not singular. */
function newtonStep(l: KnownLandscape, { at, eigenvalues }: KnownPoint): readonly number[] {
  const calculus = potentialCalculus(l);
  const g = new Float64Array(l.dimension);
  const h = new Float64Array(l.dimension ** 2);
  calculus.gradient(at, g);
  calculus.hessian(at, h);
  if (eigenvalues.includes(0)) return at;
  const step = solve(h, g, l.dimension);
  return at.map((x, i) => x - step[i]);
}

suite("the catalogue", () => {
  test.each(known)(
    "%s is critical to 1e-10, with the declared value and curvatures",
    (_, l, point) => {
      const calculus = potentialCalculus(l);
      const d = l.dimension;
      const g = new Float64Array(d);
      const h = new Float64Array(d * d);
      // A digit in the sixteenth place of x moves the gradient by the curvature: one Newton step removes it.
      const polished = newtonStep(l, point);
      polished.forEach((x, i) => expect(Math.abs(x - point.at[i])).toBeLessThan(1e-13));
      calculus.gradient(polished, g);
      expect(Math.hypot(...g)).toBeLessThan(1e-10);
      expect(calculus.value(point.at)).toBeCloseTo(point.value, 11);
      calculus.hessian(point.at, h);
      const { values } = symmetricEigen(h, d);
      expect(values.length).toBe(point.eigenvalues.length);
      values.forEach((lambda, i) => {
        const scale = Math.max(1, Math.abs(point.eigenvalues[i]));
        expect(Math.abs(lambda - point.eigenvalues[i]) / scale).toBeLessThan(1e-8);
      });
    },
  );

  test.each(all.map((l) => [label(l), l] as const))(
    "%s: gradient and Hessian agree with central differences",
    (_, l) => {
      const calculus = potentialCalculus(l);
      const d = l.dimension;
      const x = l.box.map(([low, high], i) => low + (high - low) * (0.37 + 0.09 * i));
      const [g, up, down] = [0, 1, 2].map(() => new Float64Array(d));
      const h = new Float64Array(d * d);
      calculus.gradient(x, g);
      calculus.hessian(x, h);
      const scale = Math.max(1, ...h.map(Math.abs), ...g.map(Math.abs));
      const eps = 1e-5;
      const moved = (i: number, by: number) => x.map((v, j) => (j === i ? v + by : v));
      for (let i = 0; i < d; i++) {
        const slope = (calculus.value(moved(i, eps)) - calculus.value(moved(i, -eps))) / (2 * eps);
        expect(Math.abs(g[i] - slope) / scale).toBeLessThan(1e-6);
        calculus.gradient(moved(i, eps), up);
        calculus.gradient(moved(i, -eps), down);
        for (let j = 0; j < d; j++)
          expect(Math.abs(h[i * d + j] - (up[j] - down[j]) / (2 * eps)) / scale).toBeLessThan(1e-5);
      }
    },
  );

  const formulas = all.filter((l) => !/mean over|for x/.test(l.formula));
  test.each(formulas.map((l) => [label(l), l] as const))("%s is what its formula says", (_, l) => {
    const { value } = parseFormula(l.formula, { dimension: l.dimension, names: Object.keys(l.parameters) }); // prettier-ignore
    const x = Array.from({ length: l.dimension }, () => input([], "float64"));
    const named = Object.keys(l.parameters).map((name) => [name, input([], "float64")] as const);
    const f = scalarFunction([...x, ...named.map(([, t]) => t)], [value(x, Object.fromEntries(named))]); // prettier-ignore
    const out = new Float64Array(1);
    const calculus = potentialCalculus(l);
    for (const share of [0.1, 0.45, 0.8]) {
      const at = l.box.map(([low, high], i) => low + (high - low) * ((share + 0.3 * i) % 1));
      f([...at, ...Object.values(l.parameters)], out);
      expect(calculus.value(at) / out[0]).toBeCloseTo(1, 12);
    }
  });

  test.each(all.filter((l) => l.complete && l.dimension <= 3).map((l) => [label(l), l] as const))(
    "%s: a search of the box finds the declared points and no others",
    (_, l) => {
      const { points } = findCriticalPoints(l, l.box, "sum" in l ? { starts: 40 } : {});
      expect(points.length).toBe(l.points.length);
      for (const point of l.points) {
        const found = points.find((p) => p.at.every((x, i) => Math.abs(x - point.at[i]) < 1e-9));
        expect(found?.index).toBe(point.eigenvalues.filter((lambda) => lambda < 0).length);
      }
    },
  );

  test("barriers start at minima and end at points of index 1", () => {
    const index = (p: KnownPoint) => p.eigenvalues.filter((lambda) => lambda < 0).length;
    for (const l of all.filter(({ name }) => name !== "mexican-hat"))
      for (const { from, over } of l.barriers) {
        expect(index(l.points[from])).toBe(0);
        expect(index(l.points[over])).toBe(1);
      }
  });

  // Figures printed in the literature.
  test.each([
    ["styblinski-tang", 0, 39.3617780628],
    ["styblinski-tang", 1, 25.2250590143],
    ["double-well", 0, 0.25],
    ["cubic-metastable", 0, 1 / 6],
    ["meng-well", 0, 1],
    ["muller-brown", 0, 106.0347],
    ["muller-brown", 3, 35.9178],
    ["six-hump-camel", 0, 1.0316285],
  ])("%s has the published barrier %#", (name, i, height) => {
    expect(catalogueLandscape(name).barriers[i].height).toBeCloseTo(height, name === "muller-brown" ? 3 : 7); // prettier-ignore
  });

  test("the barrier of Meng's well is 2a²", () => {
    expect(mengWell(1.5).barriers[0].height).toBeCloseTo(4.5, 12);
  });

  test.each(
    [zhuToy("3"), mengWellSum("3", 1, 40), mengToy("3", 30)].map((l) => [l.name, l] as const),
  )(
    "%s is the mean of its per-sample losses, and other data by another seed",
    (_, l: FiniteSumLandscape) => {
      const { samples, features, data, loss } = l.sum;
      const x = Array.from({ length: l.dimension }, () => input([], "float64"));
      const s = Array.from({ length: features }, () => input([], "float64"));
      const a = input([], "float64");
      const one = scalarFunction([...x, ...s, a], [loss(x, s, { a })]);
      const out = new Float64Array(1);
      const at = [0.3, -0.8].slice(0, l.dimension);
      let mean = 0;
      for (let i = 0; i < samples; i++) {
        one([...at, ...data.subarray(i * features, (i + 1) * features), 1], out);
        mean += out[0] / samples;
      }
      expect(potentialCalculus(l).value(at)).toBeCloseTo(mean, 12);
      const again = catalogueLandscape(l.name, { seed: "4" }) as FiniteSumLandscape;
      expect(again.sum.data[0]).not.toBe(data[0]);
    },
  );

  test("Zhu's data have the covariance of their recipe, to four standard errors", () => {
    // E xxᵀ = 10⁻⁴·Kᵀ diag(10, 1) K = 10⁻⁴·[[5.5, −4.5], [−4.5, 5.5]]
    const moments = [0, 0, 0];
    const seeds = 40;
    for (let seed = 0; seed < seeds; seed++) {
      const { data } = zhuToy(`${seed}`).sum;
      for (let i = 0; i < 200; i += 2) {
        moments[0] += (data[i] * data[i] * 1e4) / (100 * seeds);
        moments[1] += (data[i] * data[i + 1] * 1e4) / (100 * seeds);
        moments[2] += (data[i + 1] * data[i + 1] * 1e4) / (100 * seeds);
      }
    }
    const n = 100 * seeds;
    const diagonal = (4 * 5.5 * Math.SQRT2) / Math.sqrt(n);
    const off = (4 * Math.sqrt(5.5 ** 2 + 4.5 ** 2)) / Math.sqrt(n);
    expect(Math.abs(moments[0] - 5.5)).toBeLessThan(diagonal);
    expect(Math.abs(moments[1] + 4.5)).toBeLessThan(off);
    expect(Math.abs(moments[2] - 5.5)).toBeLessThan(diagonal);
  });

  test("per-sample gradients of Meng's well have the variance 4(2u² + 1), to four standard errors", () => {
    const n = 4_000;
    const { data } = mengWellSum("5", 1, n).sum;
    const u = 0.7;
    // g = 2x(ux − y) has E g = 2u, Var g = 4(2u² + 1), E(g − 2u)⁴ = 16·(60u⁴ + 60u² + 9)
    let [mean, variance] = [0, 0];
    const slopes = Array.from({ length: n }, (_, i) => 2 * data[2 * i] * (u * data[2 * i] - data[2 * i + 1])); // prettier-ignore
    for (const g of slopes) mean += g / n;
    for (const g of slopes) variance += (g - 2 * u) ** 2 / n;
    const want = 4 * (2 * u * u + 1);
    const fourth = 16 * (60 * u ** 4 + 60 * u ** 2 + 9);
    expect(Math.abs(mean - 2 * u)).toBeLessThan(4 * Math.sqrt(want / n));
    expect(Math.abs(variance - want)).toBeLessThan(4 * Math.sqrt((fourth - want ** 2) / n));
  });

  test("Meng's toy is sharper at its right well than at its left", () => {
    const l = mengToy();
    const wells = findCriticalPoints(l, l.box, { starts: 60 }).points.filter(
      ({ kind }) => kind === "minimum",
    );
    const near = (sx: number, sy: number) =>
      wells.find(({ at }) => Math.sign(at[0]) === sx && Math.sign(at[1]) === sy)!;
    expect(near(1, 1).eigenvalues[1]).toBeGreaterThan(1.5 * near(-1, -1).eigenvalues[0]);
  });

  test("refuses what it does not have", () => {
    expect(() => catalogueLandscape("muller-braun")).toThrow(
      `there is no potential "muller-braun" (did you mean 'muller-brown'?)`,
    );
    expect(() => catalogueLandscape("toString")).toThrow('there is no potential "toString"');
    expect(() => catalogueLandscape("himmelblau", { dimension: 3 })).toThrow(
      "himmelblau has 2 coordinates, got dimension 3",
    );
    expect(() => doubleWell(0)).toThrow(
      "double-well: a dimension is an integer from 1 to 1000, got 0",
    );
    expect(() => tiltedDoubleWell(0.4)).toThrow(
      "tilted-double-well: two wells need a tilt between -2/sqrt(27) and 2/sqrt(27), got 0.4",
    );
    expect(() => mengWell(-1)).toThrow("meng-well: a must be positive, got -1");
    expect(() => quadratic([1, NaN])).toThrow("quadratic: curvatures must be finite, got 1, NaN");
    expect(() => potentialCalculus(doubleWell(), { tilt: 1 })).toThrow(
      "double-well has no parameter tilt, only none",
    );
  });
});
