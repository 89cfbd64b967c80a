import { isFloat } from "../../graph/tensor.ts";
import type { OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "../model.ts";
import type { ModelOptions } from "./model-options.ts";
import { reachedByDerivative } from "./held.ts";
import { neededFor, requireSupported } from "./interpret.ts";
import { type Parameter, isFormulaNumber, parametersAmong } from "./parameters.ts";
import { opsetOf } from "./reader.ts";
import { refuse } from "./refuse.ts";
import { beforeAll, type Trailing, trailingOf } from "./trailing.ts";

/** The part of a file that one output needs, with the roles of its tensors. */
export interface Program {
  readonly opset: number;
  readonly nodes: readonly OnnxNode[];
  /** The tensor that the function ends with. */
  readonly target: string;
  readonly outputNames: readonly string[];
  readonly trailing?: Trailing;
  /** The input that takes data. */
  readonly file: OnnxValue;
  readonly fills: readonly { readonly value: OnnxValue; readonly number: number }[];
  readonly initializers: readonly OnnxTensor[];
  /** Float initializers on a differentiated path, by the operators alone. */
  readonly candidates: readonly Parameter[];
  /** Tensors of Constant nodes that are taken for parameters. */
  readonly promoted: number;
  /** Initializers that are numbers of formulas, not parameters. */
  readonly formulaNumbers: readonly string[];
  /** Whether numbers of the result may depend on sizes. */
  readonly readsShapes: boolean;
}

export function programOf(model: OnnxModel, options: ModelOptions): Program {
  const { graph } = model;
  const opset = opsetOf(model);
  const outputNames = [...new Set(graph.outputs.map(({ name }) => name))];
  const output = chosen(outputNames, options.output);
  const trailing = trailingOf(graph.nodes, output, opset);
  const target = options.beforeTrailing && trailing ? beforeAll(trailing) : output;
  let nodes = neededFor(graph.nodes, [target]);
  requireSupported(nodes);
  const needed = new Set([target, ...nodes.flatMap((node) => node.inputs)]);
  const reached = reachedByDerivative(nodes, target);
  let initializers = graph.initializers.filter(({ name }) => needed.has(name));
  const floats = parametersAmong(initializers, reached);
  let candidates = floats.filter((parameter) => !isFormulaNumber(parameter));
  const formulaNumbers = floats.filter(isFormulaNumber).map(({ name }) => name);
  let promoted = 0;
  if (candidates.length === 0) {
    const tensors = nodes.flatMap((node) => weightOf(node));
    candidates = parametersAmong(tensors, reached);
    const names = new Set(candidates.map(({ name }) => name));
    promoted = names.size;
    initializers = [...initializers, ...tensors.filter(({ name }) => names.has(name))];
    nodes = nodes.filter((node) => node.opType !== "Constant" || !names.has(node.outputs[0]));
  }
  const initial = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => needed.has(name) && !initial.has(name));
  const fill = options.fill ?? {};
  const fills = inputs.flatMap((value) =>
    Object.hasOwn(fill, value.name) ? [{ value, number: fill[value.name] }] : [],
  );
  const data = inputs.filter(({ name }) => !Object.hasOwn(fill, name));
  if (data.length !== 1)
    refuse("file", `one input takes data and the others are filled, got ${data.length === 0 ? "none" : data.map(({ name }) => name).join(", ")}`); // prettier-ignore
  const readsShapes = nodes.some(({ opType }) => opType === "Shape" || opType === "Size");
  return {
    opset,
    nodes,
    target,
    outputNames,
    ...(trailing && { trailing }),
    file: data[0],
    fills,
    initializers,
    candidates,
    formulaNumbers,
    promoted,
    readsShapes,
  };
}

function chosen(names: readonly string[], asked: string | undefined): string {
  if (asked !== undefined)
    return names.includes(asked)
      ? asked
      : refuse("file", `outputs are ${names.join(", ")}, got ${asked}`);
  if (names.length !== 1)
    return refuse("file", names.length === 0 ? "has no output" : `one output must be chosen of ${names.join(", ")}`); // prettier-ignore
  return names[0];
}

/** The tensor of a Constant node, where it could be a weight. */
function weightOf({ opType, domain, attributes, outputs }: OnnxNode): OnnxTensor[] {
  const value = Object.hasOwn(attributes, "value") ? attributes.value : undefined;
  if (opType !== "Constant" || domain !== "" || value === undefined || !("tensor" in value))
    return [];
  const { tensor } = value;
  return isFloat(tensor.dtype) && tensor.shape.length > 0 ? [{ ...tensor, name: outputs[0] }] : [];
}
