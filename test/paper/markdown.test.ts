import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

// Through dist: the pool's children are processes of their own.
const folder = mkdtempSync(join(tmpdir(), "thalweg-markdown-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Why a text is not well-formed XML. */
function faultOf(xml: string): string | undefined {
  const open: string[] = [];
  let roots = 0;
  const piece = /<(\/?)([A-Za-z][\w:-]*)((?: [\w:-]+="[^"<]*")*)(\/?)>|[^<]+/gy;
  let end = 0;
  for (const match of xml.matchAll(piece)) {
    end = match.index + match[0].length;
    const [text, closing, tag, , empty] = match;
    const bare = /&(?!(?:amp|lt|gt|quot|apos|#\d+);)/.exec(text);
    if (bare) return `a bare ampersand in ${text.slice(0, 80)}`;
    if (tag === undefined) {
      if (open.length === 0 && text.trim() !== "") return `text outside: ${text.slice(0, 80)}`;
    } else if (closing === "/") {
      if (open.pop() !== tag) return `</${tag}> closes another`;
    } else {
      if (open.length === 0) roots++;
      if (empty === "") open.push(tag);
    }
  }
  if (end !== xml.length) return `no markup at ${xml.slice(end, end + 80)}`;
  if (open.length > 0) return `<${open.at(-1)}> is not closed`;
  return roots === 1 ? undefined : `${roots} roots`;
}

test("--markdown writes a page whose pictures are all there and are XML, and nothing else", async () => {
  const { reproduceCommand } = (await import(
    new URL("../../dist/cli/reproduce.js", import.meta.url).href
  )) as typeof import("../../src/cli/reproduce.ts");
  const pages = join(folder, "pages");
  const code = await reproduceCommand("ddt", {
    scale: "smoke" as "quick", // for tests alone: the command line does not offer it
    claims: "C1",
    jobs: 1,
    report: folder,
    markdown: pages,
    figures: join(folder, "figures"),
    runs: join(folder, "runs"),
    quiet: true,
  });
  expect(code).toBe(0);

  const text = readFileSync(join(pages, "ddt.md"), "utf8");
  expect(text).toMatch(/^# .+\n\n_.*scale smoke_\n/);
  expect(text).toContain("| **C1**<br>");
  expect(text).toContain("```sh\nthalweg reproduce ddt --scale smoke --claims C1\n```");
  const links = Array.from(text.matchAll(/!\[.*?\]\((.+?\.svg)\)/g), ([, place]) => place);
  expect(links.length).toBeGreaterThan(0);
  for (const place of links) {
    expect(existsSync(join(pages, place)), place).toBe(true);
    expect(faultOf(readFileSync(join(pages, place), "utf8")), place).toBeUndefined();
  }
  expect(readdirSync(pages).sort()).toEqual(["ddt", "ddt.md"]);
  const written = new Set(readdirSync(join(pages, "ddt")));
  expect(written).toEqual(new Set(links.map((place) => place.slice("ddt/".length))));
  expect(new Set(readdirSync(join(folder, "figures")))).toEqual(written);
}, 600_000);

test.each([
  ["<a b='c'></a>", "no markup at <a b='c'></a>"],
  ["<a><b></a></b>", "</a> closes another"],
  ["<a>x & y</a>", "a bare ampersand in x & y"],
  ["<a>", "<a> is not closed"],
  ["<a></a><b></b>", "2 roots"],
  ['<a b="&lt;">&amp;<c/></a>\n', undefined],
])("%j is known for what it is", (xml, fault) => {
  expect(faultOf(xml)).toBe(fault);
});
