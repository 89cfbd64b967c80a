import { readFile, stat } from "node:fs/promises";
import { FileError, codeOf } from "./file-error.ts";

/**
 * Read a whole file.
 *
 * @throws FileError where it is missing, a folder, unreadable, or larger than `maxBytes` (default
 * 2 GiB), which is checked before anything is allocated.
 */
export async function readBytes(
  path: string,
  options: { readonly maxBytes?: number } = {},
): Promise<Uint8Array> {
  const { maxBytes = 2 ** 31 } = options;
  try {
    const status = await stat(path); // before opening: a pipe without a writer would block
    if (!status.isFile()) {
      const what = status.isDirectory() ? "a folder" : "a device or pipe";
      throw new FileError(`${path}: a file must be there to read, got ${what}`, "EISDIR");
    }
    const { size } = status;
    if (size > maxBytes)
      throw new FileError(
        `${path}: a file must be at most ${maxBytes} bytes, got ${size}`,
        "EFBIG",
      );
    const bytes = await readFile(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (error) {
    if (error instanceof FileError) throw error;
    const code = codeOf(error);
    throw new FileError(
      `${path}: a file must be there to read, got ${reasons[code] ?? code}`,
      code,
      error,
    );
  }
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "nothing (ENOENT)",
  ENOTDIR: "a path through a file (ENOTDIR)",
  EACCES: "no permission (EACCES)",
};
