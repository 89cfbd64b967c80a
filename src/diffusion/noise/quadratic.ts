import { add, mul, scalar, sqrt, sub } from "../../graph/index.ts";
import { solve } from "../../numeric/index.ts";
import { symmetricRoot } from "./constant-matrix.ts";
import { zero } from "./landscape.ts";
import type { GaussianNoise } from "./noise.ts";
import { sum } from "./symmetric.ts";

/**
 * D = ηC/2 with C(x) = σ_g + 2ρ(x − x*) + σ_H(x − x*)², of one coordinate: variance of a mini-batch's
 * gradient that is linear in x. σ_g, ρ, σ_H are per batch; the parameters are `sigmaG`, `rho`,
 * `sigmaH`, `center`.
 *
 * @see Meng et al. (2020), https://arxiv.org/abs/2006.13719
 * @throws RangeError where C would be negative somewhere: ρ² > σ_g·σ_H, or a negative variance.
 */
export function quadraticNoise({
  sigmaG,
  sigmaH,
  rho = 0,
  center = 0,
}: {
  readonly sigmaG: number;
  readonly sigmaH: number;
  readonly rho?: number;
  readonly center?: number;
}): GaussianNoise {
  if (!(sigmaG >= 0 && sigmaH >= 0 && rho * rho <= sigmaG * sigmaH))
    throw new RangeError(
      `a variance must be at least 0 everywhere: sigmaG, sigmaH and sigmaG·sigmaH - rho² at least 0, got ${sigmaG}, ${sigmaH} and rho ${rho}`,
    );
  return {
    kind: "gaussian",
    name: "quadratic",
    formula: "D(x) = (η/2)·(σ_g + 2ρ(x − x*) + σ_H(x − x*)²)",
    parameters: { sigmaG, sigmaH, rho, center },
    dimension: 1,
    stateDependent: true,
    columns: () => 1,
    factor({ x: [x] }, named, eta) {
      const z = sub(x, named.center);
      const slope = mul(named.rho, 2);
      const c = add(named.sigmaG, mul(z, add(slope, mul(named.sigmaH, z))));
      return [[sqrt(mul(eta, c))]];
    },
  };
}

/**
 * D = ηC/2 with C(w) = σ_G·Σ_g + σ_H·[(w − w*)ᵀ Σ_H Σ_g⁻¹ (w − w*)]·Σ_g, of d coordinates. Σ_g, Σ_H
 * and w* are fixed; their scales `sigmaG` and `sigmaH`, 1 at first, are parameters.
 *
 * @see Meng et al. (2020), https://arxiv.org/abs/2006.13719
 * @throws RangeError for matrices that are not symmetric and positive (Σ_g) or semi-definite (Σ_H), or
 *   do not commute, with the entry.
 */
export function quadraticMatrixNoise({
  gradientCovariance,
  curvatureCovariance,
  center = gradientCovariance.map(() => 0),
}: {
  /** Σ_g */
  readonly gradientCovariance: readonly (readonly number[])[];
  /** Σ_H */
  readonly curvatureCovariance: readonly (readonly number[])[];
  readonly center?: readonly number[];
}): GaussianNoise {
  const n = gradientCovariance.length;
  const root = symmetricRoot(gradientCovariance, "gradient covariance");
  symmetricRoot(curvatureCovariance, "curvature covariance");
  for (const [what, length] of [
    ["curvature covariance", curvatureCovariance.length],
    ["center", center.length],
  ] as const)
    if (length !== n) throw new RangeError(`${what} must have ${n} rows, got ${length}`);
  const form = quadraticForm(gradientCovariance, curvatureCovariance);
  return {
    kind: "gaussian",
    name: "quadratic-matrix",
    formula: "D(w) = (η/2)·(σ_G + σ_H·(w − w*)ᵀΣ_HΣ_g⁻¹(w − w*))·Σ_g",
    parameters: { sigmaG: 1, sigmaH: 1 },
    dimension: n,
    stateDependent: true,
    columns: () => n,
    factor({ x }, named, eta) {
      const z = x.map((xi, i) => sub(xi, center[i]));
      const q = sum(z.map((zi, i) => mul(zi, sum(z.map((zj, j) => mul(zj, form[i][j]))))));
      const scale = sqrt(mul(eta, add(named.sigmaG, mul(named.sigmaH, q))));
      return root.map((row) =>
        row.map((entry) => (entry === 0 ? zero() : mul(scale, scalar(entry, "float64")))),
      );
    },
  };
}

/** Σ_H Σ_g⁻¹, which is symmetric where the two commute. */
function quadraticForm(
  g: readonly (readonly number[])[],
  h: readonly (readonly number[])[],
): readonly (readonly number[])[] {
  const n = g.length;
  // X = Σ_g⁻¹ Σ_H is the transpose of what is wanted.
  const x = solve(Float64Array.from(g.flat()), Float64Array.from(h.flat()), n, n);
  const size = Math.max(...x.map(Math.abs));
  return g.map((_, i) =>
    g.map((__, j) => {
      const [here, there] = [x[j * n + i], x[i * n + j]];
      if (!(Math.abs(here - there) <= 1e-9 * size))
        throw new RangeError(
          `gradient and curvature covariance must commute, got ${here} and ${there} at ${i}, ${j} and ${j}, ${i} of their quotient`,
        );
      return (here + there) / 2;
    }),
  );
}
