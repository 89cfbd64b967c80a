// Labels drawn from a network's own predictive distribution, as graph functions of its outputs and of
// uniforms or normals that belong to the sample's row: what a Monte Carlo Fisher matrix is made of.
import {
  cast,
  concat,
  constant,
  broadcastTo,
  expandDims,
  filled,
  less,
  matmul,
  mul,
  pad,
  reshape,
  type Shape,
  sizeOf,
  sliceAxis,
  softmax,
  sqrt,
  sub,
  add,
  swapLast,
  type Tensor,
} from "../../graph/index.ts";
import { sampleInputs } from "../../learn/index.ts";
import { fillNormal, fillUniform, type Stream } from "../../random/index.ts";
import { type Likelihood, parameterInputs, type Problem, zeros } from "../problem/problem.ts";
import type { SampleExtra } from "./data-sum.ts";

/** u ↦ ∂²(Σᵢℓᵢ)/∂o²·u at outputs o. */
export type OutputCurve = (outputs: Tensor, u: Tensor) => Tensor;

export interface LabelDraws {
  /** A row of draws for each sample. */
  readonly extra: SampleExtra;
  /** wᵢ·(1/S) Σₛ δᵢₛ(δᵢₛ·uᵢ) with δᵢₛ the gradient, in the outputs, of sample i's loss of drawn label s. */
  second(outputs: Tensor, curve: OutputCurve, u: Tensor, draws: Tensor, weights: Tensor): Tensor;
}

/** Draws of `count` labels a sample; E δδᵀ is the Hessian of the loss in the outputs. */
export function labelDraws(
  problem: Problem,
  likelihood: Likelihood,
  draws: Stream,
  count: number,
): LabelDraws {
  if (!(Number.isInteger(count) && count >= 1))
    throw new RangeError(`labels drawn for each sample must be a positive integer, got ${count}`);
  const { x } = sampleInputs(problem.data, 1);
  const outputs = problem.network!.outputs(parameterInputs(problem), x).shape.slice(1);
  const classes = outputs.at(-1) ?? 1;
  if (likelihood === "categorical" && classes < 2)
    throw new RangeError(`a categorical likelihood must have at least 2 classes, got ${classes}`);
  const law = likelihood === "categorical" ? categorical(outputs, count) : gaussian(outputs, count);
  const size = sizeOf(law.shape);
  return {
    extra: {
      name: "label draws",
      shape: law.shape,
      rows(indices) {
        const all = zeros(problem.dtype, indices.length * size);
        indices.forEach((row, i) =>
          law.fill(draws, row * size, all.subarray(i * size, (i + 1) * size)),
        );
        return all;
      },
    },
    second(value, curve, u, given, weights) {
      const rows = value.shape[0];
      const delta = law.scores(value, curve, given); // [rows, count, outputs]
      const slopes = matmul(delta, reshape(u, [rows, sizeOf(outputs), 1]));
      const back = matmul(swapLast(delta), mul(slopes, reshape(weights, [rows, 1, 1])));
      return mul(reshape(back, value.shape), 1 / count);
    },
  };
}

interface Law {
  /** Of one sample's draws. */
  readonly shape: Shape;
  readonly fill: typeof fillUniform;
  /** δ of every sample and label, [rows, labels, outputs]. */
  scores(outputs: Tensor, curve: OutputCurve, draws: Tensor): Tensor;
}

/** ŷ ~ N(o, A⁻¹) with A = ∂²ℓ/∂o², diagonal for squared losses, so that δ = A(o − ŷ) ~ N(0, A). */
function gaussian(outputs: Shape, count: number): Law {
  return {
    shape: [count, sizeOf(outputs)],
    fill: fillNormal,
    scores(value, curve, normals) {
      const diagonal = curve(value, filled(1, value.shape, value.dtype));
      const deviations = reshape(sqrt(diagonal), [value.shape[0], 1, sizeOf(outputs)]);
      return mul(normals, deviations);
    },
  };
}

/**
 * ŷ ~ softmax(o) by inversion, δ = √c·(softmax(o) − e_ŷ). The factor c of a token's cross-entropy in
 * the sample's loss is read off the loss: at outputs 0 the Hessian's first entry is c(1/V − 1/V²).
 */
function categorical(outputs: Shape, count: number): Law {
  const classes = outputs.at(-1)!;
  const tokens = sizeOf(outputs) / classes;
  return {
    shape: [count, tokens],
    fill: fillUniform,
    scores(value, curve, uniforms) {
      const { dtype, shape } = value;
      const rows = shape[0];
      const first = dtype === "float32" ? new Float32Array(classes) : new Float64Array(classes);
      first[0] = 1;
      const unit = broadcastTo(constant(first, [classes], dtype), shape);
      const curvature = reshape(curve(filled(0, shape, dtype), unit), [rows, tokens, classes]);
      const factor = mul(sliceAxis(curvature, 2, 0, 1), classes ** 2 / (classes - 1)); // [rows, tokens, 1]

      const chances = reshape(softmax(value, -1), [rows, tokens, classes]);
      const cumulative = cumulated(chances);
      const [below, whole] = [
        sliceAxis(cumulative, 2, 0, classes - 1),
        sliceAxis(cumulative, 2, classes - 1, classes),
      ];
      const level = mul(expandDims(uniforms, 3), expandDims(whole, 1)); // [rows, count, tokens, 1]
      const reached = cast(less(level, expandDims(below, 1)), dtype);
      const edge = (v: number) => filled(v, [...reached.shape.slice(0, -1), 1], dtype);
      const drawn = sub(concat([reached, edge(1)], 3), concat([edge(0), reached], 3));
      const delta = mul(sub(expandDims(chances, 1), drawn), expandDims(sqrt(factor), 1));
      return reshape(delta, [rows, count, tokens * classes]);
    },
  };
}

/** Running sums along the last axis, by doubling: ⌈log₂ V⌉ additions. */
function cumulated(t: Tensor): Tensor {
  const [rank, size] = [t.shape.length, t.shape.at(-1)!];
  let sums = t;
  for (let step = 1; step < size; step *= 2) {
    const shifted = sliceAxis(sums, rank - 1, 0, size - step);
    const before = t.shape.map((_, axis) => (axis === rank - 1 ? step : 0));
    sums = add(
      sums,
      pad(
        shifted,
        before,
        t.shape.map(() => 0),
      ),
    );
  }
  return sums;
}
