import type { PoolAttrs } from "../op-attrs.ts";
import { gatherElements, scatterElementsAdd } from "../ops/indexing.ts";
import { reshape } from "../ops/movement.ts";
import { maxPool, maxPoolIndices, sumPool, sumPoolTranspose } from "../ops/pool.ts";
import { sizeOf, type Tensor } from "../tensor.ts";
import type { Rule, Rules } from "./rule.ts";

const maxPoolRule: Rule<"maxPool"> = {
  jvp: (t, [dx]) => {
    if (dx === undefined) return undefined;
    const positions = planes(maxPoolIndices(t.inputs[0], t.attrs));
    return reshape(gatherElements(planes(dx), positions, 2), t.shape);
  },
  vjp(t, ct, [wanted]) {
    if (!wanted) return [undefined];
    const x = t.inputs[0];
    const positions = planes(maxPoolIndices(x, t.attrs));
    const sums = scatterElementsAdd(planes(ct), positions, 2, sizeOf(x.shape.slice(2)));
    return [reshape(sums, x.shape)];
  },
  batch: (t, [x], _, size) =>
    perImage(x, size, (images) => maxPool(images, t.attrs.kernel, t.attrs)),
};

const maxPoolIndicesRule: Rule<"maxPoolIndices"> = {
  jvp: () => undefined,
  vjp: () => [undefined],
  batch: (t, [x], _, size) => perImage(x, size, (images) => maxPoolIndices(images, t.attrs)),
};

const sumPoolRule: Rule<"sumPool"> = {
  jvp: (t, [dx]) => dx && sumPool(dx, t.attrs),
  vjp: (t, ct, [wanted]) => [
    wanted ? sumPoolTranspose(ct, t.inputs[0].shape.slice(2), t.attrs) : undefined,
  ],
  batch: (t, [x], _, size) => perImage(x, size, (images) => sumPool(images, t.attrs)),
};

const sumPoolTransposeRule: Rule<"sumPoolTranspose"> = {
  jvp: (t, [dy]) => dy && sumPoolTranspose(dy, t.attrs.spatial, t.attrs),
  vjp: (t, ct, [wanted]) => [wanted ? sumPool(ct, poolOf(t.attrs)) : undefined],
  batch: (t, [y], _, size) =>
    perImage(y, size, (images) => sumPoolTranspose(images, t.attrs.spatial, t.attrs)),
};

export const poolRules = {
  maxPool: maxPoolRule,
  maxPoolIndices: maxPoolIndicesRule,
  sumPool: sumPoolRule,
  sumPoolTranspose: sumPoolTransposeRule,
} satisfies Pick<Rules, "maxPool" | "maxPoolIndices" | "sumPool" | "sumPoolTranspose">;

/** [batch, channels, …spatial] → [batch, channels, positions]. */
function planes(t: Tensor): Tensor {
  return reshape(t, [t.shape[0], t.shape[1], sizeOf(t.shape.slice(2))]);
}

/** Apply to [size, batch, …] as to size·batch images. */
function perImage(t: Tensor, size: number, apply: (images: Tensor) => Tensor): Tensor {
  const batch = t.shape[1];
  const out = apply(reshape(t, [size * batch, ...t.shape.slice(2)]));
  return reshape(out, [size, batch, ...out.shape.slice(1)]);
}

function poolOf({ kernel, strides, pads }: PoolAttrs): PoolAttrs {
  return { kernel, strides, pads };
}
