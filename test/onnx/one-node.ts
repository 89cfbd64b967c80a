import * as ort from "onnxruntime-node";
import * as g from "../../src/graph/index.ts";
import { encodeModel } from "../../src/onnx/encode.ts";
import { readFunction } from "../../src/onnx/index.ts";
import type { OnnxAttribute, OnnxModel, OnnxNode, OnnxTensor } from "../../src/onnx/model.ts";
import { fillUniform, stream } from "../../src/random/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { evaluate } from "../evaluate.ts";

/** An input: floats around 0 (or positive), or these numbers. */
export interface Given {
  readonly shape: readonly number[];
  readonly dtype?: g.DType;
  readonly positive?: true;
  readonly values?: readonly number[];
  /** Whether it is an initializer; integers always are, unless `variable`. */
  readonly variable?: boolean;
}

/** One operator, and how it is used. `null` is an input left out. */
export interface Use {
  readonly op: string;
  readonly opset: number;
  readonly inputs: readonly (Given | null)[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
  readonly outputs?: number;
  /** Relative to the largest number. */
  readonly bound?: number;
  readonly domain?: string;
}

export const f = (...shape: number[]): Given => ({ shape });
export const positive = (...shape: number[]): Given => ({ shape, positive: true });
export const fixed = (...shape: number[]): Given => ({ shape, variable: false });
export const ints = (...values: number[]): Given => ({ shape: [values.length], dtype: "int64", values }); // prettier-ignore
export const num = (value: number): Given => ({ shape: [], dtype: "float32", values: [value], variable: false }); // prettier-ignore
export const nums = (...values: number[]): Given => ({ shape: [values.length], dtype: "float32", values, variable: false }); // prettier-ignore
export const bools = (shape: readonly number[], ...values: number[]): Given => ({ shape, dtype: "bool", values, variable: true }); // prettier-ignore
export const index = (shape: readonly number[], ...values: number[]): Given => ({ shape, dtype: "int64", values, variable: true }); // prettier-ignore

function contents(
  { shape, dtype = "float32", values, positive: above }: Given,
  name: string,
): g.Data {
  // prettier-ignore
  if (values !== undefined) return g.toData(values, dtype);
  const out = new Float64Array(g.sizeOf(shape));
  fillUniform(stream("5", name), 0, out);
  return Float32Array.from(out, (u) => (above ? 0.1 + 2 * u : 4 * u - 2));
}

/** The file of one node, its variable inputs and its initializers. */
function fileOf({ op, opset, inputs, attributes = {}, outputs = 1, domain = "" }: Use) {
  const tensors = inputs.flatMap((given, i): (OnnxTensor & { variable: boolean })[] => {
    if (given === null) return [];
    const { dtype = "float32", shape, variable = dtype === "float32" } = given;
    return [{ name: `x${i}`, dtype, shape, data: contents(given, `${op} ${i}`), variable }];
  });
  const node: OnnxNode = {
    name: "node",
    opType: op,
    domain,
    inputs: inputs.map((given, i) => (given === null ? "" : `x${i}`)),
    outputs: Array.from({ length: outputs }, (_, i) => `y${i}`),
    attributes,
  };
  const variables = tensors.filter(({ variable }) => variable);
  return { tensors, variables, node, opset, domain };
}

/** The file of one node, its outputs' shapes unsaid. */
export function modelOf(use: Use): OnnxModel {
  const { tensors, variables, node, opset, domain } = fileOf(use);
  return {
    irVersion: 8,
    producer: "test",
    opsets: { "": opset, ...(domain && { [domain]: 1 }) },
    graph: {
      name: "g",
      nodes: [node],
      inputs: variables,
      outputs: node.outputs.map((name) => ({ name, dtype: "float32" as const, shape: [] })),
      initializers: tensors.filter(({ variable }) => !variable),
    },
  };
}

/** The node's outputs by ONNX Runtime from the file's own bytes, and by the raised graph in both dtypes. */
export async function both(use: Use, runtime: Runtime) {
  const { variables, node } = fileOf(use);
  const model = modelOf(use);
  const read = readFunction(encodeModel(model));
  const wide = readFunction(encodeModel(model), { floats: "float64" });
  // What ONNX Runtime is told of the outputs, it checks.
  const said = read.outputs.map(({ dtype, shape }, i) => ({ name: `y${i}`, dtype, shape }));
  const bytes = encodeModel({ ...model, graph: { ...model.graph, outputs: said } });
  const session = await ort.InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
    graphOptimizationLevel: "disabled",
  });
  const feeds = Object.fromEntries(
    variables.map(({ name, dtype, data, shape }) => [name, new ort.Tensor(dtype, data as Float32Array, shape)]), // prettier-ignore
  );
  const results = await session.run(feeds);
  await session.release();
  const numbers = (data: ArrayLike<number | bigint>) => Array.from(data, Number);
  const expected = node.outputs.map((name) => ({
    dims: [...results[name].dims],
    values: numbers(results[name].data as Float32Array),
  }));
  const ours = async (fn: g.GraphFunction) => {
    const given = variables.map(({ data }, i) =>
      fn.inputs[i].dtype === "float64" ? Float64Array.from(data as Float32Array) : data,
    );
    const got = await evaluate(runtime, fn.inputs, fn.outputs, given);
    return got.map((data, i) => ({
      dims: [...fn.outputs[i].shape],
      values: numbers(data as Float32Array),
    }));
  };
  return { expected, single: await ours(read), double: await ours(wide) };
}
