import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const read = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8");
const Versions = z.record(z.string(), z.string());
const { dependencies, devDependencies, optionalDependencies } = z
  .looseObject({ dependencies: Versions, devDependencies: Versions, optionalDependencies: Versions })
  .parse(JSON.parse(read("package.json")));
const versions = { ...dependencies, ...devDependencies, ...optionalDependencies };

describe("the dependencies", () => {
  it("have each a sentence of reason, and no sentence stands for what is gone", () => {
    const entries = read("docs/decisions/dependencies.md")
      .split("\n- ")
      .slice(1)
      .flatMap((entry) => [...(entry.split(": ")[0] ?? "").matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    expect(new Set(entries)).toEqual(new Set(Object.keys(versions)));
  });

  it("are pinned to one exact version", () => {
    expect(
      Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)),
    ).toEqual([]);
  });

  it("are locked for every platform, or npm ci refuses the lock (npx node scripts/complete-lock.ts mends it)", () => {
    const Locked = z.looseObject({ optionalDependencies: Versions.optional() });
    const { packages } = z
      .looseObject({ packages: z.record(z.string(), Locked) })
      .parse(JSON.parse(read("package-lock.json")));
    const optional = Object.values(packages).flatMap((locked) =>
      Object.keys(locked.optionalDependencies ?? {}),
    );
    expect(optional.filter((name) => packages[`node_modules/${name}`] === undefined)).toEqual([]);
  });

  it("are locked without the address of a registry, so that any registry serves them", () => {
    expect(read("package-lock.json")).not.toMatch(/"resolved": "http/);
  });
});
