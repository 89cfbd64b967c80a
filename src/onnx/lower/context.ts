import type { OpAttrs, OpName } from "../../graph/op-attrs.ts";
import type { Data, DType, Node, Shape, Tensor } from "../../graph/tensor.ts";

/** An attribute of an ONNX node; ONNX tells integers from floats, JavaScript does not. */
export type Attribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly string: string };

export type Attributes = Readonly<Record<string, Attribute>>;

/** What a lowering writes to: ONNX nodes of one graph, in order. */
export interface Emitter {
  readonly opset: number;
  /** Whether operators of ONNX Runtime's own domain, com.microsoft, may be used. */
  readonly contrib: boolean;
  /** Channels in a block of ONNX Runtime's own convolutions, com.microsoft.nchwc; absent: do without. */
  readonly channelBlock: number | undefined;
  /** Append one ONNX node; returns the names of its outputs. An empty input name is an absent optional input. */
  emit(
    opType: string,
    inputs: readonly string[],
    attributes?: Attributes,
    outputs?: number,
    domain?: string,
  ): string[];
  /** `emit` for a node with one output: its name. */
  op(opType: string, inputs: readonly string[], attributes?: Attributes, domain?: string): string;
  /** The name of an initialiser, one for equal contents. */
  constant(data: Data, shape: Shape, dtype: DType): string;
  /** A one-dimensional int64 initialiser, as ONNX takes shapes, axes and pads. */
  ints(values: readonly number[]): string;
  /** A rank-0 initialiser. */
  scalar(value: number, dtype: DType): string;
  /** The name under which a tensor of this graph is known; it must have been emitted before. */
  value(t: Tensor): string;
  /** How many inputs of nodes, and outputs of the graph, are this tensor. */
  uses(t: Tensor): number;
  /** What `make` returned at the first call with this key: for nodes shared by several ops. */
  memo<T>(key: string, make: () => T): T;
}

/** Writes one op as ONNX nodes; returns the name of the result. `inputs` are the names of `t.inputs`. */
export type Lower<K extends OpName> = (t: Node<K>, inputs: readonly string[], e: Emitter) => string;

/** One lowering for each op named. */
export type Lowerings<K extends OpName> = { readonly [P in K]: Lower<P> };

/** Every op but `input`, which the writer declares itself. */
export type LoweredOp = Exclude<keyof OpAttrs, "input">;
