import { type Block, type Colour, formatNumber, formatPlusMinus, type Point } from "../../report/index.ts"; // prettier-ignore
import type { LinePoint } from "../linearity.ts";
import type { RegressionPoint } from "./regression-task.ts";

/** (L̄ − L_min)/Tr H against η/4S, with the printed line and the exact law. */
export function minimumFigure(
  series: readonly {
    readonly name: string;
    readonly colour: Colour;
    readonly points: readonly LinePoint[];
  }[],
  exact: readonly Point[],
): Block {
  const xs = series[0].points.map(({ x }) => x);
  const ends = [Math.min(...xs), Math.max(...xs)];
  return {
    kind: "figure",
    figure: {
      kind: "line-fit",
      description: "Excess loss over the trace of the Hessian against η/4S on logarithmic axes.",
      xLabel: "η/4S",
      yLabel: "(L̄ − L_min)/Tr H",
      xScale: "log",
      yScale: "log",
      series: series.map(({ name, colour, points }) => ({
        name,
        colour,
        points: points.map(({ x, y, stderr }) => ({
          x,
          estimate: { value: y, low: y - 1.96 * stderr, high: y + 1.96 * stderr },
        })),
      })),
      lines: [
        { label: "as printed", colour: "ink", points: ends.map((x) => ({ x, y: x })) },
        {
          label: "exact",
          colour: "amber",
          dashed: true,
          points: exact.toSorted((a, b) => a.x - b.x),
        },
      ],
    },
    caption:
      "The loss above the minimum in units of Tr H, 95 % intervals over the particles of all seeds. The line is y = x. Controls: labels of four times the variance, and noise that is not shaped like the Hessian.",
  };
}

/** Measured losses beside the three laws. */
export function lossTable(
  rows: readonly {
    readonly eta: number;
    readonly batchSize: number;
    readonly points: readonly RegressionPoint[];
    readonly printed: number;
    readonly discrete: number;
  }[],
): Block {
  const mean = (values: readonly number[]) => values.reduce((s, v) => s + v, 0) / values.length;
  return {
    kind: "table",
    narrow: "scroll",
    columns: [
      { label: "η" },
      { label: "S", align: "end" },
      { label: "measured", align: "end" },
      { label: "exact", align: "end" },
      { label: "additive, discrete", align: "end" },
      { label: "as printed", align: "end" },
    ],
    rows: rows.map(({ eta, batchSize, points, printed, discrete }) => {
      const error = Math.sqrt(mean(points.map((p) => p.stderr ** 2)) / points.length);
      return [
        formatNumber(eta, 2),
        String(batchSize),
        formatPlusMinus(mean(points.map((p) => p.excess)), error),
        formatNumber(mean(points.map((p) => p.exact))),
        formatNumber(discrete),
        formatNumber(printed),
      ];
    }),
    caption: "E L − L(minimum), means over seeds; the exact law is of the seeds' own samples.",
  };
}
