// The page of an escape, from real runs: its words, its figures, and how it stands in a browser.
import { expect, suite, test } from "vitest";
import {
  escapeProblem,
  escapeResult,
  type EscapeResult,
  type EscapeSpec,
  sweepResult,
  theoryOf,
  withValue,
} from "../../src/diffusion/index.ts";
import { createDocument } from "../../src/node/dom/index.ts";
import { escapePage, escapeReport } from "../../src/report/index.ts";
import { doubleWell, exitsOf } from "../escape/specs.ts";
import { browserOfSuite, found } from "./browser.ts";

const options = { command: "thalweg escape …", versions: [{ name: "thalweg", value: "0" }] };

function resultOf(spec: EscapeSpec, horizon = 1e6): EscapeResult {
  const problem = escapeProblem(spec);
  const exits = exitsOf(spec, horizon);
  const throughput = { particleSteps: 1e6, seconds: 1, particleStepsPerSecond: 1e6, processes: 1 };
  return escapeResult(problem, theoryOf(problem), {
    exits,
    horizon,
    interrupted: false,
    throughput,
  });
}

const line: EscapeSpec = { ...doubleWell, walkers: 400 };
const plane: EscapeSpec = {
  ...line,
  potential: { kind: "catalogue", name: "double-well" },
  dimension: 2,
  start: [-1, 0],
  walkers: 200,
};
const sweep = () => {
  const values = [0.12, 0.15, 0.2, 0.3];
  const points = values.map((value) => ({
    value,
    result: resultOf(withValue(line, "diffusion", value, [])),
  }));
  return sweepResult(line, "diffusion", points, false);
};

const textOf = (html: string) => html.replaceAll(/<(style|script|svg)[\s\S]*?<\/\1>/g, "");

suite("escapeReport", () => {
  test("in one dimension: landscape, paths, survival, theory, numbers", () => {
    const result = resultOf(line);
    const page = escapePage(result, options);
    expect(page.sections.map(({ id }) => id)).toEqual([
      "landscape",
      "survival",
      "theory",
      "numbers",
    ]);
    expect(page.kicker).toBe("V = x^4/4 - x^2/2 · constant noise · continuous target");
    expect(page.lead[0]).toMatch(/400 walkers took .* Quadrature says 30\.8/);
    const text = textOf(escapeReport(result, createDocument(), options));
    expect(text).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  test("in two dimensions the walkers' ways lie over contours of V", () => {
    const [landscape] = escapePage(resultOf(plane), options).sections;
    const [block] = landscape.blocks;
    if (block.kind !== "figure" || block.figure.kind !== "contours")
      throw new Error("the first figure must be contours");
    expect(block.figure.paths?.length).toBeGreaterThan(0);
    // The saddle at the origin has V = 0 and is the fifth level.
    expect(block.figure.levels[4]).toBeCloseTo(0, 6);
  });

  test("a sweep: ln τ against what theory names, with both slopes", () => {
    const found_ = sweep();
    const page = escapePage(found_, options);
    expect(page.sections[0].title).toBe("ln τ against 1/diffusion");
    const [block] = page.sections[0].blocks;
    if (block.kind !== "figure" || block.figure.kind !== "line-fit")
      throw new Error("the first figure must be a fit");
    expect(block.figure.lines.map(({ label }) => label)).toEqual(["fit", "theory"]);
    const { points } = block.figure.series[0];
    expect(points.map(({ x }) => x)).toEqual([0.12, 0.15, 0.2, 0.3].map((d) => 1 / d));
    expect(textOf(escapeReport(found_, createDocument(), options))).not.toMatch(/NaN|undefined/);
  });

  test("nobody left: the page says what is known", () => {
    const page = escapePage(resultOf(line, 4), options);
    expect(page.lead[0]).toMatch(/longer than they were followed: the mean is above/);
  });
});

suite.skipIf(!found)("escapeReport in Chromium", () => {
  const { put, visit } = browserOfSuite();
  test.each([
    ["line", () => escapeReport(resultOf(line), createDocument(), options)],
    ["plane", () => escapeReport(resultOf(plane), createDocument(), options)],
    ["sweep", () => escapeReport(sweep(), createDocument(), options)],
  ])("%s: whole at 1280 and at 390 pixels, without complaint", async (name, make) => {
    const address = put(`escape-${name}`, make());
    for (const [width, scheme] of [
      [1280, "light"],
      [390, "dark"],
    ] as const) {
      const { page, complaints, requests } = await visit(address, width, scheme);
      expect(complaints).toEqual([]);
      expect(requests.filter((url) => !url.startsWith("file:"))).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
      await page.close();
    }
  });
});
