import { readdirSync, readFileSync } from "node:fs";
import { basename, extname } from "node:path";
import { parse } from "csv-parse/sync";
import { isNetwork } from "../reserved-ranges/range-table.ts";
import { isShieldKind, type ShieldEntry, type ShieldKind } from "./shield-kinds.ts";
import { parseWarninglist } from "./warninglist.ts";

/** A table an operator keeps. `kind` is what a warning list (`.json`) stands for; a `.csv` says it in each row. */
export interface OperatorTable {
  readonly path: string;
  readonly kind?: ShieldKind;
  /** Drop the shipped rows of the kinds this table holds. */
  readonly replaces?: boolean;
}

/**
 * Reads an operator's table: `kind,value,name` in CSV, or a MISP warning list in JSON. Throws an Error that names file, row
 * and fault.
 */
export function readOperatorTable(table: OperatorTable): ShieldEntry[] {
  const text = readFileSync(table.path, "utf8");
  if (extname(table.path).toLowerCase() !== ".json") return parseTable(text, basename(table.path));
  const list = parseWarninglist(text, table.kind ?? "listed");
  if (list.ok) return list.entries;
  throw new Error(`${basename(table.path)}: ${list.reason}`);
}

/** Rows that are laid over others. */
export interface AddedShields {
  readonly entries: readonly ShieldEntry[];
  /** Drop the rows beneath of the kinds these rows have. */
  readonly replaces: boolean;
}

/** The shipped rows with others laid over them, later ones last. */
export function layShields(tables: readonly AddedShields[]): readonly ShieldEntry[] {
  let entries: readonly ShieldEntry[] = readShippedTables();
  for (const { entries: added, replaces } of tables) {
    const kinds = new Set(replaces ? added.map((entry) => entry.kind) : []);
    entries = [...entries.filter((entry) => !kinds.has(entry.kind)), ...added];
  }
  return entries;
}

/** The tables of this folder. */
export function readShippedTables(): ShieldEntry[] {
  const folder = new URL("tables/", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith(".csv"));
  return files.sort().flatMap((file) => parseTable(readFileSync(new URL(file, folder), "utf8"), file));
}

/** Rows of a `kind,value,name` table; `file` is for the error. */
function parseTable(text: string, file: string): ShieldEntry[] {
  const rows: string[][] = parse(text, {
    bom: true,
    trim: true,
    skip_empty_lines: true,
    relax_column_count: true,
  });
  const [header, ...body] = rows;
  if (header?.join(",").toLowerCase() !== "kind,value,name") {
    throw new Error(`${file}, row 1: the header must be kind,value,name.`);
  }
  return body.map(([kind = "", value = "", name = ""], at) => {
    const row = `${file}, row ${at + 2}`;
    if (!isShieldKind(kind)) throw new Error(`${row}: "${kind}" is no kind of shield.`);
    const match = matchOf(value);
    if (match === null)
      throw new Error(`${row}: "${value}" is neither an address, a network nor a host name.`);
    return { kind, value: value.toLowerCase(), name: name || value, match };
  });
}

/** How a table's value is compared, by its shape; null when it has none. */
function matchOf(value: string): "range" | "host" | null {
  if (isNetwork(value)) return "range";
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.(?:[a-z]{2,}|xn--[a-z0-9-]+)$/i.test(value) ? "host" : null;
}
