import { add, mul, square, sub, type Tensor } from "../../../graph/index.ts";
import { wholePower } from "../../formula/build.ts";
import {
  barrier,
  type KnownPoint,
  type KnownLandscape,
  repeat,
  requireDimension,
} from "./landscape.ts";

/** x⁴/4 − x²/2 */
const quartic = (x: Tensor) => sub(mul(wholePower(x, 4), 0.25), mul(square(x), 0.5));

const halfSquares = (xs: readonly Tensor[]) => xs.map((x) => mul(square(x), 0.5));

const sumOf = (terms: readonly Tensor[]) => terms.reduce((a, b) => add(a, b));

/**
 * V = x₁⁴/4 − x₁²/2 + ½ Σ_{i≥2} xᵢ²: minima at x₁ = ±1, saddle at 0, barrier ¼, curvatures 2 and −1
 * along the first coordinate and 1 across. All exact.
 */
export function doubleWell(dimension = 1): KnownLandscape {
  requireDimension("double-well", dimension);
  const at = (x: number) => [x, ...repeat(0, dimension - 1)];
  const ones = repeat(1, dimension - 1);
  const points: KnownPoint[] = [
    { at: at(-1), value: -0.25, eigenvalues: [2, ...ones] },
    { at: at(1), value: -0.25, eigenvalues: [2, ...ones] },
    { at: at(0), value: 0, eigenvalues: [...ones, -1] },
  ];
  return {
    name: "double-well",
    formula: `x1^4/4 - x1^2/2${Array.from({ length: dimension - 1 }, (_, i) => ` + x${i + 2}^2/2`).join("")}`,
    dimension,
    parameters: {},
    value: ([x, ...rest]) => sumOf([quartic(x), ...halfSquares(rest)]),
    box: repeat([-2, 2] as const, dimension),
    points,
    barriers: [barrier(points, 0, 2), barrier(points, 1, 2)],
    complete: true,
    source: "closed form",
  };
}

/**
 * V = x⁴/4 − x²/2 + tilt·x, two wells for |tilt| < 2/(3√3). Its critical points solve x³ − x + tilt = 0:
 * x_k = (2/√3)·cos(arccos(−(3√3/2)·tilt)/3 − 2πk/3), exactly.
 */
export function tiltedDoubleWell(tilt = 0.1): KnownLandscape {
  if (!(Math.abs(tilt) < 2 / Math.sqrt(27)))
    throw new RangeError(
      `tilted-double-well: two wells need a tilt between -2/sqrt(27) and 2/sqrt(27), got ${tilt}`,
    );
  const angle = Math.acos((-tilt * Math.sqrt(27)) / 2) / 3;
  const root = (k: number) => (2 / Math.sqrt(3)) * Math.cos(angle - (2 * Math.PI * k) / 3);
  // k = 2 is the leftmost root, k = 1 the one between.
  const points: KnownPoint[] = [root(2), root(0), root(1)].map((x) => ({
    at: [x],
    value: x ** 4 / 4 - x ** 2 / 2 + tilt * x,
    eigenvalues: [3 * x ** 2 - 1],
  }));
  return {
    name: "tilted-double-well",
    formula: "x^4/4 - x^2/2 + tilt*x",
    dimension: 1,
    parameters: { tilt },
    value: ([x], { tilt: slope }) => add(quartic(x), mul(slope, x)),
    box: [[-2, 2]],
    points,
    barriers: [barrier(points, 0, 2), barrier(points, 1, 2)],
    complete: true,
    source: "closed form: Viète's roots of a cubic",
  };
}

/** V = x²/2 − x³/3: a well at 0 that leaks over x = 1, barrier 1/6, curvatures 1 and −1. Unbounded below. */
export function cubicMetastable(): KnownLandscape {
  const points: KnownPoint[] = [
    { at: [0], value: 0, eigenvalues: [1] },
    { at: [1], value: 1 / 6, eigenvalues: [-1] },
  ];
  return {
    name: "cubic-metastable",
    formula: "x^2/2 - x^3/3",
    dimension: 1,
    parameters: {},
    value: ([x]) => sub(mul(square(x), 0.5), mul(wholePower(x, 3), 1 / 3)),
    box: [[-1, 2]],
    points,
    barriers: [barrier(points, 0, 1)],
    complete: true,
    source: "closed form",
  };
}

/**
 * V = ½ Σ λᵢxᵢ².
 *
 * @throws RangeError without curvatures, or where one is not finite.
 */
export function quadratic(curvatures: readonly number[] = [1]): KnownLandscape {
  requireDimension("quadratic", curvatures.length);
  if (!curvatures.every(Number.isFinite))
    throw new RangeError(`quadratic: curvatures must be finite, got ${curvatures.join(", ")}`);
  const dimension = curvatures.length;
  return {
    name: "quadratic",
    formula: curvatures.map((lambda, i) => `${lambda / 2}*x${i + 1}^2`).join(" + "),
    dimension,
    parameters: {},
    value: (x) => sumOf(x.map((xi, i) => mul(square(xi), curvatures[i] / 2))),
    box: repeat([-1, 1] as const, dimension),
    points: [
      { at: repeat(0, dimension), value: 0, eigenvalues: curvatures.toSorted((a, b) => b - a) },
    ],
    barriers: [],
    complete: curvatures.every((lambda) => lambda !== 0),
    source: "closed form",
  };
}

/**
 * V = (|x|² − 1)²/4: a maximum at 0 and a sphere of minima around it, on which V does not change:
 * curvature 2 across the sphere, 0 along it. The point declared is one of them.
 */
export function mexicanHat(dimension = 2): KnownLandscape {
  requireDimension("mexican-hat", dimension);
  const points: KnownPoint[] = [
    {
      at: [1, ...repeat(0, dimension - 1)],
      value: 0,
      eigenvalues: [2, ...repeat(0, dimension - 1)],
    },
    { at: repeat(0, dimension), value: 0.25, eigenvalues: repeat(-1, dimension) },
  ];
  return {
    name: "mexican-hat",
    formula: `(${Array.from({ length: dimension }, (_, i) => `x${i + 1}^2`).join(" + ")} - 1)^2/4`,
    dimension,
    parameters: {},
    value: (x) => mul(square(sub(sumOf(x.map(square)), 1)), 0.25),
    box: repeat([-1.5, 1.5] as const, dimension),
    points,
    barriers: [barrier(points, 0, 1)],
    complete: false,
    source: "closed form",
  };
}
