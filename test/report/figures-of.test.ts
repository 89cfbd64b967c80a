import { expect, test } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import { drawFigure, figuresOf, serialize } from "../../src/report/index.ts";
import { report } from "./sample.ts";

test("names every figure of a report by its section and its place, each an SVG of its own", () => {
  const figures = figuresOf(report);
  const names = figures.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.every((name) => /^[a-z0-9-]+-\d+$/.test(name))).toBe(true);
  const inBlocks = report.sections
    .flatMap(({ blocks }) => blocks)
    .reduce((n, b) => n + (b.kind === "figure" ? 1 : b.kind === "panels" ? b.panels.length : 0), 0);
  expect(figures.length).toBe(inBlocks);
  const svg = serialize(drawFigure(createDocument(), figures[0].figure, { width: 720 }));
  expect(svg).toMatch(/^<svg [^>]*xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
});
