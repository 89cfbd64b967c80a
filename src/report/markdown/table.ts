import { displayWidth } from "../text/terminal.ts";

/** A column of a table: its head, and whether its cells stand at the right. */
export interface Column {
  readonly label: string;
  readonly align?: "start" | "end";
}

/** A table of cells that are Markdown already, in columns as wide as their widest cell. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  for (const [i, row] of rows.entries())
    if (row.length !== columns.length)
      throw new RangeError(
        `a table row must have ${columns.length} cells, got ${row.length} in row ${i}`,
      );
  const heads = columns.map(({ label }) => label);
  const widths = columns.map((_, j) =>
    Math.max(3, ...[heads, ...rows].map((row) => displayWidth(row[j]))),
  );
  const rule = columns.map(({ align }, j) =>
    align === "end" ? `${"-".repeat(widths[j] - 1)}:` : "-".repeat(widths[j]),
  );
  const padded = (row: readonly string[]) =>
    row.map((cell, j) => {
      const room = " ".repeat(widths[j] - displayWidth(cell));
      return columns[j].align === "end" ? room + cell : cell + room;
    });
  return [padded(heads), rule, ...rows.map(padded)]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}
