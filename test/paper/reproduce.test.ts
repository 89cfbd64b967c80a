import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, suite, test } from "vitest";
import type { Json } from "../../src/run/index.ts";
import type { ResultCache } from "../../src/paper/run-paper.ts";
import { claimsAt } from "../../src/paper/paper.ts";
import { paper } from "../../src/paper/eoss/index.ts";
import { renderReport } from "../../src/report/index.ts";

// Through dist: the pool's children are processes of their own.
const dist = (path: string) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const runs = mkdtempSync(join(tmpdir(), "thalweg-reproduce-"));
afterAll(() => rmSync(runs, { recursive: true, force: true }));

/** What was done, by what it depends on, in memory. */
function memory(): ResultCache & { readonly results: Map<string, Json> } {
  const results = new Map<string, Json>();
  return {
    results,
    get: (key) => Promise.resolve(results.get(key)),
    put(key, value) {
      results.set(key, value);
      return Promise.resolve();
    },
  };
}

/** At `smoke` with so many processes, twice: the second time from what the first has left. */
async function smoke(jobs: number, claims?: readonly string[]) {
  const { reproducePaper } = (await dist(
    "paper/run-paper.js",
  )) as typeof import("../../src/paper/run-paper.ts");
  const { paper: eoss } = (await dist(
    "paper/eoss/index.js",
  )) as typeof import("../../src/paper/eoss/index.ts");
  const { nodeHost } = (await dist("node/index.js")) as typeof import("../../src/node/index.ts");
  const fractions: number[] = [];
  await using host = nodeHost({ runs, jobs, threads: 1, progress: (f) => fractions.push(f) });
  const known = memory();
  const asked = { scale: "smoke", command: "test", known, ...(claims && { claims }) } as const;
  const found = await reproducePaper(host, eoss, asked);
  const page = renderReport(host.document, found.report);
  const again = await reproducePaper(host, eoss, asked);
  return { found, again, page, fractions, results: known.results };
}

/** Results without what the clock says. */
const timeless = (results: Map<string, Json>) =>
  Object.fromEntries(
    [...results].map(([key, done]) => [
      key,
      JSON.stringify((done as { readonly value: Json }).value, (name, value: unknown) =>
        name === "seconds" ? 0 : value,
      ),
    ]),
  );

suite("reproduce eoss, smoke", () => {
  test("gives the same bits with two processes as with one, again from its record, and a page", async () => {
    const one = await smoke(2);
    const part = await smoke(1, ["fashion-resnet", "small-batch", "D10a"]);
    expect(part.results.size).toBeGreaterThan(8);
    expect(timeless(one.results)).toMatchObject(timeless(part.results));
    const ids = ["D1.fashion-resnet", "D9a", "D9b", "D10a"];
    expect(part.found.claims).toEqual(one.found.claims.filter(({ id }) => ids.includes(id)));
    expect(one.again.claims).toEqual(one.found.claims);

    expect(one.found.file.schema).toBe("thalweg/verdicts@1");
    // Two batch sizes and two rates are no trend, and the CNN has two conditions only.
    const asked = ["D0", "D1", "D1c", "D2b", "D3", "D4", "D5"].map((id) => `${id}.fashion-mlp`);
    const own = ["D8a", "D8b", "D8c", "D9a", "D9b", "D10a", "D10b"];
    expect(one.found.file.claims.map((c) => c.id)).toEqual(
      [...asked, "D1.fashion-cnn", "D1.fashion-resnet", ...own].map((id) => `eoss.${id}`),
    );
    expect(one.found.claims.map(({ id }) => id)).toEqual(
      paper.experiments.flatMap((experiment) => claimsAt(experiment, "smoke")),
    );
    for (const words of ["The edge of stochastic stability", "Momentum", "Too small a batch"])
      expect(one.page).toContain(words);
    expect(one.page).toContain(one.found.file.bandsSha256);
    expect(one.fractions.every((f, i) => i === 0 || f >= one.fractions[i - 1] - 1e-9)).toBe(true);

    // Exact on any data: batch sharpness ≤ MiniBS on the same batches, MiniBS ≥ λmax on a partition.
    const d3 = one.found.claims.find((c) => c.id === "D3.fashion-mlp")!;
    expect(d3.measured.every(({ estimate }) => estimate.value >= -1e-3)).toBe(true);
  }, 300_000);
});
