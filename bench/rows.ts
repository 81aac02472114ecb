import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/**
 * Seeded rows such as partners send: 45 % URLs, 28 % names, 27 % addresses (half with a port), 12 % of the values
 * defanged, 8.8 % repeated within the file, 12 columns, about 180 bytes a row. Values are made up at run time and
 * never stored with the project.
 */
export interface RowSource {
  /** The n-th row of a seed; equal arguments give equal rows. */
  row(n: number): BenchRow;
}

export interface BenchRow {
  readonly value: string;
  readonly family: string;
  readonly type: string;
  readonly confidence: number;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly reference: string;
}

const FAMILIES = [
  "asyncrat",
  "remcos",
  "cobaltstrike",
  "mirai",
  "qakbot",
  "redline",
  "xworm",
  "lokibot",
  "njrat",
  "emotet",
];
const ZONES = [
  "com",
  "net",
  "org",
  "info",
  "id",
  "my",
  "vn",
  "th",
  "ph",
  "sg",
  "br",
  "co",
  "mx",
  "ar",
  "top",
  "xyz",
];
const WORDS = [
  "login",
  "secure",
  "update",
  "bank",
  "mail",
  "cloud",
  "panel",
  "gate",
  "shop",
  "portal",
  "files",
  "cdn",
  "docs",
  "pay",
];
const SHARE_REPEATED = 0.088;
const TWO_YEARS_S = 63_072_000;
const START_S = 1_725_148_800; // 2024-09-01

export function benchRows(seed: number, offset = 0): RowSource {
  const make = (n: number): BenchRow => {
    const draw = mixer(seed, n + offset);
    const kind = draw();
    const at = START_S + Math.floor(draw() * TWO_YEARS_S);
    const value = kind < 0.27 ? address(draw) : kind < 0.55 ? name(draw) : url(draw);
    return {
      value: draw() < 0.12 ? defanged(value) : value,
      family: pick(FAMILIES, draw),
      type: kind < 0.27 ? "botnet_cc" : kind < 0.55 ? "phishing" : "malware_download",
      confidence: 50 + Math.floor(draw() * 50),
      firstSeen: time(at - 86_400),
      lastSeen: time(at),
      reference: `https://reports.example/${Math.floor(draw() * 1e9).toString(36)}`,
    };
  };
  return {
    row(n) {
      const draw = mixer(seed + 1, n + offset);
      return draw() < SHARE_REPEATED && n > 0 ? make(Math.floor(draw() * n)) : make(n);
    },
  };
}

/** A small generator per row (splitmix), so that any row can be made without those before it. */
function mixer(seed: number, n: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) ^ Math.imul(n + 1, 0x85ebca6b)) >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  };
}

function pick(list: readonly string[], draw: () => number): string {
  return list[Math.floor(draw() * list.length)] ?? "";
}

function address(draw: () => number): string {
  const octet = () => Math.floor(draw() * 254) + 1;
  const ip = `${[23, 45, 77, 91, 103, 139, 157, 180, 196, 201][Math.floor(draw() * 10)]}.${octet()}.${octet()}.${octet()}`;
  return draw() < 0.5 ? ip : `${ip}:${Math.floor(draw() * 60_000) + 1024}`;
}

function name(draw: () => number): string {
  return `${pick(WORDS, draw)}-${Math.floor(draw() * 1e8).toString(36)}.${pick(WORDS, draw)}${Math.floor(draw() * 1000)}.${pick(ZONES, draw)}`;
}

function url(draw: () => number): string {
  return `http${draw() < 0.5 ? "s" : ""}://${name(draw)}/${pick(WORDS, draw)}/${Math.floor(draw() * 1e9).toString(36)}.php?id=${Math.floor(draw() * 1e6)}`;
}

function defanged(value: string): string {
  return value.replace("http", "hxxp").replace(".", "[.]");
}

function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ");
}

const HEADER =
  "first_seen,last_seen,indicator,threat_type,malware,confidence,reference,asn,isp,reporter_id,status,comment\n";

/** Writes rows `from` to `to` as CSV; `change` may replace a row. */
export async function writeCsv(
  path: string,
  rows: RowSource,
  count: number,
  change: (row: BenchRow, n: number) => BenchRow = (row) => row,
): Promise<void> {
  await writeLines(path, HEADER, count, (n) => {
    const row = change(rows.row(n), n);
    return `${row.firstSeen},${row.lastSeen},${row.value},${row.type},${row.family},${row.confidence},${row.reference},AS${64_500 + (n % 30)},"Example Hosting ${n % 700}, Ltd.",${n % 97},online,\n`;
  });
}

/** The same rows as a STIX 2.1 bundle: an indicator each, with ten malware objects and a relationship to one of them. */
export async function writeStix(path: string, rows: RowSource, count: number): Promise<void> {
  const created = "2026-08-01T00:00:00.000Z";
  const malware = FAMILIES.map(
    (family, i) =>
      `{"type":"malware","spec_version":"2.1","id":"malware--00000000-0000-4000-8000-${String(i).padStart(12, "0")}","created":"${created}","modified":"${created}","name":"${family}","is_family":true},\n`,
  ).join("");
  const head = `{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[\n${malware}`;
  await writeLines(
    path,
    head,
    count,
    (n) => {
      const row = rows.row(n);
      const id = n.toString(16).padStart(12, "0");
      const value = row.value.replace("hxxp", "http").replace("[.]", ".");
      const [host = value] = value.split(":", 1);
      const pattern = value.includes("://")
        ? `[url:value = '${value}']`
        : row.type === "botnet_cc"
          ? `[ipv4-addr:value = '${host}']`
          : `[domain-name:value = '${value}']`;
      const family = FAMILIES.indexOf(row.family);
      return (
        `{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-${id}","created":"${created}","modified":"${created}","pattern":"${pattern}","pattern_type":"stix","valid_from":"${row.firstSeen.replace(" ", "T")}Z","indicator_types":["malicious-activity"],"labels":["${row.type}"],"confidence":${row.confidence}},\n` +
        `{"type":"relationship","spec_version":"2.1","id":"relationship--00000000-0000-4000-8000-${id}","created":"${created}","modified":"${created}","relationship_type":"indicates","source_ref":"indicator--00000000-0000-4000-8000-${id}","target_ref":"malware--00000000-0000-4000-8000-${String(family).padStart(12, "0")}"}${n === count - 1 ? "" : ","}\n`
      );
    },
    "]}",
  );
}

async function writeLines(
  path: string,
  head: string,
  count: number,
  line: (n: number) => string,
  tail = "",
): Promise<void> {
  const file = createWriteStream(path);
  file.write(head);
  let text = "";
  for (let n = 0; n < count; n++) {
    text += line(n);
    if (text.length < 1 << 20) continue;
    if (!file.write(text)) await once(file, "drain");
    text = "";
  }
  file.end(text + tail);
  await finished(file);
}
