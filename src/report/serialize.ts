const empty = new Set(["br", "hr", "img", "input", "link", "meta", "col", "wbr"]);
const raw = new Set(["style", "script"]);
const numeric = /^(?:d|transform|points|x|y|x1|x2|y1|y2|cx|cy|r|rx|width|height|dx|dy)$/;

/**
 * An element as HTML text, the same bytes from every DOM. Not `outerHTML`: linkedom leaves `&` bare
 * in attributes, where it changes what an address or a name means. Numbers of SVG geometry are
 * rounded to `digits` decimals, a hundredth of a pixel, which halves the size of a long line.
 */
export function serialize(node: Node, digits = 2): string {
  const out: string[] = [];
  write(node, digits, out);
  return out.join("");
}

function write(node: Node, digits: number, out: string[]): void {
  if (node.nodeType === 3) {
    out.push(escapeText(node.nodeValue ?? ""));
    return;
  }
  if (node.nodeType !== 1) return;
  const element = node as Element;
  const tag = element.localName;
  out.push("<", tag);
  for (const { name, value } of Array.from(element.attributes).sort(byName))
    out.push(" ", name, '="', escapeAttribute(shorten(name, value, digits)), '"');
  out.push(">");
  if (empty.has(tag)) return;
  for (const child of Array.from(element.childNodes)) {
    if (raw.has(tag)) out.push(rawText(tag, child.nodeValue ?? ""));
    else write(child, digits, out);
  }
  out.push("</", tag, ">");
}

/** Escape text for the content of an element. */
function escapeText(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Escape text for a double-quoted attribute. */
function escapeAttribute(text: string): string {
  return escapeText(text).replace(/"/g, "&quot;");
}

/** Decimals of every number in `text` cut to `digits`, trailing zeros dropped. */
export function roundNumbers(text: string, digits: number): string {
  return text.replace(/-?\d*\.\d+(?:e[+-]?\d+)?/g, (number) => String(+(+number).toFixed(digits)));
}

function shorten(name: string, value: string, digits: number): string {
  return numeric.test(name) && !value.includes("em") ? roundNumbers(value, digits) : value;
}

function byName(a: Attr, b: Attr): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function rawText(tag: string, text: string): string {
  if (/<\//.test(text)) throw new Error(`text of a ${tag} element must not hold "</"`);
  return text;
}
