import type { Lowerings } from "./context.ts";

export const constantLowerings = {
  constant: (t, _inputs, e) => e.constant(t.attrs.data, t.shape, t.dtype),
} satisfies Lowerings<"constant">;
