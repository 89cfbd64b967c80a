import * as g from "../../../graph/ops/index.ts";
import { sizeOf } from "../../../graph/tensor.ts";
import { axesOf, axisOf, type Raises, type Site } from "./context.ts";
import { padded } from "./pad.ts";
import { sliced } from "./slice.ts";

export const movementRaises: Raises = {
  Reshape: (site) => {
    const x = site.input(0);
    const shape = site.known(1) ?? site.refuse("has no shape");
    const copies = site.int("allowzero", 0) === 0;
    const sizes = shape.map((size, i) => (size === 0 && copies ? (x.shape[i] ?? 0) : size));
    if (sizes.filter((size) => size === -1).length > 1 || sizes.some((size) => size < -1))
      site.refuse(`at most one size may be -1 and none below, got [${shape.join(", ")}]`);
    return [g.reshape(x, sizes)];
  },
  Flatten: (site) => {
    const x = site.input(0);
    const rank = x.shape.length;
    const axis = site.int("axis", 1);
    const at = axis < 0 ? axis + rank : axis;
    if (!(at >= 0 && at <= rank)) site.refuse(`axis ${axis} does not fit rank ${rank}`);
    return [g.reshape(x, [sizeOf(x.shape.slice(0, at)), sizeOf(x.shape.slice(at))])];
  },
  Squeeze: (site) => {
    const x = site.input(0);
    const given = site.opset < 13 ? site.ints("axes") : site.known(1);
    const axes = given && axesOf(site, given, x.shape.length);
    const drop = (axis: number) => axes?.includes(axis) ?? x.shape[axis] === 1;
    if (axes?.some((axis) => x.shape[axis] !== 1))
      site.refuse(`axes [${axes.join(", ")}] of [${x.shape.join(", ")}] are not all of size 1`);
    return [g.reshape(x, x.shape.filter((_, axis) => !drop(axis)))]; // prettier-ignore
  },
  Unsqueeze: (site) => {
    const x = site.input(0);
    const given = (site.opset < 13 ? site.ints("axes") : site.known(1)) ?? site.refuse("has no axes"); // prettier-ignore
    const axes = axesOf(site, given, x.shape.length + given.length);
    const rest = [...x.shape];
    const shape = Array.from({ length: x.shape.length + given.length }, (_, axis) =>
      axes.includes(axis) ? 1 : rest.shift()!,
    );
    return [g.reshape(x, shape)];
  },
  Transpose: (site) => [g.transpose(site.input(0), site.ints("perm"))],
  Expand: (site) => {
    const x = site.input(0);
    const shape = site.known(1) ?? site.refuse("has no shape");
    return [g.broadcastTo(x, g.broadcastShapes("Expand", x.shape, shape))];
  },
  Tile: (site) => {
    const x = site.input(0);
    const repeats = site.known(1) ?? site.refuse("has no repeats");
    if (repeats.length !== x.shape.length || repeats.some((n) => n < 0))
      site.refuse(`repeats must be ${x.shape.length} numbers of at least 0, got [${repeats.join(", ")}]`); // prettier-ignore
    // Each axis of size n becomes a pair [repeats, n].
    const apart = g.reshape(x, x.shape.flatMap((size) => [1, size])); // prettier-ignore
    const wide = g.broadcastTo(apart, x.shape.flatMap((size, i) => [repeats[i], size])); // prettier-ignore
    return [g.reshape(wide, x.shape.map((size, i) => size * repeats[i]))]; // prettier-ignore
  },
  Concat: (site) => {
    const parts = site.inputs.map((_, i) => site.input(i));
    return [g.concat(parts, axisOf(site, site.int("axis", 0), site.input(0).shape.length))];
  },
  Split: (site) => {
    const x = site.input(0);
    const axis = axisOf(site, site.int("axis", 0), x.shape.length);
    const sizes = (site.opset < 13 ? site.ints("split") : site.known(1)) ?? evenly(site, x.shape[axis]); // prettier-ignore
    if (sizes.length !== site.node.outputs.length || sizes.some((size) => size < 0))
      site.refuse(`makes ${site.node.outputs.length} outputs, got sizes [${sizes.join(", ")}]`);
    return g.split(x, sizes, axis);
  },
  Slice: (site) => [sliced(site)],
  Pad: (site) => [padded(site)],
  DepthToSpace: (site) => {
    const x = site.input(0);
    const [n, c, h, w] = x.shape;
    const b = blockOf(site, x.shape);
    const mode = site.string("mode", "DCR");
    const inner = c / (b * b);
    if (mode === "DCR") {
      const apart = g.reshape(x, [n, b, b, inner, h, w]);
      return [g.reshape(g.transpose(apart, [0, 3, 4, 1, 5, 2]), [n, inner, h * b, w * b])];
    }
    if (mode !== "CRD") site.refuse(`mode must be DCR or CRD, got ${mode}`);
    const apart = g.reshape(x, [n, inner, b, b, h, w]);
    return [g.reshape(g.transpose(apart, [0, 1, 4, 2, 5, 3]), [n, inner, h * b, w * b])];
  },
  SpaceToDepth: (site) => {
    const x = site.input(0);
    const [n, c, h, w] = x.shape;
    const b = blockOf(site, x.shape);
    const apart = g.reshape(x, [n, c, h / b, b, w / b, b]);
    return [g.reshape(g.transpose(apart, [0, 3, 5, 1, 2, 4]), [n, c * b * b, h / b, w / b])];
  },
};

function blockOf(site: Site, shape: readonly number[]): number {
  const size = site.int("blocksize", 0);
  if (shape.length !== 4 || !(size >= 1))
    site.refuse(`needs rank 4 and a blocksize of at least 1, got rank ${shape.length} and ${size}`);
  return size;
}

/** Equal parts, of which the last may be smaller where `num_outputs` asks for that. */
function evenly(site: Site, size: number): number[] {
  const count = site.node.outputs.length;
  const asked = site.int("num_outputs", count);
  if (asked !== count) site.refuse(`makes ${count} outputs, num_outputs is ${asked}`);
  if (site.opset < 18 && size % count !== 0) site.refuse(`${size} is not ${count} equal parts`);
  const part = Math.ceil(size / count);
  return Array.from({ length: count }, (_, i) => Math.max(0, Math.min(part, size - i * part)));
}
