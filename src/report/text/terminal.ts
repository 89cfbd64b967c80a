/** What a piece of terminal text is for; how it looks is the terminal's affair. */
export type Tone =
  | "strong"
  | "faint"
  | "good"
  | "bad"
  | "unsure"
  | "series-1"
  | "series-2"
  | "series-3"
  | "series-4";

/** Dresses text that is already laid out: it may add escape codes and must not change its width. */
export type TerminalStyle = (tone: Tone, text: string) => string;

/** No dress at all: for pipes, files and `NO_COLOR`. */
export const plainStyle: TerminalStyle = (_tone, text) => text;

const codes: Readonly<Record<Tone, string>> = {
  strong: "1",
  faint: "2",
  good: "32",
  bad: "31",
  unsure: "33",
  "series-1": "34",
  "series-2": "31",
  "series-3": "32",
  "series-4": "35",
};

/** The sixteen colours that every terminal has, in the shades its user chose. */
export const ansiStyle: TerminalStyle = (tone, text) =>
  text === "" ? "" : `\u001b[${codes[tone]}m${text}\u001b[0m`;

/**
 * Text that may go to a terminal: control characters, which could move the cursor or rename the
 * window, become `·`, and so do marks that turn the direction of writing. Names and paths of others
 * pass through here.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, "·");
}

/** Columns that text takes: two for East Asian wide letters and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const letter of text) {
    if (/\p{M}|\p{Cf}/u.test(letter)) continue;
    width += isWide(letter.codePointAt(0)!) ? 2 : 1;
  }
  return width;
}

function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Text in lines of at most `width` columns, broken at spaces, inside a word only where it must be. */
export function wrap(text: string, width: number): string[] {
  if (!(width >= 2)) throw new RangeError(`lines must be at least 2 columns wide, got ${width}`);
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter(Boolean)) {
    if (line && displayWidth(line) + 1 + displayWidth(word) <= width) {
      line += ` ${word}`;
      continue;
    }
    if (line) lines.push(line);
    const parts = chop(word, width);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1)!;
  }
  if (line || lines.length === 0) lines.push(line);
  return lines;
}

/** Text padded with spaces to `width` columns. */
export function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

function chop(word: string, width: number): string[] {
  const parts = [""];
  for (const letter of word) {
    if (displayWidth(parts.at(-1)! + letter) > width) parts.push("");
    parts[parts.length - 1] += letter;
  }
  return parts;
}
