/** What may stand inside an element: text is always escaped, `null` and `false` are nothing. */
export type Child = Node | string | null | false | readonly Child[];

export type Attributes = Readonly<Record<string, string | number | null | undefined | false>>;

const svgSpace = "http://www.w3.org/2000/svg";
const mathSpace = "http://www.w3.org/1998/Math/MathML";

/** An HTML element. Text children become text nodes: nothing given here is ever parsed as markup. */
export function h(
  document: Document,
  tag: string,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElement {
  return fill(document, document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(
  document: Document,
  tag: string,
  attributes: Attributes = {},
  ...children: readonly Child[]
): SVGElement {
  return fill(document, document.createElementNS(svgSpace, tag), attributes, children);
}

/** A MathML element. */
export function mathml(
  document: Document,
  tag: string,
  attributes: Attributes = {},
  ...children: readonly Child[]
): Element {
  return fill(document, document.createElementNS(mathSpace, tag), attributes, children);
}

function fill<E extends Element>(
  document: Document,
  element: E,
  attributes: Attributes,
  children: readonly Child[],
): E {
  for (const [name, value] of Object.entries(attributes))
    if (value !== null && value !== undefined && value !== false)
      element.setAttribute(name, String(value));
  append(document, element, children);
  return element;
}

function append(document: Document, parent: Element, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === false) continue;
    if (typeof child === "string") parent.appendChild(document.createTextNode(child));
    else if (isList(child)) append(document, parent, child);
    else parent.appendChild(child);
  }
}

function isList(child: Node | readonly Child[]): child is readonly Child[] {
  return Array.isArray(child);
}
