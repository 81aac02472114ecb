import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ReadPart, readSample } from "../../../../test/support/read-part.ts";
import { headOf } from "../read/head.ts";
import { loadFormats, recognise } from "../read/recognise.ts";

/*
 * Every folder `formats/<id>/` holds `format.ts`, one or more files whose name begins with `sample`, and
 * `expected.json`: for each sample by name what reading it must give. `vitest run -u` writes expected.json anew;
 * read the difference before you commit it.
 */
const folder = (id: string, file = "") => fileURLToPath(new URL(`./${id}/${file}`, import.meta.url));
const formats = await loadFormats();

it("finds a format in every folder", async () => {
  const entries = await readdir(folder("."), { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  expect(formats.map((format) => format.id)).toEqual(folders.sort());
});

describe.each(formats.map((format) => ({ id: format.id, format })))("format $id", ({ id, format }) => {
  it("has at least one sample and its expected reading", async () => {
    expect(await samplesOf(id)).not.toEqual([]);
    expect(existsSync(folder(id, "expected.json"))).toBe(true);
  });

  it("reads its samples as expected", async () => {
    const samples = await samplesOf(id);
    if (samples.length === 0) return; // said by the test above; an empty expected.json would only hide it
    const readings: Record<string, ReadPart> = {};
    for (const sample of samples) readings[sample] = await readSample(format, folder(id, sample));
    await expect(inLines(readings)).toMatchFileSnapshot(folder(id, "expected.json"));
  });

  it("is the format found for its samples", async () => {
    for (const sample of await samplesOf(id)) {
      const bytes = await readFile(folder(id, sample));
      const found = recognise(headOf(sample, bytes, true), formats);
      expect({ sample, format: found?.format.id }).toEqual({ sample, format: id });
      expect(found?.score).toBeLessThanOrEqual(100);
    }
  });

  it("reads the same however the bytes arrive", async () => {
    for (const sample of await samplesOf(id)) {
      const whole = await readSample(format, folder(id, sample));
      const crumbs = await readSample(format, folder(id, sample), { chunkBytes: 7 });
      expect(inLines({ sample: crumbs })).toBe(inLines({ sample: whole }));
    }
  });

  it("reads any beginning of a sample, or says why it cannot", async () => {
    for (const sample of await samplesOf(id)) {
      const bytes = await readFile(folder(id, sample));
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: bytes.length }), async (length) => {
          const beginning = bytes.subarray(0, length);
          recognise(headOf(sample, beginning, true), formats);
          const { rows, claims, refusals, unreadable } = await readSample(format, beginning, {
            name: sample,
          });
          // A reader that swallows a broken file in silence would lose a partner's rows unnoticed.
          const answered = unreadable !== null || claims.length + refusals.length > 0 || rows === 0;
          expect(answered).toBe(true);
        }),
        { numRuns: 12 },
      );
    }
  }, 30_000);
});

async function samplesOf(id: string): Promise<string[]> {
  return (await readdir(folder(id))).filter((file) => file.startsWith("sample")).sort();
}

/** JSON with one claim or refusal per line, so that a difference shows the row it is about. */
function inLines(readings: Record<string, ReadPart>): string {
  const samples = Object.entries(readings).map(([sample, reading]) => {
    const parts = [
      `    "rows": ${reading.rows}`,
      `    "claims": ${list(reading.claims)}`,
      `    "refusals": ${list(reading.refusals)}`,
    ];
    if (reading.unreadable !== null)
      parts.push(`    "unreadable": ${JSON.stringify(reading.unreadable.code)}`);
    return `  ${JSON.stringify(sample)}: {\n${parts.join(",\n")}\n  }`;
  });
  return `{\n${samples.join(",\n")}\n}\n`;
}

function list(values: readonly object[]): string {
  if (values.length === 0) return "[]";
  return `[\n${values.map((value) => `      ${JSON.stringify(value)}`).join(",\n")}\n    ]`;
}
