import { execFileSync, fork, spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";
import { afterAll, expect, suite, test } from "vitest";
import { FileError, readBytes, removeLeftovers, writeAtomic } from "./index.ts";

const scratch = mkdtempSync(join(tmpdir(), "thalweg-files-"));
afterAll(() => rmSync(scratch, { recursive: true }));
const fresh = () => mkdtempSync(join(scratch, "f-"));
const bytes = (text: string) => new TextEncoder().encode(text);
const deadPid = spawnSync(process.execPath, ["-e", ""]).pid;

async function refusal(promise: Promise<unknown>): Promise<FileError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof FileError)) throw new Error(`expected a FileError, got ${String(error)}`);
  return error;
}

suite("writeAtomic", () => {
  test("writes, replaces, and leaves nothing else behind", async () => {
    const folder = fresh();
    const path = join(folder, "a.bin");
    await writeAtomic(path, bytes("first"));
    await writeAtomic(path, bytes("second, which is longer").subarray(0, 6));
    expect(readFileSync(path, "utf8")).toBe("second");
    await writeAtomic(path, new Uint8Array());
    expect(readFileSync(path).length).toBe(0);
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  test("many writers at once leave one whole file", async () => {
    const folder = fresh();
    const path = join(folder, "a.bin");
    const versions = Array.from({ length: 20 }, (_, i) => new Uint8Array(50_000).fill(i));
    await Promise.all(versions.map((version) => writeAtomic(path, version)));
    const got = readFileSync(path);
    expect(got.length).toBe(50_000);
    expect(new Set(got).size).toBe(1);
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  test("refuses a folder that is not there", async () => {
    const path = join(fresh(), "none", "a.bin");
    const error = await refusal(writeAtomic(path, bytes("x")));
    expect(error.message).toBe(
      `${path}: the folder must exist to write in, got ENOENT; the previous file is untouched`,
    );
    expect(error.code).toBe("ENOENT");
  });

  test("leaves no temporary file where the rename fails", async () => {
    const folder = fresh();
    mkdirSync(join(folder, "a.bin", "full"), { recursive: true });
    const error = await refusal(writeAtomic(join(folder, "a.bin"), bytes("x")));
    expect(error.message).toMatch(
      /a\.bin: 1 bytes must be written whole, got E[A-Z]+; the previous file is untouched$/,
    );
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });

  test("a process killed at any moment leaves the old or the new file, whole", async () => {
    const folder = fresh();
    const path = join(folder, "a.bin");
    const size = 200_000;
    writeFileSync(path, new Uint8Array(size).fill(1));
    const writer = await buildWriter();
    for (let i = 0; i < 8; i++) {
      const child = fork(writer, [path, String(size)], { stdio: "ignore" });
      await new Promise((resolve) => child.once("message", resolve));
      await new Promise((resolve) => setTimeout(resolve, (i * 7) % 23));
      const exited = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await exited;
      const got = readFileSync(path);
      expect(got.length).toBe(size);
      expect(new Set(got).size).toBe(1);
    }
    await removeLeftovers(folder, { olderThanMs: 0 });
    expect(readdirSync(folder)).toEqual(["a.bin"]);
  });
});

/** A script that writes a file over and over, changing its bytes, through the real writeAtomic. */
async function buildWriter(): Promise<string> {
  const folder = fresh();
  const source = join(folder, "writer.ts");
  writeFileSync(
    source,
    `import { writeAtomic } from ${JSON.stringify(join(import.meta.dirname, "write-atomic.ts"))};
const [path, size] = process.argv.slice(2);
process.send("started");
for (let i = 0; ; i++) await writeAtomic(path, new Uint8Array(Number(size)).fill(i));`,
  );
  await build({
    configFile: false,
    logLevel: "silent",
    root: folder,
    build: {
      ssr: source,
      outDir: folder,
      emptyOutDir: false,
      target: "node20",
      rollupOptions: { output: { entryFileNames: "writer.mjs" } },
    },
  });
  return join(folder, "writer.mjs");
}

suite("a full disk", () => {
  test("is one clear error, and the previous file stays whole", async (context) => {
    const mount = join(fresh(), "full");
    mkdirSync(mount);
    const root = process.platform === "linux" && process.getuid?.() === 0;
    if (
      !root ||
      spawnSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", mount]).status !== 0
    ) {
      const reason = "because a small tmpfs could not be mounted (that needs root)";
      console.log(`skipped: writing to a full disk, ${reason}`);
      context.skip(reason);
    }
    try {
      const path = join(mount, "checkpoint.bin");
      const previous = new Uint8Array(100_000).fill(7);
      await writeAtomic(path, previous);
      const error = await refusal(writeAtomic(path, new Uint8Array(200_000).fill(8)));
      expect(error.code).toBe("ENOSPC");
      expect(error.message).toBe(
        `${path}: the disk must have room for 200000 bytes, got ENOSPC; the previous file is untouched`,
      );
      expect(new Uint8Array(readFileSync(path))).toEqual(previous);
      expect(readdirSync(mount)).toEqual(["checkpoint.bin"]);
      await writeAtomic(path, new Uint8Array(100_000).fill(9)); // there is room again
      expect(readFileSync(path)[0]).toBe(9);
    } finally {
      execFileSync("umount", [mount]);
    }
  });
});

suite("removeLeftovers", () => {
  const old = new Date(Date.now() - 3_600_000);
  const leave = (folder: string, name: string, time?: Date) => {
    writeFileSync(join(folder, name), "x");
    if (time) utimesSync(join(folder, name), time, time);
  };

  test("removes what dead processes left, and nothing else", async () => {
    const folder = fresh();
    leave(folder, `.a.bin.${deadPid}-00c0ffee.thalweg-tmp`, old);
    leave(folder, `.a.bin.${process.pid}-00c0ffee.thalweg-tmp`, old); // our number, but not our file
    leave(folder, `.b.bin.${process.ppid}-00c0ffee.thalweg-tmp`, old); // its process lives
    leave(folder, `.c.bin.${deadPid}-00c0ffee.thalweg-tmp`); // too young
    leave(folder, ".notes.thalweg-tmp", old);
    leave(folder, "a.bin", old);
    const removed = await removeLeftovers(folder);
    expect(removed.sort()).toEqual(
      [
        `.a.bin.${deadPid}-00c0ffee.thalweg-tmp`,
        `.a.bin.${process.pid}-00c0ffee.thalweg-tmp`,
      ].sort(),
    );
    expect(readdirSync(folder).length).toBe(4);
  });
});

suite("readBytes", () => {
  test("reads what was written", async () => {
    const path = join(fresh(), "a.bin");
    await writeAtomic(path, Uint8Array.of(0, 255, 128));
    expect(await readBytes(path)).toEqual(Uint8Array.of(0, 255, 128));
  });

  test("says what is there instead of a file", async () => {
    const folder = fresh();
    const path = join(folder, "a.bin");
    writeFileSync(path, "12345");
    symlinkSync("gone", join(folder, "link"));
    const message = async (target: string) =>
      (await refusal(readBytes(target, { maxBytes: 4 }))).message;
    expect(await message(join(folder, "b"))).toBe(
      `${join(folder, "b")}: a file must be there to read, got nothing (ENOENT)`,
    );
    expect(await message(join(folder, "link"))).toMatch(/got nothing \(ENOENT\)$/);
    expect(await message(folder)).toBe(`${folder}: a file must be there to read, got a folder`);
    expect(await message(join(path, "x"))).toMatch(/got a path through a file \(ENOTDIR\)$/);
    expect(await message("/dev/null")).toBe(
      "/dev/null: a file must be there to read, got a device or pipe",
    );
    expect(await message(path)).toBe(`${path}: a file must be at most 4 bytes, got 5`);
  });
});
