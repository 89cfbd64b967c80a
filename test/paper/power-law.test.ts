import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

// Through dist: the pool's children are processes of their own.
const dist = (path: string) => import(new URL(`../../dist/${path}`, import.meta.url).href);
const runs = mkdtempSync(join(tmpdir(), "thalweg-power-law-"));
afterAll(() => rmSync(runs, { recursive: true, force: true }));

test("power-law, smoke: the same verdicts with one process and with two, and a page", async () => {
  const { papers } = (await dist(
    "paper/registry.js",
  )) as typeof import("../../src/paper/registry.ts");
  const { nodeHost } = (await dist("node/index.js")) as typeof import("../../src/node/index.ts");
  const { renderReport } = (await dist(
    "report/index.js",
  )) as typeof import("../../src/report/index.ts");
  const paper = await papers["power-law"]();
  const [one, two] = await Promise.all(
    [1, 2].map(async (jobs) => {
      const host = nodeHost({ runs: join(runs, String(jobs)), jobs, threads: 1 });
      try {
        const found = await paper.reproduce(host, { scale: "smoke", command: "test" });
        return { found, page: renderReport(host.document, found.report) };
      } finally {
        await host[Symbol.asyncDispose]();
      }
    }),
  );
  expect(two.found.claims).toEqual(one.found.claims);
  expect(one.found.claims.map(({ id }) => id)).toEqual(
    Array.from({ length: 16 }, (_, i) => `M${i + 1}`),
  );
  expect(one.page).toContain("The power-law dynamic of SGD");
  expect(one.page).toContain(one.found.file.bandsSha256);
}, 600_000);
