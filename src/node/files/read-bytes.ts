import { open } from "node:fs/promises";
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
    await using file = await open(path, "r");
    const { size } = await file.stat();
    if (size > maxBytes)
      throw new FileError(
        `${path}: a file must be at most ${maxBytes} bytes, got ${size}`,
        "EFBIG",
      );
    const bytes = await file.readFile();
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
  EISDIR: "a folder (EISDIR)",
  ENOTDIR: "a path through a file (ENOTDIR)",
  EACCES: "no permission (EACCES)",
};
