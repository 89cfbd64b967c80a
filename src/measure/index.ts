export * from "./data-sum.ts";
export * from "./gauss-newton.ts";
export * from "./hessian.ts";
export * from "./krylov.ts";
export * from "./lanczos.ts";
export * from "./operator.ts";
export * from "./parameter-operator.ts";
export * from "./problem.ts";
