// Adds to package-lock.json what its optional dependencies name and it lacks; with --check only tells.
// npm leaves a platform's package out of the lock when the registry at hand does not carry it, and `npm ci` then fails
// everywhere, because the lock does not say what package.json asks for. Such an entry has no integrity: npm adds it on the
// platform that installs it.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeOrCheck } from "./write-or-check.ts";

// Records keep the order of keys as npm wrote them; an object schema would not.
const Entries = z.record(z.string(), z.unknown());
const Versions = z.record(z.string(), z.string()).default({});

const lock = Entries.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "package-lock.json"), "utf8")),
);
const packages = z.record(z.string(), Entries).parse(lock.packages);
const missing = Object.entries(packages)
  .filter(([path]) => path !== "")
  .flatMap(([, { optionalDependencies }]) => Object.entries(Versions.parse(optionalDependencies)))
  .filter(([name]) => packages[`node_modules/${name}`] === undefined);
for (const [name, version] of missing) packages[`node_modules/${name}`] = entryOf(name, version);
const sorted = Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, "en"));
const complete = { ...lock, packages: Object.fromEntries(sorted) };
writeOrCheck("package-lock.json", `${JSON.stringify(complete, null, 2)}\n`);

/** The name of such a package says where it runs: `linux-arm64-musl`, `android-arm-eabi`. */
function entryOf(name: string, version: string): Record<string, unknown> {
  const place =
    /(aix|android|darwin|freebsd|linux|netbsd|openbsd|openharmony|sunos|win32)-([a-z0-9]+)(?:-([a-z]+))?$/.exec(
      name,
    );
  if (place === null || !/^\d+\.\d+\.\d+\S*$/.test(version)) {
    throw new Error(`${name}@${version}: neither a platform's package nor one exact version`);
  }
  const [, os, cpu, abi] = place;
  const libc = os === "linux" && abi !== undefined ? [abi.startsWith("musl") ? "musl" : "glibc"] : undefined;
  return { version, cpu: [cpu], ...(libc === undefined ? {} : { libc }), optional: true, os: [os] };
}
