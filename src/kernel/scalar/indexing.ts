import { type OpName, type Shape, sizeOf } from "../../graph/index.ts";
import { mapEntries, positionIn, stridesOf } from "./entries.ts";
import type { Lowerings, Slots, Writer } from "./writer.ts";

export const indexingLowerings = {
  gather: (t, [x, indices], w) => {
    const { axis } = t.attrs;
    const [from, along] = [t.inputs[0].shape, t.inputs[1].shape];
    const fibres = fibresOf(x, from, axis);
    const [steps, indexSteps] = [stridesOf(from.toSpliced(axis, 1)), stridesOf(along)];
    return mapEntries(t.shape, (at) => {
      const rest = [...at.slice(0, axis), ...at.slice(axis + along.length)];
      const index = indices[positionIn(indexSteps, at.slice(axis, axis + along.length))];
      return pick(fibres[positionIn(steps, rest)], index, w);
    });
  },
  gatherElements: (t, [x, indices], w) => {
    const { axis } = t.attrs;
    const from = t.inputs[0].shape;
    const fibres = fibresOf(x, from, axis);
    const steps = stridesOf(from.toSpliced(axis, 1));
    let next = 0;
    return mapEntries(t.shape, (at) =>
      pick(fibres[positionIn(steps, at.toSpliced(axis, 1))], indices[next++], w),
    );
  },
  scatterAdd: (t, [updates, indices], w) => {
    const { axis, size } = t.attrs;
    const rank = t.inputs[1].shape.length;
    const from = t.inputs[0].shape;
    const count = indices.length;
    const flat = [...from.slice(0, axis), count, ...from.slice(axis + rank)];
    const fibres = fibresOf(updates, flat, axis);
    const steps = stridesOf(flat.toSpliced(axis, 1));
    return mapEntries(t.shape, (at) =>
      landing(fibres[positionIn(steps, at.toSpliced(axis, 1))], indices, at[axis], size, w),
    );
  },
  scatterElementsAdd: (t, [updates, indices], w) => {
    const { axis, size } = t.attrs;
    const from = t.inputs[0].shape;
    const [fibres, ways] = [fibresOf(updates, from, axis), fibresOf(indices, from, axis)];
    const steps = stridesOf(from.toSpliced(axis, 1));
    return mapEntries(t.shape, (at) => {
      const fibre = positionIn(steps, at.toSpliced(axis, 1));
      return landing(fibres[fibre], ways[fibre], at[axis], size, w);
    });
  },
  oneHot: (t, [indices], w) =>
    indices.flatMap((slot) =>
      Array.from({ length: t.attrs.depth }, (_, k) => w.emit("equal", slot, w.constant(k))),
    ),
} satisfies Partial<Lowerings<OpName>>;

/** The runs of entries along one axis, in row-major order of the others. */
function fibresOf(x: Slots, shape: Shape, axis: number): Slots[] {
  const step = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const fibres: Slots[] = [];
  for (let i = 0; i < outer; i++)
    for (let j = 0; j < step; j++)
      fibres.push(
        Array.from({ length: shape[axis] }, (_, k) => x[(i * shape[axis] + k) * step + j]),
      );
  return fibres;
}

function pick(fibre: Slots, index: number, w: Writer): number {
  const known = w.known(index);
  if (known === undefined) return w.fetch(fibre, index);
  return fibre[known] ?? w.constant(NaN);
}

/** Sum of the entries whose index is `target`. */
function landing(fibre: Slots, indices: Slots, target: number, size: number, w: Writer): number {
  const terms: number[] = [];
  fibre.forEach((slot, k) => {
    const known = w.known(indices[k]);
    if (known !== undefined && !(known >= 0 && known < size)) terms.push(w.constant(NaN));
    else if (known === target) terms.push(slot);
    else if (known === undefined) {
      const hit = w.emit("equal", indices[k], w.constant(target));
      terms.push(w.emit("where", hit, slot, w.constant(0)));
    }
  });
  return terms.length === 0 ? w.constant(0) : w.total(terms);
}
