import { expect, test } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import { judge } from "../../src/paper/claim.ts";
import { indexReport } from "../../src/paper/index-report.ts";
import { papers } from "../../src/paper/registry.ts";
import { renderReport } from "../../src/report/index.ts";

test("the index leads to the page of every paper and tells every claim", () => {
  const claim = judge({
    id: "A1",
    statement: "something holds",
    statistic: "a number",
    band: [1, null],
    measured: [{ label: "here", estimate: { value: 2, low: 1.5, high: 2.5 } }],
    controls: [{ label: "there", estimate: { value: 0, low: -0.5, high: 0.5 } }],
    doubts: [],
  });
  const ids = Object.keys(papers);
  const pages = ids.map((id) => ({ href: `${id}.html`, title: `Paper ${id}`, authors: id, claims: [claim] })); // prettier-ignore
  const environment = {
    thalweg: "0.1.0",
    node: "20",
    platform: "linux-x64",
    cpu: "some",
    cpuFeatures: [],
    runtime: { name: "runtime", version: "1" },
    optimization: { float32: "all", float64: "basic" },
  };
  const page = renderReport(createDocument(), indexReport(pages, "quick", "thalweg", environment));
  expect(ids.length).toBe(5);
  for (const id of ids) expect(page).toContain(`<a href="${id}.html">Paper ${id}</a>`);
  // No word of seeds or sources, of which an index has none.
  expect(page).not.toMatch(/>seeds?<|Sources/);
  expect(page).toContain(`Of ${ids.length} claims, ${ids.length} reproduced.`);
});
