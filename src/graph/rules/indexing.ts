import { arange } from "../ops/constant.ts";
import { add, mul } from "../ops/elementwise.ts";
import { gather, gatherElements, oneHot, scatterAdd, scatterElementsAdd } from "../ops/indexing.ts";
import { broadcastTo, expandDims, moveAxis, reshape, transpose } from "../ops/movement.ts";
import type { Tensor } from "../tensor.ts";
import type { Rule, Rules } from "./rule.ts";

/** Linear in the first input; the second, indices, has no derivative. */
const gatherRule: Rule<"gather"> = {
  jvp: (t, [dx]) => dx && gather(dx, t.inputs[1], t.attrs.axis),
  vjp: (t, ct, [wanted]) => [
    wanted ? scatterAdd(ct, t.inputs[1], t.attrs.axis, t.inputs[0].shape[t.attrs.axis]) : undefined,
    undefined,
  ],
  batch(t, inputs, batched, size) {
    const { axis } = t.attrs;
    const [x, indices] = [inputs[0], inputs[1]];
    if (!batched[1]) return gather(x, indices, axis + 1);
    if (!batched[0]) return moveAxis(gather(x, indices, axis), axis, 0);
    // One table of all examples' rows, each example's indices moved to its own.
    const rows = moveAxis(x, axis + 1, 1); // [size, n, a…, b…]
    const n = rows.shape[1];
    const table = reshape(rows, [size * n, ...rows.shape.slice(2)]);
    const taken = gather(table, offset(indices, size, n), 0); // [size, i…, a…, b…]
    return swapBlocks(taken, 1, indices.shape.length - 1, axis);
  },
};

const scatterAddRule: Rule<"scatterAdd"> = {
  jvp: (t, [dx]) => dx && scatterAdd(dx, t.inputs[1], t.attrs.axis, t.attrs.size),
  vjp: (t, ct, [wanted]) => [wanted ? gather(ct, t.inputs[1], t.attrs.axis) : undefined, undefined],
  batch(t, inputs, batched, size) {
    const { axis, size: n } = t.attrs;
    const indices = inputs[1];
    if (!batched[1]) return scatterAdd(inputs[0], indices, axis + 1, n);
    const updates = spread(inputs[0], batched[0], size); // [size, a…, i…, b…]
    const rows = swapBlocks(updates, 1, axis, indices.shape.length - 1);
    const table = scatterAdd(rows, offset(indices, size, n), 0, size * n);
    const parted = reshape(table, [size, n, ...table.shape.slice(1)]);
    return moveAxis(parted, 1, axis + 1);
  },
};

const gatherElementsRule: Rule<"gatherElements"> = {
  jvp: (t, [dx]) => dx && gatherElements(dx, t.inputs[1], t.attrs.axis),
  vjp: (t, ct, [wanted]) => [
    wanted
      ? scatterElementsAdd(ct, t.inputs[1], t.attrs.axis, t.inputs[0].shape[t.attrs.axis])
      : undefined,
    undefined,
  ],
  batch: (t, [x, indices], [bx, bi], size) =>
    gatherElements(spread(x, bx, size), spread(indices, bi, size), t.attrs.axis + 1),
};

const scatterElementsAddRule: Rule<"scatterElementsAdd"> = {
  jvp: (t, [dx]) => dx && scatterElementsAdd(dx, t.inputs[1], t.attrs.axis, t.attrs.size),
  vjp: (t, ct, [wanted]) => [
    wanted ? gatherElements(ct, t.inputs[1], t.attrs.axis) : undefined,
    undefined,
  ],
  batch: (t, [updates, indices], [bu, bi], size) =>
    scatterElementsAdd(
      spread(updates, bu, size),
      spread(indices, bi, size),
      t.attrs.axis + 1,
      t.attrs.size,
    ),
};

const oneHotRule: Rule<"oneHot"> = {
  jvp: () => undefined,
  vjp: () => [undefined],
  batch: (t, [indices]) => oneHot(indices, t.attrs.depth, t.attrs.dtype),
};

export const indexingRules = {
  gather: gatherRule,
  scatterAdd: scatterAddRule,
  gatherElements: gatherElementsRule,
  scatterElementsAdd: scatterElementsAddRule,
  oneHot: oneHotRule,
} satisfies Pick<
  Rules,
  "gather" | "scatterAdd" | "gatherElements" | "scatterElementsAdd" | "oneHot"
>;

/** The operand with the leading axis, repeated if it has none. */
function spread(t: Tensor, batched: boolean, size: number): Tensor {
  return batched ? t : broadcastTo(expandDims(t, 0), [size, ...t.shape]);
}

/** indices[e, …] + e·n. */
function offset(indices: Tensor, size: number, n: number): Tensor {
  const start = mul(arange(size, indices.dtype), n);
  return add(indices, reshape(start, [size, ...indices.shape.slice(1).map(() => 1)]));
}

/** The block of `first` axes at `start` and the block of `second` axes after it, exchanged. */
function swapBlocks(t: Tensor, start: number, first: number, second: number): Tensor {
  const axes = [...t.shape.keys()];
  const middle = start + first;
  const end = middle + second;
  return transpose(t, [
    ...axes.slice(0, start),
    ...axes.slice(middle, end),
    ...axes.slice(start, middle),
    ...axes.slice(end),
  ]);
}
