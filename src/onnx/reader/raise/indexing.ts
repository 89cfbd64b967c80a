import * as g from "../../../graph/ops/index.ts";
import { axisOf, type Raises } from "./context.ts";

export const indexingRaises: Raises = {
  Gather: (site) => {
    const x = site.input(0);
    return [g.gather(x, site.input(1), axisOf(site, site.int("axis", 0), x.shape.length))];
  },
  GatherElements: (site) => {
    const x = site.input(0);
    return [g.gatherElements(x, site.input(1), axisOf(site, site.int("axis", 0), x.shape.length))];
  },
  ScatterElements: (site) => {
    const [x, indices, updates] = [site.input(0), site.input(1), site.input(2)];
    const reduction = site.string("reduction", "none");
    if (reduction !== "add") site.refuse(`only the reduction add is supported, got ${reduction}`);
    const axis = axisOf(site, site.int("axis", 0), x.shape.length);
    return [g.add(x, g.scatterElementsAdd(updates, indices, axis, x.shape[axis]))];
  },
};
