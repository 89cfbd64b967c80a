// Every page of the documentation: programs (```ts) are type-checked and run, and print what stands
// in a ```text fence right below; excerpts (```ts file=…) are in the file they name; commands and
// configs (```yaml config) are understood; links lead somewhere.
import { execFile } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
import { parseTraining, readConfigText } from "../../src/run/index.ts";
import { program } from "../../src/cli/program.ts";
import { anchors, fences, links, pages, read, root } from "./markdown.ts";

const execute = promisify(execFile);

interface Program {
  readonly place: string;
  readonly name: string;
  readonly text: string;
  readonly prints?: string;
}

const programs: Program[] = [];
const excerpts: { readonly place: string; readonly file: string; readonly text: string }[] = [];
for (const page of pages()) {
  const all = fences(read(page));
  for (const [i, { line, language, info, text }] of all.entries()) {
    if (language !== "ts") continue;
    const place = `${page}:${line}`;
    const file = /^file=(\S+)$/.exec(info)?.[1];
    if (file !== undefined) {
      excerpts.push({ place, file, text });
      continue;
    }
    const next = all[i + 1];
    const below = next?.language === "text" && next.line <= line + text.split("\n").length + 4;
    const name = `${page.replaceAll(/[/.]/g, "-")}-${line}`;
    programs.push({ place, name, text, ...(below && { prints: next.text }) });
  }
}

suite("programs in the documentation", () => {
  const folder = join(root, `.cache/docs-${process.pid}`);

  beforeAll(async () => {
    mkdirSync(folder, { recursive: true });
    for (const { name, text } of programs) writeFileSync(join(folder, `${name}.mts`), text);
    const config = {
      compilerOptions: {
        target: "ES2022",
        module: "NodeNext",
        lib: ["ES2023", "ESNext.Disposable", "DOM", "DOM.Iterable"],
        types: ["node"],
        strict: true,
        exactOptionalPropertyTypes: true,
        verbatimModuleSyntax: true,
        skipLibCheck: true,
        noEmitOnError: true,
        rootDir: ".",
        outDir: "out",
      },
      include: ["*.mts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const tsc = join(root, "node_modules/@typescript/native/bin/tsc");
    await execute(process.execPath, [tsc, "-p", folder], { cwd: root }).catch(
      ({ stdout }: { stdout: string }) => {
        throw new Error(`programs in the documentation must type-check:\n${stdout}`);
      },
    );
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("are there", () => {
    expect(programs.map(({ place }) => place.split(":")[0])).toContain("README.md");
    expect(programs.length).toBeGreaterThan(5);
  });

  test.each(programs)("$place", async ({ name, prints }) => {
    const { stdout } = await execute(process.execPath, [join(folder, "out", `${name}.mjs`)], {
      cwd: root,
    });
    if (prints !== undefined) expectSameText(stdout.trim(), prints.trim());
  });
});

/** Words equal, numbers to six digits: machines differ in the last bits. */
function expectSameText(got: string, expected: string): void {
  const number = /-?\d+(?:\.\d+)?(?:e[+-]?\d+)?/g;
  const words = (text: string) => text.replaceAll(number, "#").replaceAll(/[ \t]+/g, " ");
  expect(words(got), got).toBe(words(expected));
  const values = (text: string) => [...text.matchAll(number)].map(([digits]) => Number(digits));
  const [a, b] = [values(got), values(expected)];
  a.forEach((value, i) => {
    expect(Math.abs(value - b[i]), `${value}, ${b[i]} in ${expected}`).toBeLessThanOrEqual(
      1e-6 * Math.max(1, Math.abs(b[i])),
    );
  });
}

suite("excerpts in the documentation", () => {
  const squeezed = (text: string) => text.replaceAll(/\s+/g, " ").trim();

  test.each(excerpts)("$place is in $file", ({ file, text }) => {
    const source = squeezed(readFileSync(join(root, file), "utf8"));
    // An ellipsis in a line of its own leaves something out.
    for (const part of text.split(/^\s*\/\/ …$/m)) expect(source).toContain(squeezed(part));
  });
});

suite("commands in the documentation", () => {
  const all = pages().flatMap((page) => fences(read(page)).map((fence) => ({ page, ...fence })));
  const commands = all
    .filter(({ language }) => language === "sh")
    .flatMap(({ page, line, text }) =>
      text.split("\n").map((command, i) => ({ place: `${page}:${line + 1 + i}`, command })),
    )
    .filter(({ command }) => /^(npx )?thalweg /.test(command));

  test.each(commands)("$place is one: $command", ({ command }) => {
    const words = command.replace(/\s+#.*$/, "").split(/\s+/);
    let node = program() as unknown as {
      readonly commands: readonly (typeof node)[];
      readonly options: readonly { readonly long?: string }[];
      name(): string;
    };
    const known = new Set(["--help", "--version"]);
    for (const word of words.slice(words.indexOf("thalweg") + 1)) {
      const next = node.commands.find((candidate) => candidate.name() === word);
      if (next) node = next;
      for (const { long } of node.options) if (long !== undefined) known.add(long);
      if (word.startsWith("--")) expect([...known]).toContain(word.split("=")[0]);
    }
    expect(node.commands).toEqual([]);
  });

  const configs = all
    .filter(({ language, info }) => language === "yaml" && info === "config")
    .map(({ page, line, text }) => ({ place: `${page}:${line}`, text }));

  test.each(configs)("$place is a config", ({ place, text }) => {
    const source = readConfigText(text, place);
    expect(parseTraining(source.value, { text: source }).steps).toBeGreaterThan(0);
  });
});

test("docs/eoss.md has a row for each claim", () => {
  const folder = join(root, "src/paper/eoss");
  const source = readdirSync(folder)
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  const claims = [...source.matchAll(/\bid: "(D\d\w*)"/g)].map(([, id]) => id);
  const rows = [...read("docs/eoss.md").matchAll(/^\| (D\d\w*) /gm)].map(([, id]) => id);
  expect(rows.sort()).toEqual(claims.sort());
});

suite("links", () => {
  test.each(pages())("of %s lead somewhere", (page) => {
    const broken = links(read(page)).filter((link) => !leadsSomewhere(page, link));
    expect(broken).toEqual([]);
  });

  test("that lead nowhere are seen", () => {
    const seen = links("[a](docs/nowhere.md) [b](#no-such) `[c](d)` [e](README.md#install)");
    expect(seen).toEqual(["docs/nowhere.md", "#no-such", "README.md#install"]);
    expect(seen.map((link) => leadsSomewhere("README.md", link))).toEqual([false, false, true]);
  });
});

function leadsSomewhere(page: string, link: string): boolean {
  if (/^(https?|mailto):/.test(link)) return true;
  const [path, anchor] = link.split("#");
  const target = path === "" ? join(root, page) : join(root, dirname(page), decodeURI(path));
  if (!existsSync(target) || relative(root, target).startsWith("..")) return false;
  if (anchor === undefined) return true;
  return statSync(target).isFile() && anchors(readFileSync(target, "utf8")).has(decodeURI(anchor));
}
