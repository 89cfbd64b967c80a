import type { CheckpointRow, InspectResult } from "../../measure/inspect/result.ts";
import type { Point, TimeSeries } from "../figures/spec.ts";
import type { Block, Section } from "../model.ts";
import { intervalOf } from "./layers.ts";
import { fileName, measurementName } from "./names.ts";

/** Each scalar along the checkpoints of a run. */
export function checkpointsSection(result: InspectResult): Section | undefined {
  const { checkpoints = [], loss } = result;
  if (checkpoints.length < 2) return undefined;
  const { label, at } = positions(checkpoints);
  const keys = [...new Set(checkpoints.flatMap(({ values }) => Object.keys(values)))];
  const panels = keys.flatMap((key) => {
    const points = checkpoints.map(({ values }, i): Point => {
      const quantity = values[key];
      const y = quantity?.value ?? NaN;
      if (quantity === undefined || !Number.isFinite(y)) return { x: at[i], y: NaN };
      const { low, high } = intervalOf(quantity);
      return low === undefined || high === undefined ? { x: at[i], y } : { x: at[i], y, low, high };
    });
    if (points.filter(({ y }) => Number.isFinite(y)).length < 2) return [];
    return [{ title: measurementName(key), figure: curve(key, label, points) }];
  });
  if (panels.length === 0) return undefined;
  const [first, last] = [checkpoints[0], checkpoints.at(-1)!];
  const block: Block = {
    kind: "panels",
    panels,
    caption: `${checkpoints.length} checkpoints from ${fileName(first.file)} to ${fileName(last.file)}, each on the same samples with the same draws; curvatures are those of the ${loss} loss. Bands are 95 % intervals.`,
  };
  return { id: "checkpoints", title: "Along the checkpoints", blocks: [block] };
}

function curve(key: string, xLabel: string, points: readonly Point[]): TimeSeries {
  const values = points.map(({ y }) => y).filter(Number.isFinite);
  const log = Math.min(...values) > 0 && Math.max(...values) > 30 * Math.min(...values);
  const name = measurementName(key);
  return {
    kind: "time-series",
    description: `${name} at each of ${points.length} checkpoints.`,
    xLabel,
    yLabel: "",
    yDomain: log ? [Math.min(...values) / 1.3, Math.max(...values) * 1.3] : domainOf(points),
    yScale: log ? "log" : "linear",
    series: [{ name: "", colour: "blue", points }],
  };
}

/** From 0, with the bands where they are not far wider than the curve is high. */
function domainOf(points: readonly Point[]): [number, number] {
  const values = points.map(({ y }) => y).filter(Number.isFinite);
  const [least, most] = [Math.min(0, ...values), Math.max(0, ...values)];
  const reach = most - least || 1;
  const ends = points.flatMap(({ low = NaN, high = NaN }) => [low, high]);
  const near = ends.filter((v) => v > least - reach && v < most + reach);
  const [low, high] = [Math.min(least, ...near), Math.max(most, ...near)];
  const margin = (high - low) * 0.05 || 0.5;
  return [low < 0 ? low - margin : 0, high > 0 ? high + margin : 0];
}

/** The last number of each file's name where these rise, else 1, 2, 3, …. */
function positions(checkpoints: readonly CheckpointRow[]): { label: string; at: number[] } {
  const numbers = checkpoints.map(({ file }) =>
    Number(/(\d+)\D*$/.exec(fileName(file).replace(/\.\w+$/, ""))?.[1] ?? NaN),
  );
  if (numbers.every((n, i) => Number.isSafeInteger(n) && (i === 0 || n > numbers[i - 1])))
    return { label: "number in the file’s name", at: numbers };
  return { label: "checkpoint", at: checkpoints.map((_, i) => i + 1) };
}
