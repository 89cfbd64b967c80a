import type { DataSource } from "../data/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { Environment } from "./environment.ts";
import type { Pool } from "./pool.ts";
import type { RunStore } from "./store.ts";

/** Everything a reproduction needs from where it runs; Node and the browser each have one. */
export interface Host {
  readonly runtime: Runtime;
  readonly data: DataSource;
  readonly store: RunStore;
  readonly pool: Pool;
  readonly environment: Environment;
  /** For figures and reports. */
  readonly document: Document;
  /** Of the whole work, 0 to 1. */
  progress(fraction: number, note?: string): void;
  readonly signal: AbortSignal;
}
