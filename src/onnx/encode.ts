import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType,
  type AttributeProtoSchema,
  type GraphProtoSchema,
  ModelProtoSchema,
  type NodeProtoSchema,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from "onnx-buf";
import {
  elementTypes,
  scopeKey,
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from "./model.ts";

const text = new TextEncoder();

/** The bytes of an ONNX file. Tensors are written as little-endian raw data. */
export function encodeModel({ irVersion, producer, opsets, graph }: OnnxModel): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: BigInt(irVersion),
    producerName: producer,
    opsetImport: Object.entries(opsets).map(([domain, version]) => ({
      domain,
      version: BigInt(version),
    })),
    graph: graphProto(graph),
  });
  return toBinary(ModelProtoSchema, model);
}

function graphProto(graph: OnnxGraph): MessageInitShape<typeof GraphProtoSchema> {
  return {
    name: graph.name,
    node: graph.nodes.map(nodeProto),
    input: graph.inputs.map(valueProto),
    output: graph.outputs.map(valueProto),
    initializer: graph.initializers.map(tensorProto),
  };
}

function nodeProto(node: OnnxNode): MessageInitShape<typeof NodeProtoSchema> {
  return {
    name: node.name,
    opType: node.opType,
    domain: node.domain,
    input: [...node.inputs],
    output: [...node.outputs],
    attribute: Object.entries(node.attributes).map(([name, value]) => ({
      name,
      ...attributeProto(value),
    })),
    ...(node.scope !== undefined && {
      metadataProps: [{ key: scopeKey, value: node.scope }],
    }),
  };
}

function attributeProto(value: OnnxAttribute): MessageInitShape<typeof AttributeProtoSchema> {
  const types = AttributeProto_AttributeType;
  if ("int" in value) return { type: types.INT, i: BigInt(value.int) };
  if ("ints" in value) return { type: types.INTS, ints: value.ints.map(BigInt) };
  if ("float" in value) return { type: types.FLOAT, f: value.float };
  if ("floats" in value) return { type: types.FLOATS, floats: [...value.floats] };
  if ("string" in value) return { type: types.STRING, s: text.encode(value.string) };
  if ("tensor" in value) return { type: types.TENSOR, t: tensorProto(value.tensor) };
  return { type: types.GRAPH, g: graphProto(value.graph) };
}

function valueProto({
  name,
  dtype,
  shape,
}: OnnxValue): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = shape.map((size) =>
    typeof size === "number"
      ? { value: { case: "dimValue" as const, value: BigInt(size) } }
      : { value: { case: "dimParam" as const, value: size } },
  );
  const tensor = { elemType: elementTypes[dtype], shape: { dim } };
  return { name, type: { value: { case: "tensorType" as const, value: tensor } } };
}

function tensorProto({
  name,
  dtype,
  shape,
  data,
}: OnnxTensor): MessageInitShape<typeof TensorProtoSchema> {
  return {
    name,
    dataType: elementTypes[dtype],
    dims: shape.map(BigInt),
    rawData: new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength),
  };
}
