/**
 * Bytes of unknown origin → plain records, or a refusal that names the place and the rule. Nothing is
 * allocated on the word of the file alone: a tensor's size must agree with the bytes that are there.
 */
import { fromBinary } from "@bufbuild/protobuf";
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  type GraphProto,
  ModelProtoSchema,
  type NodeProto,
  type ValueInfoProto,
} from "onnx-buf";
import {
  type OnnxAttribute,
  type OnnxGraph,
  type OnnxModel,
  type OnnxNode,
  type OnnxValue,
  scopeKey,
} from "../model.ts";
import { elementTypeOf } from "./element-type.ts";
import type { ExternalData } from "./external.ts";
import { refuse } from "./refuse.ts";
import { decodeTensor, dimension } from "./tensor.ts";

export interface Limits {
  readonly bytes: number;
  readonly nodes: number;
  /** Graphs within graphs. */
  readonly depth: number;
  /** Numbers in one tensor, given or computed. */
  readonly elements: number;
  /** Numbers in one constant that reading itself makes: ranges, masks, tables of indices. */
  readonly computed: number;
}

export const defaultLimits: Limits = {
  bytes: 2 ** 31 - 1,
  nodes: 200_000,
  depth: 4,
  elements: 2 ** 31 - 1,
  computed: 2 ** 22,
};

export function decodeModel(
  bytes: Uint8Array,
  limits: Limits = defaultLimits,
  external?: ExternalData,
): OnnxModel {
  if (bytes.byteLength > limits.bytes)
    refuse("file", `at most ${limits.bytes} bytes are read, got ${bytes.byteLength}`);
  const proto = parse(bytes);
  if (proto.graph === undefined) refuse("file", "has no graph");
  if (proto.functions.length > 0) refuse("file", "model-local functions are not supported");
  const opsets: Record<string, number> = {};
  for (const { domain, version } of proto.opsetImport) {
    const key = domain === "ai.onnx" ? "" : domain;
    if (Object.hasOwn(opsets, key)) refuse("file", `imports the domain "${key}" twice`);
    opsets[key] = Number(version);
  }
  return {
    irVersion: Number(proto.irVersion),
    producer: proto.producerName,
    opsets,
    graph: decodeGraph(proto.graph, { limits, depth: 1, external }),
  };
}

function parse(bytes: Uint8Array) {
  try {
    return fromBinary(ModelProtoSchema, bytes);
  } catch (error) {
    return refuse(
      "file",
      `is no ONNX model: ${error instanceof Error ? error.message : "unreadable"}`,
    );
  }
}

interface Place {
  readonly limits: Limits;
  readonly depth: number;
  readonly external: ExternalData | undefined;
}

function decodeGraph(proto: GraphProto, place: Place): OnnxGraph {
  const { limits, depth } = place;
  const name = proto.name === "" ? "graph" : `graph ${proto.name}`;
  if (depth > limits.depth) refuse(name, `graphs nest at most ${limits.depth} deep`);
  if (proto.node.length > limits.nodes)
    refuse(name, `at most ${limits.nodes} nodes are read, got ${proto.node.length}`);
  if (proto.sparseInitializer.length > 0) refuse(name, "sparse tensors are not supported");
  const initializers = proto.initializer.map((tensor) => {
    if (tensor.name === "") refuse(name, "an initializer has no name");
    return decodeTensor(tensor, `initializer ${tensor.name}`, limits.elements, place.external);
  });
  const nodes = proto.node.map((node, i) => decodeNode(node, i, place));
  const graph: OnnxGraph = {
    name: proto.name,
    nodes,
    inputs: proto.input.map((value) => decodeValue(value, "input", limits)),
    outputs: proto.output.map((value) => decodeValue(value, "output", limits)),
    initializers,
  };
  if (depth === 1) requireOrder(graph);
  return graph;
}

/** Every name is made once and before its use; that leaves no room for a cycle. */
function requireOrder({ inputs, initializers, nodes, outputs }: OnnxGraph): void {
  const made = new Set<string>();
  const initial = new Set<string>();
  for (const { name } of initializers) {
    if (initial.has(name)) refuse(`initializer ${name}`, "is given twice");
    initial.add(name);
    made.add(name);
  }
  const given = new Set<string>();
  for (const { name } of inputs) {
    if (given.has(name)) refuse(`input ${name}`, "is given twice");
    given.add(name);
    made.add(name);
  }
  const later = new Set(nodes.flatMap((node) => node.outputs));
  for (const node of nodes) {
    const place = `node ${node.name} (${node.opType})`;
    for (const name of node.inputs)
      if (name !== "" && !made.has(name))
        refuse(
          place,
          later.has(name)
            ? `takes ${name} before it is made, so the nodes are out of order or form a cycle`
            : `takes ${name}, which nothing makes`,
        );
    for (const name of node.outputs) {
      if (name === "") continue;
      if (made.has(name)) refuse(place, `makes ${name}, which is made already`);
      made.add(name);
    }
  }
  for (const { name } of outputs)
    if (!made.has(name)) refuse(`output ${name}`, "is made by no node");
}

