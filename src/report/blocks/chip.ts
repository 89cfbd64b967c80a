import { h } from "../dom.ts";

const signs = { good: "✓", bad: "✕", unsure: "?" } as const;

/** A verdict as a chip: a sign, a word and a colour, so that none has to carry it alone. */
export function renderChip(
  document: Document,
  tone: keyof typeof signs,
  text: string,
): HTMLElement {
  const sign = h(document, "span", { "aria-hidden": "true" }, signs[tone]);
  return h(document, "span", { class: `chip ${tone}` }, sign, text);
}
