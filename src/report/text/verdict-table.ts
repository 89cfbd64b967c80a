import { stripDomain } from "../blocks/interval-strip.ts";
import { formatBand, formatInterval } from "../format.ts";
import type { Interval } from "../interval.ts";
import {
  countVerdicts,
  type Band,
  type ClaimVerdict,
  type Measured,
  type Verdict,
} from "../verdict.ts";
import {
  displayWidth,
  pad,
  plainStyle,
  printable,
  wrap,
  type TerminalStyle,
  type Tone,
} from "./terminal.ts";

const tones: Readonly<Record<Verdict, Tone>> = {
  reproduced: "good",
  "not reproduced": "bad",
  inconclusive: "unsure",
};
const signs: Readonly<Record<Verdict, string>> = {
  reproduced: "✓ reproduced",
  "not reproduced": "✗ not reproduced",
  inconclusive: "? inconclusive",
};
const chipWidth = 16;
const stripWidth = 24;

/**
 * The verdicts for a terminal `width` columns wide (at least 40): each claim with what was measured,
 * drawn against its band where there is room, its controls, its verdict and why. No line is longer
 * than `width`, whatever `style` adds.
 */
export function verdictTable(
  claims: readonly ClaimVerdict[],
  {
    width = 80,
    style = plainStyle,
  }: { readonly width?: number; readonly style?: TerminalStyle } = {},
): string {
  if (!(width >= 40)) throw new RangeError(`a verdict table needs 40 columns, got ${width}`);
  const indent = Math.max(3, ...claims.map((c) => displayWidth(printable(c.id)))) + 1;
  const lines = claims.flatMap((claim) => [...claimLines(claim, indent, width, style), ""]);
  const counts = countVerdicts(claims).map(({ verdict, count }) =>
    style(tones[verdict], `${count} ${verdict}`),
  );
  return [...lines, counts.join(" · ")].join("\n");
}

function claimLines(
  claim: ClaimVerdict,
  indent: number,
  width: number,
  style: TerminalStyle,
): string[] {
  const { id, statement, statistic, measured, controls, band, verdict, reason } = claim;
  const room = width - indent;
  const margin = " ".repeat(indent);
  const beside = width >= 72;
  const chip = style(tones[verdict], signs[verdict]);
  const head = wrap(printable(statement), beside ? room - chipWidth - 2 : room);
  const lines = head.map((text, i) => {
    const start = i === 0 ? style("strong", pad(printable(id), indent)) : margin;
    return start + (beside && i === 0 ? pad(text, room - chipWidth) + chip : text);
  });
  if (!beside) lines.push(margin + chip);
  for (const text of wrap(`${printable(statistic)} · band ${formatBand(band)}`, room))
    lines.push(margin + style("faint", text));
  const rows = [
    ...measured.map((m) => ({ ...m, label: printable(m.label), control: false })),
    ...controls.map((m) => ({ ...m, label: `control: ${printable(m.label)}`, control: true })),
  ];
  for (const text of measuredLines(rows, band, room, style)) lines.push(margin + text);
  for (const text of wrap(printable(reason), room)) lines.push(margin + text);
  return lines;
}

type Row = Measured & { readonly control: boolean };

function measuredLines(
  rows: readonly Row[],
  band: Band,
  room: number,
  style: TerminalStyle,
): string[] {
  const values = rows.map((r) => formatInterval(r.estimate));
  const valueWidth = Math.max(0, ...values.map(displayWidth));
  const drawn = room >= 68;
  const labelRoom = Math.max(8, room - valueWidth - 4 - (drawn ? stripWidth + 2 : 0));
  const labelWidth = Math.min(labelRoom, Math.max(0, ...rows.map((r) => displayWidth(r.label))));
  const of = (isControl: boolean) =>
    rows.filter(({ control }) => control === isControl).map(({ estimate }) => estimate);
  const domain = stripDomain(band, of(false), of(true));
  return rows.flatMap(({ label, estimate, control }, i) => {
    const [first, ...rest] = wrap(label, labelWidth);
    const strip = drawn ? `  ${textStrip(band, estimate, domain, control, style)}` : "";
    const value = pad(values[i], drawn ? valueWidth : 0);
    const tone = (text: string) => (control ? style("faint", text) : text);
    return [
      `  ${tone(`${pad(first, labelWidth)}  ${value}`)}${strip}`,
      ...rest.map((text) => `  ${tone(text)}`),
    ];
  });
}

/** `····░░░├─●─┤░░····`: the band as shade, the interval as a line, a control's value hollow, one beyond an edge `▸`. */
function textStrip(
  band: Band,
  { value, low = value, high = value }: Interval,
  domain: readonly [number, number],
  control: boolean,
  style: TerminalStyle,
): string {
  const column = (v: number) => {
    const part = (v - domain[0]) / (domain[1] - domain[0]);
    return Math.min(stripWidth - 1, Math.max(0, Math.floor(part * stripWidth)));
  };
  const [from, to, at] = [column(low), column(high), column(value)];
  const dot = value < domain[0] ? "◂" : value > domain[1] ? "▸" : control ? "○" : "●";
  let strip = "";
  for (let i = 0; i < stripWidth; i++) {
    const inBand = i >= column(band.low) && i <= column(band.high);
    if (i === at) strip += style(control ? "faint" : "strong", dot);
    else if (i >= from && i <= to) strip += "─";
    else strip += inBand ? style("good", "░") : style("faint", "·");
  }
  return strip;
}
