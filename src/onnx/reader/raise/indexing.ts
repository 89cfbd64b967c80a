import * as g from "../../../graph/ops/index.ts";
import { isFloat, type Tensor } from "../../../graph/tensor.ts";
import { axisOf, type Raises } from "./context.ts";

export const indexingRaises: Raises = {
  Gather: (site) => {
    const x = site.input(0);
    const axis = axisOf(site, site.int("axis", 0), x.shape.length);
    return [g.gather(x, fromFront(site.input(1), x.shape[axis]), axis)];
  },
  GatherElements: (site) => {
    const [x, indices] = [site.input(0), site.input(1)];
    const axis = axisOf(site, site.int("axis", 0), x.shape.length);
    if (
      indices.shape.length !== x.shape.length ||
      indices.shape.some((size, i) => i !== axis && size > x.shape[i])
    )
      // prettier-ignore
      site.refuse(`indices [${indices.shape.join(", ")}] do not fit [${x.shape.join(", ")}]`);
    // Fewer indices than entries on the other axes leave the last entries out.
    const ends = x.shape.map((size, i) => (i === axis ? size : indices.shape[i]));
    const cut = g.slice(x, x.shape.map(() => 0), ends); // prettier-ignore
    return [g.gatherElements(cut, fromFront(indices, x.shape[axis]), axis)];
  },
  ScatterElements: (site) => {
    const [x, indices, updates] = [site.input(0), site.input(1), site.input(2)];
    const reduction = site.string("reduction", "none");
    if (reduction !== "add") site.refuse(`only the reduction add is supported, got ${reduction}`);
    const axis = axisOf(site, site.int("axis", 0), x.shape.length);
    return [g.add(x, g.scatterElementsAdd(updates, indices, axis, x.shape[axis]))];
  },
  OneHot: (site) => {
    const given = site.input(0);
    const indices = isFloat(given.dtype) ? g.cast(given, "int64") : given;
    const depth = site.number(1) ?? site.refuse("has no depth");
    const values = site.input(2);
    if (!Number.isInteger(depth) || depth < 1) site.refuse(`depth must be at least 1, got ${depth}`); // prettier-ignore
    const rank = indices.shape.length;
    const axis = axisOf(site, site.int("axis", -1), rank + 1);
    const hot = g.oneHot(fromFront(indices, depth), depth, "bool");
    const at = (i: number) => g.reshape(g.sliceAxis(values, 0, i, i + 1), []);
    return [g.where(g.moveAxis(hot, rank, axis), at(1), at(0))];
  },
};

/** Indices counted from the front; those below 0 count from the back. */
function fromFront(indices: Tensor, size: number): Tensor {
  if (indices.op === "constant") {
    const { data } = indices.attrs as { data: ArrayLike<number | bigint> };
    if (!Array.prototype.some.call(data, (value: number | bigint) => value < 0)) return indices;
  }
  return g.where(g.less(indices, 0), g.add(indices, size), indices);
}
