import {
  abs,
  add,
  greaterEqual,
  mul,
  neg,
  pow,
  square,
  sub,
  type Tensor,
  where,
} from "../../../graph/index.ts";
import { fillNormal, stream } from "../../../random/index.ts";
import { type FiniteSum, type FiniteSumLandscape, meanOf } from "./finite-sum.ts";
import { barrier, type KnownPoint, type KnownLandscape } from "./landscape.ts";

/** −ℓ(w − a) + ℓ(−a) for w ≥ 0, ℓ(−w − a) − ℓ(−a) below: odd, with a well at the left and its copy on its head at the right. */
function mirrored(w: Tensor, a: Tensor, ell: (u: Tensor) => Tensor): Tensor {
  const foot = ell(neg(a));
  const right = sub(foot, ell(sub(w, a)));
  const left = sub(ell(sub(neg(w), a)), foot);
  return where(greaterEqual(w, 0), right, left);
}

/** ΔL = 2a² = 1 */
const unitBarrier = Math.SQRT1_2;

function requireReach(name: string, a: number): void {
  if (!(a > 0)) throw new RangeError(`${name}: a must be positive, got ${a}`);
}

/**
 * The one-dimensional test in its mean form, ℓ(u) = u²: a well at −a and a barrier at +a, curvatures 2
 * and −2 everywhere else, ΔL = 2a². A sample (ux − y)² with standard normal x, y has the gradient 2u on
 * the average and the variance 4(2u² + 1), u = |w| − a being the distance to the nearer of ±a.
 *
 * @see Meng, Gong, Chen, Ma, Liu (2020), https://arxiv.org/abs/2006.13719
 */
export function mengWell(a = unitBarrier): KnownLandscape {
  requireReach("meng-well", a);
  const points: KnownPoint[] = [
    { at: [-a], value: -(a ** 2), eigenvalues: [2] },
    { at: [a], value: a ** 2, eigenvalues: [-2] },
  ];
  return {
    name: "meng-well",
    formula: "a^2 - (x - a)^2 for x >= 0, (x + a)^2 - a^2 for x < 0",
    dimension: 1,
    parameters: { a },
    value: ([w], named) => mirrored(w, named.a, square),
    box: [[-2 * a, 2 * a]],
    points,
    barriers: [barrier(points, 0, 1)],
    complete: true,
    source: "Meng, Gong, Chen, Ma, Liu (2020), https://arxiv.org/abs/2006.13719; closed form",
  };
}

/**
 * The same test as a finite sum, ℓᵢ(u) = (u xᵢ − yᵢ)² with standard normal xᵢ, yᵢ by `seed`: V is the
 * mean, where the paper's text has the sum. With A = mean x², u* = mean xy / A the well is at −(a + u*),
 * the barrier at a + u*, their curvatures ±2A and ΔL = 2A(a + u*)².
 */
export function mengWellSum(seed = "0", a = unitBarrier, samples = 500): FiniteSumLandscape {
  requireReach("meng-well-sum", a);
  const data = new Float64Array(2 * samples);
  fillNormal(stream(seed, "meng2020-well"), 0, data);
  const sum: FiniteSum = {
    samples,
    features: 2,
    data,
    loss: ([w], [x, y], named) => mirrored(w, named.a, (u) => square(sub(mul(u, x), y))),
  };
  let [A, B] = [0, 0];
  for (let i = 0; i < data.length; i += 2) {
    A += data[i] ** 2 / samples;
    B += (data[i] * data[i + 1]) / samples;
  }
  const reach = a + B / A;
  const points: KnownPoint[] = [
    { at: [-reach], value: -A * reach ** 2, eigenvalues: [2 * A] },
    { at: [reach], value: A * reach ** 2, eigenvalues: [-2 * A] },
  ];
  return {
    name: "meng-well-sum",
    formula: "mean over (p, q) of (a*p + q)^2 - ((x - a)*p - q)^2 for x >= 0, ((x + a)*p + q)^2 - (a*p + q)^2 for x < 0", // prettier-ignore
    dimension: 1,
    parameters: { a },
    value: meanOf(sum),
    sum,
    box: [[-2 * reach, 2 * reach]],
    points,
    barriers: [barrier(points, 0, 1)],
    complete: true,
    source: "Meng, Gong, Chen, Ma, Liu (2020), https://arxiv.org/abs/2006.13719; closed form given the data", // prettier-ignore
  };
}

/**
 * The two-dimensional test: the mean over samples x ~ N(0, 0.01·I) by `seed` of
 * 15 Σⱼ |wⱼ − xⱼ − 1|^2.5 |wⱼ − xⱼ + 1|³. Its wells lie near (±1, ±1), sharper towards +1, where
 * without data the exponent is 2.5 against 3; where exactly, depends on the data, and no closed form
 * says. The number of samples is not known from the paper.
 *
 * @see Meng, Gong, Chen, Ma, Liu (2020), https://arxiv.org/abs/2006.13719
 */
export function mengToy(seed = "0", samples = 100): FiniteSumLandscape {
  const data = new Float64Array(2 * samples);
  fillNormal(stream(seed, "meng2020-toy"), 0, data);
  for (let i = 0; i < data.length; i++) data[i] *= 0.1;
  const term = (u: Tensor) => {
    const far = abs(add(u, 1));
    return mul(pow(abs(sub(u, 1)), 2.5), mul(square(far), far));
  };
  const sum: FiniteSum = {
    samples,
    features: 2,
    data,
    loss: (w, x) => mul(add(term(sub(w[0], x[0])), term(sub(w[1], x[1]))), 15),
  };
  return {
    name: "meng-toy",
    formula:
      "mean over (p, q) of 15*(|x - p - 1|^2.5*|x - p + 1|^3 + |y - q - 1|^2.5*|y - q + 1|^3)",
    dimension: 2,
    parameters: {},
    value: meanOf(sum),
    sum,
    box: [
      [-1.5, 1.5],
      [-1.5, 1.5],
    ],
    points: [],
    barriers: [],
    complete: false,
    source: "Meng, Gong, Chen, Ma, Liu (2020), https://arxiv.org/abs/2006.13719",
  };
}
