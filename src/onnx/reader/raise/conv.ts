import * as g from "../../../graph/ops/index.ts";
import type { ConvAttrs } from "../../../graph/op-attrs.ts";
import { describe, sizeOf, type Tensor } from "../../../graph/tensor.ts";
import type { Raises, Site } from "./context.ts";
import { autoPadOf, halves, perAxisOf, spatialOf, windowOf } from "./window.ts";

export const convRaises: Raises = {
  Conv: (site) => {
    const [x, w] = [site.input(0), site.input(1)];
    const kernel = kernelOf(site, x, w);
    const { strides, pads, dilations } = windowOf(site, spatialOf(site, x), kernel);
    return [biased(g.conv(x, w, { strides, pads, dilations, groups: groupsOf(site) }), site)];
  },
  ConvTranspose: (site) => {
    const [y, w] = [site.input(0), site.input(1)];
    const kernel = kernelOf(site, y, w);
    const { spatial, attrs } = transposed(site, spatialOf(site, y), kernel);
    return [biased(g.convInput(y, w, spatial, attrs), site)];
  },
};

function groupsOf(site: Site): number {
  const groups = site.int("group", 1);
  return groups >= 1 ? groups : site.refuse(`group must be at least 1, got ${groups}`);
}

function kernelOf(site: Site, x: Tensor, w: Tensor): readonly number[] {
  const kernel = w.shape.slice(2);
  if (w.shape.length !== x.shape.length)
    site.refuse(`input and weight must have one rank, got ${describe(x)} and ${describe(w)}`);
  const said = site.ints("kernel_shape") ?? kernel;
  if (said.join() !== kernel.join())
    site.refuse(`kernel_shape is [${said.join(", ")}], the weight's [${kernel.join(", ")}]`);
  return kernel;
}

/** The size of what a transposed convolution makes, and the convolution that it transposes. */
function transposed(site: Site, sizes: readonly number[], kernel: readonly number[]) {
  const rank = sizes.length;
  if (sizeOf(kernel) > 2 ** 20) site.refuse(`the window [${kernel.join(", ")}] is too large`);
  const strides = perAxisOf(site, "strides", rank, 1);
  const dilations = perAxisOf(site, "dilations", rank, 1);
  const extra = perAxisOf(site, "output_padding", rank, 0);
  const auto = autoPadOf(site);
  const asked = site.ints("output_shape")?.slice(-rank);
  const whole = sizes.map((size, axis) => {
    const extent = dilations[axis] * (kernel[axis] - 1) + 1;
    return strides[axis] * (size - 1) + extent + extra[axis];
  });
  const same = auto === "SAME_UPPER" || auto === "SAME_LOWER";
  const wanted = asked ?? (same ? sizes.map((size, axis) => size * strides[axis]) : undefined);
  const given = auto === "VALID" ? whole.flatMap(() => [0, 0]) : perAxisOf(site, "pads", 2 * rank, 0); // prettier-ignore
  const pads = wanted
    ? halves(whole.map((size, axis) => Math.max(0, size - wanted[axis])), auto === "SAME_UPPER" ? auto : "SAME_LOWER") // prettier-ignore
    : given;
  const spatial = whole.map((size, axis) => size - pads[axis] - pads[rank + axis]);
  if (wanted && spatial.some((size, axis) => size !== wanted[axis]))
    site.refuse(`output_shape [${wanted.join(", ")}] is more than [${whole.join(", ")}]`);
  const attrs: ConvAttrs = { strides, dilations, pads, groups: groupsOf(site) };
  return { spatial, attrs };
}

function biased(y: Tensor, site: Site): Tensor {
  const bias = site.inputs[2];
  if (bias === undefined) return y;
  return g.add(y, g.reshape(bias, [sizeOf(bias.shape), ...y.shape.slice(2).map(() => 1)]));
}
