import { type Node, type OpName, type ReduceAttrs, sizeOf } from "../../graph/index.ts";
import { mapEntries, positionIn, spread, stridesOf } from "./entries.ts";
import type { Lower, Lowerings, Slots, Writer } from "./writer.ts";

export const reduceLowerings = {
  sum: (t, [x], w) => groups(t, t.attrs.axes, x).map((terms) => sumOf(terms, w)),
  reduceMax: (t, [x], w) => groups(t, t.attrs.axes, x).map((terms) => largest(terms, w)),
  logSumExp: (t, [x], w) => groups(t, t.attrs.axes, x).map((terms) => logSumExp(terms, w)),
  softmax: alongAxis((terms, w) => {
    const top = largest(terms, w);
    const shifted = terms.map((slot) => w.emit("exp", w.emit("sub", slot, top)));
    const total = w.total(shifted);
    return shifted.map((slot) => w.emit("div", slot, total));
  }),
  logSoftmax: alongAxis((terms, w) => {
    const total = logSumExp(terms, w);
    return terms.map((slot) => w.emit("sub", slot, total));
  }),
  argMax: (t, [x], w) =>
    groups(t, [t.attrs.axis], x).map((terms) => {
      let [best, at] = [terms[0], w.constant(0)];
      terms.forEach((slot, i) => {
        if (i === 0) return;
        const better = w.emit("less", best, slot);
        at = w.emit("where", better, w.constant(i), at);
        best = w.emit("max", best, slot);
      });
      return at;
    }),
  matmul: (t, [a, b], w) => {
    const [m, n] = t.shape.slice(-2);
    const k = t.inputs[0].shape.at(-1)!;
    const batch = t.shape.slice(0, -2);
    const [left, right] = [a, b].map((x, i) => {
      const { shape } = t.inputs[i];
      return spread(x, shape, [...batch, ...shape.slice(-2)]);
    });
    return Array.from({ length: sizeOf(t.shape) }, (_, entry) => {
      const [stack, row, column] = [Math.floor(entry / (m * n)), Math.floor(entry / n) % m, entry % n]; // prettier-ignore
      const products = Array.from({ length: k }, (__, j) =>
        w.emit("mul", left[(stack * m + row) * k + j], right[(stack * k + j) * n + column]),
      );
      return sumOf(products, w);
    });
  },
} satisfies Partial<Lowerings<OpName>>;

const sumOf = (terms: Slots, w: Writer) => (terms.length === 0 ? w.constant(0) : w.total(terms));

const largest = (terms: Slots, w: Writer) => terms.reduce((top, slot) => w.emit("max", top, slot));

function logSumExp(terms: Slots, w: Writer): number {
  const top = largest(terms, w);
  const finite = w.emit("less", w.emit("abs", top), w.constant(Infinity));
  const shift = w.emit("where", finite, top, w.constant(0)); // ∞ − ∞ is no number
  const total = w.total(terms.map((slot) => w.emit("exp", w.emit("sub", slot, shift))));
  return w.emit("add", w.emit("log", total), shift);
}

/** For each entry of the reduced tensor the entries that fall into it, in row-major order. */
function groups(t: Node, axes: ReduceAttrs["axes"], x: Slots): number[][] {
  const { shape } = t.inputs[0];
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const strides = stridesOf(kept).map((step, axis) => (axes.includes(axis) ? 0 : step));
  const result = Array.from({ length: sizeOf(kept) }, (): number[] => []);
  mapEntries(shape, (at) => positionIn(strides, at)).forEach((group, i) => {
    result[group].push(x[i]);
  });
  return result;
}

/** What `f` makes of the entries along the op's axis, put back in their places. */
function alongAxis<K extends "softmax" | "logSoftmax">(
  f: (terms: Slots, w: Writer) => Slots,
): Lower<K> {
  return (t, [x], w) => {
    const places = groups(t, [t.attrs.axis], [...x.keys()]);
    const result = x.map(() => 0);
    for (const group of places) {
      const entries = f(group.map((i) => x[i]), w); // prettier-ignore
      group.forEach((i, k) => (result[i] = entries[k]));
    }
    return result;
  };
}
