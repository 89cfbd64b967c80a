import { expect, test } from "vitest";
import type { ClaimVerdict } from "../verdict.ts";
import { ansiStyle, displayWidth } from "./terminal.ts";
import { verdictTable } from "./verdict-table.ts";

const claims: ClaimVerdict[] = [
  {
    id: "D1",
    statement: "Batch sharpness rises and then hovers at 2/η, for several batch sizes.",
    statistic: "η·BS/2, mean over the window",
    measured: [
      { label: "b = 8", estimate: { value: 0.956, low: 0.91, high: 1.0 } },
      { label: "b = 64", estimate: { value: 1.016, low: 0.97, high: 1.075 } },
    ],
    band: { low: 0.85, high: 1.15 },
    controls: [
      { label: "isotropic noise of equal trace", estimate: { value: 0.35, low: 0.3, high: 0.41 } },
    ],
    verdict: "reproduced",
    reason: "Both intervals lie inside the band and the control outside.",
  },
  {
    id: "D3",
    statement: "Batch sharpness never exceeds MiniBS.",
    statistic: "violations",
    measured: [{ label: "count", estimate: { value: 2 } }],
    band: { low: 0, high: 0 },
    controls: [],
    verdict: "not reproduced",
    reason: "Two pairs violate the inequality.",
  },
];

test("looks as before, wide", () => {
  expect(`\n${verdictTable(claims, { width: 96 })}`).toMatchInlineSnapshot(`
    "
    D1  Batch sharpness rises and then hovers at 2/η, for several batch sizes.      ✓ reproduced
        η·BS/2, mean over the window · band 0.85 to 1.15
          b = 8                                    0.956 [0.910, 1.000]  ··············░░─●─░░░··
          b = 64                                   1.016 [0.970, 1.075]  ··············░░░─●─░░··
          control: isotropic noise of equal trace  0.350 [0.300, 0.410]  ··─○─·········░░░░░░░░··
        Both intervals lie inside the band and the control outside.

    D3  Batch sharpness never exceeds MiniBS.                                       ✗ not reproduced
        violations · band exactly 0
          count  2  ··░··················●··
        Two pairs violate the inequality.

    1 reproduced · 1 not reproduced"
  `);
});

test("looks as before, narrow", () => {
  expect(`\n${verdictTable(claims.slice(1), { width: 40 })}`).toMatchInlineSnapshot(`
    "
    D3  Batch sharpness never exceeds
        MiniBS.
        ✗ not reproduced
        violations · band exactly 0
          count  2
        Two pairs violate the inequality.

    1 not reproduced"
  `);
});

test.each([40, 60, 72, 80, 100, 160])(
  "no line is longer than %i columns, in colour or not",
  (width) => {
    // eslint-disable-next-line no-control-regex
    const bare = verdictTable(claims, { width, style: ansiStyle }).replace(/\u001b\[\d*m/g, "");
    for (const line of bare.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(width);
    expect(bare).toBe(verdictTable(claims, { width }));
  },
);

test("escape codes in a claim do not reach the terminal", () => {
  const evil = { ...claims[0], id: "D\u001b[2J", statement: "x\u001b]0;title\u0007" };
  expect(verdictTable([evil])).not.toContain("\u001b");
});

test("refuses a terminal with no room", () => {
  expect(() => verdictTable(claims, { width: 39 })).toThrow(
    /^a verdict table needs 40 columns, got 39$/,
  );
});
