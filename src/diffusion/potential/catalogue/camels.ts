import { add, mul, square, sub, type Tensor } from "../../../graph/index.ts";
import { wholePower } from "../../formula/build.ts";
import { barrier, type KnownPoint, type KnownLandscape } from "./landscape.ts";

const opposite = ({ at, value, eigenvalues }: KnownPoint): KnownPoint => ({
  at: at.map((x) => -x),
  value,
  eigenvalues,
});

// One of each pair ±(x, y), by Newton's method in 30 digits (mpmath).
const half: readonly KnownPoint[] = [
  { at: [0.08984201310031806, -0.7126564030207396], value: -1.031628453489877, eigenvalues: [16.49319523, 7.682251413] }, // prettier-ignore
  { at: [-1.703606714969981, 0.7960835686726251], value: -0.2154638243837176, eigenvalues: [22.69751501, 18.81713864] }, // prettier-ignore
  { at: [1.607104752920197, 0.5686514548841314], value: 2.104250310311258, eigenvalues: [10.02160252, 7.12151212] }, // prettier-ignore
  { at: [1.109205336804786, -0.7682680925095398], value: 0.5437186009781851, eigenvalues: [20.36673974, -7.90261912] }, // prettier-ignore
  { at: [1.638067984189779, 0.2286740690443941], value: 2.229357197530715, eigenvalues: [12.43666444, -5.545775017] }, // prettier-ignore
  { at: [1.296070267167109, 0.6050843880386585], value: 2.22947081802986, eigenvalues: [9.637588488, -6.177182127] }, // prettier-ignore
  { at: [1.230229876516653, 0.162334584458995], value: 2.496295351023577, eigenvalues: [-5.953724167, -8.014907157] }, // prettier-ignore
];
const root65 = Math.sqrt(65);
const sixPoints: readonly KnownPoint[] = [
  ...half,
  ...half.map(opposite),
  { at: [0, 0], value: 0, eigenvalues: [root65, -root65] },
];

/**
 * V = (4 − 2.1x² + x⁴/3)x² + xy + (4y² − 4)y²: six minima, seven saddles, two maxima. Between the two
 * deepest, at ±(0.0898, −0.7127), lies the saddle at 0: barrier 1.0316.
 */
export function sixHumpCamel(): KnownLandscape {
  return {
    name: "six-hump-camel",
    formula: "(4 - 2.1*x^2 + x^4/3)*x^2 + x*y + (4*y^2 - 4)*y^2",
    dimension: 2,
    parameters: {},
    value: ([x, y]) => {
      const [xx, yy] = [square(x), square(y)];
      const hump = mul(add(sub(4, mul(xx, 2.1)), mul(square(xx), 1 / 3)), xx);
      return add(add(hump, mul(x, y)), mul(sub(mul(yy, 4), 4), yy));
    },
    box: [
      [-2.2, 2.2],
      [-1.3, 1.3],
    ],
    points: sixPoints,
    barriers: [barrier(sixPoints, 0, 14), barrier(sixPoints, 7, 14), barrier(sixPoints, 8, 3)],
    complete: true,
    source: "Dixon, Szegő (1978), Towards Global Optimisation 2, North-Holland",
  };
}

/** With y = −x/2 on all of them: x = 0, or x² = (21 ∓ √91)/10 for the saddles and the outer minima. */
const threePoints: readonly KnownPoint[] = [0, 1, -1].flatMap((side) =>
  (side === 0 ? [0] : [-1, 1]).map((branch) => {
    const x = side * Math.sqrt((21 + branch * Math.sqrt(91)) / 10);
    const y = -x / 2;
    const xx = 4 - 12.6 * x ** 2 + 5 * x ** 4; // ∂²V/∂x²; the others are 1 and 2
    const [middle, spread] = [(xx + 2) / 2, Math.hypot((xx - 2) / 2, 1)];
    return {
      at: [x, y],
      value: 2 * x ** 2 - 1.05 * x ** 4 + x ** 6 / 6 + x * y + y ** 2,
      eigenvalues: [middle + spread, middle - spread],
    };
  }),
);

/** V = 2x² − 1.05x⁴ + x⁶/6 + xy + y²: three minima and two saddles, all in closed form. */
export function threeHumpCamel(): KnownLandscape {
  return {
    name: "three-hump-camel",
    formula: "2*x^2 - 1.05*x^4 + x^6/6 + x*y + y^2",
    dimension: 2,
    parameters: {},
    value: ([x, y]: readonly Tensor[]) => {
      const xx = square(x);
      const hump = add(sub(mul(xx, 2), mul(square(xx), 1.05)), mul(wholePower(xx, 3), 1 / 6));
      return add(add(hump, mul(x, y)), square(y));
    },
    box: [
      [-3, 3],
      [-3, 3],
    ],
    points: threePoints,
    barriers: [barrier(threePoints, 0, 1), barrier(threePoints, 2, 1)],
    complete: true,
    source: "Dixon, Szegő (1978), Towards Global Optimisation 2, North-Holland; closed form",
  };
}
