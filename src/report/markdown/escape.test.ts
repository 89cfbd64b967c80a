import * as fc from "fast-check";
import { parsers } from "prettier/plugins/markdown";
import { expect, suite, test } from "vitest";
import { codeBlock, codeSpan, destination, escapeHtml, escapeStart, escapeText } from "./escape.ts";
import { inline } from "./inline.ts";
import { table } from "./table.ts";

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly children?: readonly Node[];
}

/** What a reader of Markdown who is not ours makes of it. */
async function parsed(markdown: string): Promise<readonly Node[]> {
  const options = {} as Parameters<typeof parsers.markdown.parse>[1];
  const root = (await parsers.markdown.parse(markdown, options)) as Node;
  return root.children ?? [];
}

const textOf = (node: Node): string =>
  node.type === "html" ? "" : (node.value ?? (node.children ?? []).map(textOf).join(""));

suite("escapeText and escapeStart", () => {
  test.each([
    ["f*·η·S", "f\\*·η·S"],
    ["snake_case", "snake\\_case"],
    ["a `b`", "a \\`b\\`"],
    ["0.97 [0.91, 1.03]", "0.97 \\[0.91, 1.03]"],
    ["<script>", "\\<script>"],
    ["p < 0.05 > 0", "p \\< 0.05 > 0"],
    ["|x|", "\\|x\\|"],
    ["~5", "\\~5"],
    ["\\", "\\\\"],
    ["R&D &amp; AT & T", "R\\&D \\&amp; AT & T"],
    ["$5", "<span>\\$</span>5"],
    ["a\n\tb  c", "a b c"],
    ["# a", "\\# a"],
    ["#a", "#a"],
    ["- a", "\\- a"],
    ["-a", "-a"],
    ["+ a", "\\+ a"],
    ["---", "\\---"],
    ["> a", "\\> a"],
    ["1. a", "1\\. a"],
    ["12) a", "12\\) a"],
    ["1.5 a", "1.5 a"],
    ["a # - > 1. b", "a # - > 1. b"],
  ])("%j is %j", (text, markdown) => {
    expect(escapeStart(escapeText(text))).toBe(markdown);
  });

  // Signs that mean something in Markdown, in any order, between few letters.
  const signs = fc.string({
    unit: fc.constantFrom(..."\\`*_{}[]()<>#+-.!|~&;:=\"'/ 1ab ηx".split("")),
    maxLength: 24,
  });

  test("any text comes back from a parser as one paragraph that says it", async () => {
    await fc.assert(
      fc.asyncProperty(signs, async (text) => {
        const line = escapeStart(inline(text));
        const wanted = text.replace(/ +/g, " ").trim();
        const blocks = await parsed(`${line}\n`);
        expect(blocks.map(({ type }) => type)).toEqual(wanted === "" ? [] : ["paragraph"]);
        expect(blocks.map(textOf).join("")).toBe(wanted);
      }),
      { numRuns: 500 },
    );
  });

  test("any cells come back from a parser as one table of them", async () => {
    await fc.assert(
      fc.asyncProperty(signs, signs, async (a, b) => {
        const code = a.trim() === "" ? "x" : a;
        const cells = [inline(a), inline([b, " ", { kind: "code", text: code }])];
        const [rows, ...others] = await parsed(table([{ label: "c" }, { label: "d" }], [cells]));
        expect(others).toEqual([]);
        const found = rows.children![1].children!.map((cell) => textOf(cell).trim());
        const plain = (text: string) => text.replace(/ +/g, " ").trim();
        expect(found.length).toBe(2);
        expect(found[0]).toBe(plain(a));
        expect(plain(found[1]).startsWith(plain(b))).toBe(true);
      }),
    );
  });
});

suite("inline", () => {
  const em = (text: string) => ({ kind: "em" as const, text });
  const strong = (text: string) => ({ kind: "strong" as const, text });
  const code = (text: string) => ({ kind: "code" as const, text });
  const link = (href: string, text: string) => ({ kind: "link" as const, href, text });

  test.each([
    ["a word", ["a ", em("b"), ", c"], "a _b_, c"],
    ["a strong one", ["(", strong("b"), ")"], "(**b**)"],
    ["within a word", ["a", em("b"), "c"], "a<em>b</em>c"],
    ["after another", [em("a"), strong("b")], "<em>a</em><strong>b</strong>"],
    ["with signs inside", [em("a*_b")], "_a\\*\\_b_"],
    ["with room inside", [em(" a")], "<em> a</em>"],
    ["nothing", [em("")], ""],
    ["code", [code("gᵀHg")], "`gᵀHg`"],
    ["code with a backtick", [code("a`b")], "``a`b``"],
    ["code that begins with one", [code("`a")], "`` `a ``"],
    ["code with a pipe", [code("a|b_c")], "<code>a\\|b\\_c</code>"],
    ["code after code", [code("a"), code("b")], "`a`<span></span>`b`"],
    ["a link", [link("https://x.org/a_(b)?q=1", "a]b")], "[a\\]b](https://x.org/a_%28b%29?q=1)"],
    ["a page beside", [link("ddt.html", "DDT")], "[DDT](ddt.md)"],
    ["a place in the page", ["see ", link("#a", "there")], "see there"],
    ["no image", ["look!", link("https://x.org", "x")], "look\\![x](https://x.org)"],
    ["a verdict", [{ kind: "chip", tone: "good", text: "reproduced" }], "**✓ reproduced**"],
    ["a formula", [{ kind: "math", math: { tag: "sub", of: ["λ", "max"] } }, "."], "$`\\lambda_{\\mathrm{max}}`$."], // prettier-ignore
  ] as const)("%s", (_name, paragraph, markdown) => {
    expect(inline(paragraph)).toBe(markdown);
  });

  test("emphasis in italics and in bold is told apart from what is around it", () => {
    expect(inline(["a ", em("b"), " ", strong("c")], "em")).toBe("a **b** **c**");
    expect(inline(["a ", em("b"), " ", strong("c")], "strong")).toBe("a _b_ c");
  });

  test("an address that is no page is refused", () => {
    expect(() => inline([link("javascript:alert(1)", "x")])).toThrow(
      'a link must start with http://, https:// or #, or name an .html file beside the page, got "javascript:alert(1)"',
    );
  });
});

test("a block of code is longer in its fences than any within", () => {
  expect(codeBlock("a\n```\nb\n", "sh")).toBe("````sh\na\n```\nb\n````");
  expect(codeSpan("a  b")).toBe("`a  b`");
});

test("what HTML would take for a tag is escaped in a summary", () => {
  expect(escapeHtml("a <b> & c")).toBe("a &lt;b&gt; &amp; c");
});

test("an address has nothing that would end it", () => {
  expect(destination("a b(c)<d>|\\é%20")).toBe("a%20b%28c%29%3Cd%3E%7C%5Cé%20");
});
