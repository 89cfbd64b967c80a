import type { Block, Colour, Figure, Interval, Paragraph } from "../../report/index.ts";
import { formatNumber } from "../../report/index.ts";
import type { Linearity, LinePoint } from "../linearity.ts";

/** Logarithms of times against an abscissa, with theory lines. */
export interface LogTimes {
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly {
    readonly name: string;
    readonly colour: Colour;
    readonly points: readonly LinePoint[];
  }[];
  readonly theories: readonly {
    readonly label: string;
    readonly colour: Colour;
    readonly dashed?: boolean;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
}

/** The points with 95 % intervals, the theories as lines through theirs. */
export function logTimesFigure({ theories, series, ...figure }: LogTimes): Figure {
  return {
    kind: "line-fit",
    ...figure,
    series: series.map(({ name, colour, points }) => ({
      name,
      colour,
      points: points.map(({ x, y, stderr }) => ({ x, estimate: normalInterval(y, stderr) })),
    })),
    lines: theories,
  };
}

const normalInterval = (value: number, stderr: number): Interval => ({
  value,
  low: value - 1.96 * stderr,
  high: value + 1.96 * stderr,
});

/** Which abscissae make the points a line. */
export function abscissaTable({ fits, pValue }: Linearity, stated: string): Block {
  return {
    kind: "table",
    columns: [
      { label: "abscissa" },
      { label: "slope", align: "end" },
      { label: "χ²", align: "end" },
      { label: "AIC above the best", align: "end" },
      { label: "R²", align: "end" },
    ],
    rows: fits.map(({ name, line, deltaAic }): Paragraph[] => [
      name === "stated" ? `${stated} (stated)` : name,
      formatNumber(line.slope.value),
      `${formatNumber(line.chiSquare)} on ${line.degrees}`,
      formatNumber(deltaAic),
      line.rSquared.toFixed(4),
    ]),
    caption: `Weighted least squares of the same points. Chance of so large a χ² where the stated line holds: ${formatNumber(pValue)}. R² decides nothing: it is near 1 for all.`,
  };
}
