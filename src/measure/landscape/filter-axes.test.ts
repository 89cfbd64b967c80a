import { expect, suite, test } from "vitest";
import { add, conv, matmul, mean, mul, reshape, square, sub, sum, swapLast, type Tensor } from "../../graph/index.ts"; // prettier-ignore
import { norm } from "../../numeric/index.ts";
import { stream } from "../../random/index.ts";
import type { Problem } from "../problem/problem.ts";
import { filterNormalisedDirection } from "./axes.ts";
import { filterAxes } from "./filter-axes.ts";

/** A loss that uses a weight of 3 inputs and 2 outputs in one way. */
function problemOf(shape: readonly number[], use: (w: Tensor, x: Tensor) => Tensor): Problem {
  return {
    parameters: [{ name: "w", shape }],
    dtype: "float64",
    data: {
      name: "nothing",
      count: 2,
      inputs: new Float64Array(6),
      inputShape: [3],
      targets: new Float64Array(4),
      targetShape: [2],
    },
    perSampleLoss: ([w], x, y) => sum(square(sub(use(w, x), y)), 1),
  };
}

suite("filterAxes", () => {
  const asImage = (x: Tensor) => reshape(x, [x.shape[0], 3, 1]);
  test.each<[string, number[], (w: Tensor, x: Tensor) => Tensor, number]>([
    ["x·W, [in, out]", [3, 2], (w, x) => matmul(x, w), 1],
    ["x·Wᵀ, [out, in]", [2, 3], (w, x) => matmul(x, swapLast(w)), 0],
    ["(W·xᵀ)ᵀ, [out, in]", [2, 3], (w, x) => swapLast(matmul(w, swapLast(x))), 0],
    ["a convolution", [2, 3, 1], (w, x) => reshape(conv(asImage(x), w), [x.shape[0], 2]), 0],
    ["x·W + x·W twice alike", [3, 2], (w, x) => add(matmul(x, w), mul(matmul(mul(x, x), w), 2)), 1],
    ["no product", [3, 2], (w, x) => mul(mean(w, 0), mul(sum(x), 1)), 0],
  ])("%s", (_, shape, use, axis) => {
    const problem = problemOf(shape, use);
    expect(filterAxes(problem)(problem.parameters[0])).toBe(axis);
  });

  test("each output's weights of an [in, out] matrix are moved by a vector of their own norm", () => {
    const problem = problemOf([3, 2], (w, x) => matmul(x, w));
    const point = Float64Array.of(1, 10, 2, 20, 3, 30);
    const axes = { filterAxis: filterAxes(problem) };
    const d = filterNormalisedDirection(problem, point, stream("1", "filters"), axes);
    const column = (from: Float64Array, j: number) => Float64Array.of(from[j], from[2 + j], from[4 + j]); // prettier-ignore
    for (const j of [0, 1])
      expect(norm(column(d as Float64Array, j)) / norm(column(point, j))).toBeCloseTo(1, 12);
  });
});
