import { readFile } from "node:fs/promises";
import { isIP, SocketAddress } from "node:net";
import { join } from "node:path";
import { domainToASCII } from "node:url";
import { gunzipSync } from "node:zlib";

/** What a rough reader takes from the generated files: role and value, nothing else. */
export interface RoughClaim {
  readonly role: string;
  readonly value: string;
}

type Candidate = readonly [role: string, value: unknown, seen?: unknown];

/**
 * A second, careless reader of the exercise's files for its tests: it shares no code with the generator or the
 * product, knows the nineteen files by name, and takes a value when it and its date make sense.
 */
export async function readRoughly(folder: string): Promise<RoughClaim[]> {
  const bytes = (file: string) => readFile(join(folder, file));
  const text = async (file: string) => (await bytes(file)).toString();
  const candidates: Candidate[] = [
    ...cells(await text("northlight/c2-sensors.csv"), ",", 8).map((row): Candidate => ["c2", row[0], row[5]]),
    ...cells(await text("northlight/compromised_website.csv"), ",", 22).map(
      (row): Candidate => ["compromised", row[11], row[0]],
    ),
    ...stix(JSON.parse(await text("harbour/research-bundle.json")) as Parameters<typeof stix>[0]), // written by us
    ...misp(JSON.parse(await text("meridian/events.json")) as Parameters<typeof misp>[0]), // written by us
    ...sections(await text("palisade/extract.txt")),
    ...sections(await text("lantern/report.txt")),
    ...jsonLines(await text("lantern/annex-for-sg.jsonl")).map((o): Candidate => ["c2", o.ip, o.last_seen]),
    ...cells(await text("sterling/hameconnage.csv"), ";", 4).map(
      (row): Candidate => ["phishing", row[1], turned(row[0])],
    ),
    ...cells(await text("sterling/gulf-office.csv"), ",", 3).map(
      (row): Candidate => ["phishing", row[0], row[1]],
    ),
    ...jsonLines(gunzipSync(await bytes("quayside/collection.jsonl.gz")).toString()).map(
      (o): Candidate => ["c2", o.indicator, o.last_seen],
    ),
    ...cells(await text("quayside/held-back.csv"), ",", 3).map((row): Candidate => ["c2", row[0], row[2]]),
    ...sheet(await text("id/daftar.xlsx")),
    ...cells((await bytes("my/senarai.txt")).toString("utf16le"), "\t", 4).map(
      (row): Candidate => [roleOf(row[1]), row[0], row[3]],
    ),
    ...mail(await text("mm/list.eml")),
    ...cells((await bytes("ph/paginas.csv")).toString("latin1"), ";", 3).map(
      (row): Candidate => ["phishing", row[0], turned(row[1])],
    ),
    ...objects(JSON.parse(await text("sg/reports.json"))).map(
      (o): Candidate => ["victim", o.source_identifier, o.last_seen],
    ),
    ...jsonLines(await text("th/events.jsonl")).map(
      (o): Candidate => [
        roleOf(o["classification.type"]),
        o["source.ip"] ?? o["source.fqdn"] ?? o["source.url"],
        o["time.source"],
      ],
    ),
    ...(await text("vn/hosts.txt"))
      .split("\n")
      .map((line): Candidate => ["phishing", line.split("0.0.0.0 ")[1]]),
    ...cells(await text("cn/intelligence.csv"), ",", 5).map((row): Candidate => ["c2", row[0], row[2]]),
  ];
  return candidates.flatMap(([role, value, seen]) => {
    const normal = typeof value === "string" && isInTime(seen) ? normalise(value.trim()) : null;
    return normal === null ? [] : [{ role, value: normal }];
  });
}

function isInTime(seen: unknown): boolean {
  return seen === undefined || (typeof seen === "string" && seen >= "2026-09-01" && seen < "2026-11-15");
}

