import { checkedHref } from "../blocks/text.ts";
import type { Inline, Paragraph } from "../model.ts";
import { codeSpan, destination, escapeText } from "./escape.ts";
import { latex } from "./latex.ts";

type Part = Exclude<Inline, string>;

/** What stands around running text: emphasis within the same emphasis would end it. */
type Around = "em" | "strong" | "nothing";

const signs = { good: "✓", bad: "✕", unsure: "?" } as const;

/**
 * Running text in one line of Markdown. A page beside this one is its Markdown; a place in this page,
 * which code hosts name as they like, is text without a link.
 *
 * @throws RangeError for an address that no report may link to.
 */
export function inline(paragraph: Paragraph, around: Around = "nothing"): string {
  const parts = joined(paragraph);
  let out = "";
  parts.forEach((part, i) => {
    const next = parts[i + 1];
    const text =
      typeof part === "string"
        ? escapeText(part)
        : render(part, around, clear(out.at(-1), typeof next === "string" ? next[0] : next));
    if (out.endsWith("!") && text.startsWith("[")) out = `${out.slice(0, -1)}\\!`; // no image
    // Two rims side by side would be one.
    const clash = /[`$]$/.test(out) && /^[`$]/.test(text);
    out += clash ? `<span></span>${text}` : text;
  });
  return out.replace(/^ +| +$/g, "");
}

/** The whole of it in italics. */
export function italic(paragraph: Paragraph): string {
  const text = inline(paragraph, "em");
  return text === "" ? "" : `_${text}_`;
}

function joined(paragraph: Paragraph): Inline[] {
  const parts: Inline[] = [];
  for (const part of typeof paragraph === "string" ? [paragraph] : paragraph) {
    const last = parts.at(-1);
    if (typeof part === "string" && typeof last === "string") parts[parts.length - 1] = last + part;
    else if (part !== "") parts.push(part);
  }
  return parts;
}

/** Whether emphasis may begin after one letter and end before the other by its marks alone. */
function clear(before: string | undefined, after: string | Part | undefined): boolean {
  const begins = before === undefined || /[\s(“"–—]/.test(before);
  return begins && (after === undefined || (typeof after === "string" && /[\s.,;:!?)”"–—]/.test(after))); // prettier-ignore
}

function render(part: Part, around: Around, clear: boolean): string {
  switch (part.kind) {
    case "em":
      return emphasis(part.text, around === "em" ? "strong" : "em", clear);
    case "strong":
      return around === "strong" ? escapeText(part.text) : emphasis(part.text, "strong", clear);
    case "code":
      return codeSpan(part.text);
    case "math":
      return `$\`${latex(part.math)}\`$`;
    case "chip":
      return emphasis(`${signs[part.tone]} ${part.text}`, "strong", clear);
    case "link": {
      const text = escapeText(part.text);
      const href = checkedHref(part.href);
      if (href.startsWith("#")) return text;
      const place = /^https?:/i.test(href) ? href : href.replace(/\.html$/i, ".md");
      return `[${text.replaceAll("]", "\\]")}](${destination(place)})`;
    }
  }
}

function emphasis(text: string, tag: "em" | "strong", clear: boolean): string {
  const inner = escapeText(text);
  if (inner.trim() === "") return inner;
  if (!clear || /^\s|\s$/.test(inner)) return `<${tag}>${inner}</${tag}>`;
  return tag === "em" ? `_${inner}_` : `**${inner}**`;
}
