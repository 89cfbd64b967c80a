// What the tests of the documentation read in a Markdown page.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Fence {
  /** Place in the page, 1 for its first line. */
  readonly line: number;
  readonly language: string;
  /** What follows the language: `file=src/graph/tensor.ts`. */
  readonly info: string;
  readonly text: string;
}

/** Pages of the repository by their path below its root. */
export function pages(): string[] {
  const own = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"];
  const docs = readdirSync(join(root, "docs")).filter((file) => file.endsWith(".md"));
  return [...own, ...docs.map((file) => `docs/${file}`)];
}

export function read(page: string): string {
  return readFileSync(join(root, page), "utf8");
}

export function fences(markdown: string): Fence[] {
  const found: Fence[] = [];
  let open: { line: number; language: string; info: string; text: string[] } | undefined;
  markdown.split("\n").forEach((line, i) => {
    const mark = /^```(\S*)\s*(.*)$/.exec(line);
    if (!mark) open?.text.push(line);
    else if (open) {
      found.push({ ...open, text: open.text.join("\n") });
      open = undefined;
    } else open = { line: i + 1, language: mark[1], info: mark[2], text: [] };
  });
  if (open) throw new Error(`the fence opened in line ${open.line} must be closed`);
  return found;
}

/** The page without its code, in which a bracket is no link and a hash no heading. */
function prose(markdown: string): string {
  return markdown
    .replaceAll(/^```[\s\S]*?^```/gm, "")
    .replaceAll(/`[^`\n]*`/g, (code) => code.replaceAll(/[[\]()<>#]/g, ""));
}

/** Targets of links and pictures, in Markdown and HTML. */
export function links(markdown: string): string[] {
  const text = prose(markdown);
  return [
    ...text.matchAll(/\]\(([^()\s]*(?:\([^()\s]*\))?[^()\s]*)(?:\s+"[^"]*")?\)/g),
    ...text.matchAll(/<(?:a|img|source)\b[^>]*\b(?:href|src|srcset)="([^"]*)"/g),
  ].map((match) => match[1]);
}

/** The anchors that GitHub gives to the headings of a page. */
export function anchors(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const found = new Set<string>();
  for (const [, heading] of prose(markdown).matchAll(/^#{1,6}\s+(.*)$/gm)) {
    const slug = heading
      .trim()
      .toLowerCase()
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, "")
      .replaceAll(" ", "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    found.add(times === 0 ? slug : `${slug}-${times}`);
  }
  return found;
}
