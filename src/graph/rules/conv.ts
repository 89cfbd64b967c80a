import { add } from "../ops/elementwise.ts";
import { conv, convInput, convWeight, pick } from "../ops/conv.ts";
import { reshape, transpose } from "../ops/movement.ts";
import type { ConvAttrs } from "../op-attrs.ts";
import type { Tensor } from "../tensor.ts";
import type { Rule, Rules } from "./rule.ts";

/**
 * `conv`, `convInput` and `convWeight` are the three faces of one trilinear form
 *
 *     T(x, w, y) = ⟨conv(x, w), y⟩ = ⟨x, convInput(y, w)⟩ = ⟨w, convWeight(x, y)⟩,
 *
 * so the derivatives of each are the other two. Within a face, only what a form lacks is computed:
 *
 *     x [batch, groups·inner, …spatial], w [groups·outer, inner, …kernel], y [batch, groups·outer, …spatial′].
 *
 * A new axis runs over two of the three or over all. Where one of them is shared, the axis joins the
 * dimension that the other two have in common (w shared: batch; x: outer; y: inner); where none is, the
 * groups.
 */
const convRule: Rule<"conv"> = {
  jvp: (t, [dx, dw]) =>
    sumOf(
      dx && conv(dx, t.inputs[1], t.attrs), //
      dw && conv(t.inputs[0], dw, t.attrs),
    ),
  vjp(t, ct, [wantX, wantW]) {
    const [x, w] = [t.inputs[0], t.inputs[1]];
    return [
      wantX ? convInput(ct, w, x.shape.slice(2), t.attrs) : undefined,
      wantW ? convWeight(x, ct, w.shape.slice(2), t.attrs) : undefined,
    ];
  },
  batch(t, inputs, batched, size) {
    const [x, w] = [inputs[0], inputs[1]];
    const fold = folding(t.attrs, size, { x: batched[0], w: batched[1], y: true });
    return fold.open(conv(fold.join(x, "x"), fold.join(w, "w"), fold.attrs), "y");
  },
};

const convInputRule: Rule<"convInput"> = {
  jvp: (t, [dy, dw]) =>
    sumOf(
      dy && convInput(dy, t.inputs[1], t.attrs.spatial, t.attrs),
      dw && convInput(t.inputs[0], dw, t.attrs.spatial, t.attrs),
    ),
  vjp(t, ct, [wantY, wantW]) {
    const [y, w] = [t.inputs[0], t.inputs[1]];
    return [
      wantY ? conv(ct, w, t.attrs) : undefined,
      wantW ? convWeight(ct, y, w.shape.slice(2), t.attrs) : undefined,
    ];
  },
  batch(t, inputs, batched, size) {
    const [y, w] = [inputs[0], inputs[1]];
    const fold = folding(t.attrs, size, { x: true, w: batched[1], y: batched[0] });
    const x = convInput(fold.join(y, "y"), fold.join(w, "w"), t.attrs.spatial, fold.attrs);
    return fold.open(x, "x");
  },
};

const convWeightRule: Rule<"convWeight"> = {
  jvp: (t, [dx, dy]) =>
    sumOf(
      dx && convWeight(dx, t.inputs[1], t.attrs.kernel, t.attrs),
      dy && convWeight(t.inputs[0], dy, t.attrs.kernel, t.attrs),
    ),
  vjp(t, ct, [wantX, wantY]) {
    const [x, y] = [t.inputs[0], t.inputs[1]];
    return [
      wantX ? convInput(y, ct, x.shape.slice(2), t.attrs) : undefined,
      wantY ? conv(x, ct, t.attrs) : undefined,
    ];
  },
  batch(t, inputs, batched, size) {
    const [x, y] = [inputs[0], inputs[1]];
    const fold = folding(t.attrs, size, { x: batched[0], w: true, y: batched[1] });
    const w = convWeight(fold.join(x, "x"), fold.join(y, "y"), t.attrs.kernel, fold.attrs);
    return fold.open(w, "w");
  },
};

export const convRules = {
  conv: convRule,
  convInput: convInputRule,
  convWeight: convWeightRule,
} satisfies Pick<Rules, "conv" | "convInput" | "convWeight">;

type Role = "x" | "w" | "y";

interface Folding {
  /** The attributes of the form without the new axis. */
  readonly attrs: ConvAttrs;
  /** An operand without its leading axis, if it has one. */
  join(t: Tensor, role: Role): Tensor;
  /** The result with its leading axis. */
  open(t: Tensor, role: Role): Tensor;
}

function folding(
  attrs: ConvAttrs,
  size: number,
  batched: Readonly<Record<Role, boolean>>,
): Folding {
  const shared = (["x", "w", "y"] as const).find((role) => !batched[role]);
  const inGroups = shared === undefined;
  /** The dimension of each operand that takes the axis, and the groups that stay outside it. */
  const place = (role: Role): { axis: number; outside: number } => {
    if (inGroups) return { axis: role === "w" ? 0 : 1, outside: 1 };
    if (shared === "w") return { axis: 0, outside: 1 };
    if (shared === "x") return { axis: role === "w" ? 0 : 1, outside: attrs.groups };
    return { axis: 1, outside: role === "w" ? 1 : attrs.groups };
  };
  return {
    attrs: { ...pick(attrs), groups: inGroups ? attrs.groups * size : attrs.groups },
    join(t, role) {
      if (!batched[role]) return t;
      const { axis, outside } = place(role);
      const [lead, rest] = [t.shape.slice(1, 1 + axis), t.shape.slice(2 + axis)];
      const inner = t.shape[1 + axis] / outside;
      const parted = reshape(t, [size, ...lead, outside, inner, ...rest]);
      const moved = transpose(parted, moveFirstTo(parted.shape.length, axis + 1));
      return reshape(moved, [...lead, outside * size * inner, ...rest]);
    },
    open(t, role) {
      const { axis, outside } = place(role);
      const [lead, rest] = [t.shape.slice(0, axis), t.shape.slice(1 + axis)];
      const inner = t.shape[axis] / (outside * size);
      const parted = reshape(t, [...lead, outside, size, inner, ...rest]);
      const order = [...parted.shape.keys()].filter((i) => i !== axis + 1);
      return reshape(transpose(parted, [axis + 1, ...order]), [
        size,
        ...lead,
        outside * inner,
        ...rest,
      ]);
    },
  };
}

function moveFirstTo(rank: number, to: number): number[] {
  const order = Array.from({ length: rank - 1 }, (_, i) => i + 1);
  order.splice(to, 0, 0);
  return order;
}

function sumOf(a: Tensor | undefined, b: Tensor | undefined): Tensor | undefined {
  return a && b ? add(a, b) : (a ?? b);
}
