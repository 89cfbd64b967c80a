import { toData } from "../graph/ops/constant.ts";
import { describe, sameShape, type Tensor } from "../graph/tensor.ts";
import { type GraphFunction, reachableFrom, topological } from "../graph/walk.ts";
import { opset, scope, type Scope } from "./emitter.ts";
import { encodeModel } from "./encode.ts";
import { lower } from "./lower/index.ts";
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor, OnnxValue } from "./model.ts";
import { emittedBy, scanNames, type ScanProgram } from "./scan.ts";

export interface WriteOptions {
  /** Use kernels of ONNX Runtime's own domain where they are faster (default), or ONNX alone. */
  readonly contrib?: boolean;
  /** How many channels the blocks of `com.microsoft.nchwc` have on the machine the file is for; absent: do without them. */
  readonly channelBlock?: number | undefined;
  /** Names of the inputs and outputs; default `in_0`, … and `out_0`, …. */
  readonly inputNames?: readonly string[];
  readonly outputNames?: readonly string[];
}

export const inputName = (i: number): string => `in_${i}`;
export const outputName = (i: number): string => `out_${i}`;

/** The function as an ONNX file of opset 17. Linear in nodes and in the bytes of its constants. */
export function writeFunction(fn: GraphFunction, options: WriteOptions = {}): Uint8Array {
  const {
    contrib = true,
    channelBlock,
    inputNames = fn.inputs.map((_, i) => inputName(i)),
    outputNames = fn.outputs.map((_, i) => outputName(i)),
  } = options;
  const order = topological(fn.outputs);
  requireClosed(order, fn.inputs);
  const outer = scope(countUses(order, fn.outputs), { contrib, channelBlock });
  fn.inputs.forEach((t, i) => outer.bind(t, inputNames[i]));
  for (const t of order) emit(t, outer);
  const ends = fn.outputs.map((t, i) => identity(outer.value(t), outputNames[i]));
  const graph = {
    name: "function",
    inputs: fn.inputs.map((t, i) => value(inputNames[i], t)),
    outputs: fn.outputs.map((t, i) => value(outputNames[i], t)),
    nodes: [...outer.nodes, ...ends],
    initializers: outer.constants,
  };
  return encode(prune(graph));
}

/**
 * The program as an ONNX `Loop` whose trip count is an input. What depends on neither carry nor
 * slices stands outside of the loop and runs once.
 */
