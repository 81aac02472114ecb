import { isoSecond, slashedMinute, spacedSecond } from "../calendar.ts";
import type { Row } from "../statements.ts";
import { type Column, RSIT_TYPE, writeTable } from "./fields.ts";

const COMMA: readonly Column[] = [
  { name: "ip_address", of: (said) => said.written },
  { name: "port", of: (said) => String(said.port ?? "") },
  { name: "protocol", of: () => "tcp" },
  { name: "malware_family", of: (said) => said.family ?? "" },
  { name: "first_seen", of: (said) => spacedSecond(said.firstSeen) },
  { name: "last_seen", of: (said) => spacedSecond(said.lastSeen) },
  { name: "status", of: (said) => (said.offline ? "offline" : "online") },
  { name: "country", of: (said) => said.word ?? "" },
];

/** Comma-separated, the partner's own header. */
export function writeSensorCsv(rows: readonly Row[]): Buffer {
  return Buffer.from(writeTable(COMMA, rows, ",", "\n"));
}

const FRENCH: readonly Column[] = [
  { name: "date du signalement", of: (said) => slashedMinute(said.lastSeen) },
  { name: "adresse URL", of: (said) => said.written },
  { name: "marque visée", of: (said) => said.thing.target ?? "" },
  { name: "statut", of: (said) => (said.offline ? "hors ligne" : "en ligne") },
];

/** Semicolons, byte-order mark, CRLF, French header, day before month. */
export function writeFrenchCsv(rows: readonly Row[]): Buffer {
  return Buffer.from(`\uFEFF${writeTable(FRENCH, rows, ";", "\r\n")}`);
}

const ARABIC: readonly Column[] = [
  { name: "الرابط", of: (said) => said.written },
  { name: "تاريخ الرصد", of: (said) => isoSecond(said.lastSeen) },
  { name: "العلامة التجارية", of: (said) => said.thing.target ?? "" },
];

/** Comma-separated UTF-8 with an Arabic header. */
export function writeArabicCsv(rows: readonly Row[]): Buffer {
  return Buffer.from(writeTable(ARABIC, rows, ",", "\n"));
}

const SPANISH: readonly Column[] = [
  { name: "dirección URL", of: (said) => said.written },
  { name: "fecha de detección", of: (said) => slashedMinute(said.lastSeen) },
  { name: "marca suplantada", of: (said) => said.thing.target ?? "" },
];

/** Semicolons, Windows-1252, Spanish header: the accents are one byte each. */
export function writeSpanishCsv(rows: readonly Row[]): Buffer {
  return Buffer.from(writeTable(SPANISH, rows, ";", "\r\n"), "latin1");
}

const TABBED: readonly Column[] = [
  { name: "ip", of: (said) => said.written },
  { name: "category", of: (said) => RSIT_TYPE[said.thing.role] },
  { name: "malware", of: (said) => said.family ?? "" },
  { name: "last seen", of: (said) => spacedSecond(said.lastSeen) },
];

/** Tab-separated UTF-16, little endian with byte-order mark, as a spreadsheet saves "Unicode text". */
export function writeTabbedUtf16(rows: readonly Row[]): Buffer {
  return Buffer.from(`\uFEFF${writeTable(TABBED, rows, "\t", "\r\n")}`, "utf16le");
}

const CHINESE_UNIT: readonly Column[] = [
  { name: "indicator", of: (said) => said.written },
  { name: "malware", of: (said) => said.family ?? "" },
  { name: "last_seen", of: (said) => isoSecond(said.lastSeen) },
  { name: "status", of: (said) => (said.offline ? "offline" : "online") },
  { name: "country", of: (said) => said.word ?? "" },
];

/** Comma-separated; addresses and names in one column. */
export function writeMixedCsv(rows: readonly Row[]): Buffer {
  return Buffer.from(writeTable(CHINESE_UNIT, rows, ",", "\n"));
}

const HELD_BACK: readonly Column[] = [
  { name: "c2_ip", of: (said) => said.written },
  { name: "family", of: (said) => said.family ?? "" },
  { name: "last_seen", of: (said) => isoSecond(said.lastSeen) },
];

export function writeHeldBackCsv(rows: readonly Row[]): Buffer {
  return Buffer.from(writeTable(HELD_BACK, rows, ",", "\n"));
}

const SITES: readonly Column[] = [
  { name: "website", of: (said) => said.written },
  { name: "last seen", of: (said) => spacedSecond(said.lastSeen) },
];

/** The attachment of the e-mail: two columns. */
export function writeSiteCsv(rows: readonly Row[]): string {
  return writeTable(SITES, rows, ",", "\n");
}

const SHADOWSERVER: readonly string[] = [
  "timestamp",
  "ip",
  "port",
  "hostname",
  "tag",
  "application",
  "asn",
  "geo",
  "region",
  "city",
  "url",
  "http_host",
  "category",
  "system",
  "detected_since",
  "server",
  "redirect_target",
  "naics",
  "sic",
  "sector",
  "cc_url",
  "family",
];

/** The columns of Shadowserver's compromised-website report. Address and network are left out: shared hosting. */
export function writeShadowserverCsv(rows: readonly Row[]): Buffer {
  const lines = rows.flatMap((row) =>
    row.statements.map((said) => {
      const fields = new Map([
        ["timestamp", spacedSecond(said.lastSeen)],
        ["port", "443"],
        ["hostname", said.written],
        ["tag", "hacked-webserver"],
        ["application", "https"],
        ["geo", said.word ?? ""],
        ["url", "/"],
        ["http_host", said.written],
        ["category", "malwareclient"],
      ]);
      const values = SHADOWSERVER.map((name) => `"${fields.get(name) ?? ""}"`);
      return (row.bad === "too-few-fields" ? values.slice(0, 3) : values).join(",");
    }),
  );
  return Buffer.from(`${[SHADOWSERVER.map((name) => `"${name}"`).join(","), ...lines].join("\n")}\n`);
}
