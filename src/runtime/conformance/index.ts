export { agrees, type Check, opChecks } from "./checks.ts";
export { contractChecks } from "./contract.ts";
export { evaluate } from "./reference.ts";
