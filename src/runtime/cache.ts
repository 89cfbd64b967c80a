import type { GraphFunction } from "../graph/walk.ts";
import { fingerprint } from "./fingerprint.ts";
import type { CompileOptions, Executable, Runtime } from "./runtime.ts";

export interface CompileCache extends AsyncDisposable {
  /** How many executables are kept, and their bytes. */
  readonly size: number;
  readonly bytes: number;
  /**
   * The executable of a function, compiled at its first use. It belongs to the cache: do not dispose
   * it, and do not keep it beyond `use`, after which it may be evicted.
   */
  use<R>(
    fn: GraphFunction,
    work: (executable: Executable) => Promise<R>,
    options?: CompileOptions,
  ): Promise<R>;
  dispose(): Promise<void>;
}

interface Entry {
  readonly executable: Promise<Executable>;
  bytes: number;
  users: number;
}

/**
 * Executables by structure, least recently used out first once they weigh more than `budget` bytes.
 * One that is in use is disposed only after its last user is done. Functions of equal structure,
 * traced at different times, share one.
 */
export function compileCache(runtime: Runtime, { budget }: { budget: number }): CompileCache {
  if (!(budget > 0))
    throw new RangeError(`budget must be a positive number of bytes, got ${budget}`);
  const entries = new Map<string, Entry>(); // in order of last use
  const keys = new WeakMap<GraphFunction, string>();
  let bytes = 0;
  let closed = false;

  function keyOf(fn: GraphFunction, { threads, optimization }: CompileOptions): string {
    let key = keys.get(fn);
    if (key === undefined) keys.set(fn, (key = fingerprint(fn)));
    return `${key}|${threads}|${optimization}`;
  }

  function acquire(fn: GraphFunction, options: CompileOptions): Entry {
    const key = keyOf(fn, options);
    let entry = entries.get(key);
    if (entry === undefined) {
      const made: Entry = { executable: runtime.compile(fn, options), bytes: 0, users: 0 };
      made.executable.then(
        (executable) => {
          made.bytes = executable.bytes;
          if (entries.get(key) === made) bytes += made.bytes;
        },
        () => entries.get(key) === made && entries.delete(key),
      );
      entry = made;
    }
    entries.delete(key);
    entries.set(key, entry);
    entry.users++;
    return entry;
  }

  /** The newest entry stays even if it alone exceeds the budget. */
  async function evict(): Promise<void> {
    const leaving: Entry[] = [];
    for (const [key, entry] of entries) {
      if (!closed && (bytes <= budget || entries.size === 1)) break;
      if (entry.users > 0) continue;
      entries.delete(key);
      bytes -= entry.bytes;
      leaving.push(entry);
    }
    await Promise.all(leaving.map(async ({ executable }) => (await executable).dispose()));
  }

  const cache: Omit<CompileCache, typeof Symbol.asyncDispose> = {
    get size() {
      return entries.size;
    },
    get bytes() {
      return bytes;
    },
    async use(fn, work, options = {}) {
      if (closed) throw new Error("the cache has been disposed");
      const entry = acquire(fn, options);
      try {
        return await work(await entry.executable);
      } finally {
        entry.users--;
        await evict();
      }
    },
    async dispose() {
      closed = true;
      await evict();
    },
  };
  return Object.defineProperty(cache, Symbol.asyncDispose, {
    value: () => cache.dispose(),
  }) as CompileCache;
}
