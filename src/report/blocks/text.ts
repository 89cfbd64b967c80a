import { h, type Child } from "../dom.ts";
import { renderMath } from "../math.ts";
import type { Inline, Paragraph } from "../model.ts";

/** Running text as nodes. Links must lead to the web or to a place in the page. */
export function renderInline(document: Document, paragraph: Paragraph): Child[] {
  if (typeof paragraph === "string") return [paragraph];
  return paragraph.map((part) => renderPart(document, part));
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
    case "link":
      return h(document, "a", { href: checkedHref(part.href) }, part.text);
  }
}

/** @throws RangeError for an address that is neither `http:`, `https:` nor a place in the page. */
export function checkedHref(href: string): string {
  if (!/^(?:https?:\/\/|#)/i.test(href))
    throw new RangeError(
      `a link must start with http://, https:// or #, got ${JSON.stringify(href)}`,
    );
  return href;
}