function normalise(value: string): string | null {
  if (/^https?:\/\/[^/?]/.test(value)) return new URL(value).href;
  if (isIP(value) === 6) return new SocketAddress({ address: value, family: "ipv6" }).address;
  if (isIP(value) === 4) return /^198\.1[89]\./.test(value) ? value : null;
  return /^(?!.*\.\.).+\.example$/.test(value) ? domainToASCII(value) : null;
}

function roleOf(word: unknown): string {
  const roles: Record<string, string> = {
    "c2-server": "c2",
    "infected-system": "victim",
    "system-compromise": "compromised",
  };
  return roles[String(word)] ?? String(word);
}

/** `14/11/2026 07:31` as a date that sorts. */
function turned(date: string | undefined): string {
  return (date ?? "").slice(0, 10).split("/").reverse().join("-");
}

function cells(text: string, separator: string, width: number): string[][] {
  const rows = text.replaceAll('"', "").split(/\r?\n/).slice(1);
  return rows.map((row) => row.split(separator)).filter((row) => row.length === width);
}

function objects(value: unknown): Record<string, unknown>[] {
  const items: unknown[] = Array.isArray(value) ? value : [];
  return items.filter((item): item is Record<string, unknown> => typeof item === "object" && item !== null);
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text.split("\n").flatMap((line) => {
    try {
      return objects([JSON.parse(line)]);
    } catch {
      return [];
    }
  });
}

function stix(bundle: { objects: Record<string, unknown>[] }): Candidate[] {
  const indicators = bundle.objects.filter(
    (object) => object.type === "indicator" && object.revoked !== true,
  );
  return indicators.flatMap((object) =>
    [...String(object.pattern).matchAll(/'([^']+)'/g)].map(
      (match): Candidate => ["c2", match[1], object.valid_from],
    ),
  );
}

function misp(answer: {
  response: { Event: { Tag: { name: string }[]; Attribute: Record<string, unknown>[] } }[];
}): Candidate[] {
  return answer.response.flatMap(({ Event }) => {
    const role = roleOf(Event.Tag.flatMap((tag) => /rsit:.*"(.*)"/.exec(tag.name)?.[1] ?? [])[0]);
    const kept = Event.Attribute.filter(
      (attribute) => attribute.deleted !== true && attribute.type !== "regkey",
    );
    return kept.map(
      (attribute): Candidate => [role, String(attribute.value).split("|")[0], attribute.last_seen],
    );
  });
}

function sections(text: string): Candidate[] {
  let role = "";
  return text.split(/\r?\n/).flatMap((line): Candidate[] => {
    if (/^[#\d].*Command-and-control/.test(line)) role = "c2";
    if (/^[#\d].*Phishing/.test(line)) role = "phishing";
    if (/^[#\d].*Compromised/.test(line)) role = "compromised";
    const value = line
      .replace(/^\s*[•–-]?\s*/, "")
      .replace(/\[\.\]|\[dot\]|\(\.\)/g, ".")
      .replace("hxxp", "http");
    return [[role, /^\d+(\.\d+){3}:\d+$/.test(value) ? value.split(":")[0] : value]];
  });
}

function sheet(archive: string): Candidate[] {
  const epoch = Date.UTC(1899, 11, 30);
  return [...archive.matchAll(/<row r="\d+">(.*?)<\/row>/g)].map((row): Candidate => {
    const value = /r="A\d+".*?<t>(.*?)<\/t>/.exec(row[1] ?? "")?.[1];
    const category = /r="B\d+".*?<t>(.*?)<\/t>/.exec(row[1] ?? "")?.[1];
    const serial = Number(/<v>(\d+)<\/v>/.exec(row[1] ?? "")?.[1] ?? 0);
    return [roleOf(category), value, new Date(epoch + serial * 86_400_000).toISOString()];
  });
}

function mail(message: string): Candidate[] {
  const encoded = /filename="sites\.csv"\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(message)?.[1] ?? "";
  const rows = cells(Buffer.from(encoded, "base64").toString(), ",", 2);
  return rows.map((row): Candidate => ["compromised", row[0], row[1]]);
}
