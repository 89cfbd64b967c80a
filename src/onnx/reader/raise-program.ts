// A program as a graph at one batch size and dtype, with which of its numbers depend on which sample.
import { cast, filled } from "../../graph/ops/index.ts";
import { isFloat, type Tensor } from "../../graph/tensor.ts";
import type { OnnxValue } from "../model.ts";
import type { Limits } from "./decode.ts";
import { interpret } from "./interpret.ts";
import type { ModelOptions } from "./model-options.ts";
import type { Program } from "./program.ts";
import { constantOf, placeOf, type Remark } from "./raise/context.ts";
import { refuse } from "./refuse.ts";
import { trackRows } from "./rows.ts";

export type Real = "float32" | "float64";

export interface Raised {
  readonly output: Tensor;
  readonly rows: number | "free" | "mixed";
  /** The place of the first operator that mixes samples. */
  readonly mixing?: string;
}

interface RaiseSetting {
  readonly limits: Limits;
  readonly real: Real;
  readonly options: ModelOptions;
  readonly remark?: (kind: Remark, node: { readonly name: string }) => void;
}

export function raise(
  program: Program,
  parameters: ReadonlyMap<string, Tensor>,
  x: Tensor,
  samples: number,
  { limits, real, options, remark }: RaiseSetting,
): Raised {
  const { file, opset, nodes, initializers, fills, target } = program;
  const sizes = bind(file, x.shape, options.dimensions ?? {}, samples);
  const values = new Map<string, Tensor>();
  const constants = new Map<string, Tensor>();
  for (const tensor of initializers) constants.set(tensor.name, constantOf(tensor, real));
  for (const [name, t] of constants) values.set(name, parameters.get(name) ?? t);
  for (const { value, number } of fills)
    values.set(value.name, filled(number, sized(value, sizes), isFloat(value.dtype) ? real : value.dtype)); // prettier-ignore
  const given = cast(x, isFloat(file.dtype) ? real : file.dtype);
  values.set(file.name, given);

  const tracker = trackRows(given, samples);
  let mixing: string | undefined;
  interpret(nodes, values, {
    opset,
    limits,
    real,
    constants,
    batchNorm: options.batchNorm ?? "stored",
    ...(remark && { remark }),
    made(node, inputs, outputs) {
      if (node.opType === "BatchNormalization" && options.batchNorm === "batch")
        tracker.set(outputs[0], tracker.rowsOf(inputs[0]!));
      const meet = outputs.some((t) => tracker.rowsOf(t) === "mixed");
      if (meet && !inputs.some((t) => t !== undefined && tracker.rowsOf(t) === "mixed"))
        mixing ??= placeOf(node);
    },
  });
  const output = values.get(target)!;
  const rows = tracker.rowsOf(output);
  return { output, rows, ...(mixing !== undefined && rows === "mixed" && { mixing }) };
}

/** Sizes of named dimensions, from the data's shape and from the options; they must agree. */
function bind(
  file: OnnxValue,
  shape: readonly number[],
  dimensions: Readonly<Record<string, number>>,
  samples: number,
): ReadonlyMap<string, number> {
  const sizes = new Map(Object.entries(dimensions));
  const place = `input ${file.name}`;
  file.shape.forEach((size, axis) => {
    const actual = shape[axis];
    if (typeof size === "number") {
      if (size !== actual && axis > 0) refuse(place, `axis ${axis} is ${size}, got ${actual}`);
      return;
    }
    const known = axis === 0 ? undefined : sizes.get(size);
    if (known !== undefined && known !== actual && known !== samples)
      refuse(place, `dimension ${size} is ${known}, got ${actual} on axis ${axis}`);
    sizes.set(size, actual);
  });
  return sizes.set("", samples);
}

function sized({ name, shape }: OnnxValue, sizes: ReadonlyMap<string, number>): number[] {
  return shape.map((size, axis) => {
    if (axis === 0) return sizes.get("")!;
    if (typeof size === "number") return size;
    return sizes.get(size) ?? refuse(`input ${name}`, `the size of dimension ${size} is not known`);
  });
}
