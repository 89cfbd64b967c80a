import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ansiStyle, displayWidth, pad, printable, wrap } from "./terminal.ts";

test("no text from outside moves the cursor", () => {
  expect(printable("a\u001b[2Jb\u0007\u009b31m\u202eevil\nη")).toBe("a·[2Jb··31m·evil·η");
});

test.each([
  ["ηλ·✓", 4],
  ["漢字", 4],
  ["e\u0301", 1],
  ["🙂", 2],
])("%s is %i columns wide", (text, width) => {
  expect(displayWidth(text)).toBe(width);
});

const words = fc.array(fc.stringMatching(/^[a-zη]{1,30}$/), { minLength: 1, maxLength: 20 });

test("wrapped lines fit and lose no letter", () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 2, max: 40 }), (parts, width) => {
      const lines = wrap(parts.join(" "), width);
      for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(width);
      expect(lines.join("").replaceAll(" ", "")).toBe(parts.join(""));
    }),
  );
  expect(wrap("漢字漢字", 5)).toEqual(["漢字", "漢字"]);
});

test("no line could have held the first word of the next", () => {
  fc.assert(
    fc.property(words, fc.integer({ min: 30, max: 60 }), (parts, width) => {
      const lines = wrap(parts.join(" "), width);
      expect(lines.join(" ")).toBe(parts.join(" "));
      for (let i = 1; i < lines.length; i++)
        expect(lines[i - 1].length + 1 + lines[i].split(" ")[0].length).toBeGreaterThan(width);
    }),
  );
});

test("wrap keeps short text whole and refuses no room", () => {
  expect(wrap("one two", 7)).toEqual(["one two"]);
  expect(wrap("", 7)).toEqual([""]);
  expect(() => wrap("x", 1)).toThrow(/^lines must be at least 2 columns wide, got 1$/);
});

test("pad fills columns, not letters", () => {
  expect(pad("漢", 4)).toBe("漢  ");
});

test("colour is codes around text", () => {
  expect(ansiStyle("good", "x")).toBe("\u001b[32mx\u001b[0m");
  expect(ansiStyle("good", "")).toBe("");
});
