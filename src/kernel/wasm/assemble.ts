// WebAssembly's binary format, as far as a loop over vectors needs it: a list of functions over one
// imported memory. An expression is the list of its bytes, operands before operators, so that a loop can be
// written with functions. There is no check of types but the engine's own.
//
// https://webassembly.github.io/spec/core/binary/
// https://github.com/WebAssembly/simd/blob/main/proposals/simd/BinarySIMD.md

/** Bytes of an expression or a statement. */
export type Code = readonly number[];

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

/** LEB128. */
function unsigned(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) | 128);
  }
}

function signed(value: number): Code {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7) {
    const low = rest & 127;
    if (rest >> 6 === 0 || rest >> 6 === -1) return [...bytes, low];
    bytes.push(low | 128);
  }
}

/** `offset` bytes beyond an address of alignment 2^`align`. */
const at = (align: number, offset: number): Code => [...unsigned(align), ...unsigned(offset)];
const simd = (op: number): Code => [0xfd, ...unsigned(op)];

export const local = {
  get: (i: number): Code => [0x20, ...unsigned(i)],
  set: (i: number, value: Code): Code => [...value, 0x21, ...unsigned(i)],
};

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  lessUnsigned: (a: Code, b: Code): Code => [...a, ...b, 0x49],
};

export const f64 = {
  load: (address: Code, offset = 0): Code => [...address, 0x2b, ...at(3, offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    0x39,
    ...at(3, offset),
  ],
  add: (a: Code, b: Code): Code => [...a, ...b, 0xa0],
};

export const v128 = {
  load: (address: Code, offset = 0): Code => [...address, ...simd(0x00), ...at(4, offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x0b),
    ...at(4, offset),
  ],
  /** Eight bytes into the lower half. */
  loadHalf: (address: Code, offset = 0): Code => [...address, ...simd(0x5d), ...at(3, offset)],
  /** The lower half. */
  storeHalf: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    ...simd(0x5b),
    ...at(3, offset),
    0,
  ],
};

export const f64x2 = {
  splat: (x: Code): Code => [...x, ...simd(0x14)],
  lane: (a: Code, lane: 0 | 1): Code => [...a, ...simd(0x21), lane],
  add: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xf0)],
  sub: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xf1)],
  mul: (a: Code, b: Code): Code => [...a, ...b, ...simd(0xf2)],
  /** Of the two lower of four float32. */
  promote: (a: Code): Code => [...a, ...simd(0x5f)],
  /** To the two lower of four float32. */
  demote: (a: Code): Code => [...a, ...simd(0x5e)],
};

/** Do the body, again as long as the condition holds after it. */
export function doWhile(body: Code, condition: Code): Code {
  return [0x03, 0x40, ...body, ...condition, 0x0d, 0x00, 0x0b];
}
