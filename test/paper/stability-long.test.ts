// Twenty verdicts of every claim at `quick`, and of the three cheapest of each paper at `standard`: hours, so that it
// stands behind THALWEG_LONG. One test a paper and scale; what is computed is kept in .cache/stability, by the state of
// the source that it depends on, and is not computed again.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, suite, test } from "vitest";
import { writeStability } from "./stability-page.ts";

const root = resolve(import.meta.dirname, "../..");
const long = process.env.THALWEG_LONG === "1";
const seeds = Array.from({ length: 20 }, (_, i) => String(1001 + i));
const papers = ["ddt", "power-law", "three-factors", "anisotropic", "eoss"] as const;

// Through dist: the pool's children are processes of their own.
const dist = (path: string) => import(join(root, "dist", path));

async function verdicts(id: (typeof papers)[number], scale: "quick" | "standard") {
  const { paper } = (await dist(`paper/${id}/index.js`)) as typeof import("../../src/paper/ddt/index.ts"); // prettier-ignore
  const { cheapestClaims, runStability, stabilityCost } = (await dist("paper/stability-run.js")) as typeof import("../../src/paper/stability-run.ts"); // prettier-ignore
  const { unstable } = (await dist("paper/stability.js")) as typeof import("../../src/paper/stability.ts"); // prettier-ignore
  const { nodeHost } = (await dist("node/index.js")) as typeof import("../../src/node/index.ts");
  const { folderResults } = (await dist("node/results.js")) as typeof import("../../src/node/results.ts"); // prettier-ignore
  const source = sourceOf(id);
  const folder = join(root, ".cache/stability", `${id}-${source}`);
  const question = {
    scale,
    known: folderResults(folder),
    ...(scale === "standard" && { claims: cheapestClaims(paper, seeds[0], { scale }, 3) }),
  };
  console.log(`${id} at ${scale}: planned ${Math.round(stabilityCost(paper, seeds, question))}`);
  await using host = nodeHost({ runs: join(folder, "runs"), threads: 1 });
  const { claims, seconds } = await runStability(host, paper, seeds, question);
  await writeStability(join(root, "docs/stability.md"), {
    paper: id,
    scale,
    claims,
    size: paper.seeds[scale].length,
    first: seeds[0],
    last: seeds.at(-1)!,
    date: new Date().toISOString().slice(0, 10),
    source,
    seconds,
  });
  return unstable(claims).map((one) => `${id}.${one.id}: ${JSON.stringify(one.tally)}`);
}

/** State of the source that a paper's results depend on: all of src but the tests, what only shows them, and other papers. */
function sourceOf(id: string): string {
  const hash = createHash("sha256").update(readFileSync(join(root, "package-lock.json")));
  const others = papers.filter((paper) => paper !== id).map((paper) => `src/paper/${paper}`);
  const aside = new Set(["src/cli", "src/report", ...others]);
  const walk = (path: string) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const below = `${path}/${entry.name}`;
      if (entry.isDirectory() && !aside.has(below)) walk(below);
      else if (entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts"))
        hash.update(below).update(readFileSync(join(root, below)));
    }
  };
  walk("src");
  return hash.digest("hex").slice(0, 12);
}

suite.skipIf(!long)("at most 1 of 20 verdicts contradicts the others", () => {
  const cases = (["quick", "standard"] as const).flatMap((scale) =>
    papers.map((id) => [id, scale] as const),
  );
  test.each(cases)("%s at %s", async (id, scale) => expect(await verdicts(id, scale)).toEqual([]));
});
