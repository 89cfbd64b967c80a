import * as g from "../../../graph/ops/index.ts";
import type { ConvAttrs } from "../../../graph/op-attrs.ts";
import { sizeOf, type Tensor } from "../../../graph/tensor.ts";
import type { Raises, Site } from "./context.ts";

export const windowRaises: Raises = {
  Conv: (site) => {
    const [x, w] = [site.input(0), site.input(1)];
    return [biased(g.conv(x, w, { ...windowOf(site, w.shape.length - 2), groups: site.int("group", 1) }), site)]; // prettier-ignore
  },
  ConvTranspose: (site) => {
    const [y, w] = [site.input(0), site.input(1)];
    const rank = w.shape.length - 2;
    if (site.ints("output_shape") !== undefined) site.refuse("output_shape is not supported");
    const attrs: ConvAttrs = { ...windowOf(site, rank), groups: site.int("group", 1) };
    const rest = site.ints("output_padding") ?? Array.from({ length: rank }, () => 0);
    const spatial = y.shape.slice(2).map((size, axis) => {
      const extent = attrs.dilations[axis] * (w.shape[2 + axis] - 1) + 1;
      const padded = attrs.strides[axis] * (size - 1) + extent + rest[axis];
      return padded - attrs.pads[axis] - attrs.pads[rank + axis];
    });
    return [biased(g.convInput(y, w, spatial, attrs), site)];
  },
  MaxPool: (site) => {
    const x = site.input(0);
    const attrs = poolOf(site, x);
    const y = g.maxPool(x, attrs.kernel, attrs);
    if (site.node.outputs.length < 2) return [y];
    // ONNX counts positions through the whole tensor.
    const [batch, channels, ...spatial] = x.shape;
    const first = g.mul(g.arange(batch * channels, "int64"), sizeOf(spatial));
    const start = g.reshape(first, [batch, channels, ...spatial.map(() => 1)]);
    return [y, g.add(g.maxPoolIndices(x, attrs), start)];
  },
  AveragePool: (site) => {
    const x = site.input(0);
    const attrs = poolOf(site, x);
    const countIncludePad = site.int("count_include_pad", 0) !== 0;
    return [g.avgPool(x, attrs.kernel, { ...attrs, countIncludePad })];
  },
  Resize: (site) => [repeated(site)],
};

/** Each entry repeated a whole number of times along the spatial axes. */
function repeated(site: Site): Tensor {
  const x = site.input(0);
  const mode = site.string("mode", "nearest");
  const rounding = site.string("nearest_mode", "round_prefer_floor");
  const coordinates = site.string("coordinate_transformation_mode", "half_pixel");
  if (mode !== "nearest" || rounding !== "floor" || coordinates !== "asymmetric")
    site.refuse(
      `only nearest, floor and asymmetric are supported, got ${mode}, ${rounding}, ${coordinates}`,
    );
  const scales = site.inputs[2];
  if (scales?.op !== "constant") return site.refuse("scales must be known");
  const { data } = scales.attrs as { data: Float32Array };
  const [batch, channels, ...kernel] = data;
  if (
    data.length !== x.shape.length ||
    batch !== 1 ||
    channels !== 1 ||
    kernel.some((n) => !Number.isInteger(n) || n < 1)
  )
    return site.refuse(`scales must be 1, 1 and whole numbers, got [${data.join(", ")}]`);
  const spatial = x.shape.slice(2).map((size, axis) => size * kernel[axis]);
  const pads = [...kernel, ...kernel].map(() => 0);
  return g.sumPoolTranspose(x, spatial, { kernel, strides: kernel, pads });
}

function biased(y: Tensor, site: Site): Tensor {
  const bias = site.inputs[2];
  if (bias === undefined) return y;
  return g.add(y, g.reshape(bias, [-1, ...y.shape.slice(2).map(() => 1)]));
}

function windowOf(site: Site, rank: number) {
  const auto = site.string("auto_pad", "NOTSET");
  if (auto !== "NOTSET" && auto !== "VALID") site.refuse(`auto_pad ${auto} is not supported`);
  const of = (name: string, length: number, fallback: number): readonly number[] => {
    const values = site.ints(name) ?? Array.from({ length }, () => fallback);
    const least = fallback === 0 ? 0 : 1;
    if (values.length !== length || values.some((n) => n < least))
      site.refuse(
        `${name} must be ${length} numbers of at least ${least}, got [${values.join(", ")}]`,
      );
    return values;
  };
  return {
    strides: of("strides", rank, 1),
    pads: auto === "VALID" ? Array.from({ length: 2 * rank }, () => 0) : of("pads", 2 * rank, 0),
    dilations: of("dilations", rank, 1),
  };
}

function poolOf(site: Site, x: Tensor) {
  const rank = x.shape.length - 2;
  const { strides, pads, dilations } = windowOf(site, rank);
  if (dilations.some((n) => n !== 1)) site.refuse("dilated pooling is not supported");
  if (site.int("ceil_mode", 0) !== 0) site.refuse("ceil_mode is not supported");
  if (site.int("storage_order", 0) !== 0) site.refuse("column-major indices are not supported");
  const kernel = site.ints("kernel_shape");
  if (kernel?.length !== rank || kernel.some((n) => n < 1))
    return site.refuse(`kernel_shape must be ${rank} positive numbers`);
  return { kernel, strides, pads };
}
