import { expect, suite, test } from "vitest";
import { normalQuantile } from "../../src/numeric/index.ts";
import { normalAt, stream } from "../../src/random/index.ts";
import type { ClaimVerdict, Verdict } from "../../src/report/index.ts";
import type { Json } from "../../src/run/index.ts";
import { nodeRuntime } from "../../src/node/ort/node-runtime.ts";
import { paper } from "../../src/paper/power-law/index.ts";
import { paper as ddt } from "../../src/paper/ddt/index.ts";
import { reproducePaper } from "../../src/paper/run-paper.ts";
import { cyclicWindows, proportion, stabilityOf, unstable } from "../../src/paper/stability.ts";
import { cheapestClaims, runStability, stabilityCost } from "../../src/paper/stability-run.ts";
import type { ResultCache } from "../../src/paper/works.ts";
import { hostFor } from "./smoke.ts";
import { between, stabilityTable } from "./stability-page.ts";

suite("cyclicWindows", () => {
  test("begins once at every seed and holds each in as many windows as it has places", () => {
    expect(cyclicWindows(["1", "2", "3", "4"], 3)).toEqual([
      ["1", "2", "3"],
      ["2", "3", "4"],
      ["3", "4", "1"],
      ["4", "1", "2"],
    ]);
  });

  test.each([
    [["1", "2", "3"], 3, "a window must hold from 1 to 2 of 3 seeds, got 3"],
    [["1", "2", "3"], 0, "a window must hold from 1 to 2 of 3 seeds, got 0"],
    [["1", "2", "3"], 1.5, "a window must hold from 1 to 2 of 3 seeds, got 1.5"],
    [["1", "2", "1"], 2, "seeds must differ, got 1 twice"],
  ])("refuses %j by %d", (seeds, size, message) => {
    expect(() => cyclicWindows(seeds, size)).toThrow(new RangeError(message));
  });
});

const verdict = (id: string, word: Verdict, reason = "") => ({ id, verdict: word, reason });

/** Twenty verdicts on X: so many each way. */
const twenty = (yes: number, no: number) =>
  Array.from({ length: 20 }, (_, i) => [
    verdict("X", i < yes ? "reproduced" : i < yes + no ? "not reproduced" : "inconclusive", `why ${i % 2 === 0 || i > 15 ? "a" : "b"}`), // prettier-ignore
  ]);

suite("stabilityOf", () => {
  test("counts the rarer of the two words against the other, whatever is undecided", () => {
    const [one] = stabilityOf(twenty(11, 2), 3);
    expect(one).toMatchObject({
      id: "X",
      tally: { reproduced: 11, "not reproduced": 2, inconclusive: 7 },
      windows: 20,
      contradictions: 2,
      reason: "why a",
    });
    expect(one.share.value).toBe(0.1);
    expect(stabilityOf(twenty(2, 11), 3)[0].contradictions).toBe(2);
    expect(stabilityOf(twenty(0, 20), 3)[0]).toMatchObject({ contradictions: 0 });
    expect(stabilityOf(twenty(0, 20), 3)[0]).not.toHaveProperty("reason");
  });

  test("lets one of twenty pass and no more", () => {
    expect(unstable(stabilityOf(twenty(19, 1), 3))).toEqual([]);
    expect(unstable(stabilityOf(twenty(1, 3), 3))).toEqual([]);
    expect(unstable(stabilityOf(twenty(10, 2), 3)).map(({ id }) => id)).toEqual(["X"]);
    expect(unstable(stabilityOf(twenty(2, 18), 3)).map(({ id }) => id)).toEqual(["X"]);
  });

  test("keeps claims apart and in their order", () => {
    const windows = [0, 1].map((i) => [
      verdict("B", "reproduced"),
      verdict("A", i === 0 ? "reproduced" : "not reproduced"),
    ]);
    expect(stabilityOf(windows, 1).map((c) => [c.id, c.contradictions])).toEqual([["B", 0], ["A", 1]]); // prettier-ignore
  });

  test("refuses no windows, and a claim that some window does not have", () => {
    expect(() => stabilityOf([], 3)).toThrow("stability needs at least one window, got none");
    expect(() => stabilityOf([[verdict("A", "reproduced")], []], 1)).toThrow(
      "claim A must have a verdict a window, got 1 in 2",
    );
  });
});

suite("the interval of a share", () => {
  test("is Clopper and Pearson's", () => {
    // 1 of 4 and 2 of 10, as tabulated.
    const [quarter, fifth] = [proportion(0.25, 4), proportion(0.2, 10)];
    expect([quarter.low, quarter.high].map((x) => x.toFixed(4))).toEqual(["0.0063", "0.8059"]);
    expect([fifth.low, fifth.high].map((x) => x.toFixed(4))).toEqual(["0.0252", "0.5561"]);
    // None of n, n whole or not: 1 − (α/2)^(1/n).
    for (const n of [4, 20 / 3]) {
      const none = proportion(0, n);
      expect(none.low).toBe(0);
      expect(none.high).toBeCloseTo(1 - 0.025 ** (1 / n), 10);
      expect(proportion(1, n).low).toBeCloseTo(0.025 ** (1 / n), 10);
    }
  });

  // Each seed has a normal number, a verdict goes by the sign of its window's mean above a level that a share p exceeds.
  test.each([
    [3, 0.02],
    [3, 0.1],
    [3, 0.5],
    [5, 0.05],
    [5, 0.2],
    [5, 0.5],
  ])(
    "covers what overlapping windows of %d have at p = %d, more than 19 times in 20",
    (size, p) => {
      const replications = 1000;
      const names = Array.from({ length: 20 }, (_, i) => String(i));
      const windows = cyclicWindows(names, size);
      const level = -normalQuantile(p) / Math.sqrt(size);
      const draws = stream("7", `stability ${size} ${p}`);
      const covered = { allowing: 0, naive: 0 };
      for (let r = 0; r < replications; r++) {
        const numbers = names.map((_, i) => normalAt(draws, r * 20 + i));
        const means = windows.map(
          (own) => own.reduce((sum, i) => sum + numbers[Number(i)], 0) / size,
        );
        const verdicts = means.map((mean) => [verdict("X", mean > level ? "not reproduced" : "reproduced")]); // prettier-ignore
        const [{ share }] = stabilityOf(verdicts, size);
        const naive = proportion(share.value, 20);
        if (share.low <= p && p <= share.high) covered.allowing++;
        if (naive.low <= p && p <= naive.high) covered.naive++;
      }
      const error = Math.sqrt((0.95 * 0.05) / replications);
      expect(covered.allowing / replications).toBeGreaterThan(0.95 - 4 * error);
      // Taken as 20 independent verdicts the larger would not be covered.
      if (p >= 0.2) expect(covered.naive / replications).toBeLessThan(0.95 - 4 * error);
    },
  );
});

