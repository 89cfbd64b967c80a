import * as g from "../../../graph/ops/index.ts";
import { sizeOf, type Tensor } from "../../../graph/tensor.ts";
import type { Raises, Site } from "./context.ts";

/** A tensor with one letter for each axis. */
interface Labelled {
  readonly t: Tensor;
  readonly axes: readonly string[];
}

export const einsumRaises: Raises = {
  Einsum: (site) => {
    const equation = site.string("equation", "").replaceAll(" ", "");
    const [left, right, ...more] = equation.split("->");
    const terms = left.split(",");
    if (more.length > 0 || terms.length !== site.inputs.length)
      site.refuse(`equation "${equation}" does not fit ${site.inputs.length} inputs`);
    const dots = Math.max(0, ...terms.map((term, i) => spare(site, term, site.input(i))));
    const operands = terms.map((term, i) => labelled(site, term, site.input(i), dots));
    const used = operands.flatMap(({ axes }) => axes);
    const out = right === undefined ? implied(used) : letters(site, right, dots);
    if (new Set(out).size !== out.length || out.some((axis) => !used.includes(axis)))
      site.refuse(`equation "${equation}" has an output axis twice, or one of no input`);
    let result = operands[0];
    for (const [i, next] of operands.slice(1).entries()) {
      const later = new Set([...out, ...operands.slice(i + 2).flatMap(({ axes }) => axes)]);
      result = contracted(site, result, next, later);
    }
    result = summed(result, new Set(out));
    return [g.transpose(result.t, out.map((axis) => result.axes.indexOf(axis)))]; // prettier-ignore
  },
};

/** Axes that "..." stands for. */
function spare(site: Site, term: string, t: Tensor): number {
  return term.includes("...") ? Math.max(0, t.shape.length - letters(site, term, 0).length) : 0;
}

/** One name an axis; "..." becomes `dots` names counted from the right. */
function letters(site: Site, term: string, dots: number): string[] {
  const parts = term.split("...");
  if (parts.length > 2 || !/^[A-Za-z]*$/.test(parts.join("")))
    site.refuse(`"${term}" is no list of axes`);
  const [before, after] = [parts[0], parts[1] ?? ""];
  const middle = parts.length === 1 ? [] : Array.from({ length: dots }, (_, i) => `.${dots - i}`);
  return [...before.split(""), ...middle, ...after.split("")];
}

function labelled(site: Site, term: string, t: Tensor, dots: number): Labelled {
  const own = term.includes("...") ? spare(site, term, t) : 0;
  const axes = letters(site, term, Math.min(own, dots));
  if (axes.length !== t.shape.length) site.refuse(`"${term}" does not fit rank ${t.shape.length}`);
  if (new Set(axes).size !== axes.length) site.refuse(`diagonals are not supported, got "${term}"`);
  return { t, axes };
}

/** Without "->": dots first, then letters that occur once, in order. */
function implied(used: readonly string[]): string[] {
  const dots = [...new Set(used.filter((axis) => axis.startsWith(".")))].sort().reverse();
  const once = used.filter((axis) => !axis.startsWith(".") && used.indexOf(axis) === used.lastIndexOf(axis)); // prettier-ignore
  return [...dots, ...once.sort()];
}

/** Axes that nobody needs any more are summed. */
function summed({ t, axes }: Labelled, needed: ReadonlySet<string>): Labelled {
  const gone = axes.flatMap((axis, i) => (needed.has(axis) ? [] : [i]));
  if (gone.length === 0) return { t, axes };
  return { t: g.sum(t, gone), axes: axes.filter((axis) => needed.has(axis)) };
}

/** Two operands as one batched matrix product: [shared kept…, own of a, shared summed] · [kept…, summed, own of b]. */
function contracted(
  site: Site,
  first: Labelled,
  second: Labelled,
  later: ReadonlySet<string>,
): Labelled {
  // prettier-ignore
  const a = summed(first, new Set([...later, ...second.axes]));
  const b = summed(second, new Set([...later, ...first.axes]));
  const shared = a.axes.filter((axis) => b.axes.includes(axis));
  const size = (axis: string): number => {
    const sizes = [a, b].flatMap(({ t, axes }) => (axes.includes(axis) ? [t.shape[axes.indexOf(axis)]] : [])); // prettier-ignore
    const widest = Math.max(...sizes);
    if (sizes.some((n) => n !== widest && n !== 1)) site.refuse(`axis ${axis} has sizes ${sizes.join(" and ")}`); // prettier-ignore
    return widest;
  };
  const kept = shared.filter((axis) => later.has(axis));
  const inner = shared.filter((axis) => !later.has(axis));
  const ofA = a.axes.filter((axis) => !shared.includes(axis));
  const ofB = b.axes.filter((axis) => !shared.includes(axis));
  const sizes = (list: readonly string[]) => list.map(size);
  const arranged = ({ t, axes }: Labelled, order: readonly string[]) => {
    const wide = g.broadcastTo(t, axes.map((axis) => (shared.includes(axis) ? size(axis) : t.shape[axes.indexOf(axis)]))); // prettier-ignore
    return g.transpose(wide, order.map((axis) => axes.indexOf(axis))); // prettier-ignore
  };
  const [n, m, k, p] = [kept, ofA, inner, ofB].map((list) => sizeOf(sizes(list)));
  const left = g.reshape(arranged(a, [...kept, ...ofA, ...inner]), [n, m, k]);
  const right = g.reshape(arranged(b, [...kept, ...inner, ...ofB]), [n, k, p]);
  const axes = [...kept, ...ofA, ...ofB];
  return { t: g.reshape(g.matmul(left, right), sizes(axes)), axes };
}
