import * as g from "../../../graph/ops/index.ts";
import { isFloat, type Tensor } from "../../../graph/tensor.ts";
import { axesOf, type Raises, type Site } from "./context.ts";

export const resizeRaises: Raises = {
  Resize: (site) => {
    const mode = site.string("mode", "nearest");
    if (mode !== "nearest") site.refuse(`only the mode nearest is supported, got ${mode}`);
    if (site.opset < 11) return [resized(site, scalesOf(site, site.numbers(1)), simple)];
    const sizes = site.known(3);
    const coordinates = site.string("coordinate_transformation_mode", "half_pixel");
    const rounding = site.string("nearest_mode", "round_prefer_floor");
    if (!Object.hasOwn(transformations, coordinates)) site.refuse(`coordinate_transformation_mode ${coordinates} is not supported`); // prettier-ignore
    if (!Object.hasOwn(roundings, rounding)) site.refuse(`nearest_mode ${rounding} is not supported`); // prettier-ignore
    const policy = site.string("keep_aspect_ratio_policy", "stretch");
    if (policy !== "stretch") site.refuse(`keep_aspect_ratio_policy ${policy} is not supported`);
    const at: Nearest = (i, scale, from, to) =>
      roundings[rounding](transformations[coordinates](i, scale, from, to));
    const targets = sizes !== undefined && sizes.length > 0 ? fromSizes(site, sizes) : scalesOf(site, site.numbers(2)); // prettier-ignore
    return [resized(site, targets, at)];
  },
  Upsample: (site) => {
    const mode = site.string("mode", "nearest");
    if (mode !== "nearest") site.refuse(`only the mode nearest is supported, got ${mode}`);
    const scales = site.opset < 9 ? site.floats("scales") : site.numbers(1);
    return [resized(site, scalesOf(site, scales), simple)];
  },
};

/** Which of `from` entries stands at place i of `to`. */
type Nearest = (i: number, scale: number, from: number, to: number) => number;

/** Before opset 11 the standard leaves the rounding open; ONNX Runtime rounds down, and up where it shrinks. */
const simple: Nearest = (i, scale) => (scale < 1 ? Math.ceil(i / scale) : Math.floor(i / scale));

const transformations: Readonly<Record<string, Nearest>> = {
  half_pixel: (i, scale) => (i + 0.5) / scale - 0.5,
  pytorch_half_pixel: (i, scale, _, to) => (to > 1 ? (i + 0.5) / scale - 0.5 : 0),
  asymmetric: (i, scale) => i / scale,
  align_corners: (i, _, from, to) => (to > 1 ? (i * (from - 1)) / (to - 1) : 0),
};

const roundings: Readonly<Record<string, (x: number) => number>> = {
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
  floor: Math.floor,
  ceil: Math.ceil,
};

interface Targets {
  readonly scales: readonly number[];
  readonly sizes: readonly number[];
}

/** Sizes follow from scales, rounded down; where only some axes are named the others stay. */
function scalesOf(site: Site, given: readonly number[] | undefined): Targets {
  const { shape } = site.input(0);
  const scales = given && spread(site, given, shape.length, 1);
  if (scales?.length !== shape.length || scales.some((scale) => !(scale > 0 && scale < Infinity)))
    return site.refuse(`scales must be ${shape.length} positive numbers, got [${given?.join(", ") ?? ""}]`); // prettier-ignore
  return { scales, sizes: shape.map((size, axis) => Math.floor(size * scales[axis])) };
}

function fromSizes(site: Site, given: readonly number[]): Targets {
  const { shape } = site.input(0);
  const axes = site.ints("axes");
  const sizes = axes
    ? shape.map((size, axis) => given[axesOf(site, axes, shape.length).indexOf(axis)] ?? size)
    : given;
  if (sizes.length !== shape.length || sizes.some((size) => !(size >= 1)))
    return site.refuse(`sizes must be ${shape.length} positive numbers, got [${given.join(", ")}]`);
  return { sizes, scales: sizes.map((size, axis) => size / shape[axis]) };
}

function spread(
  site: Site,
  given: readonly number[],
  rank: number,
  rest: number,
): readonly number[] {
  // prettier-ignore
  const axes = site.opset >= 18 ? site.ints("axes") : undefined;
  if (axes === undefined) return given;
  const chosen = axesOf(site, axes, rank);
  return Array.from({ length: rank }, (_, axis) => given[chosen.indexOf(axis)] ?? rest);
}

function resized(site: Site, { scales, sizes }: Targets, nearest: Nearest): Tensor {
  const x = site.input(0);
  const places = x.shape.map((from, axis) => {
    const to = sizes[axis];
    if (to > site.limits.computed) site.refuse(`at most ${site.limits.computed} entries on an axis, got ${to}`); // prettier-ignore
    return Array.from({ length: to }, (_, i) =>
      Math.max(0, Math.min(from - 1, nearest(i, scales[axis], from, to))),
    );
  });
  const factors = places.map((list, axis) => {
    const times = list.length / x.shape[axis];
    return list.every((at, i) => at === Math.floor(i / times)) ? times : undefined;
  });
  const rank = x.shape.length - 2;
  const repeats =
    isFloat(x.dtype) && (rank === 1 || rank === 2) && factors[0] === 1 && factors[1] === 1 &&
    factors.every((n) => n !== undefined && Number.isInteger(n)); // prettier-ignore
  if (repeats) {
    const kernel = factors.slice(2) as number[];
    const pads = [...kernel, ...kernel].map(() => 0);
    return g.sumPoolTranspose(x, sizes.slice(2), { kernel, strides: kernel, pads });
  }
  return places.reduce(
    (y, list, axis) =>
      factors[axis] === 1
        ? y
        : g.gather(
            y,
            site.computed(list.length, (i) => list[i], [list.length], "int64"),
            axis,
          ),
    x,
  );
}
