import { figuresOf } from "../figures-of.ts";
import type { Report } from "../model.ts";
import { block, type Place } from "./block.ts";
import { escapeStart, escapeText } from "./escape.ts";
import { inline, italic } from "./inline.ts";
import { drawPicture } from "./picture.ts";
import { provenance } from "./provenance.ts";

/** A report for places that show Markdown: its text, and the pictures that it links to. */
export interface MarkdownPage {
  readonly text: string;
  /** As `figuresOf` names them; each an SVG file that needs nothing around it. */
  readonly figures: readonly { readonly name: string; readonly svg: string }[];
}

/**
 * A report as one page of Markdown as code hosts show it: tables, folded details, formulas as LaTeX
 * (`` $`…`$ ``), pictures from the folder `figures` beside it. Strings of the report are text, whatever
 * signs they hold. The same report gives the same bytes. The configuration is left out for its length.
 *
 * @throws RangeError for a link and for a row of a table that `renderReport` refuses.
 */
export function renderMarkdown(
  document: Document,
  report: Report,
  { figures: folder }: { readonly figures: string },
): MarkdownPage {
  const { title, kicker, lead, sections, provenance: about } = report;
  const drawn: { name: string; svg: string }[] = [];
  const all = figuresOf(report);
  const place: Place = (size) => {
    const { name, figure } = all[drawn.length];
    const options = size === "wide" ? {} : { width: 344, endLabels: false };
    drawn.push({ name, svg: drawPicture(document, figure, options) });
    return `${folder}/${name}.svg`;
  };
  const pieces = [
    heading("#", title),
    ...(kicker === undefined ? [] : [italic(kicker)]),
    ...lead.map((text) => escapeStart(inline(text))),
    ...sections.flatMap((section) => [
      heading("##", section.title),
      ...section.blocks.flatMap((it) => block(it, place)),
    ]),
    ...provenance(about),
  ];
  return { text: `${pieces.join("\n\n")}\n`, figures: drawn };
}

/** Signs at the end of a heading that would close it are escaped. */
function heading(level: string, text: string): string {
  return `${level} ${escapeText(text).trim().replace(/#+$/, "\\$&")}`;
}