function decodeNode(proto: NodeProto, position: number, place: Place): OnnxNode {
  const name = proto.name === "" ? `#${position}` : proto.name;
  const label = `node ${name} (${proto.opType})`;
  if (proto.opType === "") refuse(`node ${name}`, "has no operator");
  const attributes: Record<string, OnnxAttribute> = {};
  for (const attribute of proto.attribute) {
    if (Object.hasOwn(attributes, attribute.name))
      refuse(label, `attribute ${attribute.name} is given twice`);
    attributes[attribute.name] = decodeAttribute(attribute, label, place);
  }
  const domain = proto.domain === "ai.onnx" ? "" : proto.domain;
  const { opType, input, output } = proto;
  const scope = proto.metadataProps.find(({ key }) => key === scopeKey)?.value;
  return {
    name,
    opType,
    domain,
    inputs: input,
    outputs: output,
    attributes,
    ...(scope !== undefined && { scope }),
  };
}

function decodeAttribute(
  proto: AttributeProto,
  label: string,
  { limits, depth, external }: Place,
): OnnxAttribute {
  const place = `${label}, attribute ${proto.name}`;
  const whole = (value: bigint) => {
    const number = Number(value);
    // INT64_MIN and INT64_MAX stand for "as far as there is" in slices.
    return Number.isSafeInteger(number) ? number : Math.sign(number) * Number.MAX_SAFE_INTEGER;
  };
  if (proto.refAttrName !== "") refuse(place, "refers to a function's attribute outside of one");
  switch (kindOf(proto)) {
    case AttributeType.INT:
      return { int: whole(proto.i) };
    case AttributeType.INTS:
      return { ints: proto.ints.map(whole) };
    case AttributeType.FLOAT:
      return { float: proto.f };
    case AttributeType.FLOATS:
      return { floats: proto.floats };
    case AttributeType.STRING:
      return { string: new TextDecoder().decode(proto.s) };
    case AttributeType.TENSOR:
      if (proto.t === undefined) return refuse(place, "has no tensor");
      return { tensor: decodeTensor(proto.t, place, limits.elements, external) };
    case AttributeType.GRAPH:
      if (proto.g === undefined) return refuse(place, "has no graph");
      return { graph: decodeGraph(proto.g, { limits, depth: depth + 1, external }) };
    default:
      return refuse(place, `attributes of type ${proto.type} are not supported`);
  }
}

/** Files older than IR version 3 may leave the type out. */
function kindOf(proto: AttributeProto): AttributeType {
  if (proto.type !== AttributeType.UNDEFINED) return proto.type;
  if (proto.ints.length > 0) return AttributeType.INTS;
  if (proto.floats.length > 0) return AttributeType.FLOATS;
  if (proto.t !== undefined) return AttributeType.TENSOR;
  if (proto.g !== undefined) return AttributeType.GRAPH;
  if (proto.s.length > 0) return AttributeType.STRING;
  return proto.f === 0 ? AttributeType.INT : AttributeType.FLOAT;
}

function decodeValue(proto: ValueInfoProto, role: string, limits: Limits): OnnxValue {
  const place = `${role} ${proto.name}`;
  if (proto.name === "") refuse(role, "has no name");
  const type = proto.type?.value;
  if (type?.case !== "tensorType") return refuse(place, "is no tensor");
  const { elemType, shape } = type.value;
  const sizes = (shape?.dim ?? []).map(({ value }, axis) => {
    if (value.case === "dimValue") return dimension(value.value, place);
    return value.case === "dimParam" && value.value !== "" ? value.value : `${proto.name}.${axis}`;
  });
  const known = sizes.reduce<number>((n, size) => (typeof size === "number" ? n * size : n), 1);
  if (known > limits.elements)
    refuse(place, `a tensor holds at most ${limits.elements} numbers, got ${known}`);
  return { name: proto.name, dtype: elementTypeOf(elemType, place).dtype, shape: sizes };
}
