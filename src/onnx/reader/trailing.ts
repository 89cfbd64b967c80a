import type { OnnxNode } from "../model.ts";

/** An operator at the very end that a loss usually brings along itself. */
export interface Trailing {
  readonly kind: "softmax" | "log-softmax" | "sigmoid" | "arg-max";
  /** The node's name, or its place among the nodes. */
  readonly node: string;
  /** What it is applied to: the tensor's name. */
  readonly before: string;
  /** Counted as in the file; of several axes that count as one, the first. */
  readonly axis?: number;
  /** Another such operator just before, as in ArgMax(Softmax(x)). */
  readonly inner?: Trailing;
}

const kinds: Readonly<Record<string, Trailing["kind"]>> = {
  Softmax: "softmax",
  LogSoftmax: "log-softmax",
  Sigmoid: "sigmoid",
  ArgMax: "arg-max",
};

/** The operator that makes `output`, where it is one that ends a classifier; Identity and Dropout are looked through. */
export function trailingOf(
  nodes: readonly OnnxNode[],
  output: string,
  opset: number,
): Trailing | undefined {
  let name = output;
  for (let n = nodes.length - 1; n >= 0; n--) {
    const node = nodes[n];
    if (node.outputs[0] !== name || node.domain !== "" || node.inputs.length === 0) continue;
    const before = node.inputs[0];
    if (node.opType === "Identity" || node.opType === "Dropout") {
      name = before;
      continue;
    }
    if (!Object.hasOwn(kinds, node.opType)) return undefined;
    const kind = kinds[node.opType];
    const inner = trailingOf(nodes.slice(0, n), before, opset);
    const rest = inner && kind === "arg-max" ? { inner } : {};
    return { kind, node: node.name, before, ...axis(node, opset), ...rest };
  }
  return undefined;
}

function axis(node: OnnxNode, opset: number): { axis?: number } {
  if (node.opType === "Sigmoid") return {};
  const given = node.attributes.axis;
  if (given !== undefined && "int" in given) return { axis: given.int };
  return { axis: node.opType === "ArgMax" ? 0 : opset < 13 ? 1 : -1 };
}

/** The tensor before all operators that end the file. */
export function beforeAll(trailing: Trailing): string {
  return trailing.inner === undefined ? trailing.before : beforeAll(trailing.inner);
}
