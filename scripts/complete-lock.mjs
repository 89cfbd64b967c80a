// Puts the binaries of other platforms into package-lock.json. A registry that does not serve them
// makes npm leave them out, and then `npm ci` of npm 11 calls the lock file out of sync and other
// platforms get none. Names say for what platform a package is; versions are those its parent asks
// for. `--check` only looks. Run it after every `npm install` that changed the lock file.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";

const path = resolve(import.meta.dirname ?? ".", "..", "package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8"));
const { packages } = lock;

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32", "windows"]; // prettier-ignore
const processors = ["arm64", "arm", "armv7", "ia32", "loong64", "mips64el", "ppc64", "ppc64le", "riscv64", "s390x", "x64", "x86", "wasm32"]; // prettier-ignore

/** What npm writes of a platform package, read off its name: `…-linux-arm64-musl`. */
function platform(name) {
  const words = name.split("/").at(-1).split(/[-_.]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined && cpu !== "wasm32") return undefined;
  const musl = words.some((word) => word === "musl" || word === "musleabihf");
  const gnu = words.some((word) => word === "gnu" || word === "gnueabihf");
  return {
    ...(cpu && { cpu: [cpu === "armv7" ? "arm" : cpu === "x86" ? "ia32" : cpu] }),
    ...(musl ? { libc: ["musl"] } : gnu ? { libc: ["glibc"] } : {}),
    optional: true,
    ...(os && { os: [os === "windows" ? "win32" : os] }),
  };
}

const added = [];
for (const [place, entry] of Object.entries(packages))
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const nested = `${place}/node_modules/${name}`;
    const top = `node_modules/${name}`;
    if (packages[nested] ?? packages[top]) continue;
    const about = platform(name);
    if (about === undefined || !/^\d/.test(version)) {
      console.error(`package-lock.json: ${name} of ${place} is missing and not a platform's`);
      process.exitCode = 1;
      continue;
    }
    packages[top] = { version, ...(entry.dev && { dev: true }), ...about };
    added.push(name);
  }

if (process.argv.includes("--check")) {
  if (added.length > 0) {
    console.error(
      `package-lock.json lacks ${added.length} optional packages, ${added[0]} for one: run node scripts/complete-lock.mjs`,
    );
    process.exitCode = 1;
  }
} else if (added.length > 0) {
  const sorted = Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries(sorted);
  writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
  console.log(`added ${added.length} optional packages to package-lock.json`);
}
