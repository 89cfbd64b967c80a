import { expect, test } from "vitest";
import {
  formatBand,
  formatCount,
  formatInterval,
  formatLogTick,
  formatNumber,
  formatPlusMinus,
} from "./format.ts";

test.each([
  [0, "0"],
  [1, "1.00"],
  [0.9564, "0.956"],
  [-12.34, "−12.3"],
  [123456, "123456"],
  [0.00045, "4.50·10⁻⁴"],
  [-1.5e12, "−1.50·10¹²"],
  [NaN, "–"],
  [-Infinity, "−∞"],
])("formatNumber(%d) is %s", (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test.each([
  [{ value: 0.97234, low: 0.951, high: 0.993 }, "0.972 [0.951, 0.993]"],
  [{ value: 12.3, low: 10, high: 15 }, "12.3 [10.0, 15.0]"],
  [{ value: 1200, low: 1000, high: 1400 }, "1200 [1000, 1400]"],
  [{ value: 0.003, low: -0.021, high: 0.027 }, "0.003 [−0.021, 0.027]"],
  [{ value: 2e-5, low: 1e-5, high: 3e-5 }, "2.00·10⁻⁵ [1.00·10⁻⁵, 3.00·10⁻⁵]"],
  [{ value: 1, low: 1, high: 1 }, "1.00 [1.00, 1.00]"],
  [{ value: 912 }, "912"],
  [{ value: 0.5 }, "0.5000"],
])("formatInterval(%o) is %s", (interval, text) => {
  expect(formatInterval(interval)).toBe(text);
});

test.each([
  [0.031, 0.0021, "0.0310 ± 0.0021"],
  [41.34, 2.13, "41.3 ± 2.1"],
  [1234, 210, "1234 ± 210"],
  [-4.51e-5, 3.2e-6, "(−4.51 ± 0.32)·10⁻⁵"],
  [2e8, 3e6, "(2.000 ± 0.030)·10⁸"],
  [0.2, 3, "0.2 ± 3.0"],
  [41.30412, 1e-10, "41.3041 ± 1.0·10⁻¹⁰"],
  [41.30412, undefined, "41.30"],
  [41.30412, 0, "41.30"],
  [41.30412, Infinity, "41.30"],
] as const)("%d with a margin of %d is %s", (value, margin, text) => {
  expect(formatPlusMinus(value, margin)).toBe(text.replaceAll(" ", "\u00A0"));
});

test.each([
  [0.85, 1.15, "0.85 to 1.15"],
  [-Infinity, 0.5, "at most 0.5"],
  [2, Infinity, "at least 2"],
  [0, 0, "exactly 0"],
  [-0.1, 0.1, "−0.1 to 0.1"],
  [-Infinity, Infinity, "any value"],
])("the band from %d to %d is “%s”", (low, high, text) => {
  expect(formatBand({ low, high })).toBe(text);
});

test.each([
  [500, "500"],
  [10_000, "10k"],
  [12_500, "12.5k"],
  [1_500_000, "1.5M"],
  [0.1 + 0.2, "0.3"],
])("formatCount(%d) is %s", (value, text) => {
  expect(formatCount(value)).toBe(text);
});

test.each([
  [0.01, "0.01"],
  [1000, "1000"],
  [1e-3, "10⁻³"],
  [2e-5, "2·10⁻⁵"],
  [5e4, "5·10⁴"],
  [5000, "5000"],
  [1e6, "10⁶"],
])("formatLogTick(%d) is %s", (value, text) => {
  expect(formatLogTick(value)).toBe(text);
});
