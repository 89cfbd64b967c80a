import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, suite, test } from "vitest";
import type { ConditionResult } from "../../src/paper/eoss/condition-task.ts";
import { bandsHash } from "../../src/paper/eoss/bands.ts";
import { renderReport } from "../../src/report/index.ts";

// Through dist: the pool's children are processes of their own.
const dist = (path: string) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const runs = mkdtempSync(join(tmpdir(), "thalweg-reproduce-"));
afterAll(() => rmSync(runs, { recursive: true, force: true }));

async function smoke(jobs: number) {
  const { reproduceEoss } = (await dist(
    "paper/eoss/index.js",
  )) as typeof import("../../src/paper/eoss/index.ts");
  const { nodeHost } = (await dist("node/index.js")) as typeof import("../../src/node/index.ts");
  const { folderResults } = (await dist(
    "node/results.js",
  )) as typeof import("../../src/node/results.ts");
  const fractions: number[] = [];
  await using host = nodeHost({ runs, jobs, threads: 1, progress: (f) => fractions.push(f) });
  const known = folderResults(join(runs, `results-${jobs}`));
  const found = await reproduceEoss(host, { scale: "smoke", command: "test", known });
  const page = renderReport(host.document, found.report);
  const again = await reproduceEoss(host, { scale: "smoke", command: "test", known });
  return { found, again, page, fractions };
}

/** Results without what the clock says. */
const timeless = (results: readonly ConditionResult[]) =>
  results.map((r) => ({ ...r, seconds: 0 }));

suite("reproduce eoss, smoke", () => {
  test("gives the same bits with one process and with two, again from its record, and a page", async () => {
    const [one, two] = [await smoke(1), await smoke(2)];
    const all = ({ found }: typeof one) =>
      timeless(found.findings.flatMap((f) => f.setting.conditions.flatMap((c) => f.of(c))));
    expect(all(two)).toEqual(all(one));
    expect(two.found.claims).toEqual(one.found.claims);
    expect(one.again.claims).toEqual(one.found.claims);

    expect(one.found.file.schema).toBe("thalweg/verdicts@1");
    expect(one.found.file.bandsSha256).toBe(await bandsHash());
    // Two batch sizes and two rates are no trend, and the CNN has two conditions only.
    const asked = ["D0", "D1", "D1c", "D2b", "D3", "D4", "D5"].map((id) => `${id}.fashion-mlp`);
    expect(one.found.file.claims.map((c) => c.id)).toEqual(
      [...asked, "D1.fashion-cnn"].map((id) => `eoss.${id}`),
    );
    expect(one.page).toContain("The edge of stochastic stability");
    expect(one.page).toContain(one.found.file.bandsSha256);
    expect(one.fractions.every((f, i) => i === 0 || f >= one.fractions[i - 1] - 1e-9)).toBe(true);

    // Exact on any data: batch sharpness ≤ MiniBS on the same batches, MiniBS ≥ λmax on a partition.
    const d3 = one.found.claims.find((c) => c.id === "D3.fashion-mlp")!;
    expect(d3.measured.every(({ estimate }) => estimate.value >= -1e-3)).toBe(true);
  }, 300_000);
});
