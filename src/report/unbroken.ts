const beforeSign = String.raw`(?<=(?:^|[\s,(])\S{1,6})`;
const afterSign = String.raw`(?=\S{1,8}(?:[\s,;:)]|$))`;
const sign = new RegExp(`${beforeSign} ([=−+×≈∝≤≥<>]) ${afterSign}`, "g");

/** Text whose short formulas, as η = 0.1 and 2(1 − β)/η, and percentages stay on one line. */
export function unbroken(text: string): string {
  return text.replace(sign, "\u00a0$1\u00a0").replace(/(?<=\d) %/g, "\u00a0%");
}
