import { describe, expect, test } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import {
  drawFigure,
  legendOf,
  serialize,
  type Figure,
  type TimeSeries,
} from "../../src/report/index.ts";
import { criticalFactor, forks, loss, plateau, scheduled, sharpness } from "./sample.ts";

// The pictures in snapshots/ open in any browser: look at them before accepting a change.
const figures: Record<string, Figure> = {
  loss: loss(),
  sharpness: sharpness(16, false),
  scaled: sharpness(64, true),
  scheduled: scheduled(),
  plateau: plateau(),
  forks: forks(true),
  "critical-factor": criticalFactor(),
};

function draw(figure: Figure, width = 720, endLabels = true): string {
  return serialize(drawFigure(createDocument(), figure, { width, endLabels }));
}

describe.each(Object.entries(figures))("%s", (name, figure) => {
  test("is drawn as before", async () => {
    const text = `${draw(figure).replaceAll("><", ">\n<")}\n`;
    await expect(text).toMatchFileSnapshot(`snapshots/${name}.svg`);
  });

  test("survives JSON, and is drawn the same a second time", () => {
    const copy = JSON.parse(JSON.stringify(figure)) as Figure;
    expect(draw(copy)).toBe(draw(figure));
  });

  test.each([720, 340])(
    "at %i px holds no number that is none, and only ids of its own",
    (width) => {
      const svg = drawFigure(createDocument(), figure, { width, endLabels: false, id: "it" });
      expect(serialize(svg)).not.toMatch(/NaN|Infinity|undefined/);
      const ids = Array.from(svg.querySelectorAll("[id]"), (e) => e.id);
      expect(ids.length).toBeLessThanOrEqual(1);
      for (const id of ids) expect(id).toBe("it-frame");
    },
  );
});

const line: TimeSeries = {
  kind: "time-series",
  description: "a line",
  xLabel: "step",
  yLabel: "loss",
  series: [{ name: "a", colour: "blue", points: [] }],
};

/** The vertices of the first path of a colour, in pixels. */
function vertices(figure: TimeSeries, colour = "--blue"): [number, number][] {
  const svg = drawFigure(createDocument(), figure, { width: 720, endLabels: false });
  const group = Array.from(svg.querySelectorAll("g[stroke]")).find((g) =>
    g.getAttribute("stroke")!.includes(colour),
  );
  const path = group?.querySelector("path") ?? svg.querySelector(`path[stroke*="${colour}"]`);
  return Array.from(path!.getAttribute("d")!.matchAll(/(-?[\d.]+),(-?[\d.]+)/g), (m) => [
    +m[1],
    +m[2],
  ]);
}

test("equal ratios are equal distances on a log axis", () => {
  const points = [1, 10, 100, 1000].map((y, x) => ({ x, y }));
  const ys = vertices({ ...line, yScale: "log", series: [{ ...line.series[0], points }] }).map(
    ([, y]) => y,
  );
  expect(ys[0] - ys[1]).toBeCloseTo(ys[1] - ys[2], 1);
  expect(ys[1] - ys[2]).toBeCloseTo(ys[2] - ys[3], 1);
  expect(ys[0]).toBeGreaterThan(ys[3]);
});

test("a threshold changes with the schedule, at the step at which it changes", () => {
  const points = [0, 100].map((x) => ({ x, y: 1 }));
  const value = [
    { x: 0, y: 10 },
    { x: 25, y: 20 },
  ];
  const figure = {
    ...line,
    series: [{ ...line.series[0], points }],
    thresholds: [{ label: "2/η", value }],
  };
  const svg = drawFigure(createDocument(), figure, { width: 720 });
  const step = svg.querySelector('[stroke-dasharray="5 4"]')!;
  const d = (step.querySelector("path") ?? step).getAttribute("d")!;
  const [x0] = /M([\d.]+)/.exec(d)!.slice(1).map(Number);
  const corners = Array.from(d.matchAll(/[ML]([\d.]+),([\d.]+)/g), (m) => [+m[1], +m[2]]);
  const blue = vertices(figure);
  expect(x0).toBeCloseTo(blue[0][0], 1);
  const rise = corners.findIndex(
    ([x], i) => i > 0 && x === corners[i - 1][0] && corners[i][1] < corners[i - 1][1],
  );
  expect(rise).toBeGreaterThan(0);
  expect(corners[rise][0]).toBeCloseTo(blue[0][0] + 0.25 * (blue[1][0] - blue[0][0]), 0);
});

test("a spike beyond the frame is cut, and the figure says so", () => {
  const points = [0, 1, 2].map((x) => ({ x, y: x === 1 ? 1e30 : 1 }));
  const figure = { ...line, yDomain: [0, 2] as const, series: [{ ...line.series[0], points }] };
  const text = draw(figure);
  expect(text).toContain("cut at the frame");
  expect(text).not.toMatch(/e\+?\d\d/);
  expect(draw({ ...figure, yDomain: [0, 1e31] })).not.toContain("cut at the frame");
});

test.each([
  ["nothing", []],
  ["one point", [{ x: 3, y: 2 }]],
  [
    "only gaps",
    [
      { x: 0, y: NaN },
      { x: 1, y: NaN },
    ],
  ],
  [
    "a constant",
    [
      { x: 0, y: 0 },
      { x: 1, y: 0 },
    ],
  ],
  [
    "a diverged end",
    [
      { x: 0, y: 1 },
      { x: 1, y: Infinity },
    ],
  ],
])("%s can be drawn on either axis", (_name, points) => {
  for (const yScale of ["linear", "log"] as const)
    expect(draw({ ...line, yScale, series: [{ ...line.series[0], points }] })).not.toMatch(
      /NaN|Infinity/,
    );
});

test("a long run stays small and keeps its spike", () => {
  const points = Array.from({ length: 150_000 }, (_, x) => ({
    x,
    y: x === 77_777 ? 9 : 1 + (x % 7) / 50,
  }));
  const figure = { ...line, series: [{ ...line.series[0], points }] };
  expect(draw(figure).length).toBeLessThan(40_000);
  const ys = vertices(figure).map(([, y]) => y);
  expect(Math.max(...ys) - Math.min(...ys)).toBeGreaterThan(200);
});

test("a control is grey and dashed in forks, and the legend agrees", () => {
  expect(
    legendOf(forks(true)).map(({ name, colour, mark }) => `${name} ${colour} ${mark}`),
  ).toEqual([
    "control grey dashed",
    "×1.1 step-1 line",
    "×1.25 step-2 line",
    "×1.5 step-4 line",
    "×2 step-5 line",
    "×3 step-6 line",
  ]);
});
