/**
 * Which sample of a batch each number of a tensor depends on: a proof, from the graph alone, that
 * samples do not meet.
 *
 * Of a tensor of n numbers, row-major, that holds `samples` samples, sample i owns the numbers at flat
 * positions f with ⌊f/step⌋ mod samples = i. A reshape leaves that step alone; every other op says
 * what becomes of it, or that samples meet. What depends on no sample has no step.
 */
import type { OpAttrs } from "../../graph/op-attrs.ts";
import { type Shape, sizeOf, type Tensor } from "../../graph/tensor.ts";

/** The step; "free" of any sample; or "mixed", where one number depends on several. */
export type Rows = number | "free" | "mixed";

/** The axis that samples lie along: `outer` runs of samples · `inner` entries each. */
interface Lie {
  readonly axis: number;
  readonly inner: number;
}

export interface RowTracker {
  rowsOf(t: Tensor): Rows;
  /** Take what is known from elsewhere, or excused. */
  set(t: Tensor, rows: Rows): void;
}

/** Follows `samples` samples along the first axis of `x` through all that is computed from it. */
export function trackRows(x: Tensor, samples: number): RowTracker {
  const known = new Map<Tensor, Rows>([[x, sizeOf(x.shape.slice(1))]]);
  const rowsOf = (t: Tensor): Rows => {
    const stack = [t];
    while (stack.length > 0) {
      const top = stack.at(-1)!;
      const missing = known.has(top) ? [] : top.inputs.filter((input) => !known.has(input));
      if (missing.length > 0) {
        stack.push(...missing);
        continue;
      }
      if (!known.has(top)) known.set(top, through(top, top.inputs.map((input) => known.get(input)!), samples)); // prettier-ignore
      stack.pop();
    }
    return known.get(t)!;
  };
  return { rowsOf, set: (t, rows) => void known.set(t, rows) };
}

function through(t: Tensor, rows: readonly Rows[], samples: number): Rows {
  if (rows.includes("mixed")) return "mixed";
  if (rows.every((row) => row === "free")) return "free";
  if (samples === 1) return sizeOf(t.shape);
  const lies = t.inputs.map((x, i) => (rows[i] === "free" ? undefined : lieOf(x.shape, rows[i] as number, samples))); // prettier-ignore
  if (t.op === "reshape") return rows[0];
  const [first, second] = lies;
  if (lies.some((lie, i) => lie === undefined && rows[i] !== "free")) return "mixed";
  const at = (lie: Lie | undefined, axis: number, from: Tensor): Rows =>
    lie !== undefined && t.shape[axis] === from.shape[lie.axis] ? lie.inner * stride(t.shape, axis) : "mixed"; // prettier-ignore
  const stays = () => at(first, first!.axis, t.inputs[0]);
  const outside = (axes: readonly number[]) => first !== undefined && !axes.includes(first.axis);
  switch (t.op) {
    case "transpose":
      return at(first, (t.attrs as OpAttrs["transpose"]).perm.indexOf(first!.axis), t.inputs[0]);
    case "softmax":
    case "logSoftmax":
      return outside([(t.attrs as OpAttrs["softmax"]).axis]) ? stays() : "mixed";
    case "flip":
      return outside((t.attrs as OpAttrs["flip"]).axes) ? stays() : "mixed";
    case "slice":
    case "pad": // at most the other axes change; what is not whole any more is mixed
      return stays();
    case "concat":
      return agree(lies.map((lie, i) => (lie === undefined ? "free" : lie.axis === (t.attrs as OpAttrs["concat"]).axis ? "mixed" : at(lie, lie.axis, t.inputs[i])))); // prettier-ignore
    case "sum":
    case "reduceMax":
    case "logSumExp": {
      const { axes, keepDims } = t.attrs as OpAttrs["sum"];
      if (!outside(axes)) return "mixed";
      const before = axes.filter((axis) => axis < first!.axis).length;
      return at(first, keepDims ? first!.axis : first!.axis - before, t.inputs[0]);
    }
    case "argMax": {
      const { axis } = t.attrs as OpAttrs["argMax"];
      return outside([axis]) ? at(first, first!.axis - (axis < first!.axis ? 1 : 0), t.inputs[0]) : "mixed"; // prettier-ignore
    }
    case "matmul":
      return product(t, lies);
    case "conv":
    case "convInput":
    case "maxPool":
    case "maxPoolIndices":
    case "sumPool":
    case "sumPoolTranspose": // samples along the batch, weights free of them
      return second === undefined && first?.axis === 0 ? stays() : "mixed";
    case "convWeight":
      return "mixed";
    case "gather": {
      const { axis } = t.attrs as OpAttrs["gather"];
      if (first === undefined) return at(second, axis + second!.axis, t.inputs[1]);
      if (second !== undefined || first.axis === axis) return "mixed";
      const moved = first.axis < axis ? first.axis : first.axis - 1 + t.inputs[1].shape.length;
      return at(first, moved, t.inputs[0]);
    }
    case "gatherElements": {
      const { axis } = t.attrs as OpAttrs["gatherElements"];
      return agree(lies.map((lie, i) => (lie === undefined ? "free" : lie.axis === axis ? "mixed" : at(lie, lie.axis, t.inputs[i])))); // prettier-ignore
    }
    case "oneHot":
      return stays();
    case "scatterAdd":
    case "scatterElementsAdd":
    case "input":
    case "constant":
      return "mixed";
    default: // elementwise and broadcastTo: axes counted from the last
      return agree(lies.map((lie, i) => (lie === undefined ? "free" : at(lie, lie.axis + t.shape.length - t.inputs[i].shape.length, t.inputs[i])))); // prettier-ignore
  }
}

/** All that is not free must lie alike. */
function agree(rows: readonly Rows[]): Rows {
  const bound = rows.filter((row) => row !== "free");
  return bound.every((row) => row === bound[0]) ? bound[0] : "mixed";
}

function product(t: Tensor, lies: readonly (Lie | undefined)[]): Rows {
  const rank = t.shape.length;
  return agree(
    lies.map((lie, i) => {
      if (lie === undefined) return "free";
      const own = t.inputs[i].shape.length;
      const contracted = i === 0 ? own - 1 : own - 2;
      if (lie.axis === contracted) return "mixed";
      const axis = lie.axis + rank - own;
      if (t.shape[axis] !== t.inputs[i].shape[lie.axis]) return "mixed";
      return lie.inner * stride(t.shape, axis);
    }),
  );
}

function stride(shape: Shape, axis: number): number {
  return sizeOf(shape.slice(axis + 1));
}

/** The one axis that holds all samples; undefined where they are spread over several. */
function lieOf(shape: Shape, step: number, samples: number): Lie | undefined {
  for (const [axis, size] of shape.entries()) {
    const inner = step / stride(shape, axis);
    if (Number.isInteger(inner) && inner >= 1 && size % (inner * samples) === 0 && size > 0)
      return { axis, inner };
  }
  return undefined;
}
