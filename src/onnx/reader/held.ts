import { elementTypes, type OnnxNode } from "../model.ts";

const all = (): boolean => true;
const none = (): boolean => false;
const but =
  (...differentiated: number[]) =>
  (i: number): boolean =>
    !differentiated.includes(i);

/** Inputs by which an operator is not differentiated: shapes, bounds, indices, stored statistics, exponents. */
const firstOnly =
  "Clip CumSum Dropout Expand Gather GatherElements Pad Pow ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Reshape Resize Slice Split Squeeze Tile Trilu Unsqueeze Upsample";
const nothing =
  "And ArgMax ArgMin Ceil ConstantOfShape Equal EyeLike Floor Greater GreaterOrEqual Less LessOrEqual Not OneHot Or Range Round Shape Sign Size Xor";

const held: Readonly<Record<string, (i: number) => boolean>> = {
  BatchNormalization: but(0, 1, 2),
  ScatterElements: but(0, 2),
  Where: but(1, 2),
  ...Object.fromEntries(firstOnly.split(" ").map((op) => [op, but(0)])),
  ...Object.fromEntries(nothing.split(" ").map((op) => [op, all])),
};

/** Whether an input, by its place, is one that no derivative goes through. */
export function heldInputs(node: OnnxNode): (i: number) => boolean {
  if (node.opType === "Cast") {
    const to = node.attributes.to;
    const code = to !== undefined && "int" in to ? to.int : 0;
    return [elementTypes.float32, elementTypes.float64, 10].includes(code) ? none : all;
  }
  return Object.hasOwn(held, node.opType) ? held[node.opType] : none;
}

/**
 * Names of tensors that the output depends on through differentiated inputs alone. Which of them are
 * float the walk does not ask.
 */
export function reachedByDerivative(nodes: readonly OnnxNode[], output: string): Set<string> {
  const reached = new Set([output]);
  for (let n = nodes.length - 1; n >= 0; n--) {
    const node = nodes[n];
    if (!node.outputs.some((name) => name !== "" && reached.has(name))) continue;
    const isHeld = heldInputs(node);
    node.inputs.forEach((name, i) => {
      if (name !== "" && !isHeld(i)) reached.add(name);
    });
  }
  return reached;
}
