import { createHash } from "node:crypto";
import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import { renderReport, type Block, type Report } from "../../src/report/index.ts";
import { report } from "./sample.ts";

const html = renderReport(createDocument(), report);
const page = parseHTML(html).document;

describe("the page", () => {
  test("is the same bytes a second time, and from its JSON", () => {
    expect(renderReport(createDocument(), report)).toBe(html);
    expect(
      renderReport(
        createDocument(),
        JSON.parse(JSON.stringify(report, keepInfinite), infinite) as Report,
      ),
    ).toBe(html);
  });

  test("is below 1 MB with eleven figures of up to 2,001 points a curve", () => {
    expect(html.length).toBeLessThan(1_000_000);
  });

  test("has ids that are unique and links that lead somewhere", () => {
    const ids = Array.from(page.querySelectorAll("[id]"), (e) => e.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const a of Array.from(page.querySelectorAll('a[href^="#"]')))
      expect(ids).toContain(decodeURIComponent(a.getAttribute("href")!.slice(1)));
    for (const [, id] of html.matchAll(/url\(#([^)]*)\)/g)) expect(ids).toContain(id);
  });

  test("refers to nothing outside but its citations", () => {
    const loaded = page.querySelectorAll(
      "[src], link:not([rel=icon]), iframe, object, embed, image, use",
    );
    expect(loaded.length).toBe(0);
    expect(page.querySelector("style")!.textContent).not.toMatch(/@import|url\(/);
    const addresses = Array.from(html.matchAll(/https?:\/\/[^\s"<]+/g), (m) => m[0]);
    expect(new Set(addresses)).toEqual(
      new Set(["http://www.w3.org/2000/svg", "https://arxiv.org/abs/2412.20553"]),
    );
  });

  test("allows one script, by the hash of its text", () => {
    const scripts = page.querySelectorAll("script");
    expect(scripts.length).toBe(1);
    const hash = createHash("sha256").update(scripts[0].textContent).digest("base64");
    expect(page.querySelector("meta[http-equiv]")!.getAttribute("content")).toContain(
      `script-src 'sha256-${hash}'`,
    );
  });

  test("names every figure for who cannot see it", () => {
    const figures = Array.from(page.querySelectorAll("svg[role=img]"));
    expect(figures.length).toBeGreaterThan(10);
    for (const figure of figures)
      expect(figure.getAttribute("aria-label")!.length).toBeGreaterThan(20);
  });

  test("carries the claims, their numbers, the command, the seeds, the hash and the BibTeX", () => {
    const text = page.body.textContent;
    for (const part of [
      "Batch sharpness rises and then hovers at 2/η",
      "0.956 [0.910, 1.000]",
      "band: 0.85 to 1.15",
      "control: isotropic noise of equal trace",
      "The interval crosses zero with 3 seeds",
      "3 reproduced",
      "npx thalweg reproduce eoss --scale quick --seed 17",
      "18446744073709551615",
      "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
      "@article{andreyev2024",
      "randomLabels: 0.3",
    ])
      expect(text).toContain(part);
  });
});

test("text from outside is never markup, wherever it stands", () => {
  const evil = `</script><script>alert(1)</script><img src=x onerror=alert(1)>" onload="alert(1)`;
  const poisoned = JSON.parse(JSON.stringify(report, keepInfinite), (key, value: unknown) =>
    typeof value === "string" && !isStructural(key, value)
      ? `${value}${evil}`
      : infinite(key, value),
  ) as Report;
  const text = renderReport(createDocument(), poisoned);
  const parsed = parseHTML(text).document;
  expect(text.split("onerror").length).toBeGreaterThan(100);
  expect(parsed.querySelectorAll("script").length).toBe(1);
  expect(parsed.querySelectorAll("img, [onload], [onerror]").length).toBe(0);
  expect(text).not.toContain("<img");
});

test.each([
  "javascript:alert(1)",
  "data:text/html,x",
  "//x.org",
  "file:///etc/passwd",
  " https://x.org",
])("a link to %j is refused", (href) => {
  expect(() =>
    renderBlocks([{ kind: "text", paragraphs: [[{ kind: "link", href, text: "x" }]] }]),
  ).toThrow(
    /^a link must start with http:\/\/, https:\/\/ or #, or name an \.html file beside the page, got "/,
  );
});

test("a table row of another length is refused", () => {
  expect(() =>
    renderBlocks([
      { kind: "table", columns: [{ label: "a" }, { label: "b" }], rows: [["1", "2"], ["3"]] },
    ]),
  ).toThrow(/^a table row must have 2 cells, got 1 in row 1$/);
});

test("a comma after a formula stays with it", () => {
  const text = renderBlocks([
    { kind: "text", paragraphs: [["At ", { kind: "math", math: "η" }, ", then."]] },
  ]);
  expect(text).toContain('<p>At <span class="keep"><math><mi>η</mi></math>,</span> then.</p>');
});

test("folded blocks hold blocks", () => {
  const inner: Block = { kind: "code", text: "a < b" };
  expect(renderBlocks([{ kind: "details", summary: "more", blocks: [inner] }])).toContain(
    "<details><summary>more</summary><pre><code>a &lt; b</code></pre></details>",
  );
});

function renderBlocks(blocks: readonly Block[]): string {
  return renderReport(createDocument(), { ...report, sections: [{ id: "s", title: "S", blocks }] });
}

/** Words of the model itself, and names of roles: not text from outside. */
function isStructural(key: string, value: string): boolean {
  return (
    [
      "kind",
      "tag",
      "colour",
      "align",
      "mark",
      "verdict",
      "weight",
      "xScale",
      "yScale",
      "censored",
      "href",
      "url",
    ].includes(key) || value.startsWith("infinite:")
  );
}

function keepInfinite(_key: string, value: unknown): unknown {
  return value === Infinity || value === -Infinity ? `infinite:${value}` : value;
}

function infinite(_key: string, value: unknown): unknown {
  return typeof value === "string" && value.startsWith("infinite:")
    ? Number(value.slice(9))
    : value;
}
