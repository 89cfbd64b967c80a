import { renderBlock } from "./blocks/block.ts";
import { renderProvenance } from "./blocks/provenance.ts";
import { renderInline } from "./blocks/text.ts";
import { h } from "./dom.ts";
import type { Report, Section } from "./model.ts";
import { serialize } from "./serialize.ts";
import { styleSheet } from "./style.ts";
import { themeScript, themeScriptHash } from "./theme.ts";

/**
 * A report as one HTML file that needs nothing else: style, figures and formulas are inside, and its
 * content security policy forbids every request. The same report gives the same bytes.
 */
export function renderReport(document: Document, report: Report): string {
  const page = h(
    document,
    "html",
    { lang: "en" },
    renderHead(document, report.title),
    h(
      document,
      "body",
      {},
      h(
        document,
        "header",
        {},
        h(document, "button", { class: "theme", type: "button", hidden: "" }, "Dark"),
        report.kicker === undefined ? null : h(document, "p", { class: "kicker" }, report.kicker),
        h(document, "h1", {}, report.title),
        report.lead.map((p) => h(document, "p", { class: "lead" }, renderInline(document, p))),
      ),
      renderContents(document, report),
      h(
        document,
        "main",
        {},
        report.sections.map((section) => renderSection(document, section)),
        renderProvenance(document, report.provenance),
      ),
      h(document, "script", {}, themeScript),
    ),
  );
  return `<!doctype html>\n${serialize(page)}\n`;
}

function renderHead(document: Document, title: string): HTMLElement {
  const policy = `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src '${themeScriptHash}'`;
  return h(
    document,
    "head",
    {},
    h(document, "meta", { charset: "utf-8" }),
    h(document, "meta", { "http-equiv": "Content-Security-Policy", content: policy }),
    h(document, "meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
    h(document, "meta", { name: "color-scheme", content: "light dark" }),
    h(document, "link", { rel: "icon", href: "data:," }),
    h(document, "title", {}, title),
    h(document, "style", {}, styleSheet()),
  );
}

function renderContents(document: Document, { sections, provenance }: Report): HTMLElement {
  const places = [
    ...sections.map(({ id, title }) => ({ id, title })),
    { id: "again", title: "Get it again" },
    ...(provenance.citations.length === 0 ? [] : [{ id: "sources", title: "Sources" }]),
  ];
  return h(
    document,
    "nav",
    { "aria-label": "contents" },
    h(
      document,
      "ol",
      {},
      places.map(({ id, title }) =>
        h(document, "li", {}, h(document, "a", { href: `#${encodeURIComponent(id)}` }, title)),
      ),
    ),
  );
}

function renderSection(document: Document, { id, title, blocks }: Section): HTMLElement {
  return h(
    document,
    "section",
    { id },
    h(document, "h2", {}, title),
    blocks.flatMap((block, i) => renderBlock(document, block, `${id}-${i + 1}`)),
  );
}
