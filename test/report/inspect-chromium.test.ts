import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser } from "playwright";
import { afterAll, beforeAll, expect, suite, test } from "vitest";
import type { InspectComparison, InspectResult } from "../../src/measure/inspect/result.ts";
import { createDocument } from "../../src/node/dom/index.ts";
import { inspectReport } from "../../src/report/index.ts";
import { along, comparison, full, least } from "./inspect-sample.ts";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const found = existsSync(executablePath);
if (!found)
  console.log(`skipped: reports of inspect in a browser, because ${executablePath} does not exist`);

/** Where to keep pictures for a person to look at, and the JSON of a result to look at besides. */
const { REPORT_PICTURES: pictures, INSPECT_JSON: measured } = process.env;

const results: Record<string, InspectResult | InspectComparison> = {
  full,
  least,
  along,
  comparison,
};
if (measured !== undefined)
  results.measured = JSON.parse(readFileSync(measured, "utf8")) as InspectResult;

suite.skipIf(!found)("reports of inspect in Chromium", () => {
  let browser: Browser;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "thalweg-inspect-"));
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    });
  });

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  suite.each(Object.keys(results))("%s", (name) => {
    let address: string;

    beforeAll(() => {
      const file = join(pictures ?? folder, `inspect-${name}.html`);
      writeFileSync(file, inspectReport(results[name], createDocument()));
      address = pathToFileURL(file).href;
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
        const page = await browser.newPage({
          viewport: { width, height: 900 },
          deviceScaleFactor: width < 500 ? 2 : 1,
          colorScheme,
        });
        const complaints: string[] = [];
        const requests: string[] = [];
        page.on("console", (message) => complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(error.message));
        page.on("request", (request) => requests.push(request.url()));
        await page.goto(address);
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
  });
});
