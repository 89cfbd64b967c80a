export { opChecks } from "./checks.ts";
export { contractChecks } from "./contract.ts";
