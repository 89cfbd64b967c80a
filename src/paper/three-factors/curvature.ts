import { eigenpairs, frobeniusNorm, type ParameterOperator, projectedOperator } from "../../measure/index.ts"; // prettier-ignore
import type { FloatArray } from "../../numeric/index.ts";
import { type Stream, substream } from "../../random/index.ts";

/** Of a Hessian. */
export interface Sharpness {
  readonly lambdaMax: number;
  /** ‖H‖_F. */
  readonly frobenius: number;
}

/** Eigenvalues that are found one by one; what is left of ‖H‖²_F is sampled. */
const deflated = 6;
const probes = 8;

/**
 * λmax, and ‖H‖_F from the largest eigenvalues and random probes of the rest: the probes' error is that of the
 * rest only. NaN where the Hessian is not finite.
 */
export async function sharpness(
  hessian: ParameterOperator,
  parameters: FloatArray,
  draws: Stream,
): Promise<Sharpness> {
  await hessian.setPoint(parameters);
  const { top, status } = await eigenpairs(hessian, substream(draws, "first"), {
    top: deflated,
    which: "magnitude",
    tolerance: 1e-2,
    verify: false,
    maxProducts: 300,
  });
  if (status === "not-finite" || top.length === 0) return { lambdaMax: NaN, frobenius: NaN };
  const rest = projectedOperator(hessian, top.map(({ vector }) => vector), "away"); // prettier-ignore
  const { square } = await frobeniusNorm(rest, substream(draws, "rest"), {
    relativeStderr: 0,
    minSamples: probes,
    maxSamples: probes,
  });
  const values = top.map(({ value }) => value);
  return {
    lambdaMax: Math.max(...values),
    frobenius: Math.sqrt(values.reduce((sum, v) => sum + v * v, Math.max(0, square.value))),
  };
}
