import { expect, suite, test } from "vitest";
import { exitSteps, knownExits, type Machine } from "./known-exits.ts";

suite("particles in the browser", () => {
  test.each(Object.keys(knownExits) as Machine[])(
    "%s take the known runs, bit for bit",
    (machine) => {
      expect(exitSteps(machine)).toEqual(knownExits[machine]);
    },
  );
});