export function writeScan(
  program: ScanProgram,
  { contrib = true, channelBlock }: Pick<WriteOptions, "contrib" | "channelBlock"> = {},
): Uint8Array {
  const { carry, constants, slices, nextCarry, sometimes } = program;
  const emitted = emittedBy(program);
  const always = [...nextCarry, ...program.emitted];
  const order = topological(always);
  const whole = topological([...always, ...emitted]);
  requireClosed(whole, [...carry, ...constants, ...slices]);
  requireCarry(carry, nextCarry);
  if (sometimes) requireFlag(slices, sometimes.when);
  const varying = reachableFrom([...carry, ...slices], whole);
  // What only some steps need does not count as a use: it must not keep a step's products from being fused.
  const uses = countUses(order, always);

  const outer = scope(uses, { contrib, channelBlock });
  constants.forEach((t, i) => outer.bind(t, scanNames.constant(i)));
  for (const t of whole) if (!varying.has(t)) emit(t, outer);

  const body = scope(uses, outer, outer);
  const names = {
    iteration: outer.fresh("iteration"),
    go: outer.fresh("go"),
    goOn: outer.fresh("goOn"),
    carry: carry.map(() => outer.fresh("carried")),
    next: nextCarry.map(() => outer.fresh("next")),
    emitted: emitted.map(() => outer.fresh("emitted")),
  };
  carry.forEach((t, i) => body.bind(t, names.carry[i]));
  slices.forEach((t, i) => {
    const attributes = { axis: { int: 0 } };
    body.bind(t, body.op("Gather", [scanNames.slice(i), names.iteration], attributes));
  });
  for (const t of order) if (varying.has(t)) emit(t, body);
  const branch = sometimes && emitSometimes(sometimes, body, new Set(order), varying);
  const nameOf = (t: Tensor, i: number) =>
    branch && i >= program.emitted.length
      ? branch.outputs[i - program.emitted.length]
      : body.value(t);

  const flag = { dtype: "bool", shape: [] } as const;
  const bodyGraph: OnnxGraph = {
    name: "step",
    inputs: [
      { name: names.iteration, dtype: "int64", shape: [] },
      { name: names.go, ...flag },
      ...carry.map((t, i) => value(names.carry[i], t)),
    ],
    outputs: [
      { name: names.goOn, ...flag },
      ...nextCarry.map((t, i) => value(names.next[i], t)),
      ...emitted.map((t, i) => value(names.emitted[i], t)),
    ],
    nodes: [
      ...body.nodes,
      ...(branch ? [branch] : []),
      identity(names.go, names.goOn),
      ...nextCarry.map((t, i) => identity(body.value(t), names.next[i])),
      ...emitted.map((t, i) => identity(nameOf(t, i), names.emitted[i])),
    ],
    initializers: [],
  };
  const outputs = [
    ...nextCarry.map((t, i) => value(scanNames.nextCarry(i), t)),
    ...emitted.map((t, i) => value(scanNames.emitted(i), t, true)),
  ];
  const loop: OnnxNode = {
    name: "loop",
    opType: "Loop",
    domain: "",
    inputs: [scanNames.steps, "", ...carry.map((_, i) => scanNames.carry(i))],
    outputs: outputs.map(({ name }) => name),
    attributes: { body: { graph: bodyGraph } },
  };
  const graph = {
    name: "scan",
    inputs: [
      { name: scanNames.steps, dtype: "int64", shape: [] } as const,
      ...carry.map((t, i) => value(scanNames.carry(i), t)),
      ...constants.map((t, i) => value(scanNames.constant(i), t)),
      ...slices.map((t, i) => value(scanNames.slice(i), t, true)),
    ],
    outputs,
    nodes: [...outer.nodes, loop],
    initializers: outer.constants,
  };
  return encode(prune(graph));
}

/** An `If` on the step's flag: the values, or zeros in their shapes. */
function emitSometimes(
  { when, emitted }: NonNullable<ScanProgram["sometimes"]>,
  body: Scope,
  known: ReadonlySet<Tensor>,
  varying: ReadonlySet<Tensor>,
): OnnxNode {
  const order = topological(emitted);
  const rare = scope(countUses(order, emitted), body, body);
  for (const t of order) if (varying.has(t) && !known.has(t)) emit(t, rare);
  const outputs = emitted.map(() => body.fresh("sometimes"));
  const branch = (
    name: string,
    nodes: readonly OnnxNode[],
    values: readonly string[],
  ): OnnxGraph => {
    const own = emitted.map(() => body.fresh(name));
    return {
      name,
      inputs: [],
      outputs: emitted.map((t, i) => value(own[i], t)),
      nodes: [...nodes, ...values.map((from, i) => identity(from, own[i]))],
      initializers: [],
    };
  };
  const zeros = emitted.map(({ shape, dtype }) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return body.constant(
      toData(
        Array.from({ length: count }, () => 0),
        dtype,
      ),
      shape,
      dtype,
    );
  });
  return {
    name: "sometimes",
    opType: "If",
    domain: "",
    inputs: [body.value(when)],
    outputs,
    attributes: {
      then_branch: {
        graph: branch(
          "then",
          rare.nodes,
          emitted.map((t) => rare.value(t)),
        ),
      },
      else_branch: { graph: branch("else", [], zeros) },
    },
  };
}

function emit(t: Tensor, scope: Scope): void {
  if (t.op !== "input") scope.bind(t, lower(t, scope));
}

