import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { seededRandom } from "../../exercise/random.ts";

const FAMILIES = ["alpharat", "bravobot", "charlieloader", "deltasteal", ""];

/**
 * Lines of a fictional partner's CSV, the same for the same seed: addresses, hosts and pages from one pool of values (so that
 * sources overlap), about 6 % bad rows, repetitions, and some rows with two values.
 */
export function* partnerLines(seed: string, rows: number, values: number): Generator<string> {
  const random = seededRandom(seed);
  yield "indicator;first_seen;last_seen;malware;port;confidence\n";
  let last = "";
  for (let row = 0; row < rows; row++) {
    if (last !== "" && random.chance(0.05)) {
      yield last;
      continue;
    }
    const value = random.chance(0.06) ? badValue(random.below(5), row) : goodValue(random.below(values));
    const day = 1 + random.below(30);
    const seen = `2026-10-${String(day).padStart(2, "0")}`;
    last = `${value};${seen}T0${random.below(10)}:15:00Z;${seen}T1${random.below(10)}:30:00Z;${random.pick(FAMILIES)};${random.pick(["", "443", "8080"])};${random.pick(["", "50", "90"])}\n`;
    yield last;
  }
}

function goodValue(number: number): string {
  const address = `198.${18 + (number % 2)}.${(number >> 9) & 255}.${(number >> 1) & 255}`;
  if (number % 3 === 0) return address;
  if (number % 3 === 1) return `host-${number}.panel.example`;
  return `hxxp://${address}/gate-${number}.php`;
}

function badValue(kind: number, row: number): string {
  return ["", "999.1.2.3", "10.0.0.1", `not a value ${row}`, "http://"][kind] ?? "";
}

/** Writes pieces to a file as they come, so that it may be larger than memory. Gives its size in bytes. */
export async function writeLines(path: string, lines: Iterable<string | Uint8Array>): Promise<number> {
  const file = createWriteStream(path);
  let sizeBytes = 0;
  for (const line of lines) {
    const bytes = Buffer.from(line);
    sizeBytes += bytes.length;
    if (!file.write(bytes)) await once(file, "drain");
  }
  file.end();
  await finished(file);
  return sizeBytes;
}
