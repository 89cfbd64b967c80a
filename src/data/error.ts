/**
 * The one error that reading data throws. The message is one line: `file: rule, got value at place`.
 * A class only so that callers can tell bad data from a fault of the program by `instanceof`.
 */
export class DataError extends Error {
  override readonly name = "DataError";
}

/** Where bytes come from and how much may be made of them; every reader takes it as its last argument. */
export interface ReadOptions {
  /** Name used in error messages; bytes have none of their own. */
  readonly file?: string;
  /** Refuse to hold more than this many decoded bytes (default 2 GiB): the bound on decompression bombs. */
  readonly maxBytes?: number;
}

export const defaultMaxBytes = 2 ** 31;

/** Throw a {@link DataError} that names the file. */
export function refuse(file: string, problem: string): never {
  throw new DataError(`${file}: ${problem}`);
}

/** Text from an untrusted file, fit for one line of an error message. */
export function quote(text: string): string {
  const short = text.length > 40 ? `${text.slice(0, 40)}…` : text;
  return JSON.stringify(short);
}
