import { parseHTML } from "linkedom";
import { expect, suite, test } from "vitest";
import { drawStrip, stripDomain } from "./interval-strip.ts";

const at = (value: number, half = 0) => ({ value, low: value - half, high: value + half });

suite("the stretch that the strips of a claim share", () => {
  test("holds everything, with a margin, where it lies together", () => {
    const [low, high] = stripDomain({ low: 0.9, high: 1.1 }, [at(1, 0.05)], [at(1.5, 0.1)]);
    expect(low).toBeCloseTo(0.9 - 0.12 * 0.7, 12);
    expect(high).toBeCloseTo(1.6 + 0.12 * 0.7, 12);
  });

  test("keeps a band of two ends wide enough to be seen, whatever lies far off", () => {
    for (const far of [[at(40, 10)], [at(1), at(-1e6)]])
      for (const [measured, controls] of [
        [far, []],
        [[at(1)], far],
      ]) {
        const [low, high] = stripDomain({ low: 0.8, high: 1.2 }, measured, controls);
        expect(0.4 / (high - low)).toBeGreaterThan(0.04);
        expect(low).toBeLessThan(0.8);
        expect(high).toBeGreaterThan(1.2);
      }
  });

  test("with one end holds all that was measured, and of controls what does not hide it", () => {
    const [low, high] = stripDomain({ low: 0.2, high: Infinity }, [at(4, 1)], [at(1e5)]);
    expect(low).toBeLessThan(0.2);
    expect(high).toBeGreaterThan(5);
    expect(high).toBeLessThan(50);
  });

  test("is not empty for a single value", () => {
    const [low, high] = stripDomain({ low: -Infinity, high: 2 }, [at(2)], []);
    expect(high).toBeGreaterThan(low);
  });
});

test("a value beyond the edge is an arrow there, one within it a dot", () => {
  const { document } = parseHTML("<html></html>");
  const strip = (value: number) =>
    drawStrip(document, {
      band: { low: 0, high: 1 },
      interval: at(value, 0.1),
      domain: [-1, 2],
      control: false,
    });
  expect(strip(0.5).querySelectorAll("circle").length).toBe(1);
  expect(strip(0.5).querySelectorAll("path").length).toBe(0);
  for (const value of [-5, 7]) {
    expect(strip(value).querySelectorAll("circle").length).toBe(0);
    expect(strip(value).querySelectorAll("path").length).toBe(1);
  }
});
