import { join } from "node:path";
import { beforeAll, expect, suite, test } from "vitest";
import { createDocument } from "../../src/node/dom/index.ts";
import { renderReport } from "../../src/report/index.ts";
import { browserOfSuite, found, pictures } from "./browser.ts";
import { report } from "./sample.ts";

suite.skipIf(!found)("the report in Chromium", () => {
  const { put, visit: visitAt } = browserOfSuite();
  let address: string;
  beforeAll(() => {
    address = put("report", renderReport(createDocument(), report));
  });
  const visit = (width: number, scheme: "light" | "dark") => visitAt(address, width, scheme);

  test.each([
    [1280, "light"],
    [1280, "dark"],
    [1024, "light"],
    [768, "dark"],
    [360, "light"],
    [360, "dark"],
    [320, "light"],
  ] as const)("at %i px, %s: nothing overflows, complains or is fetched", async (width, scheme) => {
    const { page, complaints, requests } = await visit(width, scheme);
    const scroll = await page.evaluate(() => document.documentElement.scrollWidth);
    if (pictures)
      await page.screenshot({
        path: join(pictures, `report-${width}-${scheme}.png`),
        fullPage: true,
      });
    expect(scroll).toBe(width);
    expect(complaints).toEqual([]);
    expect(requests).toEqual([address]);
    await page.close();
  });

  test.each([1280, 360, 320])("at %i px no letter of a figure leaves it", async (width) => {
    const { page } = await visit(width, "light");
    const outside = await page.evaluate(() =>
      Array.from(document.querySelectorAll("figure svg[role=img]"))
        .filter((figure) => figure.getBoundingClientRect().width > 0)
        .flatMap((figure) => {
          const frame = figure.getBoundingClientRect();
          return Array.from(figure.querySelectorAll("text"))
            .filter((text) => {
              const box = text.getBoundingClientRect();
              return (
                box.width > 0 &&
                (box.left < frame.left - 1 ||
                  box.right > frame.right + 1 ||
                  box.top < frame.top - 1 ||
                  box.bottom > frame.bottom + 1)
              );
            })
            .map((text) => `${text.textContent} in ${figure.getAttribute("aria-label")}`);
        }),
    );
    expect(outside).toEqual([]);
    await page.close();
  });

  test("letters in figures are at least 8.5 px on a phone of 320 px", async () => {
    const { page } = await visit(320, "light");
    const sizes = await page.evaluate(() =>
      Array.from(document.querySelectorAll<SVGSVGElement>("figure svg[role=img]"))
        .filter((figure) => figure.getBoundingClientRect().width > 0)
        .flatMap((figure) => {
          const scale = figure.getBoundingClientRect().width / figure.viewBox.baseVal.width;
          return Array.from(figure.querySelectorAll("text")).map(
            (text) => scale * parseFloat(getComputedStyle(text).fontSize),
          );
        }),
    );
    expect(sizes.length).toBeGreaterThan(50);
    expect(Math.min(...sizes)).toBeGreaterThan(8.5);
    await page.close();
  });

  test("the button turns the theme and back, and its script is the one the policy allows", async () => {
    const { page, complaints } = await visit(1280, "light");
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const button = page.getByRole("button");
    const lightPaper = await paper();
    expect(await button.textContent()).toBe("Dark");
    await button.click();
    expect(await paper()).not.toBe(lightPaper);
    expect(await button.textContent()).toBe("Light");
    await button.click();
    expect(await paper()).toBe(lightPaper);
    expect(complaints).toEqual([]);
    await page.close();
  });

  test("prints light, without button or contents, folded text open", async () => {
    const { page } = await visit(1280, "dark");
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    const seen = await page.evaluate(() => ({
      ink: getComputedStyle(document.body).color,
      button: getComputedStyle(document.querySelector(".theme")!).display,
      folded: document.querySelector("details pre")!.getBoundingClientRect().height,
    }));
    if (pictures) await page.pdf({ path: join(pictures, "report.pdf"), format: "A4" });
    expect(seen.ink).toBe("rgb(34, 33, 30)");
    expect(seen.button).toBe("none");
    expect(seen.folded).toBeGreaterThan(20);
    await page.close();
  });
});
