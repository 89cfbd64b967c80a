import { checkedHref } from "../blocks/text.ts";
import type { Citation, Provenance } from "../model.ts";
import { codeBlock, codeSpan, destination, escapeHtml, escapeStart, escapeText } from "./escape.ts";

/** How to get the numbers again, what they were made with, and whom to cite. */
export function provenance(about: Provenance): string[] {
  const { command, seeds, versions, bands, date, duration, citations } = about;
  const facts: string[] = [];
  if (date !== undefined) facts.push(`made: ${escapeText(date)}`);
  if (duration !== undefined) facts.push(`took: ${escapeText(duration)}`);
  if (seeds.length > 0)
    facts.push(`${seeds.length === 1 ? "seed" : "seeds"}: ${codeSpan(seeds.join(", "))}`);
  for (const { name, value } of versions) facts.push(`${escapeText(name)}: ${codeSpan(value)}`);
  if (bands)
    facts.push(
      `bands: ${codeSpan(bands.file)}`,
      `their sha-256: ${codeSpan(bands.hash)}`,
      ["bands that ever changed:", ...changes(bands.changes)].join(
        bands.changes.length === 0 ? " " : "\n  - ",
      ),
    );
  const bibtex = citations.flatMap((c) => (c.bibtex === undefined ? [] : [c.bibtex]));
  return [
    "## Get it again",
    codeBlock(command, "sh"),
    facts.map((fact) => `- ${escapeStart(fact)}`).join("\n"),
    "The page that this command writes holds the complete configuration.",
    ...(citations.length === 0
      ? []
      : ["## Sources", citations.map((c, i) => `${i + 1}. ${citation(c)}`).join("\n")]),
    ...(bibtex.length === 0 ? [] : details("BibTeX", [codeBlock(bibtex.join("\n\n"), "bibtex")])),
  ];
}

/** Blocks that few need, folded. */
export function details(summary: string, blocks: readonly string[]): string[] {
  return [`<details>\n<summary>${escapeHtml(summary)}</summary>`, ...blocks, "</details>"];
}

function changes(entries: readonly string[]): string[] {
  return entries.length === 0 ? ["none"] : entries.map((entry) => escapeStart(escapeText(entry)));
}

function citation({ text, url }: Citation): string {
  const words = escapeStart(escapeText(text));
  return url === undefined ? words : `${words} <${destination(checkedHref(url))}>`;
}
