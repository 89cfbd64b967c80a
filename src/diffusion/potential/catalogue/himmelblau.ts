import { add, square, sub } from "../../../graph/index.ts";
import { barrier, type KnownPoint, type KnownLandscape } from "./landscape.ts";

// Newton's method in 30 digits (mpmath); (3, 2) is exact.
const points: readonly KnownPoint[] = [
  { at: [3, 2], value: 0, eigenvalues: [82.28427125, 25.71572875] },
  {
    at: [3.584428340330492, -1.848126526964404],
    value: 0,
    eigenvalues: [105.4189083, 28.69067716],
  },
  {
    at: [-2.805118086952745, 3.131312518250573],
    value: 0,
    eigenvalues: [80.55007178, 64.84037277],
  },
  { at: [-3.779310253377747, -3.283185991286169], value: 0, eigenvalues: [133.7856152, 70.71435474] }, // prettier-ignore
  { at: [3.385154183607021, 0.0738518798377493], value: 13.31192627040559, eigenvalues: [97.5478781, -14.13517849] }, // prettier-ignore
  { at: [0.08667750455539636, 2.884254701174776], value: 67.71915008752615, eigenvalues: [75.50760924, -31.70662236] }, // prettier-ignore
  { at: [-3.07302575076439, -0.08135304428796751], value: 104.0151629175581, eigenvalues: [72.43524807, -39.65149626] }, // prettier-ignore
  { at: [-0.1279613467306801, -1.953714980244576], value: 178.3372392019275, eigenvalues: [20.28404998, -50.61023932] }, // prettier-ignore
  { at: [-0.2708445906673476, -0.9230385564799815], value: 181.6165215225827, eigenvalues: [-16.06601967, -45.60522929] }, // prettier-ignore
];

/** V = (x² + y − 11)² + (x + y² − 7)²: four minima of equal depth 0, four saddles, a maximum. */
export function himmelblau(): KnownLandscape {
  return {
    name: "himmelblau",
    formula: "(x^2 + y - 11)^2 + (x + y^2 - 7)^2",
    dimension: 2,
    parameters: {},
    value: ([x, y]) => add(square(sub(add(square(x), y), 11)), square(sub(add(x, square(y)), 7))),
    box: [
      [-5, 5],
      [-5, 5],
    ],
    points,
    barriers: [barrier(points, 0, 4), barrier(points, 1, 4), barrier(points, 2, 5), barrier(points, 3, 6)], // prettier-ignore
    complete: true,
    source: "Himmelblau (1972), Applied Nonlinear Programming, McGraw-Hill",
  };
}
