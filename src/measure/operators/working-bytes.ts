import {
  bytesPerElement,
  type GraphFunction,
  simplify,
  sizeOf,
  topological,
} from "../../graph/index.ts";

/** Ops whose result is a view of their argument. */
const views = new Set(["input", "constant", "reshape", "stopGradient"]);

/**
 * Bytes of intermediate values and results that one call holds at once, at most: of the simplified
 * graph, in the order of its nodes, each value freed after its last use. An estimate: the machine may
 * order otherwise, works in place where it can and pads.
 */
export function workingBytes(graph: GraphFunction): number {
  const { outputs } = simplify(graph);
  const order = topological(outputs);
  const lastUse = new Map(order.flatMap((t, at) => t.inputs.map((x) => [x, at] as const)));
  for (const t of outputs) lastUse.set(t, order.length);
  const bytesOf = (t: (typeof order)[number]) =>
    views.has(t.op) ? 0 : sizeOf(t.shape) * bytesPerElement[t.dtype];
  let [now, most] = [0, 0];
  order.forEach((t, at) => {
    now += bytesOf(t);
    most = Math.max(most, now);
    for (const x of new Set(t.inputs)) if (lastUse.get(x) === at) now -= bytesOf(x);
  });
  return most;
}

/**
 * The most rows, from 1 to `most`, of which one call stays within the budget: `trace` makes its graph
 * for so many. Bytes are taken to grow linearly from 2 rows to 4.
 */
export function rowsWithin(
  byteBudget: number,
  most: number,
  trace: (rows: number) => GraphFunction,
): number {
  if (most <= 1) return 1;
  const [two, four] = [workingBytes(trace(2)), workingBytes(trace(4))];
  const each = Math.max((four - two) / 2, 1);
  const fixed = Math.max(two - 2 * each, 0);
  return Math.max(1, Math.min(most, Math.floor((byteBudget - fixed) / each)));
}
