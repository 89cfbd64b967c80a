import { add, minimum, mul, square, sub } from "../../../graph/index.ts";
import { fillNormal, stream } from "../../../random/index.ts";
import { type FiniteSum, type FiniteSumLandscape, meanOf } from "./finite-sum.ts";
import type { KnownPoint } from "./landscape.ts";

const K = Math.SQRT1_2; // cos π/4 = sin π/4
const samples = 100;

const loss: FiniteSum["loss"] = ([w1, w2], [x1, x2]) => {
  const [u, v] = [sub(w1, x1), sub(w2, x2)];
  const [a, b] = [sub(u, 1), sub(v, 1)];
  const sharp = add(mul(square(mul(sub(a, b), K)), 10), mul(square(mul(add(a, b), K)), 100));
  const flat = add(square(add(u, 1)), square(add(v, 1)));
  return minimum(sharp, flat);
};

/**
 * The two-dimensional toy of Zhu et al.: the mean over 100 samples (x₁, x₂) of
 *
 *     min{ 10(K a − K b)² + 100(K a + K b)², (w − x + 1)² },  (a, b) = w − x − 1,  K = cos π/4
 *
 * with x = 0.01·(z ⊙ (√10, 1))·[[K, −K], [K, K]], z standard normal by `seed`. A sharp minimum at
 * 1 + x̄ (curvatures 200 and 20) beside a flat one at x̄ − 1 (2 and 2), while each sample stays on its
 * branch; between them V has kinks, and no smooth saddle. The paper adds its noise to the weights.
 *
 * @see Zhu, Wu, Yu, Wu, Ma (2019), https://arxiv.org/abs/1803.00195, figure 2 and the authors' code
 */
export function zhuToy(seed = "0"): FiniteSumLandscape {
  const z = new Float64Array(2 * samples);
  fillNormal(stream(seed, "zhu2019-toy"), 0, z);
  const data = z.map((_, i) => {
    const [p, q] = [0.01 * Math.sqrt(10) * z[i - (i % 2)], 0.01 * z[i - (i % 2) + 1]];
    return i % 2 === 0 ? K * (p + q) : K * (q - p);
  });
  const sum: FiniteSum = { samples, features: 2, data, loss };
  return {
    name: "zhu-toy",
    formula: "mean over x of min(10*(K*a - K*b)^2 + 100*(K*a + K*b)^2, |w - x + 1|^2), (a, b) = w - x - 1, K = cos(pi/4)", // prettier-ignore
    dimension: 2,
    parameters: {},
    value: meanOf(sum),
    sum,
    box: [
      [-2, 2],
      [-2, 2],
    ],
    points: wells(data),
    barriers: [],
    complete: false,
    source:
      "Zhu, Wu, Yu, Wu, Ma (2019), https://arxiv.org/abs/1803.00195; closed form given the data",
  };
}

/** The means of two families of parabolas: minima where all samples are on one branch. */
function wells(data: Float64Array): KnownPoint[] {
  let [s1, s2, sharp, flat] = [0, 0, 0, 0];
  for (let i = 0; i < data.length; i += 2) [s1, s2] = [s1 + data[i], s2 + data[i + 1]];
  const [m1, m2] = [s1 / samples, s2 / samples];
  for (let i = 0; i < data.length; i += 2) {
    const [a, b] = [m1 - data[i], m2 - data[i + 1]];
    sharp += (5 * (a - b) ** 2 + 50 * (a + b) ** 2) / samples;
    flat += (a * a + b * b) / samples;
  }
  return [
    { at: [1 + m1, 1 + m2], value: sharp, eigenvalues: [200, 20] },
    { at: [m1 - 1, m2 - 1], value: flat, eigenvalues: [2, 2] },
  ];
}
