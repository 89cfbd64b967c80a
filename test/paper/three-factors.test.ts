import { expect, suite, test } from "vitest";
import { paper } from "../../src/paper/three-factors/index.ts";
import { refusalOfPilotSeed, reproducedAtSmoke } from "./smoke.ts";

suite("reproduce three-factors, smoke", () => {
  test("does every experiment and writes a page of every claim", async () => {
    const { claims } = await reproducedAtSmoke(paper);
    // 512 particles tell a loss from four times it: σ² = 4 has slope 4.
    const law = claims.find(({ id }) => id === "E1")!;
    expect(law.measured[0].estimate.high).toBeLessThan(1.5);
    expect(law.controls[0].estimate.low).toBeGreaterThan(3);
  }, 600_000);

  test("refuses the seed that fitted the bands", () => refusalOfPilotSeed(paper));
});
