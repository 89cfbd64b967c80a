/** A file that could not be read or written. The message is one line that begins with the path. */
export class FileError extends Error {
  override readonly name = "FileError";
  /** The system's name of the fault: `ENOENT`, `ENOSPC`, … */
  readonly code: string;

  constructor(message: string, code: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The system's code of an error, or `unknown`. */
export function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "unknown";
}