suite("choice and cost", () => {
  const question = { scale: "quick" } as const;

  test("takes the claims of least cost, those of an experiment by its cost over their number", () => {
    const names = ["covariance", "logistic-escape", "network-escape"];
    const experiments = ddt.experiments.filter(({ id }) => names.includes(id));
    const costs = experiments.flatMap(({ claims, plan }) => {
      const works = plan({ scale: "quick", seeds: ["1001"] });
      const cost = works.reduce((sum, work) => sum + work.cost, 0) / claims.length;
      return claims.map((id) => ({ id, cost }));
    });
    const ids = costs.sort((a, b) => a.cost - b.cost).map(({ id }) => id);
    expect(ids.length).toBe(8);
    expect(cheapestClaims({ ...ddt, experiments }, "1001", question, 4)).toEqual(ids.slice(0, 4));
  });

  test("costs the work of the seeds, not that of the windows", () => {
    const seeds = Array.from({ length: 20 }, (_, i) => String(1001 + i));
    const claims = ["covariance"];
    const [covariance] = ddt.experiments;
    const one = covariance.plan({ scale: "quick", seeds: ["1001"] });
    const cost = one.reduce((sum, work) => sum + work.cost, 0);
    expect(stabilityCost(ddt, seeds, { ...question, claims })).toBeCloseTo(20 * cost, 6);
  });
});

test("runs from end to end: each work once, the verdicts of a window those of its seeds", async () => {
  const kept = new Map<string, Json>();
  const counted = { puts: 0 };
  const known: ResultCache = {
    get: (key) => Promise.resolve(kept.get(key)),
    put: (key, value) => {
      counted.puts++;
      kept.set(key, value);
      return Promise.resolve();
    },
  };
  const runtime = nodeRuntime({ threads: 1 });
  const host = hostFor(paper, runtime);
  const seeds = ["1001", "1002", "1003", "1004"];
  const question = { scale: "smoke", claims: ["two-d"], known } as const;
  const { claims } = await runStability(host, paper, seeds, question);
  const experiment = paper.experiments.find(({ id }) => id === "two-d")!;
  const works = experiment.plan({ scale: "smoke", seeds: ["1001"] }).length;
  expect(counted.puts).toBe(4 * works);
  expect(claims.map(({ id }) => id)).toEqual(["M12"]);
  // The same verdicts as of the seeds alone, without any more work.
  const alone: ClaimVerdict[] = [];
  for (const own of cyclicWindows(seeds, 2)) {
    const found = await reproducePaper(host, paper, { ...question, seeds: own, command: "test" });
    alone.push(...found.claims);
  }
  expect(counted.puts).toBe(4 * works);
  const tally = { reproduced: 0, "not reproduced": 0, inconclusive: 0 };
  for (const one of alone) tally[one.verdict]++;
  expect(claims[0].tally).toEqual(tally);
  await runtime.dispose();
  await expect(runStability(host, paper, [...seeds, paper.pilotSeed], question)).rejects.toThrow(
    `seed ${paper.pilotSeed} fitted the bands of power-law`,
  );
}, 120_000);

suite("the page", () => {
  test("has a row a claim", () => {
    const claims = stabilityOf(twenty(15, 1), 3);
    const about = { paper: "ddt", scale: "quick", size: 3, first: "1001", last: "1020", date: "2026-01-02", source: "abc", seconds: 12.4 }; // prettier-ignore
    expect(stabilityTable({ ...about, claims }).split("\n")).toEqual([
      "2026-01-02, source `abc`, seeds 1001 to 1020, 3 a verdict; 12 s of computing on one core.",
      "",
      "| claim | reproduced | not reproduced | inconclusive | contradictions | share, 95 % | mostly inconclusive because |",
      "| --- | --- | --- | --- | --- | --- | --- |",
      `| \`X\` | 15 | 1 | 4 | 1/20 | 0.05 [${[claims[0].share.low, claims[0].share.high].map((x) => Number(x.toPrecision(3))).join(", ")}] | why a |`,
    ]);
  });

  test("changes only what is between the marks of a name", () => {
    const page = "# A\n\n<!-- x begin -->\nold\n<!-- x end -->\n\nwords\n";
    expect(between(page, "x", "new")).toBe("# A\n\n<!-- x begin -->\n\nnew\n\n<!-- x end -->\n\nwords\n"); // prettier-ignore
    expect(between(page, "y", "more")).toBe(
      `${page}\n<!-- y begin -->\n\nmore\n\n<!-- y end -->\n`,
    );
  });
});
