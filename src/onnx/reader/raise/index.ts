import type { OnnxNode } from "../../model.ts";
import { activationRaises } from "./activation.ts";
import type { Raise, Raises } from "./context.ts";
import { convRaises } from "./conv.ts";
import { einsumRaises } from "./einsum.ts";
import { elementwiseRaises } from "./elementwise.ts";
import { indexingRaises } from "./indexing.ts";
import { matmulRaises } from "./matmul.ts";
import { movementRaises } from "./movement.ts";
import { normaliseRaises } from "./normalise.ts";
import { poolRaises } from "./pool.ts";
import { reduceRaises } from "./reduce.ts";
import { resizeRaises } from "./resize.ts";
import { shapeRaises } from "./shape.ts";

const { FusedMatMul, ...products } = matmulRaises;
const { FastGelu, ...activations } = activationRaises;

const domains: Readonly<Record<string, Raises>> = {
  "": {
    ...activations,
    ...convRaises,
    ...einsumRaises,
    ...elementwiseRaises,
    ...indexingRaises,
    ...movementRaises,
    ...normaliseRaises,
    ...poolRaises,
    ...products,
    ...reduceRaises,
    ...resizeRaises,
    ...shapeRaises,
  },
  "com.microsoft": { FusedMatMul, FastGelu, Gelu: activations.Gelu },
};

/** What is known of an operator; names from the file never reach an object's prototype. */
export function raiseOf({ domain, opType }: OnnxNode): Raise | undefined {
  if (!Object.hasOwn(domains, domain) || !Object.hasOwn(domains[domain], opType)) return undefined;
  return domains[domain][opType];
}
