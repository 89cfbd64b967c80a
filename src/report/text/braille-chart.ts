import { formatCount, formatLogTick } from "../format.ts";
import type { Point } from "../figures/spec.ts";
import { displayWidth, plainStyle, printable, type TerminalStyle, type Tone } from "./terminal.ts";

export interface BrailleChart {
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[];
  /** Columns and rows of the whole chart, names and axes included. */
  readonly width: number;
  readonly height: number;
  readonly xScale?: "linear" | "log";
  readonly yScale?: "linear" | "log";
  /** The frame in y; curves are cut at it. */
  readonly yDomain?: readonly [number, number];
  /** A dotted line across, as a threshold. */
  readonly reference?: { readonly y: number; readonly label: string };
  readonly style?: TerminalStyle;
}

const tones: readonly Tone[] = ["series-1", "series-2", "series-3", "series-4"];
const bits = [
  [0x01, 0x08],
  [0x02, 0x10],
  [0x04, 0x20],
  [0x40, 0x80],
];

/**
 * Curves in Braille letters, 2 × 4 dots each, with the range of both axes and a line of names. Points
 * are in rising order of x; a `y` that is no number, or none of a log axis, is a gap.
 */
export function brailleChart(chart: BrailleChart): string {
  const { series, width, height, xScale = "linear", yScale = "linear", reference } = chart;
  const { style = plainStyle } = chart;
  if (!(width >= 24 && height >= 6))
    throw new RangeError(`a chart needs 24 columns and 6 rows, got ${width} and ${height}`);
  const toX = xScale === "log" ? Math.log10 : identity;
  const toY = yScale === "log" ? Math.log10 : identity;
  const lines = series.map(({ points }) => points.map(({ x, y }) => ({ x: toX(x), y: toY(y) })));
  const x = extent(lines.flatMap((line) => line.map((p) => p.x)));
  const y = chart.yDomain
    ? { low: toY(chart.yDomain[0]), high: toY(chart.yDomain[1]) }
    : extent([
        ...lines.flatMap((line) => line.map((p) => p.y)),
        ...(reference ? [toY(reference.y)] : []),
      ]);
  const [yTop, yBottom] = [y.high, y.low].map((v) => name(v, yScale));
  const left = Math.max(displayWidth(yTop), displayWidth(yBottom));
  const canvas = blankCanvas(width - left - 2, height - 3);
  const column = (v: number) => ((v - x.low) / (x.high - x.low)) * (canvas.width - 1);
  const line = (v: number) => ((y.high - v) / (y.high - y.low)) * (canvas.height - 1);
  const place = (p: Place) => ({ x: column(p.x), y: line(p.y) });
  if (reference) drawAcross(canvas, line(toY(reference.y)));
  lines.forEach((points, owner) => {
    for (let i = 0; i < points.length; i++) {
      const here = points[i];
      if (!isPlace(here)) continue;
      const before = i > 0 && isPlace(points[i - 1]) ? points[i - 1] : here;
      drawLine(canvas, place(before), place(here), owner);
    }
  });
  const rows = canvasRows(canvas, style).map((row, i, all) => {
    const label = i === 0 ? yTop : i === all.length - 1 ? yBottom : "";
    return `${style("faint", `${" ".repeat(left - displayWidth(label))}${label} │`)}${row}`;
  });
  const [from, to] = [name(x.low, xScale), name(x.high, xScale)];
  const between = Math.max(1, canvas.width / 2 - displayWidth(from) - displayWidth(to));
  return [
    ...rows,
    style("faint", `${" ".repeat(left + 1)}└${"─".repeat(canvas.width / 2)}`),
    style("faint", `${" ".repeat(left + 2)}${from}${" ".repeat(between)}${to}`),
    legend(chart, left + 2, style),
  ].join("\n");
}

function legend(
  { series, reference, width }: BrailleChart,
  indent: number,
  style: TerminalStyle,
): string {
  const items = series.map((s, i) => ({
    text: `━ ${printable(s.name)}`,
    tone: tones[i % tones.length],
  }));
  if (reference) items.push({ text: `┄ ${printable(reference.label)}`, tone: "faint" });
  let used = indent;
  const shown: string[] = [];
  for (const { text, tone } of items) {
    used += displayWidth(text) + (shown.length > 0 ? 2 : 0);
    if (used > width) break;
    shown.push(style(tone, text));
  }
  return " ".repeat(indent) + shown.join("  ");
}

/** Dots, four rows and two columns to a letter; the last curve through a letter gives its colour. */
interface Canvas {
  readonly width: number;
  readonly height: number;
  readonly cells: Uint8Array;
  readonly owners: Int16Array;
}

function blankCanvas(columns: number, rows: number): Canvas {
  const cells = new Uint8Array(columns * rows);
  return {
    width: columns * 2,
    height: rows * 4,
    cells,
    owners: new Int16Array(cells.length).fill(-1),
  };
}

function setDot(
  { width, height, cells, owners }: Canvas,
  x: number,
  y: number,
  owner: number,
): void {
  if (!(x >= 0 && x < width && y >= 0 && y < height)) return;
  const cell = (y >> 2) * (width / 2) + (x >> 1);
  cells[cell] |= bits[y & 3][x & 1];
  owners[cell] = owner;
}

function drawAcross(canvas: Canvas, y: number): void {
  for (let x = 0; x < canvas.width; x += 3) setDot(canvas, x, Math.round(y), -1);
}

/** A line in dots. Only the part inside is visited, however far above or below its ends are. */
function drawLine(canvas: Canvas, from: Place, to: Place, owner: number): void {
  const slope = to.x > from.x ? (to.y - from.y) / (to.x - from.x) : 0;
  const first = Math.round(from.x);
  const last = Math.round(to.x);
  for (let x = first; x <= last; x++) {
    const enter = x === first ? from.y : from.y + slope * (x - 0.5 - from.x);
    const leave = x === last ? to.y : from.y + slope * (x + 0.5 - from.x);
    const top = Math.max(0, Math.round(Math.min(enter, leave)));
    const bottom = Math.min(canvas.height - 1, Math.round(Math.max(enter, leave)));
    for (let y = top; y <= bottom; y++) setDot(canvas, x, y, owner);
  }
}

function canvasRows({ width, height, cells, owners }: Canvas, style: TerminalStyle): string[] {
  const columns = width / 2;
  return Array.from({ length: height / 4 }, (_, row) => {
    let text = "";
    for (let start = row * columns; start < (row + 1) * columns;) {
      const owner = owners[start];
      let run = "";
      for (; start < (row + 1) * columns && owners[start] === owner; start++)
        run += letter(cells[start]);
      text += style(owner < 0 ? "faint" : tones[owner % tones.length], run);
    }
    return text;
  });
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function letter(cell: number): string {
  return cell === 0 ? " " : String.fromCharCode(0x2800 + cell);
}

function extent(values: readonly number[]): { low: number; high: number } {
  let low = Infinity;
  let high = -Infinity;
  for (const v of values) {
    if (!Number.isFinite(v)) continue;
    low = Math.min(low, v);
    high = Math.max(high, v);
  }
  if (!(high >= low)) return { low: 0, high: 1 };
  return high > low ? { low, high } : { low: low - 0.5, high: high + 0.5 };
}

function isPlace({ x, y }: Place): boolean {
  return Number.isFinite(x) && Number.isFinite(y);
}

function name(value: number, scale: "linear" | "log"): string {
  return scale === "log" ? formatLogTick(10 ** value) : formatCount(value);
}

function identity(value: number): number {
  return value;
}
