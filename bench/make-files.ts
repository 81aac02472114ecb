import { join } from "node:path";
import { benchRows, writeCsv, writeStix } from "./rows.ts";

/** A program of its own, so that the measured process does not carry the garbage of a million made-up rows. */
const [folder = "", rowCount = "0", large = "no"] = process.argv.slice(2);
const count = Number(rowCount);
const rows = benchRows(1);
await writeCsv(join(folder, "warm.csv"), benchRows(2), 1000);
await writeCsv(join(folder, "first.csv"), rows, count);
await writeCsv(join(folder, "changed.csv"), rows, count, (row, n) =>
  n % 100 === 0 ? { ...row, confidence: 49 } : row,
);
await writeStix(join(folder, "bundle.json"), benchRows(3), count);
for (let i = 1; large === "large" && i <= 4; i++) {
  await writeCsv(join(folder, `more-${i}.csv`), benchRows(1 + 10 * i, i * count), count);
}
