import { expect, suite, test } from "vitest";
import { paper } from "../../src/paper/ddt/index.ts";
import { refusalOfPilotSeed, reproducedAtSmoke } from "./smoke.ts";

suite("reproduce ddt, smoke", () => {
  test("does every experiment and writes a page of every claim", async () => {
    const { claims } = await reproducedAtSmoke(paper);
    const ids = "C1 C2 C3 S1 S2 S3 S4 S5 L1 L2 L3 N1 N2 W1 W2 M1 M2".split(" ");
    expect(claims.map(({ id }) => id)).toEqual(ids);
    // Factors of hundreds, which 120 walkers tell from fours.
    const contrast = claims.find(({ id }) => id === "S4")!;
    expect(contrast.measured[0].estimate.low).toBeGreaterThan(5);
    expect(contrast.controls[0].estimate.high).toBeLessThan(2);
  }, 600_000);

  test("refuses the seed that fitted the bands", () => refusalOfPilotSeed(paper));
});
