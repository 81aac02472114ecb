import { createHash } from "node:crypto";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { finished } from "node:stream/promises";
import type { Delivery, RefusedRow } from "#capabilities/feeds/index.ts";
import type { VisibleThreat } from "#capabilities/threats/index.ts";
import { csvLine } from "#standards/csv.ts";
import type { StatedFigures } from "./acts/computeFigures.ts";

/** One delivery in `figures.json`. */
export interface DeliveryLine {
  readonly source: string;
  readonly file: string;
  readonly sha256: string;
  readonly format: string | null;
  readonly rows: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly newThreats: number;
  readonly state: Delivery["state"];
  readonly refusal?: { readonly code: string; readonly reason: string } | undefined;
  readonly defaultsTaken?: readonly string[] | undefined;
  readonly difference?: Delivery["difference"] | undefined;
}

/** Writes `figures.json` and one object list per figure. The hash of each list stands in the figure. */
export async function writeFigures(
  folder: string,
  stated: StatedFigures,
  deliveries: readonly DeliveryLine[],
): Promise<void> {
  const figures = [];
  for (const { objects, ...figure } of stated.figures) {
    const lines = objects.map(({ object, country, families, threats }) =>
      csvLine([object, country ?? "", families.join("|"), threats.join("|")]),
    );
    const text = [csvLine(["object", "country", "families", "threats"]), ...lines].join("");
    const name = `objects/${figure.id}.csv`;
    await writeWhole(join(folder, name), text);
    figures.push({
      ...figure,
      objects: name,
      objectsSha256: createHash("sha256").update(text).digest("hex"),
    });
  }
  const content = {
    operation: stated.operation,
    asOf: stated.asOf,
    rules: stated.rules,
    inputsSha256: stated.inputsSha256,
    figures,
    deliveries,
  };
  await writeWhole(join(folder, "figures.json"), `${JSON.stringify(content, null, 2)}\n`);
}

/** A list written while threats stream by, so that a million of them need no memory. */
export interface ThreatList {
  add(threat: VisibleThreat): void;
  /** Waits until the file is on its way; call between batches of threats. */
  finish(): Promise<void>;
}

const THREAT_COLUMNS = [
  "type",
  "value",
  "role",
  "families",
  "countries",
  "government",
  "shared_infrastructure",
  "sources",
  "origins",
  "first_seen",
  "last_seen",
  "liveness",
];

/** `threats.csv`: one line per threat. Sources are codes here: the file is made to be passed on. */
export async function openThreatList(path: string): Promise<ThreatList> {
  return openList(path, THREAT_COLUMNS, (threat) => [
    threat.type,
    threat.value,
    threat.role,
    threat.families.join("|"),
    threat.countries.map(({ country }) => country).join("|"),
    threat.government === null ? "" : `${threat.government.country}:${threat.government.suffix}`,
    threat.sharedInfrastructure ?? "",
    threat.sources.map(({ code }) => code).join("|"),
    String(threat.origins),
    instant(threat.firstSeen),
    instant(threat.lastSeen),
    threat.liveness,
  ]);
}

/** `unassigned.csv`: the queue of threats for which no country is responsible yet, each with the reason. */
export async function openUnassignedList(path: string): Promise<ThreatList> {
  return openList(
    path,
    ["type", "value", "role", "sources", "reason"],
    (threat) => [
      threat.type,
      threat.value,
      threat.role,
      threat.sources.map(({ code }) => code).join("|"),
      threat.disagreements.join(" "),
    ],
    (threat) => threat.countries.length === 0,
  );
}

async function openList(
  path: string,
  columns: readonly string[],
  cells: (threat: VisibleThreat) => readonly string[],
  belongs: (threat: VisibleThreat) => boolean = () => true,
): Promise<ThreatList> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.part`;
  const file = createWriteStream(unfinished);
  const opened = once(file, "open");
  file.write(csvLine(columns));
  await opened;
  return {
    add(threat) {
      if (belongs(threat)) file.write(csvLine(cells(threat)));
    },
    async finish() {
      file.end();
      await finished(file);
      await rename(unfinished, path);
    },
  };
}

/** `refused/<source>-<file>.csv`: what a partner needs to mend his rows and hand them in again. */
export async function writeRefused(
  folder: string,
  source: string,
  file: string,
  rows: readonly RefusedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  const name = `${source}-${file}`.replaceAll(/[^A-Za-z0-9._-]+/g, "_");
  const lines = rows.map((row) => csvLine([String(row.row), row.code, row.reason, row.raw]));
  await writeWhole(
    join(folder, "refused", `${name}.csv`),
    [csvLine(["row", "code", "reason", "raw"]), ...lines].join(""),
  );
}

/** Written aside and renamed: whoever looks finds the old file or the new one, never half of one. */
async function writeWhole(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const unfinished = `${path}.part`;
  try {
    await writeFile(unfinished, text);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

function instant(ms: number | null): string {
  return ms === null ? "" : new Date(ms).toISOString();
}
