import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { options } from "./options.ts";
import type { Contender } from "./timing.ts";

/** A Python process with PyTorch that does timed work on request. */
export interface Peer extends AsyncDisposable {
  readonly threads: number;
  readonly version: string;
  /** Send a request and wait for its answer; throws what the peer says went wrong. */
  ask(request: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Hand arrays over as a file; returns its path. */
  put(data: ArrayBufferView): Promise<string>;
  /** Read float32 numbers that the peer wrote. */
  take(path: string): Promise<Float32Array>;
}

/** A peer's source, seen from .cache/bench/bench. */
const scriptOf = (name: string) =>
  new URL(`../../../bench/peers/${name}`, import.meta.url).pathname;

/**
 * PyTorch peers, one process for each number of threads: builds on OpenBLAS take the number of
 * threads from the environment at their start. Empty, with the reason printed, where there is none.
 */
export async function torchPeers(): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const threads of options.threads) {
    try {
      peers.push(await startPeer("torch_peer.py", threads));
    } catch (error) {
      console.log(`peer      missing: ${(error as Error).message}`);
      return [];
    }
  }
  console.log(
    `peer      ${peers[0]?.version}, one process for each of ${options.threads.join(", ")} threads`,
  );
  return peers;
}

/** A process of `script` in bench/peers, told to use so many threads. */
export async function startPeer(script: string, threads: number): Promise<Peer> {
  const python = process.env.THALWEG_PEER_PYTHON ?? "python3";
  const folder = await mkdtemp(join(tmpdir(), "thalweg-bench-"));
  const count = String(threads);
  const child = spawn(python, [scriptOf(script)], {
    stdio: ["pipe", "pipe", "inherit"],
    env: {
      ...process.env,
      OMP_NUM_THREADS: count,
      OPENBLAS_NUM_THREADS: count,
      MKL_NUM_THREADS: count,
    },
  });
  const lines = answers(child, python);
  let files = 0;
  const ask = async (request: Record<string, unknown>) => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const answer = JSON.parse(await lines()) as Record<string, unknown>;
    if (typeof answer.error === "string") throw new Error(answer.error);
    return answer;
  };
  const { version } = await ask({ command: "hello", threads, folder, cpuClock: options.cpuClock });
  return {
    threads,
    version: String(version),
    ask,
    async put(data) {
      const path = join(folder, `in-${files++}`);
      await writeFile(path, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
      return path;
    },
    async take(path) {
      const bytes = await readFile(path);
      return new Float32Array(
        bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
      );
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end();
      await new Promise((resolve) => child.once("close", resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The child's lines, one at a time; an end or a missing program is an error to whoever waits. */
function answers(
  child: ChildProcessByStdio<Writable, Readable, null>,
  python: string,
): () => Promise<string> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => {
    child.once("error", () => reject(new Error(`${python} could not be started`)));
  });
  failed.catch(() => undefined);
  return async () => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error(`${python} ended: what it needs is missing, or see above`);
    return value;
  };
}

/** Work that the peer knows by `id` and `variant`. */
export function peerContender(peer: Peer, id: string, variant: string): Contender {
  return {
    name: `PyTorch, ${variant}`,
    side: "peer",
    threads: peer.threads,
    async run(repeats) {
      const { seconds } = await peer.ask({ command: "run", id, variant, repeats });
      return Number(seconds);
    },
  };
}
