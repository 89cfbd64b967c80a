import type { Figure } from "../figures/spec.ts";
import type { Block, Paragraph } from "../model.ts";
import { codeBlock, destination, escapeStart, escapeText } from "./escape.ts";
import { inline, italic } from "./inline.ts";
import { latex } from "./latex.ts";
import { details } from "./provenance.ts";
import { table } from "./table.ts";
import { verdicts } from "./verdicts.ts";

/** Takes the report's next figure, to be a picture of its own or one of several, and says where it is. */
export type Place = (size: "wide" | "panel") => string;

/** A block as Markdown, in pieces that stand apart. Figures are asked for in the order of `figuresOf`. */
export function block(it: Block, place: Place): string[] {
  switch (it.kind) {
    case "text":
      return it.paragraphs.map((text) => escapeStart(inline(text))).filter((text) => text !== "");
    case "note":
      return [`> ${escapeStart(inline(it.text))}`];
    case "equation":
      return [codeBlock(latex(it.math), "math")];
    case "figure":
      return [image(it.figure, place("wide")), ...caption(it.caption)];
    case "panels":
      return [...panels(it.panels, place), ...caption(it.caption)];
    case "table":
      return [
        table(
          it.columns.map(({ label, ...rest }) => ({ label: escapeText(label), ...rest })),
          it.rows.map((cells) => cells.map((cell) => inline(cell))),
        ),
        ...caption(it.caption ?? ""),
      ];
    case "verdicts":
      return verdicts(it.claims);
    case "code":
      return [codeBlock(it.text)];
    case "definitions":
      return [
        it.items
          .map(({ term, text }) => `- **${inline(term, "strong")}**: ${inline(text)}`)
          .join("\n"),
      ];
    case "details":
      return details(
        it.summary,
        it.blocks.flatMap((inner) => block(inner, place)),
      );
  }
}

function caption(text: Paragraph): string[] {
  return [italic(text)].filter((line) => line !== "");
}

function image({ description }: Figure, place: string): string {
  return `![${escapeText(description).replaceAll("]", "\\]")}](${destination(place)})`;
}

/** Small multiples, two beside each other, a table for each row of them. */
function panels(
  all: readonly { readonly title: string; readonly figure: Figure }[],
  place: Place,
): string[] {
  const cells = all.map(({ title, figure }) => ({
    label: escapeText(title),
    cell: image(figure, place("panel")),
  }));
  const rows: string[] = [];
  for (let i = 0; i < cells.length; i += 2) {
    const pair = cells.slice(i, i + 2);
    rows.push(table(pair, [pair.map(({ cell }) => cell)]));
  }
  return rows;
}
