/** Options of `thalweg reproduce eoss`, as the command line gives them. */
export interface ReproduceOptions {
  readonly scale: "quick" | "standard" | "paper";
  readonly seeds?: number | undefined;
  readonly seed?: string | undefined;
  readonly jobs?: number | undefined;
  /** Folder of report.html. */
  readonly report: string;
  /** File for the results as JSON. */
  readonly json?: string | undefined;
  readonly dataDir?: string | undefined;
  /** Folder of the runs. */
  readonly runs: string;
  readonly quiet?: true | undefined;
}

/** Reproduce the paper's claims and hand back the exit code. */
export async function reproduceEoss({ scale }: ReproduceOptions): Promise<number> {
  throw new Error(`reproduce eoss at scale ${scale} is not in this version`);
}
