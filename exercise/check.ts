import { parse } from "csv-parse/sync";
import { z } from "zod";
import type { Counts, DeliveryTruth, ExerciseTruth } from "./truth.ts";

export interface CheckedLine {
  /** One sentence for the terminal. */
  readonly line: string;
  readonly ok: boolean;
}

const FiguresFile = z.object({
  figures: z.array(
    z.object({ id: z.string(), value: z.number(), byCountry: z.record(z.string(), z.number()).nullish() }),
  ),
  deliveries: z.array(
    z.object({
      source: z.string(),
      file: z.string(),
      rows: z.number(),
      accepted: z.number(),
      repeated: z.number(),
      refused: z.record(z.string(), z.number()),
    }),
  ),
});
type FiguresFile = z.infer<typeof FiguresFile>;

const ThreatRow = z.object({
  type: z.string(),
  value: z.string(),
  role: z.string(),
  countries: z.string(),
  government: z.string(),
  liveness: z.string(),
});
type ThreatRow = z.infer<typeof ThreatRow>;

const TITLES: Readonly<Record<string, string>> = {
  I1: "C2 servers",
  I2: "malicious addresses",
  I3: "domain names",
  I4: "phishing sites",
  I5: "URLs",
  I6: "compromised sites",
  "I6-government": "of them government",
  I7: "addresses of victims",
  I12: "active threats",
  A6: "reports (country and subject)",
  A7: "items shared with countries",
  Q1: "countries taking part",
  Q2: "countries with findings",
  Q4: "private partners",
};

/**
 * Holds what a run wrote against what the exercise knows to be true. The figures are compared as printed; the same
 * things are counted once more from the threats themselves, so that a figure and its list cannot be wrong together
 * unseen. Throws when a text is not what a run writes.
 * @param figuresJson text of `figures.json`
 * @param threatsCsv text of `threats.csv`
 */
export function compareWithTruth(
  figuresJson: string,
  threatsCsv: string,
  truth: ExerciseTruth,
): CheckedLine[] {
  const run = FiguresFile.parse(JSON.parse(figuresJson));
  const threats = z.array(ThreatRow).parse(parse(threatsCsv, { columns: true, bom: true }));
  return [
    ...compareFigures(run, truth),
    ...compareThreats(threats, truth),
    ...truth.deliveries.map((known) => compareDelivery(run, known)),
  ];
}

function compareFigures(run: FiguresFile, truth: ExerciseTruth): CheckedLine[] {
  return truth.figures.flatMap((known) => {
    const found = run.figures.find((figure) => figure.id === known.id);
    const title = TITLES[known.id] ?? known.id;
    if (found === undefined)
      return [{ line: `${spell(known.value)} ${title}: the run has no figure ${known.id}`, ok: false }];
    const lines = [compareNumber(title, known.value, found.value)];
    if (known.byCountry !== undefined)
      lines.push(compareCounts(`${title} by country`, known.byCountry, found.byCountry ?? {}));
    return lines;
  });
}

function compareThreats(threats: readonly ThreatRow[], truth: ExerciseTruth): CheckedLine[] {
  const isAddress = (row: ThreatRow) => row.type === "ipv4-addr" || row.type === "ipv6-addr";
  const servers = threats.filter((row) => row.role === "c2" && isAddress(row));
  const victims = threats.filter((row) => row.role === "victim");
  const compromised = threats.filter((row) => row.role === "compromised");
  const targets = threats.filter((row) => row.role !== "victim");
  const active = targets.filter((row) => row.liveness === "active");
  return [
    compareNumber("threats in the list", truth.threats, targets.length),
    compareNumber("C2 servers in the list", truth.c2.servers, servers.length),
    compareCounts("C2 servers in the list by country", truth.c2.byCountry, tallyCountries(servers)),
    compareNumber("compromised sites in the list", truth.compromised.sites, siteNames(compromised).size),
    compareNumber(
      "of them government",
      truth.compromised.government,
      siteNames(compromised.filter(isGovernment)).size,
    ),
    compareNumber(
      "phishing sites in the list",
      truth.phishing.sites,
      siteNames(threats.filter((row) => row.role === "phishing")).size,
    ),
    compareNumber("addresses of victims in the list", truth.victims.addresses, victims.length),
    compareCounts(
      "active threats in the list by role",
      truth.activeByRole,
      tally(active.map((row) => row.role)),
    ),
    compareCounts(
      "without a country, by role",
      truth.unassigned,
      tally(threats.filter((row) => firstCountry(row) === "").map((row) => row.role)),
    ),
  ];
}

function compareDelivery(run: FiguresFile, known: DeliveryTruth): CheckedLine {
  const found = run.deliveries.find(
    (delivery) => delivery.source === known.source && sameFile(delivery.file, known.file),
  );
  const title = `${known.source}, ${known.file}`;
  if (found === undefined) return { line: `${title}: the run has no such delivery`, ok: false };
  return compareCounts(title, outcomesOf(known), outcomesOf(found));
}

function outcomesOf(delivery: Omit<DeliveryTruth, "source" | "file">): Counts {
  const { rows, accepted, repeated, refused } = delivery;
  return { rows, accepted, repeated, ...refused };
}

/** A run may know a file by its path or by its last name. */
function sameFile(found: string, known: string): boolean {
  return found === known || found === known.slice(known.lastIndexOf("/") + 1) || found.endsWith(`/${known}`);
}

function compareNumber(title: string, known: number, found: number): CheckedLine {
  const ok = known === found;
  return { line: `${spell(known)} ${title}: ${spell(found)}, ${ok ? "as known" : "NOT as known"}`, ok };
}

/** Names only what differs; a count that one side does not have is nought. */
function compareCounts(title: string, known: Counts, found: Counts): CheckedLine {
  const names = [...new Set([...Object.keys(known), ...Object.keys(found)])];
  const differences = names
    .filter((name) => (known[name] ?? 0) !== (found[name] ?? 0))
    .map((name) => `${name} ${spell(known[name] ?? 0)} known, ${spell(found[name] ?? 0)} found`);
  if (differences.length > 0)
    return { line: `${title}: NOT as known (${differences.join("; ")})`, ok: false };
  const values = Object.entries(known).map(([name, count]) => `${name} ${spell(count)}`);
  return { line: `${title}: ${values.join(", ")}, as known`, ok: true };
}

function siteNames(rows: readonly ThreatRow[]): Set<string> {
  return new Set(
    rows.map((row) => (row.type === "url" ? new URL(row.value).hostname : row.value).replace(/^www\./, "")),
  );
}

function isGovernment(row: ThreatRow): boolean {
  return !["", "no", "false", "0"].includes(row.government.toLowerCase());
}

function tallyCountries(rows: readonly ThreatRow[]): Counts {
  return tally(rows.map(firstCountry));
}

/** The decisive country stands first. */
function firstCountry(row: ThreatRow): string {
  return row.countries.split(/[;|, ]/)[0] ?? "";
}

function tally(names: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function spell(count: number): string {
  return count.toLocaleString("en-GB");
}
