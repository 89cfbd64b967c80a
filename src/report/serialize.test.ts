import { parseHTML } from "linkedom";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { h, svg } from "./dom.ts";
import { roundNumbers, serialize } from "./serialize.ts";

const { document } = parseHTML("<!doctype html><html><head></head><body></body></html>");

test("any text and attribute comes back from a parser as it was given", () => {
  const anyText = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }).filter((s) => !/[\0\r\ud800-\udfff]/.test(s)),
    fc.constantFrom(
      "<script>alert(1)</script>",
      '"><img onerror=x>',
      "&copy=1&amp;",
      "</p>",
      "a&#60;b",
    ),
  );
  fc.assert(
    fc.property(anyText, anyText, (text, title) => {
      const html = serialize(h(document, "p", { title }, text));
      expect(html.match(/</g)).toHaveLength(2);
      const back = parseHTML(`<!doctype html><html><body>${html}</body></html>`).document;
      const p = back.querySelector("p")!;
      expect(p.textContent).toBe(text);
      expect(p.getAttribute("title")).toBe(title);
    }),
  );
});

test("an ampersand in an address is escaped", () => {
  expect(serialize(h(document, "a", { href: "https://x.org/?a=1&copy=2" }, "x"))).toBe(
    '<a href="https://x.org/?a=1&amp;copy=2">x</a>',
  );
});

test("attributes come in alphabetical order and empty elements stay open", () => {
  expect(serialize(h(document, "meta", { name: "b", content: "a" }))).toBe(
    '<meta content="a" name="b">',
  );
});

test("geometry is rounded, text and identifiers are not", () => {
  const path = svg(document, "path", { d: "M1.23456,-0.0001L1e-7,2", id: "v1.23456" });
  expect(serialize(path)).toBe('<path d="M1.23,0L1e-7,2" id="v1.23456"></path>');
  expect(roundNumbers("translate(40,68.92790030352131)", 3)).toBe("translate(40,68.928)");
});

test("script text may not close its element", () => {
  const script = h(document, "script", {}, "a = '</script>'");
  expect(() => serialize(script)).toThrow(/^text of a script element must not hold "<\/"$/);
});
