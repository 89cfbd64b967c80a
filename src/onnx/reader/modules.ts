import type { OnnxNode } from "../model.ts";
import type { Parameter } from "./parameters.ts";

/** What PyTorch's exporters call a weight that they transposed for MatMul: by the graph, not by the model. */
const madeUp = /^(onnx::MatMul_\d+|val_\d+)$/;

/**
 * The modules of matrices that PyTorch's exporters have renamed, in writing x·Wᵀ as a product with Wᵀ
 * itself: `b.0.qkv` of `onnx::MatMul_28` from its node `/b.0/qkv/MatMul`, or of `val_15` from the
 * namespace that its node keeps. A name that the model gave is left alone, and so is a matrix that
 * nodes of several modules use.
 */
export function modulesOf(
  nodes: readonly OnnxNode[],
  parameters: readonly Parameter[],
): ReadonlyMap<string, string> {
  const renamed = new Set(
    parameters.flatMap(({ name, shape }) =>
      shape.length === 2 && madeUp.test(name) ? [name] : [],
    ),
  );
  const found = new Map<string, Set<string>>();
  for (const node of nodes) {
    const [, name = ""] = node.inputs;
    if (node.opType !== "MatMul" || !renamed.has(name)) continue;
    const own = found.get(name) ?? new Set();
    found.set(name, own.add(moduleOf(node)));
  }
  const modules = new Map<string, string>();
  for (const [name, own] of found) {
    const [only] = own;
    if (own.size === 1 && only !== "") modules.set(name, only);
  }
  return modules;
}

/** "" where the node does not say. */
function moduleOf({ name, scope }: OnnxNode): string {
  if (scope !== undefined) return lastModule(scope);
  return /^\/.+\/[^/]+$/.test(name) ? name.slice(1).split("/").slice(0, -1).join(".") : "";
}

/** Of `: GPT/b.0: Block/b.0.qkv: torch.nn.modules.linear.Linear/linear: aten.linear.default`, `b.0.qkv`. */
function lastModule(scope: string): string {
  const parts = scope.split("/").map((part) => part.split(": "));
  return parts.filter(([, type = ""]) => !type.startsWith("aten.")).at(-1)?.[0] ?? "";
}
