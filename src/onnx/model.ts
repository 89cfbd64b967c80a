import type { Data, DType, Shape } from "../graph/tensor.ts";
import type { Attribute } from "./lower/context.ts";

/** ONNX as plain records: what the writer makes and the reader checks, without protobuf in sight. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  /** Version by domain; "" is ONNX itself. */
  readonly opsets: Readonly<Record<string, number>>;
  readonly graph: OnnxGraph;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly initializers: readonly OnnxTensor[];
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
  /** Where in the model it comes from, in the words of PyTorch's exporter. */
  readonly scope?: string;
}

export type OnnxAttribute =
  Attribute | { readonly tensor: OnnxTensor } | { readonly graph: OnnxGraph };

export interface OnnxTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Data;
}

export interface OnnxValue {
  readonly name: string;
  readonly dtype: DType;
  /** A number, or the name of a dimension that is known only when run. */
  readonly shape: readonly (number | string)[];
}

/** The key of a node's scope among its metadata. */
export const scopeKey = "namespace";

/** `TensorProto.DataType`. */
export const elementTypes: Readonly<Record<DType, number>> = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
};
