// What the tests need from the system and npm cannot give: installed with apt when this is root on
// Debian and the thing is missing; elsewhere only named, and the suites that need it are skipped.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const needs = [
  {
    name: "Chromium (browser tests)",
    package: "chromium",
    present: () => existsSync(process.env.CHROMIUM ?? "/usr/bin/chromium"),
  },
  {
    name: "NumPy (round trips of NPY and NPZ)",
    package: "python3-numpy",
    present: () =>
      ["python3", "/usr/bin/python3"].some(
        (python) => spawnSync(python, ["-c", "import numpy"]).status === 0,
      ),
  },
];

const missing = needs.filter((need) => !need.present());
if (missing.length === 0) process.exit(0);

const canInstall =
  process.getuid?.() === 0 && existsSync("/etc/debian_version") && existsSync("/usr/bin/apt-get");
if (!canInstall) {
  for (const need of missing)
    console.log(`${need.name} is missing: its tests are skipped (apt-get install ${need.package})`);
  process.exit(0);
}

const packages = missing.map((need) => need.package);
console.log(`installing ${packages.join(", ")} with apt-get`);
spawnSync("apt-get", ["update", "-qq"], { stdio: "inherit" });
execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], {
  stdio: ["ignore", "ignore", "inherit"],
  env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
});
