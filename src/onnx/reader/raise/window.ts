import { sizeOf, type Tensor } from "../../../graph/tensor.ts";
import type { Site } from "./context.ts";

/** How a window moves over the spatial axes; `pads` as in ONNX, [before…, after…]. */
export interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly pads: readonly number[];
  readonly dilations: readonly number[];
}

/** Larger than any window in use, and small enough that nothing derived from one is slow. */
const mostKernel = 2 ** 20;

/** Positive (or, from 0, non-negative) attributes, one for each axis. */
export function perAxisOf(
  site: Site,
  name: string,
  length: number,
  fallback: number,
): readonly number[] {
  // prettier-ignore
  const values = site.ints(name) ?? Array.from({ length }, () => fallback);
  const least = fallback === 0 ? 0 : 1;
  if (values.length !== length || values.some((n) => !(n >= least && n <= 2 ** 31)))
    site.refuse(
      `${name} must be ${length} numbers of at least ${least}, got [${values.join(", ")}]`,
    );
  return values;
}

/** The window of a node on the `spatial` sizes, automatic padding worked out. */
export function windowOf(
  site: Site,
  spatial: readonly number[],
  kernel: readonly number[],
): Window {
  // prettier-ignore
  const rank = spatial.length;
  if (sizeOf(kernel) > mostKernel)
    site.refuse(`a window has at most ${mostKernel} entries, got [${kernel.join(", ")}]`);
  const strides = perAxisOf(site, "strides", rank, 1);
  const dilations = perAxisOf(site, "dilations", rank, 1);
  const auto = autoPadOf(site);
  if (auto === "VALID") return { kernel, strides, dilations, pads: Array.from({ length: 2 * rank }, () => 0) }; // prettier-ignore
  if (auto === "NOTSET") return { kernel, strides, dilations, pads: perAxisOf(site, "pads", 2 * rank, 0) }; // prettier-ignore
  // SAME: as many windows as strides fit into the input.
  const totals = spatial.map((size, axis) => {
    const extent = dilations[axis] * (kernel[axis] - 1) + 1;
    return Math.max(0, (Math.ceil(size / strides[axis]) - 1) * strides[axis] + extent - size);
  });
  return { kernel, strides, dilations, pads: halves(totals, auto) };
}

export type AutoPad = "NOTSET" | "VALID" | "SAME_UPPER" | "SAME_LOWER";

export function autoPadOf(site: Site): AutoPad {
  const auto = site.string("auto_pad", "NOTSET");
  switch (auto) {
    case "NOTSET":
    case "VALID":
    case "SAME_UPPER":
    case "SAME_LOWER":
      return auto;
  }
  return site.refuse(`auto_pad must be NOTSET, VALID, SAME_UPPER or SAME_LOWER, got ${auto}`);
}

/** Totals over both sides, the odd one after (SAME_UPPER) or before. */
export function halves(totals: readonly number[], auto: AutoPad): number[] {
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  return auto === "SAME_LOWER" ? [...more, ...less] : [...less, ...more];
}

/** Sizes of the spatial axes of [batch, channels, …], of which there must be one or two. */
export function spatialOf(site: Site, x: Tensor): readonly number[] {
  const rank = x.shape.length - 2;
  if (rank !== 1 && rank !== 2)
    site.refuse(`one or two spatial axes are supported, got ${Math.max(rank, 0)}`);
  return x.shape.slice(2);
}
