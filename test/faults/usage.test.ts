import { execFile, execFileSync } from "node:child_process";
import { gunzipSync, gzipSync } from "node:zlib";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { main } from "./built.ts";
import { smallConfig, thalweg } from "./cli.ts";

let scratch = "";
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "thalweg-usage-"));
  await writeFile(join(scratch, "small.yaml"), smallConfig);
});
afterAll(() => rm(scratch, { recursive: true }));

describe("a bad config", () => {
  test("is told with file, line and column, before anything is made", async () => {
    const bad = smallConfig.replace("momentum: 0.9", "momentm: 0.9").replace("seed: 7", "sed: 7");
    await writeFile(join(scratch, "bad.yaml"), bad);
    expect(await thalweg(["train", "bad.yaml", "--runs", "none"], scratch)).toEqual({
      code: 2,
      signal: null,
      out: "",
      err: [
        'error: bad.yaml:5:50: Unrecognized key: "momentm" at optimizer; did you mean "momentum"?',
        'error: bad.yaml:8:1: Unrecognized key: "sed"; did you mean "seed"?',
        "",
      ].join("\n"),
    });
    expect((await thalweg(["runs", "--dir", "none"], scratch)).out).toBe(
      "no runs in none; thalweg train begins one\n",
    );
  });

  test("data that are not there, or do not fit the model, leave no run behind", async () => {
    for (const [how, message] of [
      [
        "small.yaml --data nowhere.npz",
        /^error: nowhere\.npz: a data set must be one of .*, got nothing at /,
      ],
      [
        "--model vgg11 --data fashion-mnist --learning-rate 0.1 --batch-size 3 --steps 3",
        /^error: model\.kind: vgg11 must fit inputs of \[1, 28, 28\]: a window of 2 must fit into its input, got a size of 1$/m,
      ],
    ] as const) {
      const line = `train ${how} --runs none`;
      const { code, err } = await thalweg(line.split(" "), scratch);
      expect(code).toBeGreaterThan(0);
      expect(err).toMatch(message);
    }
    expect((await thalweg(["runs", "--dir", "none"], scratch)).out).toMatch(/^no runs in none;/);
  });

  test.each([
    [["train"], /^error: train needs a config file, or flags such as --model mlp/],
    [["train", "nowhere.yaml"], /^error: nowhere\.yaml: a file must be there to read, got nothing/],
    [
      ["train", "small.yaml", "--steps", "many"],
      /^error: option '--steps <n>' argument 'many' is invalid/,
    ],
    [
      ["train", "small.yaml", "--stpes", "5"],
      /^error: unknown option '--stpes'\n\(Did you mean --steps\?\)/,
    ],
    [["trian"], /^error: unknown command 'trian'\n\(Did you mean train\?\)/],
    [
      ["train", "--model", "mpl"],
      /^error: --model mpl: model\.kind must be one of .* did you mean "mlp"\?$/m,
    ],
    [
      ["train", "small.yaml", "--optimizer", "sgd"],
      /^error: small\.yaml:5:50: Unrecognized key: "momentum" at optimizer; the kind sgd has no such setting$/m,
    ],
    [["resume", "nobody"], /^error: nobody: a run must be a folder with a status\.json/],
  ])("%j is refused in a line", async (args, message) => {
    const { code, err } = await thalweg(args, scratch);
    expect(code).toBeGreaterThan(0);
    expect(err).toMatch(message);
    expect(err).not.toContain("    at ");
  });

  test("has a stack only for those who ask", async () => {
    const { err } = await thalweg(["train", "nowhere.yaml"], scratch, { THALWEG_DEBUG: "1" });
    expect(err).toContain("    at ");
  });
});

describe("a bad data file", () => {
  test("that is missing is told with all places that were looked in", async () => {
    await mkdir(join(scratch, "empty"));
    const args = ["train", "small.yaml", "--data", "cifar10", "--data-dir", "empty"];
    const { code, err } = await thalweg(args, scratch);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error: cifar10: data_batch_\*\.bin\[\.gz\] .* got none in \S+\/empty\/cifar10, .*\S+\/empty, \S+\/assets\/cifar10, \/usr\/share\/datasets\/cifar10\n$/,
    );
  });

  test("that is truncated is named with what it lacks", async () => {
    const assets = resolve(import.meta.dirname, "../../assets/fashion-mnist");
    const folder = join(scratch, "cut/fashion-mnist");
    await mkdir(folder, { recursive: true });
    const images = gunzipSync(await readFile(join(assets, "t10k-images-idx3-ubyte.gz")));
    await writeFile(join(folder, "t10k-images-idx3-ubyte"), images.subarray(0, 100_000));
    const labels = await readFile(join(assets, "t10k-labels-idx1-ubyte.gz"));
    await writeFile(join(folder, "t10k-labels-idx1-ubyte.gz"), gzipSync(gunzipSync(labels)));
    const args = ["train", "small.yaml", "--data-dir", "cut", "--name", "cut"];
    const { code, err } = await thalweg(args, scratch);
    expect(code).toBe(1);
    expect(err).toMatch(
      /^error: \S+t10k-images-idx3-ubyte: idx data of shape .* got 99984 after byte 16\n$/,
    );
  });
});

