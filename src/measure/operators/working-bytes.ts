import {
  bytesPerElement,
  type GraphFunction,
  simplify,
  sizeOf,
  type Tensor,
  topological,
} from "../../graph/index.ts";

/** Ops whose result is a view of their argument. */
const views = new Set(["reshape", "stopGradient"]);

/** What a call does not make. */
const given = new Set(["input", "constant"]);

/**
 * Bytes that a call is cut down to by choosing fewer rows, whatever the budget: more rows are no quicker
 * once a call is far above its overhead, and ONNX Runtime's arena keeps several times what a call holds.
 * Measured in `docs/performance-inspect.md`.
 */
export const usualCallBytes = 2 ** 24;

/**
 * Bytes of intermediate values and results that one call holds at once, at most: in the order of the
 * graph's nodes, each value freed after its last use, with the columns that a convolution's derivative is
 * unfolded into. An estimate: the machine may order otherwise, works in place where it can, and pads.
 */
export function workingBytes({ outputs }: GraphFunction): number {
  const order = topological(outputs);
  /** What a view is a view of. */
  const owner = new Map<Tensor, Tensor>();
  for (const t of order) owner.set(t, views.has(t.op) ? owner.get(t.inputs[0])! : t);
  const lastUse = new Map<Tensor, number>();
  order.forEach((t, at) => t.inputs.forEach((x) => lastUse.set(owner.get(x)!, at)));
  for (const t of outputs) lastUse.set(owner.get(t)!, order.length);
  const bytesOf = (t: Tensor) => (given.has(t.op) ? 0 : sizeOf(t.shape) * bytesPerElement[t.dtype]);
  let [now, most] = [0, 0];
  order.forEach((t, at) => {
    if (owner.get(t) === t) now += bytesOf(t);
    most = Math.max(most, now + workspace(t));
    for (const x of new Set(t.inputs.map((own) => owner.get(own)!)))
      if (lastUse.get(x) === at) now -= bytesOf(x);
  });
  return most;
}

/** What a node's kernels hold besides arguments and result: one column a window. */
function workspace(t: Tensor): number {
  if (t.op !== "convWeight") return 0;
  const [x, y] = t.inputs;
  const window = sizeOf(t.shape.slice(2));
  const columns = x.shape[0] * x.shape[1] * window * sizeOf(y.shape.slice(2));
  return columns * bytesPerElement[t.dtype];
}

/**
 * The most rows, from 1 to `most`, for which what grows with the rows stays within the budget: `trace`
 * makes the graph of so many. The simplified graph counts, and is taken to grow linearly from 2 rows to
 * 4; what does not grow, vectors of the parameters' size, is not for rows to save.
 */
export function rowsWithin(
  byteBudget: number,
  most: number,
  trace: (rows: number) => GraphFunction,
): number {
  if (most <= 1 || workingBytes(trace(most)) <= byteBudget) return most;
  const [two, four] = [2, 4].map((rows) => workingBytes(simplify(trace(rows))));
  const each = Math.max((four - two) / 2, 1);
  return Math.max(1, Math.min(most, Math.floor(byteBudget / each)));
}
