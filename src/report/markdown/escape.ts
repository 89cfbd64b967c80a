/**
 * Text so that Markdown reads it as itself, wherever on a line it stands but at the beginning: for that
 * there is `escapeStart`. White space is one space, as in HTML. A lone `]` means nothing and stays, for
 * intervals to be legible; within a link's text it would close it.
 */
export function escapeText(text: string): string {
  return text
    .replace(/[\t\n\v\f\r ]+/g, " ")
    .replace(/[\\`*_[<|~]/g, "\\$&")
    .replace(/&(?=[#a-z0-9])/gi, "\\&")
    .replace(/\$/g, "<span>\\$$</span>"); // code hosts look for formulas after the escapes are gone
}

/** A line of Markdown that begins no heading, list, quotation or rule. */
export function escapeStart(line: string): string {
  return line
    .replace(/^(?:#{1,6}(?= |$)|[-+](?= |$)|-(?=[- ]*$)|>)/, "\\$&")
    .replace(/^(\d{1,9})([.)])(?= |$)/, "$1\\$2");
}

/** Text for HTML that Markdown leaves alone, as in a `summary`. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\t\n\v\f\r ]+/g, " ")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;");
}

/** Text as it is, in one line; an element where it holds `|`, which a table would be cut at. */
export function codeSpan(text: string): string {
  const line = text.replace(/[\t\n\v\f\r]+/g, " ");
  if (line === "") return "";
  if (line.includes("|") || line.trim() === "") return `<code>${escapeText(line)}</code>`;
  const rim = "`".repeat(longestRun(line) + 1);
  const room = /^`|`$|^ .* $/.test(line) ? " " : "";
  return `${rim}${room}${line}${room}${rim}`;
}

/** Text as a block of code, whatever fences it holds itself. */
export function codeBlock(text: string, language = ""): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.replace(/\n$/, "")}\n${fence}`;
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}

/** An address between round brackets: what would end it is written in per cent. */
export function destination(href: string): string {
  const hex = (c: string) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
  return href.replace(/[\t\n\v\f\r ()<>\\|"`]/g, hex);
}