describe("what a command says", () => {
  test("to programs is one line of JSON for each event", async () => {
    const args = ["train", "small.yaml", "--json", "--steps", "20", "--name", "spoken"];
    const { code, out, err } = await thalweg(args, scratch);
    expect([code, err]).toEqual([0, ""]);
    const events = out
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { event: string; name?: string; step?: number });
    expect(events[0]).toMatchObject({ event: "checkpoint", step: 0 });
    expect(events[1]).toMatchObject({ event: "start", run: "spoken", step: 0, steps: 20 });
    expect(events.at(-1)).toMatchObject({ event: "end", state: "finished", step: 20 });
    expect(events.filter(({ name }) => name === "loss")).toHaveLength(20);
  });

  test("quietly is nothing at all", async () => {
    const args = ["train", "small.yaml", "--quiet", "--steps", "20"];
    expect(await thalweg(args, scratch)).toEqual({ code: 0, signal: null, out: "", err: "" });
  });

  test("where lines stay is a line at every tenth, and a summary", async () => {
    const args = ["train", "small.yaml", "--name", "plain"];
    const { out, err } = await thalweg(args, scratch);
    const lines = err.trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(lines.at(-1)).toMatch(/^100 % {2}step 3,000 of 3,000, loss [\d.e-]+$/);
    expect(out).toMatch(
      /^plain: mlp-24 \(19,090 parameters\) on fashion-mnist\/test × 200, momentum, learning rate 0\.05, batch 16\nfinished: 3,000 steps in [\d.]+ s, last batch loss [\d.e-]+\nkept in runs\/plain\n$/,
    );
  });

  test.each([
    ["2>&1 1>/dev/null | head -n 1", []],
    ["| head -n 2", ["--json"]],
  ])("is no longer said when its reader goes away: %s", async (pipe, flags) => {
    const name = flags.length > 0 ? "unread" : "unread-progress";
    const args = ["train", "small.yaml", "--steps", "20000", "--name", name, ...flags];
    const line = `"$0" "$@" ${pipe}; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await promisify(execFile)(
      "bash",
      ["-c", line, process.execPath, main, ...args],
      { cwd: scratch, env: { ...process.env, THALWEG_DATA: "" } },
    );
    const lines = stdout.trimEnd().split("\n");
    expect([lines.length, lines.at(-1), stderr]).toEqual([flags.length > 0 ? 3 : 2, "141", ""]);
    // In order, as at Ctrl-C: a checkpoint of where it was.
    const run = (await thalweg(["runs"], scratch)).out.match(
      new RegExp(`^${name} +interrupted +([\\d,]+) of 20,000`, "m"),
    );
    expect(Number(run![1].replace(",", ""))).toBeGreaterThan(0);
  });

  test("is quiet about a reader of help that goes away", async () => {
    const { stdout, stderr } = await promisify(execFile)("bash", [
      "-c",
      'sleep 1 | { "$0" "$@"; echo "$?" >&2; } | true',
      process.execPath,
      main,
      "schema",
    ]);
    expect([stdout, stderr]).toEqual(["", "141\n"]);
  });

  test("as help comes within 150 ms of a bare Node's start", () => {
    const once = (args: string[]) => {
      const began = performance.now();
      execFileSync(process.execPath, args);
      return performance.now() - began;
    };
    // The least of many in turn: other tests run beside this one.
    let [help, bare] = [Infinity, Infinity];
    for (let i = 0; i < 40 && (i < 7 || help - bare >= 150); i++) {
      help = Math.min(help, once([main, "--help"]));
      bare = Math.min(bare, once(["-e", "0"]));
    }
    const added = help - bare;
    console.log(`--help takes ${added.toFixed(0)} ms more than a bare Node`);
    expect(added).toBeLessThan(150);
  });

  test("as a schema is that of a config", async () => {
    const { out } = await thalweg(["schema"], scratch);
    const schema = JSON.parse(out) as { properties: object };
    expect(Object.keys(schema.properties)).toContain("optimizer");
  });
});
