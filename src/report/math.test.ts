import { parseHTML } from "linkedom";
import { expect, test } from "vitest";
import { frac, hat, renderMath, row, sub, subsup, sup, words } from "./math.ts";
import { serialize } from "./serialize.ts";

const { document } = parseHTML("<!doctype html><html><head></head><body></body></html>");

test.each([
  [
    row("η", "·", sub("λ", "max"), "/", "2"),
    "<mrow><mi>η</mi><mo>·</mo><msub><mi>λ</mi><mi>max</mi></msub><mo>/</mo><mn>2</mn></mrow>",
  ],
  [frac("1", sup("b", "α")), "<mfrac><mn>1</mn><msup><mi>b</mi><mi>α</mi></msup></mfrac>"],
  [subsup("g", "B", "T"), "<msubsup><mi>g</mi><mi>B</mi><mi>T</mi></msubsup>"],
  [hat("f"), '<mover><mi>f</mi><mo stretchy="false">ˆ</mo></mover>'],
  [words("a < b"), "<mtext>a &lt; b</mtext>"],
])("formula %#", (math, inner) => {
  expect(serialize(renderMath(document, math))).toBe(`<math>${inner}</math>`);
  expect(serialize(renderMath(document, math, true))).toBe(`<math display="block">${inner}</math>`);
});
