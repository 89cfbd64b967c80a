import { sizeOf } from "../../graph/index.ts";
import { views } from "../../learn/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import {
  type DataSum,
  dataSum,
  type DataSumOptions,
  type DataSumPlan,
  type SampleExtra,
  type Summand,
} from "./data-sum.ts";
import type { SymmetricOperator } from "./operator.ts";
import type { ParameterShape, Problem } from "../problem/problem.ts";

/** A curvature matrix of a problem at a parameter point that can be moved. */
export interface ParameterOperator extends SymmetricOperator, AsyncDisposable {
  readonly plan: DataSumPlan;
  /** Move to another parameter point; nothing is compiled again. The vector is copied. */
  setPoint(parameters: FloatArray): Promise<void>;
  applyBlock(vectors: readonly FloatArray[], outs: readonly FloatArray[]): Promise<void>;
  dispose(): Promise<void>;
}

/** The operator v ↦ Σᵢ wᵢ·summand(v) / Σᵢ wᵢ; the summand maps tensors like the parameters to such. */
export async function parameterOperator(
  name: string,
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  summand: Summand,
  options: DataSumOptions = {},
  extras: readonly SampleExtra[] = [],
): Promise<ParameterOperator> {
  const shapes = problem.parameters.map((p) => ({ name: `v.${p.name}`, shape: p.shape }));
  const sum = await dataSum(runtime, problem, summand, shapes, options, extras);
  await sum.setPoint(parameters);
  return summedOperator(name, problem.dtype, problem.parameters, sum);
}

/** A sum that maps vectors of the given shapes to such, as an operator on flat ones, which it closes with itself. */
export function summedOperator(
  name: string,
  dtype: "float32" | "float64",
  shapes: readonly ParameterShape[],
  sum: DataSum,
): ParameterOperator {
  const dim = shapes.reduce((total, { shape }) => total + sizeOf(shape), 0);
  const wanted = dtype === "float32" ? Float32Array : Float64Array;
  const cut = (what: string, v: FloatArray): FloatArray[] => {
    if (!(v instanceof wanted) || v.length !== dim)
      throw new RangeError(
        `${what} must be a ${wanted.name} of ${dim} numbers, got a ${v.constructor.name} of ${v.length}`,
      );
    return views(shapes, v);
  };
  let products = 0;
  return {
    name,
    dim,
    dtype,
    plan: sum.plan,
    get products() {
      return products;
    },
    setPoint: (next) => sum.setPoint(next),
    async apply(v, out) {
      const [given, parts] = [cut("vector", v), cut("product", out)];
      products++;
      await sum.evaluate(given, parts);
    },
    async applyBlock(vectors, outs) {
      const given = vectors.map((v) => cut("vector", v));
      const parts = outs.map((out) => cut("product", out));
      products += vectors.length;
      await sum.evaluateBlock(given, parts);
    },
    dispose: () => sum.dispose(),
    [Symbol.asyncDispose]: () => sum.dispose(),
  };
}
