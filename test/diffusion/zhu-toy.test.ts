// Zhu et al.'s toy in two dimensions: which noises of trace 0.01, added to the weights, leave the sharp
// minimum for the flat one.
import { expect, test } from "vitest";
import { type NoiseShape, weightNoise } from "../../src/diffusion/noise/anisotropic.ts";
import { batchProblem } from "../../src/diffusion/noise/finite-sum.ts";
import type { Noise } from "../../src/diffusion/noise/noise.ts";
import { noNoise } from "../../src/diffusion/noise/none.ts";
import { zhuToy } from "../../src/diffusion/potential/catalogue/zhu2019.ts";
import { diffusionProcess } from "../../src/diffusion/process/process.ts";
import { sgd } from "../../src/diffusion/scheme/sgd.ts";
import { product, trace } from "./dense.ts";
import { stepCovariance } from "./one-step.ts";
import { simulate } from "./simulate.ts";

const landscape = zhuToy();
const problem = batchProblem(landscape);
const shaped = (shape: NoiseShape) => weightNoise(problem, shape, { trace: 0.01 });

interface Dynamics {
  readonly noise: Noise;
  /** Successes of 100 runs in the published recursion, each run with data of its own. */
  readonly successes: number;
  /** tr(HΣ) of the noise at the sharp minimum, where H has the eigenvalues 200 and 20. */
  readonly indicator?: number;
}

const dynamics: Readonly<Record<string, Dynamics>> = {
  GD: { noise: noNoise, successes: 0 },
  "GLD const": { noise: shaped({ kind: "isotropic" }), successes: 1, indicator: 1.1 },
  "GLD diag": { noise: shaped({ kind: "diagonal" }), successes: 0, indicator: 1.1 },
  "GLD leading": { noise: shaped({ kind: "leading", count: 2 }), successes: 30 },
  "GLD Hessian": { noise: shaped({ kind: "hessian" }), successes: 24, indicator: 404 / 220 },
  "GLD 1st eigvec(H)": {
    noise: shaped({ kind: "first-eigenvector" }),
    successes: 51,
    indicator: 2,
  },
};

const H = [[110, 90], [90, 110]]; // prettier-ignore
const particles = 800;

const shares = new Map<string, number>();

test.each(Object.entries(dynamics))(
  "%s: the share of 800 runs that succeed",
  (name, { noise, successes, indicator }) => {
    const options = { potential: landscape, noise, scheme: sgd };
    if (indicator !== undefined) {
      const { covariance } = stepCovariance(options, { eta: 0.005 }, [1, 1]);
      expect(trace(covariance)).toBeCloseTo(0.01, 15);
      expect(trace(product(H, covariance))).toBeCloseTo(indicator, name === "GLD diag" ? 1 : 12);
    }
    const process = diffusionProcess({ ...options, target: "discrete" });
    const [x, y] = simulate(process, { parameters: { eta: 0.005 }, start: [1, 1], particles, burnIn: 500, seed: "61", precision: "f32" }); // prettier-ignore
    const share = x.filter((v, i) => v < -0.5 && y[i] < -0.5).length / particles;
    shares.set(name, share);
    const pooled = (share * particles + successes) / (particles + 100);
    const stderr = Math.sqrt(pooled * (1 - pooled) * (1 / particles + 1 / 100));
    expect(Math.abs(share - successes / 100)).toBeLessThanOrEqual(4 * stderr);
    if (successes > 1) expect(share).toBeGreaterThanOrEqual(0.2);
    else expect(share).toBeLessThanOrEqual(0.05);
  },
);

test("the first eigenvector's noise succeeds most often", () => {
  const first = shares.get("GLD 1st eigvec(H)")!;
  for (const [name, share] of shares)
    if (name !== "GLD 1st eigvec(H)") expect(share).toBeLessThan(first);
});
