import type { Reporter, TestModule } from "vitest/node";

/** Closes a run with one plain line, `12 passed, 0 failed, 1 skipped`, for systems that only read text. */
export default class Tally implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tally = { passed: 0, failed: 0, skipped: 0 };
    for (const module of modules) {
      if (module.children.size === 0 && !module.ok()) tally.failed++; // did not even load
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== "pending") tally[state]++;
      }
    }
    console.log(`${tally.passed} passed, ${tally.failed} failed, ${tally.skipped} skipped`);
  }
}
