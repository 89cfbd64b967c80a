import type { OnnxNode } from "../../model.ts";
import type { Raise, Raises } from "./context.ts";
import { elementwiseRaises } from "./elementwise.ts";
import { indexingRaises } from "./indexing.ts";
import { matmulRaises } from "./matmul.ts";
import { movementRaises } from "./movement.ts";
import { reduceRaises } from "./reduce.ts";
import { windowRaises } from "./window.ts";

const { FusedMatMul, ...products } = matmulRaises;
const { FastGelu, ...elementwise } = elementwiseRaises;

const domains: Readonly<Record<string, Raises>> = {
  "": {
    ...elementwise,
    ...products,
    ...reduceRaises,
    ...movementRaises,
    ...indexingRaises,
    ...windowRaises,
  },
  "com.microsoft": { FusedMatMul, FastGelu, Gelu: elementwise.Gelu },
};

/** What is known of an operator; names from the file never reach an object's prototype. */
export function raiseOf({ domain, opType }: OnnxNode): Raise | undefined {
  if (!Object.hasOwn(domains, domain) || !Object.hasOwn(domains[domain], opType)) return undefined;
  return domains[domain][opType];
}
