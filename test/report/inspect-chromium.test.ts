import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, suite, test } from "vitest";
import type { InspectComparison, InspectResult } from "../../src/measure/inspect/result.ts";
import { createDocument } from "../../src/node/dom/index.ts";
import { inspectReport } from "../../src/report/index.ts";
import { browserOfSuite, found, pictures } from "./browser.ts";
import { along, comparison, full, least } from "./inspect-sample.ts";

/** The JSON of a result to look at besides. */
const measured = process.env.INSPECT_JSON;

const results: Record<string, InspectResult | InspectComparison> = {
  full,
  least,
  along,
  comparison,
};
if (measured !== undefined)
  results.measured = JSON.parse(readFileSync(measured, "utf8")) as InspectResult;

suite.skipIf(!found)("reports of inspect in Chromium", () => {
  const { put, visit } = browserOfSuite();

  suite.each(Object.keys(results))("%s", (name) => {
    let address: string;

    beforeAll(() => {
      address = put(`inspect-${name}`, inspectReport(results[name], createDocument()));
    });

    test.each([
      [1280, "light"],
      [1280, "dark"],
      [390, "light"],
      [390, "dark"],
      [320, "light"],
    ] as const)(
      "at %i px, %s: nothing overflows, leaves its figure, complains or is fetched",
      async (width, colorScheme) => {
        const { page, complaints, requests } = await visit(address, width, colorScheme);
        if (pictures)
          await page.screenshot({
            path: join(pictures, `inspect-${name}-${width}-${colorScheme}.png`),
            fullPage: true,
          });
        const seen = await page.evaluate(() => {
          const outside = (inner: DOMRect, outer: DOMRect) =>
            inner.width > 0 &&
            (inner.left < outer.left - 1 ||
              inner.right > outer.right + 1 ||
              inner.top < outer.top - 1 ||
              inner.bottom > outer.bottom + 1);
          const figures = Array.from(document.querySelectorAll("figure svg[role=img]")).filter(
            (figure) => figure.getBoundingClientRect().width > 0,
          );
          return {
            scroll: document.documentElement.scrollWidth,
            figures: figures.length,
            letters: figures.flatMap((figure) =>
              Array.from(figure.querySelectorAll("text"))
                .filter((text) =>
                  outside(text.getBoundingClientRect(), figure.getBoundingClientRect()),
                )
                .map((text) => `${text.textContent} in ${figure.getAttribute("aria-label")}`),
            ),
          };
        });
        expect(seen.scroll).toBe(width);
        expect(seen.letters).toEqual([]);
        expect(seen.figures > 0).toBe(name !== "least");
        expect(complaints).toEqual([]);
        expect(requests).toEqual([address]);
        await page.close();
      },
    );

    test("in print nothing overflows A4, and no figure or row would be cut by a page", async () => {
      const { page } = await visit(address, 718, "light"); // A4 less margins, in px
      await page.emulateMedia({ media: "print" });
      const seen = await page.evaluate(() => ({
        scroll: document.documentElement.scrollWidth,
        cut: Array.from(document.querySelectorAll("figure, .data tr, pre")).filter(
          (own) => getComputedStyle(own).breakInside !== "avoid",
        ).length,
        small: Array.from(document.querySelectorAll("main p, main td, figcaption"))
          .filter((own) => own.getBoundingClientRect().width > 0)
          .filter((own) => parseFloat(getComputedStyle(own).fontSize) < 9).length,
      }));
      expect(seen).toEqual({ scroll: 718, cut: 0, small: 0 });
      await page.close();
    });
  });
});
