import type { Figure } from "./figures/spec.ts";
import type { Block, Report } from "./model.ts";

/** Every figure of a report with a name to file it under: its section and its place there, `plateaus-1`. */
export function figuresOf({
  sections,
}: Report): { readonly name: string; readonly figure: Figure }[] {
  return sections.flatMap(({ id, blocks }) =>
    blocks.flatMap(inside).map((figure, i) => ({ name: `${id}-${i + 1}`, figure })),
  );
}

function inside(block: Block): Figure[] {
  switch (block.kind) {
    case "figure":
      return [block.figure];
    case "panels":
      return block.panels.map(({ figure }) => figure);
    case "details":
      return block.blocks.flatMap(inside);
    case "text":
    case "note":
    case "equation":
    case "table":
    case "verdicts":
    case "code":
    case "definitions":
      return [];
  }
}
