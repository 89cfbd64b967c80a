import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium, type Page } from "playwright";
import { afterAll, beforeAll } from "vitest";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
/** Whether there is a browser to look with. */
export const found = existsSync(executablePath);
if (!found) console.log(`skipped: reports in a browser, because ${executablePath} does not exist`);

/** Where to keep pictures for a person to look at; none are kept otherwise. */
export const pictures = process.env.REPORT_PICTURES;

export interface Visit {
  readonly page: Page;
  /** Of the console, and errors. */
  readonly complaints: string[];
  readonly requests: string[];
}

/** Functions, that may be taken out of it. */
export interface Looking {
  /** The address of a page. */
  readonly put: (name: string, html: string) => string;
  readonly visit: (address: string, width: number, scheme: "light" | "dark") => Promise<Visit>;
}

/** A browser for the tests of a suite, and a folder that pages are put into. */
export function browserOfSuite(): Looking {
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "thalweg-report-"));
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return {
    put(name, html) {
      const file = join(pictures ?? folder, `${name}.html`);
      writeFileSync(file, html);
      return pathToFileURL(file).href;
    },
    async visit(address, width, colorScheme) {
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
      return { page, complaints, requests };
    },
  };
}
