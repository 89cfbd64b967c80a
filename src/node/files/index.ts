export { FileError } from "./file-error.ts";
export { readBytes } from "./read-bytes.ts";
export { removeLeftovers, writeAtomic } from "./write-atomic.ts";
