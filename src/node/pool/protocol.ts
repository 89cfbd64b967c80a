import type { Json } from "../../run/index.ts";

/** To a child. One task at a time. */
export type ToChild =
  | {
      readonly type: "work";
      readonly task: number;
      readonly name: string;
      readonly input: Json;
    }
  /** Asks the task under way to stop. */
  | { readonly type: "cancel"; readonly reason: string };

/** From a child. */
export type FromChild =
  | { readonly type: "ready" }
  | {
      readonly type: "progress";
      readonly task: number;
      readonly fraction: number;
      readonly note?: string;
    }
  | {
      readonly type: "done";
      readonly task: number;
      readonly result: Json;
      /** Processor time of the task. */
      readonly seconds: number;
    }
  | {
      readonly type: "failed";
      readonly task: number;
      readonly message: string;
      readonly stack?: string;
    };

/** What a child is started with, as JSON in its first argument. */
export interface ChildSettings {
  /** Folder of the runs. */
  readonly runs: string;
  /** URLs of modules that export `tasks`, a TaskTable. */
  readonly tables: readonly string[];
}
