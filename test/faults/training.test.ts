import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { long } from "./built.ts";
import { smallConfig, start, thalweg } from "./cli.ts";
import { expectSameRun, resultOf, statusOf } from "./runs.ts";

let scratch = "";
let runs = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "thalweg-faults-"));
  runs = join(scratch, "runs");
  await writeFile(join(scratch, "small.yaml"), smallConfig);
  const control = await thalweg(["train", "small.yaml", "--name", "control"], scratch);
  expect(control).toMatchObject({ code: 0 });
});
afterAll(() => rm(scratch, { recursive: true }));

const small = ["train", "small.yaml", "--quiet"];

describe("kill -9", () => {
  const kills = long ? 50 : 10;
  test(`${kills} of ${kills} killed runs resume to the same bits`, async () => {
    let killed = 0;
    for (let k = 0; killed < kills; k++) {
      expect(k).toBeLessThan(3 * kills); // a run that ends before its kill does not count
      const id = `killed-${k}`;
      const { child, ended } = start([...small, "--name", id], scratch);
      await untilRunning(id);
      await sleep(Math.random() * 2500);
      child.kill("SIGKILL");
      const first = await ended;
      if (first.signal !== "SIGKILL" || (await statusOf(runs, id)).state === "finished") continue;
      killed++;
      // A second kill, while it resumes, in every third.
      if (killed % 3 === 0) {
        const again = start(["resume", id, "--quiet"], scratch);
        await sleep(300 + Math.random() * 700);
        again.child.kill("SIGKILL");
        await again.ended;
      }
      if ((await statusOf(runs, id)).state !== "finished")
        expect(await thalweg(["resume", id, "--quiet"], scratch)).toMatchObject({ code: 0 });
      await expectSameRun(runs, id, "control");
      const names = await readdir(join(runs, id));
      expect(names.filter((name) => name.includes("tmp"))).toEqual([]);
      await rm(join(runs, id), { recursive: true });
    }
  }, 3_600_000);

  test("a killed run is listed as killed", async () => {
    const { child, ended } = start([...small, "--name", "gone", "--set", "steps=1000000"], scratch);
    await untilRunning("gone");
    child.kill("SIGKILL");
    await ended;
    const { out } = await thalweg(["runs"], scratch);
    expect(out).toMatch(/^gone +killed +[\d,]+ of 1,000,000 /m);
  });
});

describe("SIGINT", () => {
  test("writes a checkpoint, ends with 130, and resumes to the same bits", async () => {
    const { child, ended } = start(["train", "small.yaml", "--name", "interrupted"], scratch);
    await untilRunning("interrupted", 150);
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    expect(code).toBe(130);
    expect(err).toContain("stopping at the next step; press again to stop at once\n");
    const { state, step, checkpoints } = await statusOf(runs, "interrupted");
    expect(state).toBe("interrupted");
    expect(checkpoints.at(-1)?.step).toBe(step);
    expect(out).toContain("of 3,000; go on with: thalweg resume runs/interrupted\n");
    const resumed = await thalweg(["resume", "interrupted"], scratch);
    expect(resumed).toMatchObject({ code: 0 });
    expect(resumed.out).toContain("going on from step ");
    await expectSameRun(runs, "interrupted", "control");
    const again = await thalweg(["resume", "interrupted"], scratch);
    expect(again).toMatchObject({
      code: 2,
      err: "error: interrupted has finished at step 3000, so there is nothing to resume; for more steps: thalweg fork interrupted --at 3000 --set steps=6000\n",
    });
  });

  test("a run that somebody works on is not resumed twice", async () => {
    const { child, ended } = start([...small, "--name", "busy", "--set", "steps=1000000"], scratch);
    await untilRunning("busy");
    expect(await thalweg(["resume", "busy"], scratch)).toMatchObject({
      code: 2,
      err: "error: busy: a process is at work on this run; wait for its end, or say --force if that is another program\n",
    });
    child.kill("SIGINT");
    expect((await ended).code).toBe(130);
  });
});

describe("a corrupted checkpoint", () => {
  test("is named, the one before is used, and the end is the same", async () => {
    const { child, ended } = start([...small, "--name", "corrupt"], scratch);
    await untilRunning("corrupt", 450);
    child.kill("SIGKILL");
    await ended;
    const { checkpoints } = await statusOf(runs, "corrupt");
    const [before, last] = checkpoints.slice(-2);
    const file = join(runs, "corrupt", last.file);
    const bytes = await readFile(file);
    bytes[bytes.length >> 1] ^= 0x10;
    await writeFile(file, bytes);
    const { code, err } = await thalweg(["resume", "corrupt", "--quiet"], scratch);
    expect(code).toBe(0);
    expect(err).toMatch(
      new RegExp(
        `^warning: runs/corrupt/${last.file}: the checkpoint must have the checksum \\w{12}…, got \\w{12}…; going back to step ${before.step}\n$`,
      ),
    );
    await expectSameRun(runs, "corrupt", "control");
  });
});

