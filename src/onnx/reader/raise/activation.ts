import * as g from "../../../graph/ops/index.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import type { Raises } from "./context.ts";
import { unary } from "./elementwise.ts";

const f32 = Math.fround;
/** The operator's own defaults, to the digits of the specification. */
const selu = { alpha: f32(1.67326319217681884765625), gamma: f32(1.05070102214813232421875) };

export const activationRaises: Raises = {
  Tanh: unary(g.tanh),
  Sigmoid: unary(g.sigmoid),
  Softplus: unary(g.softplus),
  Softsign: unary((x) => g.div(x, g.add(g.abs(x), 1))),
  Relu: unary(g.relu),
  Erf: unary(g.erf),
  Mish: unary((x) => g.mul(x, g.tanh(g.softplus(x)))),
  HardSwish: unary((x) => g.mul(x, g.clip(g.add(g.mul(x, 1 / 6), 0.5), 0, 1))),
  LeakyRelu: (site) => [g.leakyRelu(site.input(0), site.float("alpha", f32(0.01)))],
  PRelu: (site) => {
    const [x, slope] = [site.input(0), site.input(1)];
    return [g.where(g.greater(x, 0), x, g.mul(slope, x))];
  },
  Elu: (site) => [g.elu(site.input(0), site.float("alpha", 1))],
  Celu: (site) => {
    const alpha = site.float("alpha", 1);
    return [g.mul(g.elu(g.div(site.input(0), alpha), 1), alpha)];
  },
  Selu: (site) => {
    const inner = g.elu(site.input(0), site.float("alpha", selu.alpha));
    return [g.mul(inner, site.float("gamma", selu.gamma))];
  },
  ThresholdedRelu: (site) => {
    const x = site.input(0);
    return [g.where(g.greater(x, site.float("alpha", 1)), x, 0)];
  },
  HardSigmoid: (site) => {
    const line = g.mul(site.input(0), site.float("alpha", f32(0.2)));
    return [g.clip(g.add(line, site.float("beta", 0.5)), 0, 1)];
  },
  Shrink: (site) => {
    const x = site.input(0);
    const [bias, lambda] = [site.float("bias", 0), site.float("lambd", 0.5)];
    const above = g.where(g.greater(x, lambda), g.sub(x, bias), 0);
    return [g.where(g.less(x, -lambda), g.add(x, bias), above)];
  },
  Gelu: (site) => {
    const approximate = site.string("approximate", "none");
    if (approximate !== "none" && approximate !== "tanh")
      return site.refuse(`approximate must be none or tanh, got ${approximate}`);
    return [g.gelu(site.input(0), approximate)];
  },
  FastGelu: (site) => {
    const bias: Tensor | undefined = site.inputs[1];
    return [g.gelu(bias === undefined ? site.input(0) : g.add(site.input(0), bias), "tanh")];
  },
};