function encode(graph: OnnxGraph): Uint8Array {
  const model: OnnxModel = {
    irVersion: 8,
    producer: "thalweg",
    opsets: { "": opset, ...Object.fromEntries(domains(graph).map((domain) => [domain, 1])) },
    graph,
  };
  return encodeModel(model);
}

/** ONNX Runtime's own domains that the graph has nodes of. */
function domains({ nodes }: OnnxGraph): string[] {
  const all = nodes.flatMap((node) => [node.domain, ...subgraphs(node).flatMap(domains)]);
  return [...new Set(all)].filter((domain) => domain !== "");
}

/** The graph without nodes and initialisers that no output needs: peepholes leave some behind. */
function prune(graph: OnnxGraph): OnnxGraph {
  const needed = new Set<string>();
  const live = liveNodes(graph, needed);
  const initializers: OnnxTensor[] = graph.initializers.filter(({ name }) => needed.has(name));
  return { ...graph, nodes: live, initializers };
}

function liveNodes(graph: OnnxGraph, needed: Set<string>): OnnxNode[] {
  for (const { name } of graph.outputs) needed.add(name);
  const live: OnnxNode[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) needed.add(name);
    live.push(pruneBodies(node, needed));
  }
  return live.reverse();
}

function pruneBodies(node: OnnxNode, needed: Set<string>): OnnxNode {
  if (subgraphs(node).length === 0) return node;
  const attributes = Object.entries(node.attributes).map(([name, attribute]) => {
    if (!("graph" in attribute)) return [name, attribute] as const;
    const nodes = liveNodes(attribute.graph, needed);
    return [name, { graph: { ...attribute.graph, nodes } }] as const;
  });
  return { ...node, attributes: Object.fromEntries(attributes) };
}

function subgraphs(node: OnnxNode): OnnxGraph[] {
  return Object.values(node.attributes).flatMap((a) => ("graph" in a ? [a.graph] : []));
}

function countUses(order: readonly Tensor[], outputs: readonly Tensor[]): Map<Tensor, number> {
  const uses = new Map<Tensor, number>();
  const count = (t: Tensor) => uses.set(t, (uses.get(t) ?? 0) + 1);
  for (const t of order) t.inputs.forEach(count);
  outputs.forEach(count);
  return uses;
}

function identity(from: string, to: string): OnnxNode {
  return {
    name: to,
    opType: "Identity",
    domain: "",
    inputs: [from],
    outputs: [to],
    attributes: {},
  };
}

function value(name: string, t: Tensor, stacked = false): OnnxValue {
  return { name, dtype: t.dtype, shape: stacked ? [scanNames.steps, ...t.shape] : t.shape };
}

function requireClosed(order: readonly Tensor[], inputs: readonly Tensor[]): void {
  const known = new Set(inputs);
  if (known.size !== inputs.length) throw new Error("inputs must be distinct");
  for (const t of inputs)
    if (t.op !== "input") throw new Error(`inputs must be fresh variables, got ${t.op}`);
  for (const t of order)
    if (t.op === "input" && !known.has(t))
      throw new Error(
        `the outputs depend on ${(t.attrs as { name: string }).name} (${describe(t)}), which is not among the inputs`,
      );
}

function requireFlag(slices: readonly Tensor[], when: Tensor): void {
  if (!slices.includes(when) || when.dtype !== "bool" || when.shape.length > 0)
    throw new Error(
      `scan: what sometimes holds must be a slice of one bool, got ${describe(when)}`,
    );
}

function requireCarry(carry: readonly Tensor[], next: readonly Tensor[]): void {
  if (carry.length !== next.length)
    throw new Error(`scan: ${carry.length} carried values, ${next.length} next ones`);
  for (const [i, t] of carry.entries())
    if (t.dtype !== next[i].dtype || !sameShape(t.shape, next[i].shape))
      throw new Error(
        `scan: carried value ${i} is ${describe(t)}, the next one ${describe(next[i])}`,
      );
}
