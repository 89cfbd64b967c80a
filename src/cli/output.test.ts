import { describe, expect, test } from "vitest";
import { duration, output, type Streams } from "./output.ts";
import { table } from "./table.ts";

function recorded(options: Partial<Streams> = {}) {
  let [out, err] = ["", ""];
  const streams: Streams = {
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
    live: false,
    columns: 60,
    colour: false,
    ...options,
  };
  return { streams, said: () => ({ out, err }) };
}

describe("output", () => {
  test("where lines stay, each tenth is told once", () => {
    const { streams, said } = recorded();
    const { progress } = output({}, streams);
    for (let step = 0; step <= 40; step++) progress.update(step / 40, `step ${step}`);
    expect(said().err.split("\n")).toEqual([
      " 10 %  step 4",
      " 20 %  step 8",
      " 30 %  step 12",
      " 40 %  step 16",
      " 50 %  step 20",
      " 60 %  step 24",
      " 70 %  step 28",
      " 80 %  step 32",
      " 90 %  step 36",
      "100 %  step 40",
      "",
    ]);
  });

  test("on a terminal, one line is redrawn, no wider than it, and taken away", () => {
    const { streams, said } = recorded({ live: true });
    const { progress, say } = output({}, streams);
    progress.update(0.5, "a note that is much longer than what is left of the line");
    progress.update(1, "done");
    say("finished");
    const drawn = said().err.split("\r\u001B[2K");
    expect(drawn[1]).toBe(`${"█".repeat(12)}${"░".repeat(12)}  50 %  a note that is much longer `);
    expect(drawn[1].length).toBeLessThanOrEqual(60);
    expect(drawn[2]).toBe(`${"█".repeat(24)} 100 %  done`);
    expect(drawn.at(-1)).toBe("");
    expect(said().out).toBe("finished\n");
  });

  test("to programs, only JSON, with what JSON lacks spelled out", () => {
    const { streams, said } = recorded();
    const { say, event, progress } = output({ json: true }, streams);
    say("hello");
    progress.update(0.5);
    event("metric", { name: "loss", value: NaN, low: -Infinity });
    expect(said()).toEqual({
      out: '{"event":"metric","name":"loss","value":"NaN","low":"-Infinity"}\n',
      err: "",
    });
  });

  test("quiet leaves warnings alone", () => {
    const { streams, said } = recorded();
    const { say, warn, event } = output({ quiet: true }, streams);
    say("hello");
    event("end", {});
    warn("careful");
    expect(said()).toEqual({ out: "", err: "warning: careful\n" });
  });
});

test("durations are words of two units at most", () => {
  expect([0, 1234, 12_345, 83_000, 3_600_000, 5_025_000].map(duration)).toEqual([
    "0.0 s",
    "1.2 s",
    "12 s",
    "1 min 23 s",
    "1 h 00 min",
    "1 h 23 min",
  ]);
});

test("a table aligns names to the left and numbers to the right", () => {
  expect(
    table(
      ["run", "steps"],
      [
        ["a", "1,000"],
        ["longer", "5"],
      ],
      ["steps"],
    ),
  ).toEqual(["run     steps", "a       1,000", "longer      5"]);
});
