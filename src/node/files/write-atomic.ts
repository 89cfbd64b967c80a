import { randomBytes } from "node:crypto";
import { open, readdir, rename, stat, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FileError, codeOf } from "./file-error.ts";

const inUse = new Set<string>();

/**
 * Put bytes at a path so that a reader, a crash or a full disk sees either the previous file or the
 * new one, whole: written to a temporary name in the same folder, flushed to disk, renamed over the
 * old, and the folder flushed. The temporary file is removed where anything fails.
 *
 * @throws FileError naming the path; `code` is `ENOSPC` for a full disk. The previous file is then
 * as it was.
 */
export async function writeAtomic(path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  const temporary = join(
    folder,
    `.${basename(path)}.${process.pid}-${randomBytes(4).toString("hex")}${suffix}`,
  );
  let renamed = false;
  inUse.add(temporary);
  try {
    await writeFlushed(temporary, bytes);
    await rename(temporary, path);
    renamed = true;
    await flushFolder(folder);
  } catch (error) {
    await unlink(temporary).catch(() => undefined); // best effort: the first error is the one to tell
    const code = codeOf(error);
    throw new FileError(
      `${path}: ${ruleOf(code, bytes.length)}, got ${code}; the ${renamed ? "new file may not survive a power cut" : "previous file is untouched"}`,
      code,
      error,
    );
  } finally {
    inUse.delete(temporary);
  }
}

/**
 * Remove temporary files that a killed process left in a folder, and hand back their names. A file is
 * a leftover where its process is gone and it has not been touched for `olderThanMs` (default one
 * minute: another machine may be writing to the same folder).
 */
export async function removeLeftovers(
  folder: string,
  options: { readonly olderThanMs?: number } = {},
): Promise<string[]> {
  const { olderThanMs = 60_000 } = options;
  const removed: string[] = [];
  for (const name of await readdir(folder)) {
    const match = pattern.exec(name);
    if (!match) continue;
    const path = join(folder, name);
    if (Number(match[1]) === process.pid ? inUse.has(path) : isAlive(Number(match[1]))) continue;
    const status = await stat(path).catch(() => undefined); // gone meanwhile: somebody else cleans
    if (!status || Date.now() - status.mtimeMs < olderThanMs) continue;
    await unlink(path).catch(() => undefined);
    removed.push(name);
  }
  return removed;
}

const suffix = ".thalweg-tmp";
const pattern = /^\..+\.(\d+)-[0-9a-f]{8}\.thalweg-tmp$/;

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  await using file = await open(path, "wx");
  await file.writeFile(bytes);
  await file.sync();
}

async function flushFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return; // folders cannot be opened there
  await using handle = await open(folder, "r");
  await handle.sync();
}

function ruleOf(code: string, size: number): string {
  if (code === "ENOSPC" || code === "EDQUOT") return `the disk must have room for ${size} bytes`;
  if (code === "ENOENT") return "the folder must exist to write in";
  if (code === "EACCES" || code === "EPERM" || code === "EROFS")
    return "the folder must be writable";
  return `${size} bytes must be written whole`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0); // signal 0 only asks
    return true;
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}
