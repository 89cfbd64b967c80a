export { renderInline } from "./blocks/text.ts";
export { drawFigure, legendOf, type LegendItem } from "./figures/draw.ts";
export { figuresOf } from "./figures-of.ts";
export type { DrawOptions } from "./figures/frame.ts";
export type {
  Bars,
  Contours,
  CriticalFactor,
  Figure,
  Forks,
  LineFit,
  Plateau,
  Point,
  Reference,
  Scatter,
  Series,
  Spectrum,
  Threshold,
  TimeSeries,
} from "./figures/spec.ts";
export { escapePage, escapeReport, type EscapeReportOptions } from "./escape/page.ts";
export { comparisonPage, comparisonWords } from "./inspect/comparison.ts";
export { inspectPage, inspectReport, type InspectReportOptions } from "./inspect/report.ts";
export { inspectWords, quantityWords, type InspectWords } from "./inspect/words.ts";
export { formatBand, formatInterval, formatNumber, formatPlusMinus } from "./format.ts";
export type { Interval } from "./interval.ts";
export { renderMarkdown, type MarkdownPage } from "./markdown/page.ts";
export { drawPicture } from "./markdown/picture.ts";
export { frac, hat, row, sub, subsup, sup, words, type MathNode } from "./math.ts";
export type { Block, Citation, Inline, Paragraph, Provenance, Report, Section } from "./model.ts";
export { renderReport } from "./page.ts";
export { ramp, type Colour } from "./palette.ts";
export { serialize } from "./serialize.ts";
export {
  countVerdicts,
  verdicts,
  type Band,
  type ClaimVerdict,
  type Measured,
  type Verdict,
} from "./verdict.ts";
export { brailleChart, type BrailleChart } from "./text/braille-chart.ts";
export {
  ansiStyle,
  displayWidth,
  plainStyle,
  printable,
  wrap,
  type TerminalStyle,
  type Tone,
} from "./text/terminal.ts";
export { verdictTable } from "./text/verdict-table.ts";
