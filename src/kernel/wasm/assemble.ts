// WebAssembly's binary format, as far as loops need it: a list of functions over one imported memory.
// There is no check of types but the engine's own.
//
// https://webassembly.github.io/spec/core/binary/
import { type Code, unsigned } from "./instructions.ts";

export type ValueType = "i32" | "f64" | "v128";

export interface WasmFunction {
  /** Exported under it. */
  readonly name: string;
  /** Locals 0 … are the parameters. */
  readonly parameters: readonly ValueType[];
  /** Further locals, after the parameters; zero at first. */
  readonly locals: readonly ValueType[];
  readonly result?: ValueType;
  readonly body: Code;
}

/** Magic number and version. */
const header: Code = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

const valueTypes: Readonly<Record<ValueType, number>> = { i32: 0x7f, f64: 0x7c, v128: 0x7b };

/**
 * A module that imports its memory as `env.memory`, of at least one page and any size, and exports each
 * function.
 */
export function assemble(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    ...list(parameters.map((type) => [valueTypes[type]])),
    ...list(result === undefined ? [] : [[valueTypes[result]]]),
  ]);
  const memory = [...text("env"), ...text("memory"), 0x02, 0x00, ...unsigned(1)];
  const exported = functions.map(({ name }, i) => [...text(name), 0x00, ...unsigned(i)]);
  const bodies = functions.map(({ locals, body }) => {
    const declared = list(locals.map((type) => [1, valueTypes[type]]));
    return sized([...declared, ...body, 0x0b]);
  });
  return Uint8Array.from([
    ...header,
    ...section(1, list(types)),
    ...section(2, list([memory])),
    ...section(3, list(functions.map((_, i) => unsigned(i)))),
    ...section(7, list(exported)),
    ...section(10, list(bodies)),
  ]);
}

function section(id: number, bytes: Code): Code {
  return [id, ...sized(bytes)];
}

function list(items: readonly Code[]): Code {
  return [...unsigned(items.length), ...items.flat()];
}

function sized(bytes: Code): Code {
  return [...unsigned(bytes.length), ...bytes];
}

function text(name: string): Code {
  return sized([...new TextEncoder().encode(name)]);
}
