import { sizeOf, type Tensor } from "../../graph/tensor.ts";
import type { OnnxNode } from "../model.ts";
import { fold } from "./fold.ts";
import { heldInputs } from "./held.ts";
import { placeOf, type Setting, siteOf } from "./raise/context.ts";
import { raiseOf } from "./raise/index.ts";
import { OnnxError, refuse } from "./refuse.ts";

/** Axes of one tensor: more than any model has, and few enough that no shape is slow to look at. */
const mostAxes = 32;

export interface Interpretation extends Setting {
  /**
   * Initializers as the file has them: what an operator needs to know, and differentiates by nobody,
   * is taken from here even where the initializer is a variable elsewhere.
   */
  readonly constants?: ReadonlyMap<string, Tensor>;
  /** Sees every node's inputs and outputs once they are made. */
  readonly made?: (
    node: OnnxNode,
    inputs: readonly (Tensor | undefined)[],
    outputs: readonly Tensor[],
  ) => void;
}

/** Put the outputs of all nodes, which must be in order, into `values` beside what they start from. */
export function interpret(
  nodes: readonly OnnxNode[],
  values: Map<string, Tensor>,
  setting: Interpretation,
): void {
  for (const node of nodes) {
    const held = heldInputs(node);
    const inputs = node.inputs.map((name, i) => {
      if (name === "") return undefined;
      return (held(i) ? setting.constants?.get(name) : undefined) ?? values.get(name)!;
    });
    const results = raiseNode(node, setting, inputs).map(fold);
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      const t = results[i];
      if (t === undefined) return refuse(placeOf(node), `output ${i} is not supported`);
      if (t.shape.length > mostAxes)
        refuse(placeOf(node), `a tensor has at most ${mostAxes} axes, got ${t.shape.length}`);
      if (!(sizeOf(t.shape) <= setting.limits.elements))
        refuse(
          placeOf(node),
          `a tensor holds at most ${setting.limits.elements} numbers, got [${t.shape.join(", ")}]`,
        );
      values.set(name, t);
    });
    setting.made?.(node, inputs, results);
  }
}

/** The graph language checks shapes and dtypes; its complaint becomes one about the node. */
function raiseNode(
  node: OnnxNode,
  setting: Setting,
  inputs: readonly (Tensor | undefined)[],
): readonly Tensor[] {
  try {
    return raiseOf(node)!(siteOf(node, setting, inputs));
  } catch (error) {
    if (error instanceof OnnxError) throw error;
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    return refuse(placeOf(node), error.message);
  }
}

/** The nodes that some of the names depend on, in their order. */
export function neededFor(nodes: readonly OnnxNode[], names: readonly string[]): OnnxNode[] {
  const wanted = new Set(names);
  const kept: OnnxNode[] = [];
  for (let i = nodes.length - 1; i >= 0; i--) {
    if (!nodes[i].outputs.some((name) => name !== "" && wanted.has(name))) continue;
    for (const name of nodes[i].inputs) wanted.add(name);
    kept.push(nodes[i]);
  }
  return kept.reverse();
}

/** @throws OnnxError that names every operator without a meaning here, all at once. */
export function requireSupported(nodes: readonly OnnxNode[]): void {
  const unknown = new Map<string, number>();
  for (const node of nodes) {
    const name = node.domain === "" ? node.opType : `${node.domain}.${node.opType}`;
    if (raiseOf(node) === undefined) unknown.set(name, (unknown.get(name) ?? 0) + 1);
  }
  if (unknown.size === 0) return;
  const list = Array.from(unknown, ([name, count]) => `${name} (${count})`).sort();
  refuse("file", `operators that are not supported: ${list.join(", ")}`);
}
