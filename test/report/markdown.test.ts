import { parseHTML } from "linkedom";
import { format } from "prettier";
import { expect, suite, test } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import {
  type Block,
  drawPicture,
  type Figure,
  figuresOf,
  frac,
  hat,
  legendOf,
  renderMarkdown,
  type Report,
  row,
  sub,
  subsup,
  sup,
  words,
} from "../../src/report/index.ts";
import { criticalFactor, forks, loss, plateau, report } from "./sample.ts";

const rendered = (it: Report) => renderMarkdown(createDocument(), it, { figures: "figures" });

/** A report of one section. */
const of = (...blocks: readonly Block[]): Report => ({
  title: "Title",
  lead: [],
  sections: [{ id: "part", title: "Part", blocks }],
  provenance: { command: "run", configuration: "", seeds: [], versions: [], citations: [] },
});

/** The Markdown of a section's blocks. */
function body(...blocks: readonly Block[]): string {
  const { text } = rendered(of(...blocks));
  return text.slice(text.indexOf("## Part\n\n") + 9, text.indexOf("\n\n## Get it again"));
}

const scatter: Figure = {
  kind: "scatter",
  description: "Two clouds [a, b].",
  xLabel: "x",
  yLabel: "y",
  series: (["blue", "green"] as const).map((colour) => ({
    name: `<${colour}>`,
    colour,
    points: [1, 10].map((x) => ({ x, y: x })),
  })),
  lines: [],
};

const blocks: readonly (readonly [string, Block, string])[] = [
  ["text", { kind: "text", paragraphs: ["1. a", ["b ", { kind: "em", text: "c" }]] }, "1\\. a\n\nb _c_"], // prettier-ignore
  ["a note", { kind: "note", text: "# a" }, "> \\# a"],
  ["an equation", { kind: "equation", math: frac("1", "λ") }, "```math\n\\frac{1}{\\lambda}\n```"],
  [
    "a figure",
    { kind: "figure", figure: scatter, caption: ["a ", { kind: "em", text: "b" }] },
    "![Two clouds \\[a, b\\].](figures/part-1.svg)\n\n_a **b**_",
  ],
  [
    "panels",
    {
      kind: "panels",
      panels: ["a|b", "c", "d"].map((title) => ({ title, figure: { ...scatter, description: title } })), // prettier-ignore
      caption: "",
    },
    [
      "| a\\|b                        | c                        |",
      "| --------------------------- | ------------------------ |",
      "| ![a\\|b](figures/part-1.svg) | ![c](figures/part-2.svg) |",
      "",
      "| d                        |",
      "| ------------------------ |",
      "| ![d](figures/part-3.svg) |",
    ].join("\n"),
  ],
  [
    "a table",
    {
      kind: "table",
      columns: [{ label: "b|c" }, { label: "n", align: "end" }],
      rows: [
        ["x", "12,000"],
        [[{ kind: "code", text: "a|b" }], ""],
      ],
      caption: "all",
    },
    [
      "| b\\|c              |      n |",
      "| ----------------- | -----: |",
      "| x                 | 12,000 |",
      "| <code>a\\|b</code> |        |",
      "",
      "_all_",
    ].join("\n"),
  ],
  ["code", { kind: "code", text: "a ``` b" }, "````\na ``` b\n````"],
  [
    "definitions",
    {
      kind: "definitions",
      items: [
        { term: "a_b", text: "c" },
        { term: [{ kind: "code", text: "d" }], text: [{ kind: "strong", text: "e" }] },
      ],
    },
    "- **a\\_b**: c\n- **`d`**: **e**",
  ],
  [
    "details",
    { kind: "details", summary: "a < b", blocks: [{ kind: "text", paragraphs: ["c"] }] },
    "<details>\n<summary>a &lt; b</summary>\n\nc\n\n</details>",
  ],
  [
    "verdicts",
    {
      kind: "verdicts",
      claims: [
        {
          id: "D1",
          statement: "a|b",
          statistic: "f*",
          measured: [{ label: "m", estimate: { value: 1, low: 0.9, high: 1.1 } }],
          band: { low: 0.8, high: Infinity },
          controls: [],
          verdict: "reproduced",
          reason: "inside",
        },
      ],
    },
    [
      "**✓ 1 reproduced**",
      "",
      "| claim          | measured, with its 95 % interval | band         | controls | verdict                    |",
      "| -------------- | -------------------------------- | ------------ | -------- | -------------------------- |",
      "| **D1**<br>a\\|b | _f\\*_<br>m: 1.00 \\[0.90,\u00A01.10]   | at least 0.8 | none     | **✓ reproduced**<br>inside |",
    ].join("\n"),
  ],
];

