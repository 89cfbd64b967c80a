import { expect, test } from "vitest";
import { brailleChart, type BrailleChart } from "./braille-chart.ts";
import { displayWidth } from "./terminal.ts";

const line = (f: (x: number) => number, n = 200) =>
  Array.from({ length: n }, (_, x) => ({ x, y: f(x) }));

/** Rows of dots, decoded from the letters right of the axis. */
function dots(chart: string): boolean[][] {
  const rows = chart.split("\n").filter((row) => row.includes("│"));
  return rows.flatMap((row) => {
    const letters = Array.from(row.slice(row.indexOf("│") + 1), (c) =>
      c === " " ? 0 : c.codePointAt(0)! - 0x2800,
    );
    return [
      [0x01, 0x08],
      [0x02, 0x10],
      [0x04, 0x20],
      [0x40, 0x80],
    ].map((bits) => letters.flatMap((cell) => bits.map((bit) => (cell & bit) !== 0)));
  });
}

test("every dot of a straight line lies within a dot of it, and no column is empty", () => {
  const grid = dots(
    brailleChart({ series: [{ name: "a", points: line((x) => 3 * x) }], width: 60, height: 20 }),
  );
  const [rows, columns] = [grid.length, grid[0].length];
  for (let x = 0; x < columns; x++) {
    const ys = grid.flatMap((row, y) => (row[x] ? [y] : []));
    expect(ys.length).toBeGreaterThan(0);
    for (const y of ys)
      expect(Math.abs(y - (1 - x / (columns - 1)) * (rows - 1))).toBeLessThanOrEqual(1.5);
  }
});

test("an exponential is straight on a log axis", () => {
  const points = line((x) => Math.exp(-x / 20));
  const log = brailleChart({
    series: [{ name: "a", points }],
    width: 60,
    height: 20,
    yScale: "log",
  });
  const straight = brailleChart({
    series: [{ name: "a", points: line((x) => -x) }],
    width: 60,
    height: 20,
  });
  const shape = (text: string) => dots(text).map((row) => row.map(Number).join("").slice(0, 80));
  expect(shape(log)[10]).toMatch(/1/);
  const columnsOf = (text: string) => dots(text).map((row) => row.indexOf(true) / row.length);
  const [a, b] = [columnsOf(log), columnsOf(straight)];
  a.forEach((at, i) => expect(Math.abs(at - b[i])).toBeLessThan(0.03));
});

test("a gap is empty and a spike is cut at the frame", () => {
  const points = line((x) => (x > 80 && x < 120 ? NaN : x === 40 ? 1e300 : 1));
  const grid = dots(
    brailleChart({ series: [{ name: "a", points }], width: 60, height: 10, yDomain: [0, 2] }),
  );
  const middle = Math.floor(grid[0].length / 2);
  expect(grid.some((row) => row[middle])).toBe(false);
  expect(grid[0].filter(Boolean).length).toBeGreaterThan(0);
  expect(grid[0].filter(Boolean).length).toBeLessThan(5);
});

test("is as wide and as high as asked, with names that fit", () => {
  const chart: BrailleChart = {
    series: ["λmax", "batch sharpness", "MiniBS", "a name much longer than there is room for"].map(
      (name, i) => ({
        name,
        points: line((x) => Math.sin(x / 9 + i)),
      }),
    ),
    width: 48,
    height: 12,
    reference: { y: 0, label: "2/η" },
  };
  const rows = brailleChart(chart).split("\n");
  expect(rows).toHaveLength(12);
  for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(48);
  expect(rows.at(-1)).toContain("batch sharpness");
});

test("each curve and the threshold keep their own tone", () => {
  const tones = new Set<string>();
  brailleChart({
    series: [
      { name: "a", points: line((x) => x) },
      { name: "b", points: line((x) => -x) },
    ],
    width: 40,
    height: 10,
    reference: { y: 150, label: "edge" },
    style: (tone, text) => {
      if (/[\u2801-\u28ff]/.test(text)) tones.add(tone);
      return text;
    },
  });
  expect([...tones].sort()).toEqual(["faint", "series-1", "series-2"]);
});

test("looks as before", () => {
  expect(
    `\n${brailleChart({
      series: [
        { name: "falls", points: line((x) => Math.exp(-x / 30)) },
        { name: "rises", points: line((x) => 1 - Math.exp(-x / 50)) },
      ],
      width: 44,
      height: 10,
      reference: { y: 0.5, label: "half" },
    })}`,
  ).toMatchInlineSnapshot(`
    "
    1 │⢳⡀                   ⣀⣀⣀⡤⠤⠤⠤⠤⠴⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒⠒
      │ ⢳⡀          ⣀⣠⠤⠖⠒⠋⠉⠉⠁                   
      │  ⠹⣄    ⢀⣠⠴⠒⠋⠁                           
      │⠄⠠ ⠌⢧⣀⣤⠶⠋⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠ ⠄⠠
      │   ⢀⡴⠋⠳⣄⡀                                
      │ ⢀⡴⠋    ⠙⠲⠤⣄⣀                            
    0 │⡴⠋          ⠈⠉⠙⠒⠒⠲⠤⠤⠤⠤⠤⠤⢤⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀⣀
      └─────────────────────────────────────────
       0                                     199
       ━ falls  ━ rises  ┄ half"
  `);
});

test("nothing to draw is an empty frame, no room an error", () => {
  const empty = brailleChart({ series: [{ name: "a", points: [] }], width: 30, height: 8 });
  expect(dots(empty).flat().some(Boolean)).toBe(false);
  expect(() => brailleChart({ series: [], width: 20, height: 4 })).toThrow(
    /^a chart needs 24 columns and 6 rows, got 20 and 4$/,
  );
});
