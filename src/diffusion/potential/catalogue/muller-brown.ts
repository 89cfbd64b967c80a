import { add, exp, mul, square, sub, type Tensor } from "../../../graph/index.ts";
import { barrier, type KnownPoint, type KnownLandscape } from "./landscape.ts";

const terms = [
  { A: -200, a: -1, b: 0, c: -10, x: 1, y: 0 },
  { A: -100, a: -1, b: 0, c: -10, x: 0, y: 0.5 },
  { A: -170, a: -6.5, b: 11, c: -6.5, x: -0.5, y: 1.5 },
  { A: 15, a: 0.7, b: 0.6, c: 0.7, x: -1, y: 1 },
] as const;

// Newton's method in 30 digits (mpmath) from the paper's rounded positions.
const points: readonly KnownPoint[] = [
  {
    at: [-0.5582236346330243, 1.441725841804669],
    value: -146.699517209954,
    eigenvalues: [4068.198955, 410.5311347],
  },
  {
    at: [0.6234994049308765, 0.02803775852868567],
    value: -108.1667241168524,
    eigenvalues: [3005.395865, 543.836189],
  },
  {
    at: [-0.05001082299820606, 0.4666941048719721],
    value: -80.76781812965903,
    eigenvalues: [1479.197022, 221.0374729],
  },
  {
    at: [0.212486582000662, 0.2929883251073678],
    value: -72.24894011232522,
    eigenvalues: [510.8865655, -735.2472621],
  },
  {
    at: [-0.8220015587327321, 0.6243128028148714],
    value: -40.6648435086574,
    eigenvalues: [490.2407081, -750.8626628],
  },
];

/**
 * V = Σₖ Aₖ exp(aₖ(x − xₖ)² + bₖ(x − xₖ)(y − yₖ) + cₖ(y − yₖ)²): three wells in a curved valley, the
 * usual test of path finders. From the deepest well over the higher saddle 106.03, on to the third over
 * the lower saddle.
 */
export function mullerBrown(): KnownLandscape {
  const term = (
    [x, y]: readonly Tensor[],
    { A, a, b, c, x: x0, y: y0 }: (typeof terms)[number],
  ) => {
    const [dx, dy] = [sub(x, x0), sub(y, y0)];
    const form = add(mul(square(dx), a), mul(square(dy), c));
    return mul(exp(b === 0 ? form : add(form, mul(mul(dx, dy), b))), A);
  };
  return {
    name: "muller-brown",
    formula: terms
      .map(
        ({ A, a, b, c, x, y }) =>
          `${A}*exp(${a}*${shift("x", x)}^2 + ${b}*${shift("x", x)}*${shift("y", y)} + ${c}*${shift("y", y)}^2)`,
      ) // prettier-ignore
      .join(" + "),
    dimension: 2,
    parameters: {},
    value: (x) => terms.map((t) => term(x, t)).reduce((a, b) => add(a, b)),
    box: [
      [-1.5, 1.2],
      [-0.2, 2],
    ],
    points,
    barriers: [barrier(points, 0, 4), barrier(points, 2, 4), barrier(points, 2, 3), barrier(points, 1, 3)], // prettier-ignore
    complete: true,
    source: "Müller, Brown (1979), https://doi.org/10.1007/BF00547608",
  };
}

const shift = (name: string, by: number) => `(${name} - ${by < 0 ? `(${by})` : by})`;
