import {
  add,
  concat,
  div,
  dot,
  expandDims,
  grad,
  input,
  mean,
  reshape,
  sliceAxis,
  square,
  sub,
  substitute,
  sum,
  type Tensor,
  valueAndGrad,
  vmap,
} from "../../graph/index.ts";
import type { NoiseContext } from "../../learn/index.ts";
import { planChunks } from "../../runtime/index.ts";
import { rowsWithin } from "../operators/working-bytes.ts";

/** How much a step may hold for the moments of per-sample gradients. */
export interface MomentOptions {
  /** Bytes, estimated; default 256 MB. Layers that are no matrix products hold a gradient for each sample of a piece. */
  readonly byteBudget?: number;
}

/** Each piece is a copy of the network within the step: more would be slow to compile. */
const maxPieces = 128;

/** Loss and gradient of the mean over all samples. */
export function fullGradient(context: NoiseContext): {
  readonly loss: Tensor;
  readonly gradient: readonly Tensor[];
} {
  const { x, y, perSampleLoss, parameters } = context;
  const [loss, gradient] = valueAndGrad((p: readonly Tensor[]) => mean(perSampleLoss(p, x, y)))(
    parameters,
  );
  return { loss, gradient };
}

/**
 * Tr Σ₁ = (1/N) Σᵢ ‖gᵢ‖² − ‖ḡ‖², per sample, divided by N. The ‖gᵢ‖² of all samples are added up in one
 * sum: pieces change the result by no more than kernels that sum otherwise for other numbers of rows,
 * a few last bits.
 */
export function covarianceTrace(
  context: NoiseContext,
  gradient: readonly Tensor[],
  options: MomentOptions = {},
): Tensor {
  const norms = (x: Tensor, y: Tensor) => [
    perSampleGradients(context, x, y)
      .map((g) => sum(square(g), [...g.shape.keys()].slice(1)))
      .reduce((total, part) => add(total, part)),
  ];
  const pieces = inPieces(context, norms, options).map(([piece]) => piece);
  const all = pieces.length === 1 ? pieces[0] : concat(pieces, 0);
  return sub(div(sum(all), context.count), squaredNorm(gradient));
}

/** Σ₁'s diagonal, in the shapes of the parameters; divided by N. Pieces are added one after another: another number of them changes the rounding. */
export function covarianceDiagonal(
  context: NoiseContext,
  gradient: readonly Tensor[],
  options: MomentOptions = {},
): readonly Tensor[] {
  const squares = (x: Tensor, y: Tensor) =>
    perSampleGradients(context, x, y).map((g) => sum(square(g), 0));
  return inPieces(context, squares, options)
    .reduce((total, piece) => total.map((t, k) => add(t, piece[k])))
    .map((second, k) => sub(div(second, context.count), square(gradient[k])));
}

/** Per-sample gradients, [rows, …] for each parameter. As an expression: `simplify` takes sums of squares of dense layers through Gram products and never forms them. */
function perSampleGradients(
  { parameters, perSampleLoss }: NoiseContext,
  x: Tensor,
  y: Tensor,
): readonly Tensor[] {
  const one = (row: Tensor, target: Tensor): readonly Tensor[] =>
    grad((p: readonly Tensor[]) =>
      sum(perSampleLoss(p, expandDims(row, 0), expandDims(target, 0))),
    )(parameters);
  return vmap(one)(x, y);
}

/** `f` of consecutive rows of the samples, as many at a time as the budget holds. */
function inPieces(
  { x, y, count, parameters }: NoiseContext,
  f: (x: Tensor, y: Tensor) => readonly Tensor[],
  { byteBudget = 2 ** 28 }: MomentOptions,
): (readonly Tensor[])[] {
  if (!(byteBudget > 0)) throw new RangeError(`byteBudget must be positive, got ${byteBudget}`);
  const traced = (rows: number) => {
    const own = [x, y].map((t) => input([rows, ...t.shape.slice(1)], t.dtype)) as [Tensor, Tensor];
    return { inputs: [...parameters, ...own], own, outputs: [...f(...own)] };
  };
  const rows = rowsWithin(byteBudget, count, traced);
  if (rows >= count) return [f(x, y)];
  const { size, chunks } = planChunks(count, { bytesPerRow: 1, budget: rows });
  if (chunks.length > maxPieces)
    throw new RangeError(
      `moments of per-sample gradients must fit ${maxPieces} pieces of ${byteBudget} bytes, got ${chunks.length} for ${count} samples`,
    );
  const [most, last] = [traced(size), traced(chunks.at(-1)!.rows)];
  const results: (readonly Tensor[])[] = [];
  for (const { start, rows: own } of chunks) {
    const whole = own === size ? most : last;
    const pieces = [x, y].map((t) => sliceAxis(t, 0, start, start + own));
    const after = results.length === 0 ? parameters[0] : waiting(parameters[0], results.at(-1)!);
    results.push(substitute(whole.outputs, [...whole.own, parameters[0]], [...pieces, after]));
  }
  return results;
}

/** t, known only once `others` are: else the machine may begin all pieces before it ends one, and hold them all. */
function waiting(t: Tensor, others: readonly Tensor[]): Tensor {
  const flat = reshape(t, [-1]);
  const firsts = others.map((other) => sliceAxis(reshape(other, [-1]), 0, 0, 1));
  return reshape(sliceAxis(concat([flat, ...firsts], 0), 0, 0, flat.shape[0]), t.shape);
}

function squaredNorm(tensors: readonly Tensor[]): Tensor {
  return tensors.map((t) => dot(t, t)).reduce((total, part) => add(total, part));
}
