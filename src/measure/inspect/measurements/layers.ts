import { norm } from "../../../numeric/index.ts";
import { sizeOf } from "../../../graph/index.ts";
import { hessianBlockOperator } from "../../operators/block.ts";
import { eigenpairs } from "../../spectra/eigenpairs.ts";
import { exactSums } from "../../traces/exact-sums.ts";
import { hutchinsonTrace } from "../../traces/hutchinson.ts";
import type { Measurement } from "../measurement.ts";
import { estimated, exactly } from "../quantities.ts";
import type { LayerCurvature } from "../result.ts";

/** Blocks of at most so many parameters are summed exactly. */
const small = 64;

export const hessianLayers: Measurement = {
  name: "hessian.layers",
  about: "the Hessian's diagonal block of each tensor",
  cost: ({ problem }) => ({ products: 60 * problem.parameters.length, vectors: 50 }),
  async run(context, _, signal) {
    const { runtime, problem, point, options, settings } = context;
    const { gradient } = await context.gradient();
    const layers: LayerCurvature[] = [];
    let offset = 0;
    for (const { name, shape } of problem.parameters) {
      signal?.throwIfAborted();
      const size = sizeOf(shape);
      const part = gradient.subarray(offset, (offset += size));
      await using block = await hessianBlockOperator(runtime, problem, point, name, options);
      const { top } = await eigenpairs(block, context.draws(`layers/${name}/top`), {
        tolerance: settings.exact ? 1e-6 : 1e-3,
      });
      const exact = size <= small || (settings.exact && size <= 5000);
      const trace = exact
        ? exactly((await exactSums(block)).trace, `sum over ${size} unit vectors`)
        : estimated(
            await hutchinsonTrace(block, context.draws(`layers/${name}/trace`), {
              maxSamples: 64,
              ...settings.rule,
            }),
          );
      layers.push({
        name,
        shape,
        size,
        top: exactly(top[0].value, "Lanczos on the diagonal block", { status: top[0].status }),
        trace,
        gradient: exactly(norm(part), "norm of the tensor's part of the gradient"),
      });
    }
    return { measurements: { "hessian.layers": layers } };
  },
};
