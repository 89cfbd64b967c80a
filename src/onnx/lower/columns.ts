import type { ConvAttrs } from "../../graph/op-attrs.ts";
import { type DType, type Shape, sizeOf } from "../../graph/tensor.ts";
import type { Emitter } from "./context.ts";
import { reshape } from "./movement.ts";

/** Where each window looks: entry [p, k] is a flat position of the plane, or the plane's size where it sees padding. */
export interface Windows {
  readonly table: Int32Array;
  readonly positions: number;
  readonly offsets: number;
  readonly padded: boolean;
}

/** Input positions that each output position of a convolution sees, one for each kernel offset. */
export function inputWindows(
  spatial: Shape,
  kernel: Shape,
  output: Shape,
  { strides, pads, dilations }: ConvAttrs,
  e: Emitter,
): Windows {
  const key = [spatial, kernel, output, strides, pads, dilations].join("|");
  return e.memo(`windows on the input|${key}`, () =>
    tabulate(
      output,
      kernel,
      spatial,
      (axis, p, k) => p * strides[axis] + k * dilations[axis] - pads[axis],
    ),
  );
}

/** The converse: output positions that see an input position, one for each kernel offset. */
export function outputWindows(
  spatial: Shape,
  kernel: Shape,
  output: Shape,
  { strides, pads, dilations }: ConvAttrs,
  e: Emitter,
): Windows {
  const key = [spatial, kernel, output, strides, pads, dilations].join("|");
  return e.memo(`windows on the output|${key}`, () =>
    tabulate(spatial, kernel, output, (axis, p, k) => {
      const at = p - k * dilations[axis] + pads[axis];
      return at % strides[axis] === 0 ? at / strides[axis] : -1;
    }),
  );
}

/**
 * x [batch, groups·channels, …plane] → [groups, batch·positions, offsets·channels], each row what one
 * window sees. Channels are moved last first, so that the gather copies runs of them.
 */
export function columns(
  x: string,
  dtype: DType,
  [batch, channels, plane]: readonly [number, number, number],
  groups: number,
  { table, positions, offsets, padded }: Windows,
  e: Emitter,
): string {
  const inner = channels / groups;
  const split = reshape(x, [batch, groups, inner, plane], e);
  const last = e.op("Transpose", [split], { perm: { ints: [1, 0, 3, 2] } });
  const source = padded
    ? e.op("Pad", [last, e.ints([0, 0, 0, 0, 0, 0, 1, 0]), e.scalar(0, dtype)])
    : last;
  const indices = e.constant(table, [positions, offsets], "int32");
  const seen = e.op("Gather", [source, indices], { axis: { int: 2 } });
  return reshape(seen, [groups, batch * positions, offsets * inner], e);
}

function tabulate(
  at: Shape,
  kernel: Shape,
  plane: Shape,
  position: (axis: number, p: number, k: number) => number,
): Windows {
  const [positions, offsets, outside] = [sizeOf(at), sizeOf(kernel), sizeOf(plane)];
  const table = new Int32Array(positions * offsets);
  for (let p = 0; p < positions; p++)
    for (let k = 0; k < offsets; k++) {
      let flat = 0;
      let [restP, restK, stride] = [p, k, 1];
      for (let axis = plane.length - 1; axis >= 0; axis--) {
        const seen = position(axis, restP % at[axis], restK % kernel[axis]);
        flat = seen >= 0 && seen < plane[axis] ? flat + seen * stride : Number.NaN;
        restP = Math.floor(restP / at[axis]);
        restK = Math.floor(restK / kernel[axis]);
        stride *= plane[axis];
      }
      table[p * offsets + k] = Number.isNaN(flat) ? outside : flat;
    }
  return { table, positions, offsets, padded: table.includes(outside) };
}
