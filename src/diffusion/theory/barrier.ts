import { norm, symmetricEigen } from "../../numeric/index.ts";
import type { PotentialCalculus } from "../potential/calculus.ts";

/** What escape laws need to know of a minimum a and a saddle b. */
export interface Barrier {
  readonly dimension: number;
  /** ΔL = L(b) − L(a). */
  readonly height: number;
  /** L(a), on which laws for noise that grows with the loss depend. */
  readonly minimumValue: number;
  /** Eigenvalues of H(a), all positive, descending. */
  readonly minimumEigenvalues: readonly number[];
  /** Eigenvalues of H(b), descending: the last alone is negative. */
  readonly saddleEigenvalues: readonly number[];
  /** H_ae = eᵀH(a)e along the escape direction e, the unstable direction of the saddle. */
  readonly minimumCurvature: number;
  /** |H_be|. */
  readonly saddleCurvature: number;
}

/**
 * The barrier between a minimum and a saddle of a landscape.
 *
 * `direction` replaces e at the minimum, for paths that leave it another way than they pass the
 * saddle. Cost two Hessians.
 *
 * @throws RangeError where a point is not critical, or not of its kind, or the saddle not higher.
 */
export function barrierBetween(
  landscape: PotentialCalculus,
  minimum: ArrayLike<number>,
  saddle: ArrayLike<number>,
  direction?: ArrayLike<number>,
): Barrier {
  const d = landscape.dimension;
  const a = spectrum(landscape, "minimum", minimum);
  const b = spectrum(landscape, "saddle", saddle);
  const e = direction ?? b.vectors.subarray((d - 1) * d);
  if (e.length !== d) throw new RangeError(`direction must have ${d} coordinates, got ${e.length}`);
  const size = norm(Float64Array.from(e));
  let curvature = 0;
  for (let i = 0; i < d; i++)
    for (let j = 0; j < d; j++) curvature += (e[i] * a.hessian[i * d + j] * e[j]) / (size * size);
  return checked({
    dimension: d,
    height: landscape.value(saddle) - landscape.value(minimum),
    minimumValue: landscape.value(minimum),
    minimumEigenvalues: a.eigenvalues,
    saddleEigenvalues: b.eigenvalues,
    minimumCurvature: curvature,
    saddleCurvature: -b.eigenvalues[d - 1],
  });
}

/** The barrier of one dimension: H_a > 0 at the minimum, `saddleCurvature` = |H_b| at the top. */
export function barrier1d(
  height: number,
  minimumCurvature: number,
  saddleCurvature: number,
  minimumValue = 0,
): Barrier {
  return checked({
    dimension: 1,
    height,
    minimumValue,
    minimumEigenvalues: [minimumCurvature],
    saddleEigenvalues: [-saddleCurvature],
    minimumCurvature,
    saddleCurvature,
  });
}

/** ½ ln(|det H_b| / det H_a). */
export function halfLogDeterminants({ minimumEigenvalues, saddleEigenvalues }: Barrier): number {
  const half = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + 0.5 * Math.log(Math.abs(value)), 0);
  return half(saddleEigenvalues) - half(minimumEigenvalues);
}

function spectrum(landscape: PotentialCalculus, what: string, x: ArrayLike<number>) {
  const d = landscape.dimension;
  if (x.length !== d) throw new RangeError(`${what} must have ${d} coordinates, got ${x.length}`);
  const hessian = new Float64Array(d * d);
  landscape.hessian(x, hessian);
  const { values, vectors } = symmetricEigen(hessian, d);
  const eigenvalues = [...values];
  const gradient = new Float64Array(d);
  landscape.gradient(x, gradient);
  const slope = norm(gradient);
  const allowed =
    1e-6 * Math.max(...eigenvalues.map(Math.abs)) * Math.max(1, norm(Float64Array.from(x)));
  if (!(slope <= allowed))
    throw new RangeError(
      `${what} must be a critical point, got a gradient of ${slope.toPrecision(3)}`,
    );
  return { hessian, vectors, eigenvalues };
}

function checked(barrier: Barrier): Barrier {
  const { height, minimumEigenvalues, saddleEigenvalues } = barrier;
  const lowest = minimumEigenvalues[minimumEigenvalues.length - 1];
  if (!(lowest > 0))
    throw new RangeError(`minimum must have positive curvatures only, got ${lowest}`);
  const negative = saddleEigenvalues.filter((value) => value < 0).length;
  if (negative !== 1 || saddleEigenvalues.some((value) => !(value !== 0)))
    throw new RangeError(
      `saddle must have one negative curvature and none of zero, got ${saddleEigenvalues}`,
    );
  if (!(height > 0 && height < Infinity))
    throw new RangeError(`barrier must be higher than the minimum, got a height of ${height}`);
  return barrier;
}
