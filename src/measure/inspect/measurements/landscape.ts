import { filterNormalisedDirection, places, vectorAxis } from "../../landscape/axes.ts";
import { filterAxes } from "../../landscape/filter-axes.ts";
import { lossSlice } from "../../landscape/slice.ts";
import { norm } from "../../../numeric/index.ts";
import type { Measurement } from "../measurement.ts";
import type { LandscapeAxis } from "../result.ts";

const line = 41;
const side = 17;

export const landscape: Measurement = {
  name: "landscape",
  argument: ["1d", "2d"],
  about: "slices of the loss",
  citations: [
    "Li, Xu, Taylor, Studer, Goldstein (2018), Visualizing the loss landscape of neural nets, https://arxiv.org/abs/1712.09913",
  ],
  cost: (_, argument) => ({
    products: argument === "2d" ? side * side : 3 * line,
    vectors: 6,
  }),
  async run(context, argument, signal) {
    const { runtime, problem, point, options } = context;
    const { top } = await context.hessianPairs();
    const { loss } = await context.gradient();
    // Far enough along u that the quadratic doubles the loss, and no farther than the parameters are long.
    const reach = (value: number) =>
      Math.min(norm(point) || 1, Math.sqrt((2 * Math.max(loss, 1e-3)) / Math.max(value, 1e-6)));
    const eigen = top.slice(0, 2).map(({ value, vector }, i) => {
      const far = reach(value);
      return { name: `u${i + 1}`, vector, far };
    });
    const asAxis = ({ name, scale }: LandscapeAxis): LandscapeAxis => ({ name, scale });
    const finite = (values: ArrayLike<number>) =>
      Array.from(values, (value) => (Number.isFinite(value) ? value : null));
    if (argument === "2d") {
      const axes = eigen.map(({ name, vector, far }) =>
        vectorAxis(name, vector, places(-far, far, side)),
      );
      if (axes.length < 2) return {};
      const slice = await lossSlice(runtime, problem, point, axes, {
        ...options,
        ...(signal && { signal }),
      });
      signal?.throwIfAborted();
      const [first, second] = slice.axes;
      const loss2d = Array.from({ length: side }, (_, i) =>
        finite(slice.loss.subarray(i * side, (i + 1) * side)),
      );
      return {
        measurements: {
          landscape: {
            "2d": {
              axes: [asAxis(first), asAxis(second)],
              at: [first.at, second.at],
              loss: loss2d,
            },
          },
        },
      };
    }
    const random = filterNormalisedDirection(problem, point, context.draws("landscape"), {
      filterAxis: filterAxes(problem),
    });
    const axes = eigen.map(({ name, vector, far }) =>
      vectorAxis(name, vector, places(-far, far, line)),
    );
    const slices = [];
    for (const axis of [
      ...axes,
      ...(norm(random) > 0
        ? [{ name: "filter-normalised random 1", direction: random, at: places(-1, 1, line) }]
        : []),
    ]) {
      const slice = await lossSlice(runtime, problem, point, [axis], {
        ...options,
        ...(signal && { signal }),
      });
      signal?.throwIfAborted();
      const [own] = slice.axes;
      slices.push({ axis: asAxis(own), at: own.at, loss: finite(slice.loss) });
    }
    return { measurements: { landscape: { "1d": slices } } };
  },
};
