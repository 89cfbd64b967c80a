// The covariances by which the paper's dynamics draw their noise, at a point of a network, all in units of
// the gradient of a mini-batch.
import {
  coordinateMoments,
  eigenpairs,
  gradientCovarianceOperator,
  hessianOperator,
  lanczos,
  type ParameterOperator,
  type Problem,
} from "../../measure/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import { type Stream, substream } from "../../random/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { traceMeter } from "../trace-meter.ts";
import { type Covariance, scaled, traceOf } from "./noise.ts";

export type InjectedId =
  | "constant"
  | "dynamic"
  | "dynamic-again"
  | "diagonal"
  | "leading"
  | "hessian"
  | "first-eigenvector"
  | "constant-released"
  | "leading-released";

/** Eigenpairs of the noises that have but the leading ones. */
const leadingCount = 20;
/** Of each coordinate of the released constant noise. */
const releasedDeviation = 1e-3;

/** What the noises need to know of a point. Moved from point to point, compiled once. */
export interface Covariances extends AsyncDisposable {
  readonly hessian: ParameterOperator;
  readonly sigma: ParameterOperator;
  /** Tr Σ_B, exactly. */
  trace(parameters: FloatArray): Promise<number>;
  /** One of the dynamics, from point to point: eigenvectors begin where the last ones were. */
  following(id: InjectedId, draws: Stream): (parameters: FloatArray) => Promise<Covariance>;
}

export async function covariances(
  runtime: Runtime,
  problem: Problem,
  start: FloatArray,
  batchSize: number,
): Promise<Covariances> {
  const { count } = problem.data;
  // Of batches without replacement, from Σ of one sample.
  const factor = (count - batchSize) / (batchSize * (count - 1));
  const hessian = await hessianOperator(runtime, problem, start);
  const sigma = await gradientCovarianceOperator(runtime, problem, start);
  const meter = await traceMeter(runtime, problem);
  const dimension = start.length;

  const trace = async (parameters: FloatArray) => factor * (await meter.at(parameters)).trace;
  const ofTrace = (covariance: Covariance, wanted: number): Covariance =>
    scaled(covariance, wanted / traceOf(covariance, dimension));
  const columnsOf = (pairs: readonly { readonly value: number; readonly vector: FloatArray }[]): Covariance => ({ kind: "columns", columns: pairs.map(({ value, vector }) => vector.map((v) => Math.sqrt(Math.abs(value)) * v)) }); // prettier-ignore

  const following = (id: InjectedId, draws: Stream) => {
    let starts: readonly FloatArray[] | undefined;
    let first: Covariance | undefined;
    let turn = 0;
    const topOf = async (operator: ParameterOperator, parameters: FloatArray) => {
      await operator.setPoint(parameters);
      const { top } = await eigenpairs(operator, substream(draws, turn++), {
        top: Math.min(leadingCount, dimension),
        which: "magnitude",
        tolerance: 0.05,
        verify: false,
        starts,
      });
      starts = top.map(({ vector }) => vector);
      return columnsOf(top);
    };
    return async (parameters: FloatArray): Promise<Covariance> => {
      switch (id) {
        case "constant":
          first ??= { kind: "isotropic", variance: (await trace(parameters)) / dimension };
          return first;
        case "constant-released":
          return { kind: "isotropic", variance: releasedDeviation ** 2 };
        case "dynamic":
        case "dynamic-again":
          return { kind: "isotropic", variance: (await trace(parameters)) / dimension };
        case "diagonal": {
          const { gradient, secondMoment } = await coordinateMoments(runtime, problem, parameters);
          const variances = secondMoment.map((m, i) => factor * Math.max(0, m - gradient[i] ** 2));
          return { kind: "diagonal", variances };
        }
        case "leading":
          return ofTrace(await topOf(sigma, parameters), await trace(parameters));
        case "leading-released":
          return scaled(await topOf(sigma, parameters), factor);
        case "hessian":
          return ofTrace(await topOf(hessian, parameters), await trace(parameters));
        case "first-eigenvector": {
          await hessian.setPoint(parameters);
          const { pairs } = await lanczos(hessian, substream(draws, turn++), {
            tolerance: 1e-2,
            start: starts?.[0],
            verify: false,
          });
          starts = [pairs[0].vector];
          return ofTrace(columnsOf(pairs), await trace(parameters));
        }
      }
    };
  };
  return {
    hessian,
    sigma,
    trace,
    following,
    async [Symbol.asyncDispose]() {
      await hessian.dispose();
      await sigma.dispose();
      await meter[Symbol.asyncDispose]();
    },
  };
}
