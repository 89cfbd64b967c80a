import { sizeOf } from "../../graph/index.ts";
import type { Problem } from "./problem.ts";

/** The same loss over the first `count` samples only (default: all), under a name that says so. Nothing is copied. */
export function subsetProblem(problem: Problem, count = problem.data.count): Problem {
  const { data } = problem;
  if (!(Number.isInteger(count) && count >= 1 && count <= data.count))
    throw new RangeError(`a subset must have from 1 to ${data.count} samples, got ${count}`);
  if (count === data.count) return problem;
  return {
    ...problem,
    data: {
      ...data,
      name: `first ${count} of ${data.name}`,
      count,
      inputs: data.inputs.subarray(0, count * sizeOf(data.inputShape)),
      targets: data.targets.subarray(0, count * sizeOf(data.targetShape)),
      ...(data.weights && { weights: data.weights.subarray(0, count) }),
    },
  };
}
