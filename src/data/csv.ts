import { gunzip } from "./deflate.ts";
import { quote, refuse, type ReadOptions } from "./error.ts";

/** One record of a CSV file and the line on which it begins, counted from 1. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * Split CSV bytes (UTF-8, gzipped or not) into records, by RFC 4180: fields in double quotes may hold
 * delimiters, line breaks and doubled quotes. Blank lines are skipped; fields are trimmed unless
 * quoted.
 *
 * @throws DataError for bytes that are not UTF-8, a quote that is not closed, or text after one.
 */
export function* csvRecords(
  bytes: Uint8Array,
  options: ReadOptions & { readonly delimiter?: string } = {},
): Generator<CsvRecord> {
  const { file = "csv data", delimiter = "," } = options;
  if (delimiter.length !== 1 || delimiter === '"' || delimiter === "\n")
    throw new RangeError(
      `the delimiter must be one character, neither a quote nor a line break, got ${quote(delimiter)}`,
    );
  const text = decodeText(gunzip(bytes, { ...options, file }), file);
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const first = line;
    const fields: string[] = [];
    for (;;) {
      while (text[at] === " ") at++;
      if (text[at] === '"') {
        const quoted = readQuoted(text, at, file, line);
        fields.push(quoted.value);
        line += quoted.lines;
        at = quoted.end;
        while (text[at] === " " || text[at] === "\r") at++;
        if (at < text.length && text[at] !== delimiter && text[at] !== "\n")
          refuse(
            file,
            `a closing quote must end the field, got ${quote(text[at])} at row ${line}, column ${fields.length}`,
          );
      } else {
        let end = at;
        while (end < text.length && text[end] !== delimiter && text[end] !== "\n") end++;
        fields.push(text.slice(at, end).trim());
        at = end;
      }
      if (text[at] !== delimiter) break;
      at++;
    }
    at++; // the line break
    line++;
    if (fields.length > 1 || fields[0] !== "") yield { line: first, fields };
  }
}

/** @throws DataError where the bytes are not UTF-8, or too many. A byte order mark is dropped. */
export function decodeText(bytes: Uint8Array, file: string): string {
  if (bytes.length > maxTextBytes)
    refuse(file, `text must be at most ${maxTextBytes} bytes, got ${bytes.length}`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    refuse(file, `text must be UTF-8, got other bytes among its ${bytes.length}`);
  }
}

const maxTextBytes = 500_000_000; // engines hold strings of about 2^29 characters

function readQuoted(
  text: string,
  open: number,
  file: string,
  line: number,
): { value: string; end: number; lines: number } {
  let value = "";
  let from = open + 1;
  for (;;) {
    const close = text.indexOf('"', from);
    if (close < 0)
      refuse(file, `a quoted field must be closed, got the end of the file after row ${line}`);
    value += text.slice(from, close);
    if (text[close + 1] !== '"')
      return { value, end: close + 1, lines: value.split("\n").length - 1 };
    value += '"';
    from = close + 2;
  }
}
