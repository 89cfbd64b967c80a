import { existsSync } from "node:fs";
import { playwright } from "@vitest/browser-playwright";
import { defineConfig } from "vitest/config";

const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const browser = existsSync(chromium);
if (!browser) console.log(`skipped: the browser suite, because ${chromium} does not exist`);

export default defineConfig({
  test: {
    reporters: ["default", "./test/tally.ts"],
    projects: [
      {
        test: {
          name: "node",
          include: ["src/**/*.test.ts", "test/**/*.test.ts", "examples/**/*.test.ts"],
          exclude: ["**/*.browser.test.ts", "**/*.long.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // ONNX Runtime must not live in threads that are terminated.
          pool: "forks",
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      ...(browser
        ? [
            {
              server: {
                headers: {
                  "Cross-Origin-Opener-Policy": "same-origin",
                  "Cross-Origin-Embedder-Policy": "require-corp",
                },
              },
              optimizeDeps: { exclude: ["onnxruntime-web"] },
              test: {
                name: "browser",
                sequence: { groupOrder: 1 },
                include: ["test/**/*.browser.test.ts"],
                testTimeout: 120_000,
                browser: {
                  enabled: true,
                  headless: true,
                  screenshotFailures: false,
                  instances: [{ browser: "chromium" as const }],
                  provider: playwright({
                    launchOptions: {
                      executablePath: chromium,
                      args: [
                        "--no-sandbox",
                        "--enable-unsafe-webgpu",
                        "--use-webgpu-adapter=swiftshader",
                        "--no-first-run",
                        "--disable-quic",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                      ],
                    },
                  }),
                },
              },
            },
          ]
        : []),
    ],
  },
});
