import { constant } from "../../graph/ops/constant.ts";
import { input, sizeOf, type Tensor } from "../../graph/tensor.ts";
import type { GraphFunction } from "../../graph/walk.ts";
import type { OnnxModel, OnnxNode } from "../model.ts";
import { decodeModel, defaultLimits, type Limits } from "./decode.ts";
import { siteOf } from "./raise/context.ts";
import { raiseOf } from "./raise/index.ts";
import { OnnxError, refuse } from "./refuse.ts";

export interface ReadOptions {
  /** Sizes of dimensions that the file leaves open, by name. */
  readonly dimensions?: Readonly<Record<string, number>>;
  readonly limits?: Partial<Limits>;
}

/** A file as a function of its inputs; initializers are constants. */
export interface ReadFunction extends GraphFunction {
  readonly outputNames: readonly string[];
}

const [oldest, newest] = [7, 21];

/**
 * Read an ONNX file from anywhere. What it may contain is decided here: opsets 7 to 21, the operators
 * of `raise/`, float32, float64, int32, int64 and bool, shapes that are known.
 *
 * @throws OnnxError naming the place in the file and the rule; operators that are not supported are
 * named all at once.
 */
export function readFunction(bytes: Uint8Array, options: ReadOptions = {}): ReadFunction {
  const limits = { ...defaultLimits, ...options.limits };
  return raiseModel(decodeModel(bytes, limits), limits, options.dimensions ?? {});
}

function raiseModel(
  { opsets, graph }: OnnxModel,
  limits: Limits,
  dimensions: Readonly<Record<string, number>>,
): ReadFunction {
  const opset = opsets[""];
  if (opset === undefined || !(opset >= oldest && opset <= newest))
    refuse("file", `opsets ${oldest} to ${newest} are read, got ${opset}`);
  requireSupported(graph.nodes);

  const values = new Map<string, Tensor>();
  for (const { name, data, shape, dtype } of graph.initializers)
    values.set(name, constant(data, shape, dtype));
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
    const made = input(sizes, dtype, name);
    inputs.push(made);
    values.set(name, made);
  }
  for (const node of graph.nodes) {
    const given = node.inputs.map((name) => (name === "" ? undefined : values.get(name)!));
    const results = raiseNode(node, opset, given);
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      const t = results[i];
      const place = `node ${node.name} (${node.opType})`;
      if (t === undefined) return refuse(place, `output ${i} is not supported`);
      if (sizeOf(t.shape) > limits.elements)
        refuse(
          place,
          `a tensor holds at most ${limits.elements} numbers, got [${t.shape.join(", ")}]`,
        );
      values.set(name, t);
    });
  }
  return {
    inputs,
    outputs: graph.outputs.map(({ name }) => values.get(name)!),
    outputNames: graph.outputs.map(({ name }) => name),
  };
}

/** The graph language checks shapes and dtypes; its complaint becomes one about the node. */
function raiseNode(
  node: OnnxNode,
  opset: number,
  inputs: readonly (Tensor | undefined)[],
): readonly Tensor[] {
  try {
    return raiseOf(node)!(siteOf(node, opset, inputs));
  } catch (error) {
    if (error instanceof OnnxError || !(error instanceof Error)) throw error;
    return refuse(`node ${node.name} (${node.opType})`, error.message);
  }
}

function requireSupported(nodes: readonly OnnxNode[]): void {
  const unknown = new Map<string, number>();
  for (const node of nodes) {
    const name = node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
    if (raiseOf(node) === undefined) unknown.set(name, (unknown.get(name) ?? 0) + 1);
  }
  if (unknown.size === 0) return;
  const list = Array.from(unknown, ([name, count]) => `${name} (${count})`).sort();
  refuse("file", `operators that are not supported: ${list.join(", ")}`);
}
