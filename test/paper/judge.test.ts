import { expect, suite, test } from "vitest";
import { type Evidence, judge } from "../../src/paper/claim.ts";

const estimate = (low: number, high: number) => ({ value: (low + high) / 2, low, high });
const evidence = (more: Partial<Evidence>): Evidence => ({
  id: "X",
  statement: "x is one",
  statistic: "x",
  band: [0.85, 1.15],
  measured: [{ label: "a", estimate: estimate(0.95, 1.05) }],
  controls: [{ label: "c", estimate: estimate(0.4, 0.5) }],
  doubts: [],
  ...more,
});

suite("judge", () => {
  test("says reproduced where all is inside and every control outside", () => {
    expect(judge(evidence({})).verdict).toBe("reproduced");
  });

  const cases: [string, Partial<Evidence>, string, string][] = [
    [
      "an interval wholly outside",
      { measured: [{ label: "a", estimate: estimate(1.2, 1.3) }] },
      "not reproduced",
      "outside the band: a",
    ],
    [
      "an interval across the edge",
      { measured: [{ label: "a", estimate: estimate(1.1, 1.2) }] },
      "inconclusive",
      "the interval crosses the band's edge: a",
    ],
    [
      "one of two outside",
      {
        measured: [
          { label: "a", estimate: estimate(0.95, 1.05) },
          { label: "b", estimate: estimate(0.1, 0.2) },
        ],
      },
      "not reproduced",
      "outside the band: b",
    ],
    ["no control", { controls: [] }, "inconclusive", "no negative control was measured"],
    [
      "a control inside",
      { controls: [{ label: "c", estimate: estimate(0.9, 1) }] },
      "inconclusive",
      "a control is not outside the band: c",
    ],
    [
      "a control across",
      { controls: [{ label: "c", estimate: estimate(0.5, 0.9) }] },
      "inconclusive",
      "a control is not outside the band: c",
    ],
    [
      "a doubt",
      { doubts: ["the window was not reached"] },
      "inconclusive",
      "the window was not reached",
    ],
    ["nothing measured", { measured: [] }, "inconclusive", "nothing was measured"],
    [
      "an interval that does not exist",
      { measured: [{ label: "a", estimate: { value: 1, low: NaN, high: NaN } }] },
      "inconclusive",
      "the interval crosses the band's edge: a",
    ],
  ];
  test.each(cases)("%s", (_, more, verdict, reason) => {
    const found = judge(evidence(more));
    expect([found.verdict, found.reason]).toEqual([verdict, reason]);
  });

  test("takes an open end of a band as infinite", () => {
    const found = judge(
      evidence({ band: [0.05, null], controls: [{ label: "c", estimate: estimate(0, 0) }] }),
    );
    expect(found.verdict).toBe("reproduced");
    expect(found.band).toEqual({ low: 0.05, high: Infinity });
  });
});