suite("renderMarkdown", () => {
  test.each(blocks)("writes %s", (_name, block, markdown) => {
    expect(body(block)).toBe(markdown);
  });

  test("writes what is around the sections", () => {
    const { text, figures } = rendered({
      title: "What is a_b #",
      kicker: "quick",
      lead: ["- a", ["b ", { kind: "strong", text: "c" }]],
      sections: [],
      provenance: {
        command: "thalweg reproduce ddt",
        configuration: "long",
        seeds: ["1", "2"],
        versions: [{ name: "Node", value: "20" }],
        bands: { file: "bands.ts", hash: "0a", changes: ["2026: a to b", "# more"] },
        date: "1 May",
        duration: "1 s",
        citations: [
          { key: "a", text: "A. On <b>.", url: "https://x.org/a(b)", bibtex: "@a{}" },
          { key: "b", text: "B." },
        ],
      },
    });
    expect(figures).toEqual([]);
    expect(text).toBe(`# What is a\\_b \\#

_quick_

\\- a

b **c**

## Get it again

\`\`\`sh
thalweg reproduce ddt
\`\`\`

- made: 1 May
- took: 1 s
- seeds: \`1, 2\`
- Node: \`20\`
- bands: \`bands.ts\`
- their sha-256: \`0a\`
- bands that ever changed:
  - 2026: a to b
  - \\# more

The page that this command writes holds the complete configuration.

## Sources

1. A. On \\<b>. <https://x.org/a%28b%29>
2. B.

<details>
<summary>BibTeX</summary>

\`\`\`bibtex
@a{}
\`\`\`

</details>
`);
  });

  test("refuses a row that is too short, as the page does", () => {
    const table: Block = {
      kind: "table",
      columns: [{ label: "a" }, { label: "b" }],
      rows: [["c"]],
    };
    expect(() => body(table)).toThrow("a table row must have 2 cells, got 1 in row 0");
  });

  test.each([
    [hat("θ"), "\\hat{\\theta}"],
    [subsup("x", "1", "2"), "x_{1}^{2}"],
    [sup(row("‖", sub("g", "B"), "‖"), "2"), "{\\Vert g_{B} \\Vert}^{2}"],
    [row("2", "·", "λmax", "<", "|", "10%"), "2 \\cdot \\lambda \\mathrm{max} \\lt \\vert 10 \\%"],
    [words("if a_b | c"), "\\text{if a\\_b   c}"],
  ])("writes the formula %j", (math, tex) => {
    expect(body({ kind: "equation", math })).toBe(`\`\`\`math\n${tex}\n\`\`\``);
  });

  test("writes a report as prettier would, the same twice, with a picture for each link", async () => {
    const page = rendered(report);
    expect(await format(page.text, { parser: "markdown", printWidth: 100 })).toBe(page.text);
    expect(rendered(report)).toEqual(page);
    const links = Array.from(
      page.text.matchAll(/!\[.*?\]\(figures\/([^)]+)\.svg\)/g),
      ([, name]) => name,
    );
    expect(links).toEqual(figuresOf(report).map(({ name }) => name));
    expect(page.figures.map(({ name }) => name)).toEqual(links);
  });
});

suite("drawPicture", () => {
  const document = createDocument();
  const figures = { loss: loss(), plateau: plateau(), forks: forks(true), "critical-factor": criticalFactor(), scatter }; // prettier-ignore

  test.each(Object.entries(figures))(
    "%s needs no page: paper below, no names of one",
    (_, figure) => {
      for (const options of [{}, { width: 344, endLabels: false }]) {
        const text = drawPicture(document, figure, options);
        expect(text).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
        expect(text).not.toMatch(/var\(|class="(?!plot)|NaN|undefined/);
        const svg = parseHTML(text).document.querySelector("svg")!;
        const [x, y, width, height] = svg.getAttribute("viewBox")!.split(" ").map(Number);
        expect([svg.getAttribute("width"), svg.getAttribute("height")].map(Number)).toEqual([width, height]); // prettier-ignore
        const paper = svg.firstElementChild!;
        expect(paper.localName).toBe("rect");
        expect(["x", "y", "width", "height"].map((name) => Number(paper.getAttribute(name)))).toEqual([x, y, width, height]); // prettier-ignore
        expect(paper.getAttribute("fill")).toBe("#ffffff");
      }
    },
  );

  test("every name is in the picture, above where it is not at the curves", () => {
    for (const figure of Object.values(figures))
      for (const options of [{}, { width: 344, endLabels: false }]) {
        const svg = parseHTML(drawPicture(document, figure, options)).document;
        const texts = Array.from(svg.querySelectorAll("text"), (t) => t.textContent);
        for (const { name } of legendOf(figure)) expect(texts).toContain(name);
      }
  });

  test("a legend breaks into rows within the picture", () => {
    const one = drawPicture(document, scatter, { width: 344 });
    const long = {
      ...scatter,
      series: scatter.series.map((s) => ({ ...s, name: s.name.repeat(6) })),
    };
    const height = (text: string) => Number(/ height="([\d.]+)"/.exec(text)![1]);
    expect(height(drawPicture(document, long, { width: 344 })) - height(one)).toBe(20);
  });
});
