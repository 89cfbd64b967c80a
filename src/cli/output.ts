import { styleText } from "node:util";

/** How a command speaks: to a person at a terminal, into a file, to a program, or hardly at all. */
export interface OutputOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** The streams a command speaks on; a test gives its own. */
export interface Streams {
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown };
  /** Whether `err` is a terminal that lines can be redrawn on. */
  readonly live: boolean;
  readonly columns: number;
  readonly colour: boolean;
}

export function processStreams(): Streams {
  const { stdout, stderr, env } = process;
  const plain = (env.NO_COLOR ?? "") !== "";
  return {
    out: stdout,
    err: stderr,
    live: stderr.isTTY && env.TERM !== "dumb",
    columns: stderr.columns ?? 80,
    colour: !plain && stdout.isTTY && env.TERM !== "dumb",
  };
}

export interface Output {
  /** A line for people: results and where they are. */
  readonly say: (line: string) => void;
  /** One line on what was got over; also where quiet. */
  readonly warn: (line: string) => void;
  /** An event for programs: one line of JSON, where they listen. */
  readonly event: (kind: string, about: Readonly<Record<string, unknown>>) => void;
  readonly progress: Progress;
  readonly style: Style;
}

export interface Progress {
  /** Of the whole work, 0 to 1, with a note that stands behind it. */
  update(fraction: number, note?: string): void;
  /** Take the bar away; what is said next begins on a clean line. */
  clear(): void;
}

export type Style = (format: "bold" | "dim" | "red" | "green" | "yellow", text: string) => string;

export function output(
  { json = false, quiet = false }: OutputOptions,
  streams: Streams = processStreams(),
): Output {
  const style: Style = (format, text) => (streams.colour ? styleText(format, text) : text);
  const bar = json || quiet ? silent : streams.live ? liveBar(streams, style) : plainLines(streams);
  return {
    style,
    progress: bar,
    say(line) {
      bar.clear();
      if (!json && !quiet) streams.out.write(`${line}\n`);
    },
    warn(line) {
      bar.clear();
      streams.err.write(`warning: ${line}\n`);
    },
    event(kind, about) {
      if (json) streams.out.write(`${JSON.stringify({ event: kind, ...about }, spelled)}\n`);
    },
  };
}

/** JSON has no NaN and no infinities: they are spelled out. */
function spelled(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}

const silent: Progress = { update: () => undefined, clear: () => undefined };

function liveBar({ err, columns }: Streams, style: Style): Progress {
  const clock = estimator();
  let drawnAt = 0;
  let drawn = false;
  return {
    update(fraction, note = "") {
      const left = clock(fraction);
      const now = performance.now();
      if (now - drawnAt < 100 && fraction < 1) return;
      drawnAt = now;
      const width = 24;
      const full = Math.round(fraction * width);
      const blocks = `${"█".repeat(full)}${style("dim", "░".repeat(width - full))}`;
      const tail = ` ${percent(fraction)}  ${[note, left].filter(Boolean).join("  ")}`;
      err.write(`\r\u001B[2K${blocks}${tail.slice(0, Math.max(0, columns - width - 1))}`);
      drawn = true;
    },
    clear() {
      if (drawn) err.write("\r\u001B[2K");
      drawn = false;
    },
  };
}

/** Where lines stay: one at every tenth, and after a minute of silence. */
function plainLines({ err }: Streams): Progress {
  const clock = estimator();
  let told = 0;
  let toldAt = performance.now();
  return {
    update(fraction, note = "") {
      const left = clock(fraction);
      const tenth = Math.floor(fraction * 10 + 1e-9);
      const now = performance.now();
      if (tenth <= told && (now - toldAt < 60_000 || fraction >= 1)) return;
      told = Math.max(told, tenth);
      toldAt = now;
      err.write(`${percent(fraction)}  ${[note, left].filter(Boolean).join("  ")}\n`);
    },
    clear: () => undefined,
  };
}

const percent = (fraction: number) => `${Math.floor(fraction * 100 + 1e-9)} %`.padStart(5);

/** Time left at the pace so far, counted from the first report: a resumed run does not begin at 0. */
function estimator(): (fraction: number) => string {
  let first: { readonly at: number; readonly fraction: number } | undefined;
  return (fraction) => {
    const at = performance.now();
    first ??= { at, fraction };
    const done = fraction - first.fraction;
    if (done <= 0 || fraction >= 1 || at - first.at < 1000) return "";
    return `${duration(((at - first.at) * (1 - fraction)) / done)} left`;
  };
}

/** Milliseconds in words, two units at most. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (milliseconds < 10_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${String(seconds % 60).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** 1234567 as 1,234,567. */
export const grouped = (value: number) => value.toLocaleString("en-US");

/** Four significant digits. */
export const short = (value: number) =>
  Number.isFinite(value) ? String(Number(value.toPrecision(4))) : String(value);
