// Instructions of WebAssembly. An expression is the list of its bytes, operands before operators, so that a
// loop can be written with functions.
//
// https://webassembly.github.io/spec/core/binary/instructions.html
// https://github.com/WebAssembly/simd/blob/main/proposals/simd/BinarySIMD.md

/** Bytes of an expression or a statement. */
export type Code = readonly number[];

/** LEB128. */
export function unsigned(value: number): Code {
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
/** A SIMD operator; its operands come before it. */
export const simd = (op: number): Code => [0xfd, ...unsigned(op)];

export const local = {
  get: (i: number): Code => [0x20, ...unsigned(i)],
  /** What `value` leaves on the stack; of nothing, what is there already. */
  set: (i: number, value: Code): Code => [...value, 0x21, ...unsigned(i)],
};

export const i32 = {
  const: (value: number): Code => [0x41, ...signed(value)],
  add: (a: Code, b: Code): Code => [...a, ...b, 0x6a],
  lessUnsigned: (a: Code, b: Code): Code => [...a, ...b, 0x49],
  mul: (a: Code, b: Code): Code => [...a, ...b, 0x6c],
  shiftLeft: (a: Code, bits: number): Code => [...a, 0x41, ...signed(bits), 0x74],
  /** Signed. */
  less: (a: Code, b: Code): Code => [...a, ...b, 0x48],
  equal: (a: Code, b: Code): Code => [...a, ...b, 0x46],
  load: (address: Code, offset = 0): Code => [...address, 0x28, ...at(2, offset)],
  store: (address: Code, value: Code, offset = 0): Code => [
    ...address,
    ...value,
    0x36,
    ...at(2, offset),
  ],
  isZero: (a: Code): Code => [...a, 0x45],
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

/** If any bit of a vector is set. */
export const anyTrue = (a: Code): Code => [...a, ...simd(0x53)];

/** The statements, which `exit` leaves: how many blocks and loops stand between is its argument. */
export const block = (body: Code): Code => [0x02, 0x40, ...body, 0x0b];
export const exitIf = (condition: Code, depth: number): Code => [
  ...condition,
  0x0d,
  ...unsigned(depth),
];
export const when = (condition: Code, body: Code): Code => [
  ...condition,
  0x04,
  0x40,
  ...body,
  0x0b,
];

/** Do the body, again as long as the condition holds after it. */
export function doWhile(body: Code, condition: Code): Code {
  return [0x03, 0x40, ...body, ...condition, 0x0d, 0x00, 0x0b];
}
