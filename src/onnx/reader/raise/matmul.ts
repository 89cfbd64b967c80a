import * as g from "../../../graph/ops/index.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { Raises, Site } from "./context.ts";

const scaled = (x: Tensor, by: number): Tensor => (by === 1 ? x : g.mul(x, by));
const turned = (site: Site, i: number, attribute: string): Tensor =>
  site.int(attribute, 0) === 0 ? site.input(i) : g.swapLast(site.input(i));

export const matmulRaises: Raises = {
  MatMul: (site) => {
    const [a, b] = [site.input(0), site.input(1)];
    if (a.shape.length === 0 || b.shape.length === 0) site.refuse("operands must not be scalars");
    // A vector is a row on the left and a column on the right, and that axis vanishes.
    const left = a.shape.length === 1 ? g.expandDims(a, 0) : a;
    const right = b.shape.length === 1 ? g.expandDims(b, 1) : b;
    let y = g.matmul(left, right);
    if (b.shape.length === 1) y = g.squeeze(y, y.shape.length - 1);
    if (a.shape.length === 1) y = g.squeeze(y, y.shape.length - (b.shape.length === 1 ? 1 : 2));
    return [y];
  },
  Gemm: (site) => {
    const product = g.matmul(turned(site, 0, "transA"), turned(site, 1, "transB"));
    const y = scaled(product, site.float("alpha", 1));
    const c = site.inputs[2];
    return [c === undefined ? y : g.add(y, scaled(c, site.float("beta", 1)))];
  },
  FusedMatMul: (site) => {
    if (site.int("transBatchA", 0) !== 0 || site.int("transBatchB", 0) !== 0)
      site.refuse("transposed batches are not supported");
    const product = g.matmul(turned(site, 0, "transA"), turned(site, 1, "transB"));
    return [scaled(product, site.float("alpha", 1))];
  },
};
