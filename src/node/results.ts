import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ResultCache } from "../paper/run-paper.ts";
import type { Json } from "../run/index.ts";
import { writeAtomic } from "./files/index.ts";

/**
 * Finished tasks as JSON files of a folder, named by the hash of what decides them. A file that
 * cannot be read as such counts as absent: the task runs again.
 */
export function folderResults(folder: string): ResultCache {
  const place = (key: string) =>
    join(folder, `${createHash("sha256").update(key).digest("hex").slice(0, 32)}.json`);
  return {
    async get(key) {
      try {
        const found = JSON.parse(await readFile(place(key), "utf8"), unmask) as Entry;
        return found.key === key ? found.value : undefined;
      } catch {
        return undefined;
      }
    },
    async put(key, value) {
      await mkdir(folder, { recursive: true });
      const entry: Entry = { key, value };
      await writeAtomic(place(key), new TextEncoder().encode(JSON.stringify(entry, mask)));
    },
  };
}

interface Entry {
  readonly key: string;
  readonly value: Json;
}

/** JSON has no NaN and no infinities: they are kept by name. */
function mask(_: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? { $number: String(value) } : value;
}

function unmask(_: string, value: unknown): unknown {
  if (typeof value === "object" && value !== null && "$number" in value)
    return Number(value.$number);
  return value;
}
