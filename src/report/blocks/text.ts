import { h, type Child } from "../dom.ts";
import { renderChip } from "./chip.ts";
import { renderMath } from "../math.ts";
import type { Inline, Paragraph } from "../model.ts";

/** Running text as nodes. Links must lead to the web or to a place in the page. */
export function renderInline(document: Document, paragraph: Paragraph): Child[] {
  if (typeof paragraph === "string") return [paragraph];
  const parts: Child[] = [];
  for (let i = 0; i < paragraph.length; i++) {
    const part = paragraph[i];
    const next = paragraph[i + 1];
    const mark = typeof next === "string" ? /^[,.;:!?)\]]+/.exec(next)?.[0] : undefined;
    if (typeof part === "string" || mark === undefined) parts.push(renderPart(document, part));
    else {
      // A formula is a box that may end a line: its comma must not begin the next.
      parts.push(h(document, "span", { class: "keep" }, renderPart(document, part), mark));
      parts.push((next as string).slice(mark.length));
      i++;
    }
  }
  return parts;
}

function renderPart(document: Document, part: Inline): Child {
  if (typeof part === "string") return part;
  switch (part.kind) {
    case "em":
    case "strong":
    case "code":
      return h(document, part.kind, {}, part.text);
    case "math":
      return renderMath(document, part.math);
    case "chip":
      return renderChip(document, part.tone, part.text);
    case "link":
      return h(document, "a", { href: checkedHref(part.href) }, part.text);
  }
}

/** @throws RangeError for an address that is neither `http:`, `https:`, a place in the page nor a page in the same folder. */
export function checkedHref(href: string): string {
  if (!/^(?:https?:\/\/|#|[a-z0-9][a-z0-9.-]*\.html$)/i.test(href))
    throw new RangeError(
      `a link must start with http://, https:// or #, or name an .html file beside the page, got ${JSON.stringify(href)}`,
    );
  return href;
}
