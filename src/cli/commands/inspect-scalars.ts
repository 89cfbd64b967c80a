import type { InspectResult, Quantity } from "../../measure/index.ts";

/** Every single number of a result, by its name. */
export function scalarsOf({ measurements }: Pick<InspectResult, "measurements">) {
  const found: Record<string, Quantity> = {};
  const visit = (name: string, value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if (Array.isArray(value)) {
      // Of a list of eigenvalues the first stands for it.
      const [first] = value as unknown[];
      if (typeof first === "object" && first !== null && "residual" in first) visit(name, first);
      return;
    }
    if ("method" in value && "value" in value) found[name] = value as Quantity;
    else if ("norm" in value && typeof value.norm === "number")
      found[`${name}.norm`] = { value: value.norm, method: "norm of the mean gradient" };
    else for (const [key, part] of Object.entries(value)) visit(`${name}.${key}`, part);
  };
  for (const [name, value] of Object.entries(measurements))
    if (name !== "landscape" && name !== "hessian.density" && name !== "hessian.diagonal")
      visit(name, value);
  // Of the limits, curvatures that are measured for nothing else.
  for (const { quantity, measured } of measurements.thresholds ?? [])
    if (quantity === "preconditioned.top" || quantity === "optimizer-sharpness")
      found[quantity] = measured;
  return found;
}
