import type { Interval } from "./interval.ts";

/**
 * A number with `digits` significant digits, in plain notation from 1e-3 to 1e6 and with a power of
 * ten outside (`4.5·10⁻⁴`). Not-a-number is a dash.
 */
export function formatNumber(value: number, digits = 3): string {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : minus("-∞");
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e6) {
    const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
    return minus(value.toFixed(Math.min(decimals, 12)));
  }
  const [mantissa, exponent] = value.toExponential(digits - 1).split("e");
  return minus(`${mantissa}·10${superscript(Number(exponent))}`);
}

/**
 * A value with its interval, `0.972 [0.951, 0.993]`, to two significant digits of the interval's
 * half width. A value without an interval is exact and stands alone.
 */
export function formatInterval({ value, low, high }: Interval): string {
  if (low === undefined || high === undefined)
    return Number.isInteger(value) && Math.abs(value) < 1e6
      ? minus(`${value}`)
      : formatNumber(value, 4);
  const half = Math.abs(high - low) / 2;
  const size = Math.max(Math.abs(value), Math.abs(low), Math.abs(high));
  if (!(half > 0) || !Number.isFinite(half) || size >= 1e5 || size < 1e-3)
    return `${formatNumber(value)} [${formatNumber(low)}, ${formatNumber(high)}]`;
  const decimals = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(half))));
  const fixed = (x: number) => minus(x.toFixed(decimals));
  return `${fixed(value)} [${fixed(low)}, ${fixed(high)}]`;
}

/**
 * A value with its margin, `0.0310 ± 0.0021`, to two significant digits of the margin, and unbroken;
 * one without a margin to `digits`. Where the value
 * is too large or too small for plain notation both share its power of ten: `(4.51 ± 0.32)·10⁻⁵`.
 */
export function formatPlusMinus(value: number, margin?: number, digits = 4): string {
  if (margin === undefined || !(margin > 0) || !Number.isFinite(margin) || !Number.isFinite(value))
    return formatNumber(value, digits);
  const size = Math.max(Math.abs(value), margin);
  if (margin < 1e-6 * Math.abs(value))
    return `${formatNumber(value, 6)}\u00A0±\u00A0${formatNumber(margin, 2)}`;
  const exponent = Math.floor(Math.log10(size));
  const plain = size >= 1e-3 && size < 1e6;
  const unit = plain ? 1 : 10 ** exponent;
  const decimals = Math.min(8, Math.max(0, 1 - Math.floor(Math.log10(margin / unit))));
  const fixed = (x: number) => minus((x / unit).toFixed(decimals));
  const both = `${fixed(value)}\u00A0±\u00A0${fixed(margin)}`;
  return plain ? both : `(${both})·10${superscript(exponent)}`;
}

/** A band of accepted values: `0.85 to 1.15`, `at most 0.5`, `at least 2`, `exactly 0`. */
export function formatBand({ low, high }: { low: number; high: number }): string {
  if (low === high) return `exactly ${plain(low)}`;
  if (low === -Infinity && high === Infinity) return "any value";
  if (low === -Infinity) return `at most ${plain(high)}`;
  if (high === Infinity) return `at least ${plain(low)}`;
  return `${plain(low)} to ${plain(high)}`;
}

/** Ticks of counts: `500`, `10k`, `1.5M`. */
export function formatCount(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return minus(`${+(value / 1e6).toFixed(2)}M`);
  if (size >= 1e4) return minus(`${+(value / 1e3).toFixed(1)}k`);
  return minus(`${+value.toFixed(3)}`);
}

/** Ticks of a logarithmic axis: plain from 0.01 to 9,999, powers of ten outside. */
export function formatLogTick(value: number): string {
  const exponent = Math.floor(Math.log10(value) + 1e-9);
  if (exponent >= -2 && exponent <= 3) return `${+value.toPrecision(3)}`;
  const mantissa = +(value / 10 ** exponent).toPrecision(3);
  return mantissa === 1 ? `10${superscript(exponent)}` : `${mantissa}·10${superscript(exponent)}`;
}

/** Ticks of a signed logarithmic axis. */
export function formatSignedLogTick(value: number): string {
  if (value === 0) return "0";
  return value < 0 ? `−${formatLogTick(-value)}` : formatLogTick(value);
}

function plain(value: number): string {
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e6
    ? minus(`${+value.toPrecision(6)}`)
    : formatNumber(value);
}

function superscript(exponent: number): string {
  return String(exponent).replace(/[-\d]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(c)]));
}

function minus(text: string): string {
  return text.replace(/-/g, "−");
}
