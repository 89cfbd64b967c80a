import { h, type Child } from "../dom.ts";
import type { Citation, Provenance } from "../model.ts";
import { checkedHref } from "./text.ts";

/** How to get the numbers again, what they were made with, and whom to cite. */
export function renderProvenance(document: Document, provenance: Provenance): HTMLElement[] {
  const { command, configuration, seeds, versions, bands, date, duration, citations } = provenance;
  const bibtex = citations.flatMap((c) => (c.bibtex === undefined ? [] : [c.bibtex]));
  const items: [string, Child][] = [];
  if (date !== undefined) items.push(["made", date]);
  if (duration !== undefined) items.push(["took", duration]);
  if (seeds.length > 0)
    items.push([seeds.length === 1 ? "seed" : "seeds", h(document, "code", {}, seeds.join(", "))]);
  for (const { name, value } of versions) items.push([name, h(document, "code", {}, value)]);
  if (bands) {
    items.push(["bands", h(document, "code", {}, bands.file)]);
    items.push(["their sha-256", h(document, "code", {}, bands.hash)]);
    items.push(["bands that ever changed", listOrNone(document, bands.changes)]);
  }
  return [
    h(
      document,
      "section",
      { id: "again" },
      h(document, "h2", {}, "Get it again"),
      h(document, "pre", { class: "command" }, h(document, "code", {}, command)),
      h(
        document,
        "dl",
        { class: "facts" },
        items.map(([term, text]) => [h(document, "dt", {}, term), h(document, "dd", {}, text)]),
      ),
      renderDetails(document, "The complete configuration", configuration),
    ),
    ...(citations.length === 0
      ? []
      : [
          h(
            document,
            "section",
            { id: "sources" },
            h(document, "h2", {}, "Sources"),
            h(
              document,
              "ol",
              { class: "citations" },
              citations.map((citation) => renderCitation(document, citation)),
            ),
            bibtex.length === 0 ? null : renderDetails(document, "BibTeX", bibtex.join("\n\n")),
          ),
        ]),
  ];
}

function renderCitation(document: Document, { key, text, url }: Citation): HTMLElement {
  const link = url === undefined ? null : h(document, "a", { href: checkedHref(url) }, url);
  return h(document, "li", { id: `cite-${key}` }, text, link ? [" ", link] : null);
}

/** Text that few need: folded on the page, open in print. */
function renderDetails(document: Document, summary: string, text: string): HTMLElement {
  const body = h(document, "pre", {}, h(document, "code", {}, text));
  return h(document, "details", {}, h(document, "summary", {}, summary), body);
}

function listOrNone(document: Document, entries: readonly string[]): Child {
  if (entries.length === 0) return "none";
  return h(
    document,
    "ul",
    {},
    entries.map((entry) => h(document, "li", {}, entry)),
  );
}
