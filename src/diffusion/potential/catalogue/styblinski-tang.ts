import { add, mul, square, sub, type Tensor } from "../../../graph/index.ts";
import { wholePower } from "../../formula/build.ts";
import {
  barrier,
  type KnownPoint,
  type KnownLandscape,
  repeat,
  requireDimension,
} from "./landscape.ts";

// Roots of 2x³ − 16x + 5/2, and x⁴/2 − 8x² + 5x/2 and 6x² − 16 there, in 30 digits by mpmath.
const left = { x: -2.903534027771177, value: -39.16616570377142, curvature: 34.58305910255069 };
const top = { x: 0.1567312567803401, value: 0.1956123590553581, curvature: -15.85261187888833 };
const right = { x: 2.746802770990837, value: -25.02944665528394, curvature: 29.26955277633764 };

/**
 * V = ½ Σᵢ (xᵢ⁴ − 16xᵢ² + 5xᵢ), separable: 3ᵈ critical points. Declared are the two wells in which all
 * coordinates agree, and a saddle out of each; barriers 39.3618 from the deep one, 25.2251 from the
 * other, in any dimension; d such saddles lead out of each.
 */
export function styblinskiTang(dimension = 1): KnownLandscape {
  requireDimension("styblinski-tang", dimension);
  const point = (first: typeof left, others: typeof left): KnownPoint => ({
    at: [first.x, ...repeat(others.x, dimension - 1)],
    value: first.value + (dimension - 1) * others.value,
    eigenvalues: [first.curvature, ...repeat(others.curvature, dimension - 1)].sort((a, b) => b - a), // prettier-ignore
  });
  const wells = [point(left, left), point(right, right)];
  const points = [...wells, ...(dimension === 1 ? [point(top, top)] : [point(top, left), point(top, right)])]; // prettier-ignore
  const term = (x: Tensor) => add(sub(mul(wholePower(x, 4), 0.5), mul(square(x), 8)), mul(x, 2.5));
  return {
    name: "styblinski-tang",
    formula: Array.from({ length: dimension }, (_, i) => {
      const x = `x${i + 1}`;
      return `(${x}^4 - 16*${x}^2 + 5*${x})/2`;
    }).join(" + "),
    dimension,
    parameters: {},
    value: (x) => x.map(term).reduce((a, b) => add(a, b)),
    box: repeat([-4, 4] as const, dimension),
    points,
    barriers: [barrier(points, 0, 2), barrier(points, 1, dimension === 1 ? 2 : 3)],
    complete: dimension === 1,
    source: "Styblinski, Tang (1990), https://doi.org/10.1016/0893-6080(90)90035-E",
  };
}
