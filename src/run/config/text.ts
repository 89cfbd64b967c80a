import { isCollection, isMap, isNode, LineCounter, parseDocument, type Document } from "yaml";
import { ConfigError } from "./config-error.ts";
import type { Problem } from "./problems.ts";

/** A config file as it was written: its value, and where each part of it stands. */
export interface ConfigText {
  readonly file: string;
  readonly value: unknown;
  /** `file:line:column` of a problem's key or value; of the innermost part that is there. */
  place(problem: Pick<Problem, "path" | "atKey">): string;
}

/** What a damaged file says more often than this, it does not say more clearly. */
const mostErrors = 10;

/**
 * Read YAML, of which JSON is a part.
 *
 * @throws ConfigError for text that is not YAML, with line and column.
 */
export function readConfigText(text: string, file: string): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    stringKeys: true,
  });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  // An unknown tag is only a warning there, and its value another than was written.
  const faults = [...document.errors, ...document.warnings];
  if (faults.length > 0)
    throw new ConfigError(
      faults
        .slice(0, mostErrors)
        .map(({ pos, message }) => `${at(pos[0])}: not YAML: ${message.replaceAll(/\s+/g, " ")}`)
        .join("\n"),
    );
  return {
    file,
    value: valueOf(document, file),
    place: ({ path, atKey }) => at(offsetOf(document, path, atKey) ?? 0),
  };
}

/** Aliases of nothing, or that multiply without end, are only seen when they are followed. */
function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    throw new ConfigError(
      `${file}: not YAML: ${error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : "unreadable"}`,
    );
  }
}

function offsetOf(
  document: Document,
  path: readonly PropertyKey[],
  atKey: boolean,
): number | undefined {
  for (let depth = path.length; depth >= 0; depth--) {
    const whole = depth === path.length;
    if (whole && atKey) {
      const key = keyOffset(document, path);
      if (key !== undefined) return key;
      continue;
    }
    const node = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (isNode(node) && node.range) {
      // A missing key is told at the key of the mapping that should hold it.
      if (!whole && depth > 0 && isCollection(node))
        return keyOffset(document, path.slice(0, depth)) ?? node.range[0];
      return node.range[0];
    }
  }
  return undefined;
}

function keyOffset(document: Document, path: readonly PropertyKey[]): number | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true);
  if (!isMap(parent)) return undefined;
  const pair = parent.items.find(({ key }) => String(key) === String(path.at(-1)));
  return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
}
