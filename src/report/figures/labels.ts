import { svg } from "../dom.ts";
import { paint, type Colour } from "../palette.ts";
import type { Drawing } from "./frame.ts";

export interface EndLabel {
  readonly text: string;
  readonly colour: Colour;
  /** In pixels: where the thing that is named ends. */
  readonly y: number;
}

/** A rim of paper around letters that stand on lines. */
export const halo = {
  "paint-order": "stroke",
  stroke: paint("paper"),
  "stroke-width": 4,
  "stroke-linejoin": "round",
} as const;

/** Width of a text in pixels, estimated from above: no font is measured outside a browser. */
export function textWidth(text: string, fontSize: number): number {
  return Array.from(text).length * fontSize * 0.6;
}

/** Room that labels of these texts need to the right of the frame. */
export function labelMargin(texts: readonly string[], fontSize: number): number {
  return texts.length === 0 ? 12 : 16 + Math.max(...texts.map((t) => textWidth(t, fontSize)));
}

/** Names written at the right end of what they name, pushed apart, with a leader where pushed far. */
export function drawEndLabels(
  document: Document,
  drawing: Drawing,
  labels: readonly EndLabel[],
): void {
  const { svg: figure, frame } = drawing;
  const sorted = [...labels].sort((a, b) => a.y - b.y);
  const gap = frame.fontSize + 3;
  const bottom = frame.height - frame.marginBottom;
  const places = spread(
    sorted.map((l) => l.y),
    gap,
    frame.marginTop + 2,
    bottom - 2,
  );
  const x = frame.width - frame.marginRight;
  sorted.forEach(({ text, colour, y }, i) => {
    if (Math.abs(places[i] - y) > 3)
      figure.appendChild(
        svg(document, "path", {
          d: `M${x + 1},${y}L${x + 9},${places[i]}`,
          fill: "none",
          stroke: paint(colour),
          "stroke-opacity": 0.5,
        }),
      );
    const at = { x: x + 12, y: places[i], dy: "0.34em", "text-anchor": "start" };
    figure.appendChild(
      svg(document, "text", { ...at, fill: paint(colour), "font-weight": 600, ...halo }, text),
    );
  });
}

/** The name of a level on its line, inside the frame, where there is no room beside it. */
export function drawOnLine(
  document: Document,
  { svg: figure, frame }: Drawing,
  y: number,
  word: string,
  below = false,
): void {
  const place = {
    x: frame.width - frame.marginRight - 2,
    y: below ? y + 13 : y - 5,
    "text-anchor": "end",
  };
  const style = { fill: paint("ink"), "font-weight": 600, ...halo };
  figure.appendChild(svg(document, "text", { ...place, ...style }, word));
}

/**
 * Positions as near as can be (least squares) to those wanted, at least `gap` apart and inside
 * [low, high] while they fit. `wanted` is in rising order. Pool adjacent violators.
 */
export function spread(
  wanted: readonly number[],
  gap: number,
  low: number,
  high: number,
): number[] {
  const room = wanted.length > 1 ? Math.min(gap, (high - low) / (wanted.length - 1)) : gap;
  const blocks: { sum: number; count: number }[] = [];
  wanted.forEach((y, i) => {
    let block = { sum: y - i * room, count: 1 };
    for (
      let last = blocks.at(-1);
      last && last.sum / last.count > block.sum / block.count;
      last = blocks.at(-1)
    ) {
      blocks.pop();
      block = { sum: block.sum + last.sum, count: block.count + last.count };
    }
    blocks.push(block);
  });
  const top = high - (wanted.length - 1) * room;
  return blocks
    .flatMap(({ sum, count }) => Array.from({ length: count }, () => sum / count))
    .map((y, i) => Math.min(Math.max(y, low), Math.max(low, top)) + i * room);
}
