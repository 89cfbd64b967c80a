import type { Colour } from "../palette.ts";
import { drawBars } from "./bars.ts";
import { drawContours } from "./contours.ts";
import { drawCriticalFactor } from "./critical-factor.ts";
import { drawForks, forkColours } from "./forks.ts";
import type { DrawOptions } from "./frame.ts";
import { drawLineFit, markOf } from "./line-fit.ts";
import { drawPlateau } from "./plateau.ts";
import { drawScatter } from "./scatter.ts";
import type { Figure } from "./spec.ts";
import { drawSpectrum } from "./spectrum.ts";
import { drawTimeSeries } from "./time-series.ts";

/** Any figure as SVG, complete in itself; colours follow the page's theme where it has one. */
export function drawFigure(
  document: Document,
  figure: Figure,
  options: DrawOptions,
): SVGSVGElement {
  switch (figure.kind) {
    case "time-series":
      return drawTimeSeries(document, figure, options);
    case "plateau":
      return drawPlateau(document, figure, options);
    case "forks":
      return drawForks(document, figure, options);
    case "critical-factor":
      return drawCriticalFactor(document, figure, options);
    case "spectrum":
      return drawSpectrum(document, figure, options);
    case "bars":
      return drawBars(document, figure, options);
    case "scatter":
      return drawScatter(document, figure, options);
    case "line-fit":
      return drawLineFit(document, figure, options);
    case "contours":
      return drawContours(document, figure, options);
  }
}

export interface LegendItem {
  readonly name: string;
  readonly colour: Colour;
  readonly mark: "line" | "dashed" | "circle" | "square" | "triangle" | "diamond";
}

/** What the curves of a figure are called, for where there is no room to write it at their ends. */
export function legendOf(figure: Figure): LegendItem[] {
  switch (figure.kind) {
    case "time-series":
      return figure.series
        .filter((s) => s.weight !== "thin" && s.name !== "")
        .map((s) => ({ name: s.name, colour: s.colour, mark: s.dashed ? "dashed" : "line" }));
    case "plateau": {
      const marks = ["circle", "square", "triangle", "diamond"] as const;
      return figure.series.map((s, i) => ({ name: s.name, colour: s.colour, mark: marks[i % 4] }));
    }
    case "line-fit":
      return [
        ...figure.series.map(({ name, colour }, i) => ({ name, colour, mark: markOf(i) })),
        ...figure.lines
          .filter(({ label }) => label !== "")
          .map(({ label, colour, dashed }) => ({
            name: label,
            colour,
            mark: dashed === true ? ("dashed" as const) : ("line" as const),
          })),
      ];
    case "forks": {
      const colours = forkColours(figure);
      return figure.forks.map((f, i) => ({
        name: f.label,
        colour: colours[i],
        mark: f.control === true ? "dashed" : "line",
      }));
    }
    case "spectrum":
    case "scatter": {
      if (figure.series.length < 2) return [];
      const mark = figure.kind === "spectrum" ? "line" : "circle";
      return figure.series.map(({ name, colour }) => ({ name, colour, mark }));
    }
    case "critical-factor":
    case "bars":
    case "contours":
      return [];
  }
}
