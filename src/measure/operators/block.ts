import { dot, hvp, type Tensor } from "../../graph/index.ts";
import type { FloatArray } from "../../numeric/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { matchingParameters, type Range } from "../problem/parameter-blocks.ts";
import type { Problem } from "../problem/problem.ts";
import { combined, scratchOf } from "./combine.ts";
import { dataSum, type DataSumOptions } from "./data-sum.ts";
import { applyBlock, type SymmetricOperator } from "./operator.ts";
import { type ParameterOperator, summedOperator } from "./parameter-operator.ts";

/**
 * The diagonal block of A at the given entries, in their order: rows and columns of `ranges` alone.
 * Each product is one with the whole of A; `hessianBlockOperator` is cheaper.
 */
export function blockOperator(
  operator: SymmetricOperator,
  ranges: Range | readonly Range[],
): SymmetricOperator {
  const pieces = "start" in ranges ? [ranges] : ranges;
  let dim = 0;
  for (const { start, end } of pieces) {
    if (!(
      Number.isInteger(start) &&
      Number.isInteger(end) &&
      0 <= start &&
      start < end &&
      end <= operator.dim
    ))
      throw new RangeError(
        `ranges must lie within the ${operator.dim} entries of ${operator.name}, got ${start} to ${end}`,
      );
    dim += end - start;
  }
  const offsets = pieces.toSorted((a, b) => a.start - b.start);
  offsets.forEach(({ start }, i) => {
    if (i > 0 && start < offsets[i - 1].end)
      throw new RangeError(`ranges must not overlap, got ${start} within another`);
  });
  const { dtype } = operator;
  const padded = scratchOf(operator);
  const each = (visit: (range: Range, at: number) => void) => {
    let at = 0;
    for (const range of pieces) {
      visit(range, at);
      at += range.end - range.start;
    }
  };
  return combined(`block of ${operator.name}`, { dim, dtype }, true, async (vectors, outs) => {
    const buffers = padded(2 * vectors.length);
    const [inside, whole] = [buffers.slice(0, vectors.length), buffers.slice(vectors.length)];
    vectors.forEach((v, j) => {
      inside[j].fill(0);
      each(({ start, end }, at) => inside[j].set(v.subarray(at, at + end - start), start));
    });
    await applyBlock(operator, inside, whole);
    outs.forEach((out, j) =>
      each(({ start, end }, at) => out.set(whole[j].subarray(start, end), at)),
    );
  });
}

/**
 * The diagonal block of the Hessian at the parameters that `names` match (`*` and `?` as in
 * `parameterBlocks`), in the problem's order. Only these are differentiated: layers before the first of
 * them carry no tangent and no cotangent. `setPoint` takes all the parameters.
 */
export async function hessianBlockOperator(
  runtime: Runtime,
  problem: Problem,
  parameters: FloatArray,
  names: string | readonly string[],
  options: DataSumOptions = {},
): Promise<ParameterOperator> {
  const members = matchingParameters(problem, names);
  const shapes = members.map((i) => problem.parameters[i]);
  const sum = await dataSum(
    runtime,
    problem,
    (at, v) => {
      const loss = (some: Tensor[]) => {
        const all = [...at.parameters];
        members.forEach((i, k) => (all[i] = some[k]));
        return dot(problem.perSampleLoss(all, at.x, at.y), at.weights);
      };
      return hvp(loss)(
        members.map((i) => at.parameters[i]),
        v,
      );
    },
    shapes.map(({ name, shape }) => ({ name: `v.${name}`, shape })),
    options,
  );
  await sum.setPoint(parameters);
  const name = `hessian of ${shapes.map((shape) => shape.name).join(", ")}`;
  return summedOperator(name, problem.dtype, shapes, sum);
}
