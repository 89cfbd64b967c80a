import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { editDistance } from "../../numeric/index.ts";
import { ConfigError, type InspectConfig } from "../../run/index.ts";

/** Whether a whole name fits, where `*` stands for any characters and `?` for one. */
function globPattern(glob: string): RegExp {
  const own = glob.replaceAll(/[\\^$.*+?()[\]{}|]/g, (c) => (c === "*" ? ".*" : c === "?" ? "." : `\\${c}`)); // prettier-ignore
  return new RegExp(`^${own}$`, "s");
}

/**
 * Files of a folder whose names match, in the order of their numbers.
 *
 * @throws ConfigError where there is none.
 */
export async function matchingFiles(flag: string, glob: string): Promise<string[]> {
  const folder = dirname(glob);
  const pattern = globPattern(basename(glob));
  const all = await readdir(folder).catch(() => []); // a folder that is not there holds no match
  const found = all
    .filter((name) => pattern.test(name))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
  if (found.length === 0) throw new ConfigError(`${flag} must match a file, got none for ${glob}`);
  return found.map((name) => join(folder, name));
}

/** Which parameters are measured: those of `--only`, without those of `--freeze`. */
export function chosenParameters({
  only,
  freeze,
}: InspectConfig): ((name: string, all: readonly string[]) => boolean) | undefined {
  if (!only && !freeze) return undefined;
  const [kept, held] = [only?.map(globPattern), freeze?.map(globPattern)];
  let checked = false;
  return (name, all) => {
    if (!checked) {
      requireMatches("--only", only ?? [], all);
      requireMatches("--freeze", freeze ?? [], all);
      checked = true;
    }
    return (kept?.some((own) => own.test(name)) ?? true) && !held?.some((own) => own.test(name));
  };
}

/** A glob that matches nothing is a misspelling, and would silently measure something else. */
function requireMatches(flag: string, globs: readonly string[], names: readonly string[]): void {
  for (const glob of globs) {
    const pattern = globPattern(glob);
    if (names.some((name) => pattern.test(name))) continue;
    const word = glob.replaceAll(/[*?]/g, "");
    const near = names
      .map((name) => ({ name, distance: editDistance(word, name) }))
      .sort((a, b) => a.distance - b.distance)
      .slice(0, 3);
    throw new ConfigError(
      `${flag} must match a parameter, got none for "${glob}"; the nearest are ${near.map(({ name }) => name).join(", ")}`,
    );
  }
}
