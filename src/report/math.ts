import { mathml } from "./dom.ts";

/**
 * A formula as data. A string is a name (`λ`), a number or an operator by its first character, as
 * it would be read; `text` is upright words.
 */
export type MathNode =
  | string
  | {
      readonly tag: "row" | "sub" | "sup" | "subsup" | "frac" | "hat";
      readonly of: readonly MathNode[];
    }
  | { readonly tag: "text"; readonly text: string };

export const row = (...of: readonly MathNode[]): MathNode => ({ tag: "row", of });
export const sub = (base: MathNode, below: MathNode): MathNode => ({
  tag: "sub",
  of: [base, below],
});
export const sup = (base: MathNode, above: MathNode): MathNode => ({
  tag: "sup",
  of: [base, above],
});
export const subsup = (base: MathNode, below: MathNode, above: MathNode): MathNode => ({
  tag: "subsup",
  of: [base, below, above],
});
export const frac = (over: MathNode, under: MathNode): MathNode => ({
  tag: "frac",
  of: [over, under],
});
export const hat = (base: MathNode): MathNode => ({ tag: "hat", of: [base] });
export const words = (text: string): MathNode => ({ tag: "text", text });

const tags = {
  row: "mrow",
  sub: "msub",
  sup: "msup",
  subsup: "msubsup",
  frac: "mfrac",
  hat: "mover",
} as const;

/** A formula as MathML, which browsers set by themselves; `display` gives it a line of its own. */
export function renderMath(document: Document, math: MathNode, display = false): Element {
  return mathml(document, "math", { display: display ? "block" : null }, render(document, math));
}

function render(document: Document, math: MathNode): Element {
  if (typeof math === "string") return mathml(document, tokenTag(math), {}, math);
  if (math.tag === "text") return mathml(document, "mtext", {}, math.text);
  const of = math.of.map((node) => render(document, node));
  if (math.tag === "hat") of.push(mathml(document, "mo", { stretchy: "false" }, "ˆ"));
  return mathml(document, tags[math.tag], {}, of);
}

function tokenTag(text: string): "mi" | "mn" | "mo" {
  if (/^[\d.,]+$/.test(text)) return "mn";
  return /^\p{L}/u.test(text) ? "mi" : "mo";
}
