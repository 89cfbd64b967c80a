import { afterAll, beforeAll, expect } from "vitest";

// Every typed array made by length is counted, so that a size that is believed too early shows even
// where the memory is never touched.
const arrayTypes = [
  "Uint8Array",
  "Int8Array",
  "Int16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
] as const;
let allocated = 0;

/** Count typed arrays for the tests of a file; `within` needs it. */
export function meterAllocations(): void {
  const originals = new Map<string, unknown>();
  beforeAll(() => {
    for (const type of arrayTypes) {
      const original = globalThis[type] as unknown as {
        new (...args: unknown[]): object;
        BYTES_PER_ELEMENT: number;
      };
      originals.set(type, original);
      const metered = new Proxy(original, {
        construct(target, args: unknown[]) {
          const [first] = args;
          if (typeof first === "number") allocated += first * target.BYTES_PER_ELEMENT;
          return new target(...args);
        },
      });
      define(type, metered);
    }
  });
  afterAll(() => {
    for (const [type, original] of originals) define(type, original);
  });
}

export interface Bounds {
  /** Of typed arrays, in all. */
  readonly bytes: number;
  readonly milliseconds: number;
}

/** What an action throws, undefined where it throws nothing; it must stay within its bounds. */
export function within({ bytes, milliseconds }: Bounds, action: () => unknown): unknown {
  allocated = 0;
  const start = performance.now();
  let thrown: unknown;
  try {
    action();
  } catch (error) {
    thrown = error;
  }
  expect(allocated).toBeLessThanOrEqual(bytes);
  expect(performance.now() - start).toBeLessThan(milliseconds);
  return thrown;
}

function define(type: string, value: unknown): void {
  Object.defineProperty(globalThis, type, { value, configurable: true, writable: true });
}
