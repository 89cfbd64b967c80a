// The suites with their full counts: kills, cancels, cycles, replications, fuzzing. One file after
// another, so that a machine's load does not mix; resumable, since it takes hours: what has passed at
// this state of the source is not run again (`--fresh` forgets that). Words pick suites by parts of
// their paths. Ends by writing the results and their date into docs/verification.md.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname ?? ".", "..");
const stateFile = join(root, ".cache/test-long.json");
const page = join(root, "docs/verification.md");

const words = process.argv.slice(2).filter((word) => !word.startsWith("--"));

/** Test files that know of the long counts, and those that exist only for them. */
const suites = [...walk("src"), ...walk("test")]
  .filter(
    (path) =>
      path.endsWith(".long.test.ts") ||
      (path.endsWith(".test.ts") && readsLong(path) && !path.endsWith(".browser.test.ts")),
  )
  .sort(byName);

const source = createHash("sha256");
for (const path of [...walk("src"), ...walk("test"), "package-lock.json"].sort(byName))
  source.update(path).update(readFileSync(join(root, path)));
const version = source.digest("hex").slice(0, 12);

mkdirSync(join(root, ".cache"), { recursive: true });
// What ran at another state of the source, or in another clone, stays in the table until it runs again.
const state = { results: {} };
if (!process.argv.includes("--fresh")) {
  Object.assign(state.results, resultsOfPage());
  if (existsSync(stateFile))
    Object.assign(state.results, JSON.parse(readFileSync(stateFile, "utf8")).results);
}

const chosen = suites.filter(
  (suite) => words.length === 0 || words.some((word) => suite.includes(word)),
);
for (const [i, suite] of chosen.entries()) {
  const place = `[${i + 1} of ${chosen.length}] ${suite}`;
  const before = state.results[suite];
  if (before?.failed === 0 && before.source === version) {
    console.log(`${place}: passed before`);
    continue;
  }
  console.log(`${place}: running`);
  const began = Date.now();
  const { stdout, status, signal } = spawnSync(
    process.execPath,
    [
      join(root, "node_modules/vitest/vitest.mjs"),
      "run",
      suite,
      "--project=node",
      `--testTimeout=${12 * 3_600_000}`,
    ],
    {
      cwd: root,
      env: { ...process.env, THALWEG_LONG: "1", NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "inherit"],
      encoding: "utf8",
      maxBuffer: 2 ** 28,
    },
  );
  if (signal === "SIGINT") process.exit(130);
  const tally = /(\d+) passed, (\d+) failed, (\d+) skipped/.exec(stdout);
  const [passed, failed, skipped] = tally ? tally.slice(1).map(Number) : [0, 1, 0];
  const seconds = Math.round((Date.now() - began) / 1000);
  if (status !== 0) console.log(stdout);
  state.results[suite] = {
    passed,
    failed: status === 0 ? failed : Math.max(1, failed),
    skipped,
    seconds,
    source: version,
    date: new Date().toISOString().slice(0, 10),
  };
  writeFileSync(`${stateFile}.tmp`, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(`${stateFile}.tmp`, stateFile); // so that a stop here leaves a whole file
  console.log(`${place}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`);
}

const results = suites.flatMap((suite) =>
  state.results[suite] ? [[suite, state.results[suite]]] : [],
);
const sum = (key) => results.reduce((total, [, result]) => total + result[key], 0);
writePage();
console.log(`${sum("passed")} passed, ${sum("failed")} failed, ${sum("skipped")} skipped`);
process.exitCode = sum("failed") > 0 ? 1 : 0;

/** What the table says, which is all that a fresh clone knows. */
function resultsOfPage() {
  if (!existsSync(page)) return {};
  const row =
    /^\| `([^`]+)` +\| ([-\d]+) +\| `(\w+)` +\| (\d+) +\| (\d+) +\| (\d+) +\| (\d+) +\|$/gm;
  return Object.fromEntries(
    [...readFileSync(page, "utf8").matchAll(row)].map(([, suite, date, source, ...counts]) => {
      const [passed, failed, skipped, seconds] = counts.map(Number);
      return [suite, { passed, failed, skipped, seconds, source, date }];
    }),
  );
}

/** Put the table between its marks; the rest of the page is written by hand. */
function writePage() {
  const begin = "<!-- test:long begin -->";
  const end = "<!-- test:long end -->";
  const rows = results.map(
    ([suite, { date, source, passed, failed, skipped, seconds }]) =>
      `| \`${suite}\` | ${date} | \`${source}\` | ${passed} | ${failed} | ${skipped} | ${seconds} |`,
  );
  const table = [
    begin,
    "",
    `Node ${process.versions.node} on ${process.platform}-${process.arch}; a source is the hash of all of src, test and the lock file.`,
    "",
    "| suite | date | source | passed | failed | skipped | seconds |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
    end,
  ].join("\n");
  const text = existsSync(page)
    ? readFileSync(page, "utf8")
    : `# Verification\n\nThe last run of \`npm run test:long\`: every suite with its full counts.\n\n${begin}\n${end}\n`;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  const next =
    from >= 0 && to > from
      ? text.slice(0, from) + table + text.slice(to + end.length)
      : `${text.trimEnd()}\n\n${table}\n`;
  mkdirSync(join(root, "docs"), { recursive: true });
  writeFileSync(page, next);
}

function byName(a, b) {
  return a < b ? -1 : 1; // the same everywhere, whatever the language
}

function readsLong(path) {
  const text = readFileSync(join(root, path), "utf8");
  return /THALWEG_LONG|\bfuzzRuns\b|\blong\b.*from ".*built\.ts"/.test(text);
}

function walk(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? walk(path) : [path];
  });
}
