import { mkdir, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type {
  Damage,
  Environment,
  Run,
  RunOrigin,
  RunStore,
  TrainingConfig,
} from "../../run/index.ts";
import { FileError } from "../files/index.ts";
import { createFolderRun, folderRun } from "./folder-run.ts";
import { readJson, type StatusRecord } from "./record.ts";

/**
 * Runs as folders below `root`, each complete in itself: `config.json`, `environment.json`,
 * `status.json`, `metrics-00001.parquet` …, `checkpoints/*.safetensors`. Nothing is locked; any
 * reader sees whole files.
 */
export function folderStore(root: string): RunStore {
  return {
    async create(config: TrainingConfig, environment: Environment, origin?: RunOrigin) {
      const folder = await freshFolder(root, config.name);
      return createFolderRun({ folder, config, environment }, origin);
    },
    async open(id) {
      const found = (await isRun(join(root, id))) ? join(root, id) : resolve(id);
      if (!(await isRun(found)))
        throw new FileError(
          `${id}: a run must be a folder with a status.json, in ${root} or by its path, got none${await hint(root)}`,
          "ENOENT",
        );
      return openFolder(found);
    },
    async list() {
      const runs: Run[] = [];
      const damage: Damage[] = [];
      for (const name of await folders(root)) {
        const folder = join(root, name);
        try {
          if (await isRun(folder)) runs.push(await openFolder(folder));
        } catch (error) {
          if (!(error instanceof FileError)) throw error;
          damage.push({ file: folder, reason: error.message });
        }
      }
      const started = (run: Run) => run.status().startedAt;
      runs.sort((a, b) => started(a).localeCompare(started(b)) || a.id.localeCompare(b.id));
      return { runs, damage };
    },
  };
}

async function openFolder(folder: string): Promise<Run> {
  const status = await readJson<StatusRecord>(join(folder, "status.json"));
  if (status.format !== "thalweg-run-1")
    throw new FileError(
      `${join(folder, "status.json")}: the format must be thalweg-run-1, got ${JSON.stringify(status.format)}`,
      "unknown",
    );
  const config = await readJson<TrainingConfig>(join(folder, "config.json"));
  const environment = await readJson<Environment>(join(folder, "environment.json"));
  return folderRun({ folder, config, environment, status });
}

/** NAME, or NAME-2, NAME-3, … where that is taken. Two processes never get the same. */
async function freshFolder(root: string, name: string): Promise<string> {
  try {
    await mkdir(root, { recursive: true });
    for (let n = 1; ; n++) {
      const folder = join(root, n === 1 ? name : `${name}-${n}`);
      try {
        await mkdir(folder);
        return folder;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new FileError(`${root}: the folder of runs must be writable, got ${code}`, code, error);
  }
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

const isRun = (folder: string) => exists(join(folder, "status.json"));

async function folders(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true }).catch(() => []); // no runs yet
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

async function hint(root: string): Promise<string> {
  const known = await folders(root);
  if (known.length === 0) return "";
  return `; runs there: ${known.slice(0, 8).join(", ")}${known.length > 8 ? ", …" : ""}`;
}