describe("fork", () => {
  test("with unchanged settings it is the control's own continuation, at a checkpoint and between two", async () => {
    const control = await resultOf(runs, "control");
    for (const at of [1500, 1733]) {
      const name = `same-${at}`;
      const args = ["fork", "control", "--at", String(at), "--name", name, "--quiet"];
      expect(await thalweg(args, scratch)).toMatchObject({ code: 0, err: "" });
      const { rows, last, status } = await resultOf(runs, name);
      expect(status.state).toBe("finished");
      expect(rows).toEqual(control.rows.filter(({ step }) => step >= at));
      expect(Buffer.compare(Buffer.from(last.bytes), Buffer.from(control.last.bytes))).toBe(0);
    }
  });

  test("with another learning rate it begins the same and goes its own way", async () => {
    const change = ["--set", "optimizer.learningRate=0.02", "--quiet"];
    const args = ["fork", "control", "--at", "1500", "--name", "slower", ...change];
    expect(await thalweg(args, scratch)).toMatchObject({ code: 0 });
    const control = (await resultOf(runs, "control")).rows.filter(({ step }) => step >= 1500);
    const { rows } = await resultOf(runs, "slower");
    expect(rows.slice(0, 2)).toEqual(control.slice(0, 2)); // the loss before the first step
    const losses = (all: typeof rows) => all.filter(({ name }) => name === "loss");
    expect(losses(rows)[1].value).not.toBe(losses(control)[1].value);
  });

  test.each([
    [
      ["--at", "9999"],
      "a fork must be at a step from 0 to 3000, which control has reached, got 9999",
    ],
    [["--at", "3000"], "steps must be more than the 3000 that the fork begins with, got 3000"],
    [
      ["--at", "150", "--set", "optimizer.kind=nesterov"],
      'a fork must keep optimizer.kind of control, "momentum", got "nesterov"',
    ],
    [
      ["--at", "150", "--set", "seed=8"],
      'a fork must keep seed of control, "7", got "8"; orderSeed is the one that changes what follows',
    ],
    [
      ["--at", "150", "--set", "optimizer.momentm=0.5"],
      '--set optimizer.momentm=0.5: Unrecognized key: "momentm" at optimizer; did you mean "momentum"?',
    ],
  ])("refuses %j in one line", async (args, message) => {
    expect(await thalweg(["fork", "control", ...args], scratch)).toMatchObject({
      code: 2,
      err: `error: ${message}\n`,
    });
  });
});

describe("a loss that is not finite", () => {
  test("ends the run as diverged, with every metric up to it", async () => {
    const args = ["--name", "blown", "--set", "optimizer.learningRate=1e38", "--set", "steps=200"];
    const { code, out } = await thalweg(["train", "small.yaml", ...args], scratch);
    expect(code).toBe(3);
    const { status, rows } = await resultOf(runs, "blown");
    expect(status.state).toBe("diverged");
    const losses = rows.filter(({ name }) => name === "loss");
    expect(losses.map(({ step }) => step)).toEqual(
      Array.from({ length: status.divergedAt! + 1 }, (_, step) => step),
    );
    expect(losses.slice(0, -1).every(({ value }) => Number.isFinite(value))).toBe(true);
    expect(Number.isFinite(losses.at(-1)!.value)).toBe(false);
    expect(out).toContain(
      `diverged: the loss is not finite at step ${status.divergedAt}; all metrics up to it are kept\n`,
    );
    expect((await thalweg(["resume", "blown"], scratch)).err).toMatch(
      /^error: blown has diverged at step \d+, so there is nothing to resume;/,
    );
  });
});

const isRoot = process.getuid?.() === 0;
if (!isRoot) console.log("skipped: the full disk, because only root can mount a small tmpfs");

describe.skipIf(!isRoot)("a full disk", () => {
  test("is told in one line, and the record stays whole", async () => {
    const disk = join(scratch, "disk");
    await mkdir(disk);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], { stdio: "pipe" });
    } catch {
      console.log("skipped: the full disk, because this system lets nobody mount");
      return;
    }
    try {
      const args = ["--runs", disk, "--name", "full", "--quiet"];
      const { code, err } = await thalweg(["train", "small.yaml", ...args], scratch);
      expect(code).toBe(1);
      expect(err).toMatch(
        /^error: .*: the disk must have room for \d+ .*, got ENOSPC; the previous file is untouched\n$/,
      );
      const status = await statusOf(disk, "full");
      expect(status.state).toBe("failed");
      expect(status.error).toContain("ENOSPC");
      expect(status.checkpoints.length).toBeGreaterThan(1);
      // With room again it goes on to the same end.
      await mkdir(join(runs, "full"), { recursive: true });
      execFileSync("cp", ["-r", join(disk, "full"), runs]);
      expect(await thalweg(["resume", "full", "--quiet"], scratch)).toMatchObject({ code: 0 });
      await expectSameRun(runs, "full", "control");
    } finally {
      execFileSync("umount", [disk]);
    }
  });
});

/** Until the run's record says that a step is reached. */
async function untilRunning(id: string, step = 0): Promise<void> {
  for (let wait = 0; wait < 600; wait++) {
    const status = await statusOf(runs, id).catch(() => undefined);
    if (status && status.checkpoints.length > 0 && status.step >= step) return;
    await sleep(50);
  }
  throw new Error(`${id} did not reach step ${step} in 30 s`);
}
