import { expect, suite, test } from "vitest";
import { paper } from "../../src/paper/anisotropic/index.ts";
import { refusalOfPilotSeed, reproducedAtSmoke } from "./smoke.ts";

suite("reproduce anisotropic, smoke", () => {
  test("does every experiment and writes a page of every claim", async () => {
    const { claims } = await reproducedAtSmoke(paper);
    const ids = "R1 R2 R3 C1 C2 E1 E2 T1 T2 T3 T4 D1 D2 D3 D4".split(" ");
    expect(claims.map(({ id }) => id)).toEqual(ids);
    // Noise along the flat direction, and none, stay: 1024 walkers tell that from a third that leave.
    const moves = claims.find(({ id }) => id === "T1")!;
    for (const { estimate } of moves.measured) expect(estimate.value).toBeGreaterThan(0.15);
    for (const { estimate } of moves.controls) expect(estimate.value).toBeLessThan(0.06);
  }, 600_000);

  test("refuses the seed that fitted the bands", () => refusalOfPilotSeed(paper));
});
