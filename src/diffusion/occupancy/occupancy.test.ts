import { expect, suite, test } from "vitest";
import { less, mul, scalar, where, type Tensor } from "../../graph/index.ts";
import { chiSquareSurvival, normalCdf } from "../../numeric/index.ts";
import { constantNoise } from "../noise/constant.ts";
import { catalogueLandscape } from "../potential/catalogue/catalogue.ts";
import { diffusionProcess } from "../process/process.ts";
import { eulerMaruyama } from "../scheme/euler-maruyama.ts";
import type { Ensemble } from "./ensemble.ts";
import { ensembleOccupancy } from "./occupancy.ts";

const f64 = (value: number) => scalar(value, "float64");

const wellProcess = (dimension: number) =>
  diffusionProcess({
    potential: catalogueLandscape("double-well", { dimension }),
    noise: constantNoise(0.25),
    scheme: eulerMaruyama,
    target: "continuous",
  });

const ensembleOf = (dimension: number): Ensemble => ({
  process: wellProcess(dimension),
  parameters: { eta: 0.005, diffusion: 0.25 },
  // On the saddle, from where half of them go either way: the wells need not exchange.
  start: Array<number>(dimension).fill(0),
  particles: 256 * 24,
  precision: "f32",
  seed: "5",
});
const sampling = { burnIn: 3000, stride: 200, looks: 15 };

/** ∫ e^(−V/D) over [a, b], by Simpson's rule. */
function weight(a: number, b: number): number {
  const n = 200;
  const v = (x: number) => Math.exp(-(x ** 4 / 4 - x ** 2 / 2) / 0.25);
  let sum = v(a) + v(b);
  for (let i = 1; i < n; i++) sum += (i % 2 === 1 ? 4 : 2) * v(a + ((b - a) * i) / n);
  return (sum * (b - a)) / n / 3;
}
const total = weight(-4, 4);

const squares = (z: readonly number[]) => z.reduce((sum, v) => sum + v * v, 0);

suite("ensembleOccupancy", () => {
  test("in one dimension is Gibbs' law within its error bars", () => {
    const axis = { coordinate: 0, from: -1.8, to: 1.8, cells: 24 };
    const { density, outside, means, looks } = ensembleOccupancy(ensembleOf(1), sampling, {
      axes: [axis],
      means: { square: ([x]: readonly Tensor[]) => mul(x, x) },
    });
    expect(looks).toBe(256 * 24 * 15);
    const width = 0.15;
    const z = density.map(({ value, stderr }, k) => {
      const low = axis.from + k * width;
      return (value - weight(low, low + width) / total / width) / stderr;
    });
    // 24 cells, a step of 0.005 that moves the law by less than its errors.
    expect(
      chiSquareSurvival(
        z.reduce((s, v) => s + v * v, 0),
        24,
      ),
    ).toBeGreaterThan(1e-4);
    expect(Math.abs(outside!.value - (2 * weight(1.8, 4)) / total)).toBeLessThan(
      4 * outside!.stderr,
    );
    expect(means.square.stderr).toBeLessThan(0.02);
  });

  test("in two dimensions is the product of the two laws", () => {
    const [n, width] = [6, 0.5];
    const axes = [0, 1].map((coordinate) => ({ coordinate, from: -1.5, to: 1.5, cells: n }));
    const { density } = ensembleOccupancy(ensembleOf(2), sampling, { axes });
    const edges = Array.from({ length: n + 1 }, (_, k) => -1.5 + k * width);
    // Across, V = y²/2: a normal law of variance D.
    const across = edges.slice(1).map((b, k) => normalCdf(b / 0.5) - normalCdf(edges[k] / 0.5));
    const z = density.map(({ value, stderr }, k) => {
      const [i, j] = [Math.floor(k / n), k % n];
      const expected = (weight(edges[i], edges[i + 1]) / total) * across[j];
      return (value * width * width - expected) / (stderr * width * width);
    });
    expect(chiSquareSurvival(squares(z), n * n)).toBeGreaterThan(1e-4);
  });

  test("moves between basins obey detailed balance", () => {
    const label = ([x]: readonly Tensor[]) =>
      where(less(x, f64(-0.8)), f64(0), where(less(f64(0.8), x), f64(1), f64(-1)));
    const { shares, rates } = ensembleOccupancy(
      ensembleOf(1),
      { burnIn: 3000, stride: 20, looks: 150 },
      { basins: { count: 2, label } },
    );
    const [there, back] = [rates[0][1]!, rates[1][0]!];
    expect(rates[0][0]).toBeUndefined();
    const difference = there.value - back.value;
    expect(Math.abs(difference)).toBeLessThan(4 * Math.hypot(there.stderr, back.stderr));
    const share = weight(-4, -0.8) / total;
    expect(Math.abs(shares[0].value - share)).toBeLessThan(4 * shares[0].stderr);
  });

  test("refuses what it cannot mean", () => {
    const gather = (over: Partial<Ensemble>) => () =>
      ensembleOccupancy({ ...ensembleOf(1), ...over }, sampling, { means: {} });
    expect(gather({ particles: 100 })).toThrow(
      "particles must be at least 512 to give an error bar, got 100",
    );
    expect(gather({ start: [0, 0] })).toThrow("start must have 1 numbers, one a coordinate, got 2");
    expect(gather({ parameters: { eta: 0.1, difusion: 1 } })).toThrow(
      "a parameter must be one of eta, diffusion, got difusion",
    );
    expect(gather({ parameters: {} })).toThrow("eta must be a finite number, got NaN");
  });
});
