import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { muster, ownFolder } from "../support/muster.ts";

const folder = ownFolder();

describe("muster exercise", () => {
  it("reproduces the known truth exactly, signs every package, and repeats nothing when run again", {
    timeout: 600_000,
  }, async () => {
    const out = join(await folder(), "exercise");
    const first = await muster("exercise", "--out", out);
    expect(first.out.split("\n").filter((line) => line.startsWith("DIFFERS"))).toEqual([]);
    expect(first.code, first.err).toBe(0);
    expect(first.out).toContain("reproduces the known truth exactly");

    const results = join(out, "results");
    const verified = await muster(
      "verify",
      join(results, "packages"),
      "--key",
      join(results, "signing-key.asc"),
      "--json",
    );
    expect(verified.code, verified.err).toBe(0);
    const packages: unknown[] = JSON.parse(verified.out);
    expect(packages).toHaveLength(23);

    // A changed byte anywhere in a package is found by the package and the key alone.
    const [country = ""] = await readdir(join(results, "packages"));
    const [reference = ""] = await readdir(join(results, "packages", country));
    const csv = join(results, "packages", country, reference, "indicators.csv");
    const before = await readFile(csv);
    await writeFile(csv, Buffer.concat([before, Buffer.from("\n")]));
    expect(
      (
        await muster(
          "verify",
          join(results, "packages", country, reference),
          "--key",
          join(results, "signing-key.asc"),
        )
      ).code,
    ).toBe(1);

    const again = await muster("exercise", "--out", out, "--json");
    expect(again.code, again.err).toBe(0);
    const second: { deliveries: { state: string }[]; inputsSha256: string } = JSON.parse(again.out);
    expect(second.deliveries.slice(-19).every(({ state }) => state === "repeated")).toBe(true);
    const figures: { inputsSha256: string } = JSON.parse(
      await readFile(join(results, "figures.json"), "utf8"),
    );
    expect(second.inputsSha256).toBe(figures.inputsSha256);
  });
});
