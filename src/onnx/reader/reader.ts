import { input, isFloat, type Tensor } from "../../graph/tensor.ts";
import type { GraphFunction } from "../../graph/walk.ts";
import type { OnnxModel } from "../model.ts";
import { decodeModel, defaultLimits, type Limits } from "./decode.ts";
import type { ExternalData } from "./external.ts";
import { interpret, requireSupported } from "./interpret.ts";
import { constantOf } from "./raise/context.ts";
import { refuse } from "./refuse.ts";

export interface ReadOptions {
  /** Sizes of dimensions that the file leaves open, by name. */
  readonly dimensions?: Readonly<Record<string, number>>;
  readonly limits?: Partial<Limits>;
  /** Tensors kept beside the file; without it such a file is refused. */
  readonly externalData?: ExternalData;
}

export interface FunctionOptions extends ReadOptions {
  /** The dtype that all floats get, inputs and constants alike; without it each keeps the file's. */
  readonly floats?: "float32" | "float64";
}

/** A file as a function of its inputs; initializers are constants. */
export interface ReadFunction extends GraphFunction {
  readonly outputNames: readonly string[];
}

const [oldest, newest] = [7, 21];

/**
 * Read an ONNX file from anywhere. What it may contain is decided here: opsets 7 to 21, the operators
 * of `raise/`, float32, float64, int32, int64 and bool, shapes that are known. float16 is widened.
 *
 * @throws OnnxError naming the place in the file and the rule; operators that are not supported are
 * named all at once.
 */
export function readFunction(bytes: Uint8Array, options: FunctionOptions = {}): ReadFunction {
  const limits = { ...defaultLimits, ...options.limits };
  const model = decodeModel(bytes, limits, options.externalData);
  return raiseModel(model, limits, options);
}

/** The version of ONNX's own operators, refused where it is not read. */
export function opsetOf({ opsets }: OnnxModel): number {
  const opset = opsets[""];
  if (opset === undefined || !(opset >= oldest && opset <= newest))
    return refuse("file", `opsets ${oldest} to ${newest} are read, got ${opset}`);
  return opset;
}

function raiseModel(
  model: OnnxModel,
  limits: Limits,
  { dimensions = {}, floats }: FunctionOptions,
): ReadFunction {
  const { graph } = model;
  const opset = opsetOf(model);
  requireSupported(graph.nodes);

  const values = new Map<string, Tensor>();
  for (const tensor of graph.initializers) values.set(tensor.name, constantOf(tensor, floats));
  const inputs: Tensor[] = [];
  for (const { name, dtype, shape } of graph.inputs) {
    if (values.has(name)) continue; // before IR version 4 initializers are listed as inputs too
    const sizes = shape.map((size) =>
      typeof size === "number"
        ? size
        : Object.hasOwn(dimensions, size)
          ? dimensions[size]
          : refuse(`input ${name}`, `the size of dimension ${size} is not known`),
    );
    const made = input(sizes, isFloat(dtype) ? (floats ?? dtype) : dtype, name);
    inputs.push(made);
    values.set(name, made);
  }
  interpret(graph.nodes, values, { opset, limits, ...(floats && { real: floats }) });
  return {
    inputs,
    outputs: graph.outputs.map(({ name }) => values.get(name)!),
    outputNames: graph.outputs.map(({ name }) => name),
  };
}
