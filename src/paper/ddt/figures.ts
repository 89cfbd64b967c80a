import { type Block, type Colour, formatNumber, formatPlusMinus, type Paragraph, type Point } from "../../report/index.ts"; // prettier-ignore
import { pooled } from "./conditions.ts";
import type { EscapePoint } from "./escape-task.ts";
import type { ScanPoint } from "./scans.ts";

interface MeasuredScan {
  readonly name: string;
  readonly colour: Colour;
  readonly scan: readonly ScanPoint[];
  /** None where only theory is drawn. */
  readonly points?: readonly (readonly EscapePoint[])[];
}

/** −log γ of scans on one axis, each with the exact theory as a dashed line of its colour. */
export function escapeFigure({
  description,
  xLabel,
  series,
  printed,
  caption,
  axis = ({ x }) => x,
  shift = () => 0,
  yLabel = "−ln γ",
}: {
  readonly description: string;
  readonly xLabel: string;
  readonly series: readonly MeasuredScan[];
  /** The printed formula, where it is a curve. */
  readonly printed?: readonly Point[];
  readonly caption: Paragraph;
  readonly axis?: (point: ScanPoint) => number;
  /** Added to ln τ. */
  readonly shift?: (point: ScanPoint) => number;
  readonly yLabel?: string;
}): Block {
  return {
    kind: "figure",
    figure: {
      kind: "time-series",
      description,
      xLabel,
      yLabel,
      series: [
        ...series.flatMap(({ name, colour, scan, points }) => [
          ...(points === undefined
            ? []
            : [
                {
                  name,
                  colour,
                  points: sorted(
                    scan.map((at, i) => {
                      const { logTime, stderr } = pooled(points[i]);
                      const y = logTime + shift(at);
                      return { x: axis(at), y, low: y - 1.96 * stderr, high: y + 1.96 * stderr };
                    }),
                  ),
                },
              ]),
          ...(scan.some(({ exact }) => Number.isNaN(exact))
            ? []
            : [
                {
                  name: points === undefined ? name : "exact",
                  colour: points === undefined ? colour : ("ink" as const),
                  dashed: true,
                  ...(points !== undefined && { weight: "thin" as const }),
                  points: sorted(scan.map((at) => ({ x: axis(at), y: at.exact + shift(at) }))),
                },
              ]),
        ]),
        ...(printed === undefined
          ? []
          : [
              {
                name: "as printed",
                colour: "amber" as Colour,
                dashed: true,
                points: sorted(printed),
              },
            ]),
      ],
    },
    caption,
  };
}

const sorted = (points: readonly Point[]) => points.toSorted((a, b) => a.x - b.x);

/** Measured ln τ beside the exact one and the printed formula. */
export function againstTheory(
  scan: readonly ScanPoint[],
  points: readonly (readonly EscapePoint[])[],
  axis: string,
  printed: (x: number) => string,
): Block {
  return {
    kind: "table",
    narrow: "scroll",
    columns: [
      { label: axis, align: "end" },
      { label: "walkers", align: "end" },
      { label: "ln τ, measured", align: "end" },
      { label: "exact", align: "end" },
      { label: "as printed", align: "end" },
    ],
    rows: scan.map(({ x, exact }, i) => {
      const { logTime, stderr, walkers } = pooled(points[i]);
      return [
        formatNumber(x),
        String(walkers),
        formatPlusMinus(logTime, stderr),
        formatNumber(exact),
        printed(x),
      ];
    }),
  };
}
