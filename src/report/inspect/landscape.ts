import type {
  InspectResult,
  Landscape1d,
  Landscape2d,
  LandscapeAxis,
} from "../../measure/inspect/result.ts";
import type { Contours, TimeSeries } from "../figures/spec.ts";
import { formatNumber } from "../format.ts";
import type { Block, Section } from "../model.ts";

/** Slices of the loss through this checkpoint. */
export function landscapeSection({ loss, measurements }: InspectResult): Section | undefined {
  const { "1d": lines = [], "2d": plane } = measurements.landscape ?? {};
  const blocks: Block[] = [];
  if (lines.length > 0)
    blocks.push({
      kind: "panels",
      panels: lines.map((line) => ({
        title: `along ${axisName(line.axis)}`,
        figure: curve(line, loss),
      })),
      caption: `The ${loss} loss along lines through this checkpoint, which lies at 0. ${scaleWords(lines.map((l) => l.axis))}`,
    });
  if (plane)
    blocks.push({
      kind: "figure",
      figure: contours(plane, loss),
      caption: `The ${loss} loss on a plane through this checkpoint, deeper where it is higher; levels are spaced as the rings of a quadratic bowl. ${scaleWords(plane.axes)}${hasGap(plane) ? " Where the loss is not finite it counts as above all levels." : ""}`,
    });
  return blocks.length === 0 ? undefined : { id: "landscape", title: "Slices of the loss", blocks };
}

function curve({ axis, at, loss }: Landscape1d, name: string): TimeSeries {
  const known = loss.filter((v): v is number => v !== null && Number.isFinite(v));
  const low = Math.min(...known);
  const high = Math.max(...known);
  const log = low > 0 && high > 1000 * low;
  const margin = (high - low || Math.abs(high) || 1) * 0.07;
  return {
    kind: "time-series",
    description: `The ${name} loss along ${axisName(axis)}, from ${at[0]} to ${at.at(-1)}.`,
    xLabel: `units of ${axisName(axis)}`,
    yLabel: `${name} loss`,
    yScale: log ? "log" : "linear",
    yDomain: log ? [low / 1.3, high * 1.3] : [low - margin, high + margin],
    series: [
      {
        name: "",
        colour: "blue",
        points: at.map((x, i) => ({ x, y: loss[i] ?? NaN })),
      },
    ],
    events: [{ x: 0, label: "here" }],
  };
}

function contours({ axes, at, loss }: Landscape2d, name: string): Contours {
  const known = loss.flat().filter((v): v is number => v !== null && Number.isFinite(v));
  const low = Math.min(...known);
  const high = Math.max(...known);
  const steps = 11;
  const levels = Array.from(
    { length: steps },
    (_, i) => low + (high - low) * ((i + 1) / (steps + 1)) ** 2,
  );
  return {
    kind: "contours",
    description: `Contours of the ${name} loss over ${axisName(axes[0])} and ${axisName(axes[1])}, from ${formatNumber(low)} to ${formatNumber(high)}.`,
    xLabel: `units of ${axisName(axes[0])}`,
    yLabel: `units of ${axisName(axes[1])}`,
    x: at[0],
    y: at[1],
    values: loss,
    levels: high > low ? levels : [],
    here: { x: 0, y: 0, label: "here" },
  };
}

function axisName({ name }: LandscapeAxis): string {
  const eigenvector = /^u(\d+)$/.exec(name);
  if (!eigenvector) return name;
  return `u${eigenvector[1].replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[Number(d)])}`;
}

function scaleWords(axes: readonly LandscapeAxis[]): string {
  const unit = ({ scale }: LandscapeAxis) => formatNumber(scale);
  const same = axes.every((axis) => unit(axis) === unit(axes[0]));
  if (same) return `One unit is a distance of ${unit(axes[0])} in parameter space.`;
  const said = axes.map((axis) => `${unit(axis)} along ${axisName(axis)}`);
  return `One unit is a distance in parameter space of ${said.join(", ")}.`;
}

function hasGap({ loss }: Landscape2d): boolean {
  return loss.flat().some((v) => v === null || !Number.isFinite(v));
}
