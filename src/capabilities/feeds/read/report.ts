import type { ThreatRole } from "#standards/threat-role.ts";
import type { Claim, RowSink } from "../format.ts";
import { type ClaimColumns, createClaimer } from "./claim-columns.ts";
import { type Extracted, extractObservables } from "./extract.ts";
import { isAside, isCalledHarmless, roleForType, sectionRole } from "./section-role.ts";
import { planTable } from "./table-plan.ts";

/** A piece of a report, whatever kind of file it comes from. `row` is where it stands: a line, a paragraph, a row of a sheet. */
export type ReportBlock =
  | { readonly kind: "heading"; readonly level: number; readonly text: string; readonly row: number }
  | {
      readonly kind: "prose" | "item" | "code";
      readonly text: string;
      readonly row: number;
      /** The block goes on with a sentence that began in the block before. */
      readonly continues?: boolean;
    }
  | { readonly kind: "table"; readonly rows: readonly TableRow[] };

/** The first row of a table is its header when it holds no value. */
export interface TableRow {
  readonly cells: readonly string[];
  readonly row: number;
}

export interface ReportReader {
  block(block: ReportBlock): void;
  /** How many claims were made so far. */
  readonly claims: number;
}

/**
 * Reads the indicators out of an analyst's report, block by block, and puts them into `sink` as claims.
 *
 * **What is an indicator.** A report also names victims' vendors, its own web site, press articles and contact addresses, so the
 * shape of a value is not enough:
 * 1. A defanged value is one. Addresses, networks, hashes, wallets, IBANs and URLs on a bare address are ones also when plain.
 * 2. A plain host name, URL or e-mail address is one where it stands as data: alone in its line, list item, cell or code span, at the
 *    beginning of a list item before a remark, or behind a label (`Domain:`, `C2:`). A line that goes on with a sentence is prose.
 *    In prose it is refused with the advice to defang it, so that nothing disappears in silence.
 * 3. Nothing is one in sections and behind labels for contact, references and credits, nor the target of a link with its own text.
 *    These are no rows.
 * 4. What the report itself calls clean, benign or legitimate is refused.
 *
 * **Its role** comes from the nearest that gives one: the title of its column, another cell of its row, its label, the
 * lead-in line above the list, the headings from inside out. A file is always `malware`. `(name)` right behind a value is its family.
 */
export function createReportReader(sink: RowSink): ReportReader {
  const context: Context = { headings: [], lead: null, claims: 0, sink };
  return {
    block(block) {
      if (block.kind === "heading") enterSection(context, block);
      else if (block.kind === "table") readTable(context, block.rows);
      else readText(context, block);
    },
    get claims() {
      return context.claims;
    },
  };
}

interface Section {
  readonly level: number;
  readonly role: ThreatRole | undefined;
  readonly aside: boolean;
  readonly harmless: boolean;
}

interface Context {
  headings: Section[];
  /** The last line that announces a list ("AT LEAST 12 DOMAINS HOSTING THE DLL:"). */
  lead: Section | null;
  claims: number;
  readonly sink: RowSink;
}

type TextBlock = Extract<ReportBlock, { text: string; continues?: boolean }> & {
  kind: "prose" | "item" | "code";
};

function sectionOf(level: number, text: string): Section {
  return { level, role: sectionRole(text), aside: isAside(text), harmless: isCalledHarmless(text) };
}

function enterSection(
  context: Context,
  { level, text, row }: Extract<ReportBlock, { kind: "heading" }>,
): void {
  context.headings = context.headings.filter((section) => section.level < level);
  context.headings.push(sectionOf(level, text));
  context.lead = null;
  const found = extractObservables(text).filter((one) => isSure(one));
  if (found.length === 0 || isInAside(context)) return;
  context.sink.row();
  for (const one of found) take(context, one, row, text, { line: text });
}

function readText(context: Context, block: TextBlock): void {
  const { text, row } = block;
  const found = extractObservables(text);
  if (found.length === 0) {
    if (block.kind === "prose" && announces(text)) context.lead = sectionOf(99, text);
    else if (block.kind === "prose" && block.continues !== true) context.lead = null;
    return;
  }
  if (isInAside(context) || isContactLine(text)) return;
  const wanted = found.filter((one) => !isLinkTarget(text, one));
  if (wanted.length === 0) return;
  context.sink.row();
  const isData = standsAsData(block, found);
  for (const one of wanted) {
    if (isSure(one) || isData(one))
      take(context, one, row, text, { role: remarkRole(text, one), line: text });
    else refuse(context, one, row, text, IN_PROSE);
  }
}

/**
 * Values are found in every cell. Where the header names columns, a plain name counts only in a column of indicators (the registrar's
 * site is none), and dates, family, country and status of the row go with its values.
 */
function readTable(context: Context, rows: readonly TableRow[]): void {
  if (isInAside(context)) return;
  const [first] = rows;
  const hasHeader = first?.cells.every((cell) => extractObservables(cell).length === 0) ?? false;
  const header = hasHeader ? (first?.cells ?? []) : [];
  const plan = hasHeader
    ? planTable(
        rows.map((row) => row.cells),
        {},
      )
    : null;
  const table: Table = {
    header,
    indicatorColumns: plan === null ? null : new Set(plan.columns.observables.map((column) => column.index)),
    describe: plan === null ? () => ({}) : createDescriber(plan.columns),
  };
  for (const row of hasHeader ? rows.slice(1) : rows) readRow(context, table, row);
}

interface Table {
  readonly header: readonly string[];
  /** Null: the columns have no names, so every cell may hold one. */
  readonly indicatorColumns: ReadonlySet<number> | null;
  readonly describe: (cells: readonly string[], row: number) => Partial<Claim>;
}

function readRow(context: Context, table: Table, { cells, row }: TableRow): void {
  const perCell = cells.map((cell) => extractObservables(cell).filter((one) => !isLinkTarget(cell, one)));
  if (perCell.every((found) => found.length === 0)) return;
  const { role: saidRole, ...said } = table.describe(cells, row);
  const remarks = cells.filter((cell, at) => perCell[at]?.length === 0 && cell.length <= 60);
  const rowRole = saidRole ?? firstRole(remarks);
  const line = cells.join(" | ");
  let met = false;
  perCell.forEach((found, at) => {
    const cell = cells[at] ?? "";
    const title = table.header[at] ?? "";
    if (isAside(title)) return;
    const isIndicatorColumn = table.indicatorColumns?.has(at) ?? true;
    const isData = standsAsData({ kind: "item", text: cell, row }, found);
    for (const one of found) {
      if (!isSure(one) && !isIndicatorColumn) continue;
      if (!met) context.sink.row();
      met = true;
      const near = { role: sectionRole(title) ?? rowRole ?? remarkRole(cell, one), line, said };
      if (isSure(one) || isData(one)) take(context, one, row, cell, near);
      else refuse(context, one, row, cell, IN_PROSE);
    }
  });
}

/** What the other columns say of a row, by letting the reader of tables claim a value that stands in none of them. */
function createDescriber(columns: ClaimColumns): Table["describe"] {
  let claimed: Partial<Claim> = {};
  const sink = {
    row() {},
    refuse() {},
    claim(claim: Claim) {
      claimed = claim;
    },
  };
  const BEYOND = 1000;
  const claimer = createClaimer({ ...columns, observables: [{ index: BEYOND, rank: 0 }] }, sink);
  return (cells, row) => {
    const fields = [...cells];
    fields[BEYOND] = "value";
    claimed = {};
    claimer(fields, row);
    const { value: _, row: __, type: ___, ...said } = claimed;
    return Object.fromEntries(Object.entries(said).filter(([, word]) => word !== undefined));
  };
}

/* ---- what is an indicator ---- */

/** Indicators wherever they stand: nobody defangs a reference, or links to a bare address. */
function isSure(one: Extracted): boolean {
  return one.defanged || one.onAddress === true || !(one.type in PLAIN_IN_PROSE);
}

const PLAIN_IN_PROSE: Readonly<Record<string, true>> = { "domain-name": true, url: true, "email-addr": true };

const IN_PROSE =
  "A name or address inside a sentence may be a reference. Defang it, or put it in a list or table, to have it counted.";
const CALLED_HARMLESS =
  "The report itself calls this clean or legitimate. Remove the remark if it is an indicator.";

/** Decides rule 2 for the values of one block: it is looked at once, however many values it holds. */
function standsAsData(block: TextBlock, found: readonly Extracted[]): (one: Extracted) => boolean {
  const { text } = block;
  const rest = withoutSpans(text, found).replace(/\b(?:and|or|et|ou|y|e|o)\b/gi, "");
  if (!/[\p{L}\p{N}]/u.test(rest)) return () => block.continues !== true;
  const first = found[0];
  const head = first === undefined ? "" : text.slice(0, first.start);
  const tail = first === undefined ? "" : text.slice(first.end, first.end + 8);
  const opensItem =
    block.kind === "item" &&
    !/[\p{L}\p{N}]/u.test(head) &&
    /^\s*(?:[`'"*)\]]*\s*[(–—:,;|→=-]|\t| {2,}|$)/u.test(tail);
  const labelled = /^[^:]{1,40}:\s*[`'"*<]*$/.test(head) && isDataLabel(head);
  return (one) =>
    (one === first && (opensItem || labelled)) ||
    (text.charAt(one.start - 1) === "`" && text.charAt(one.end) === "`");
}

const DATA_LABEL =
  /\b(?:domains?|hosts?|hostnames?|fqdn|urls?|uri|sites?|ioc|indicators?|c2|c&c|servers?|senders?|e-?mails?|from|reply-to|domaines?|serveurs?|h[oô]tes?|exp[ée]diteurs?|dominios?|servidor(?:es)?|remitentes?|correos?|النطاق|الرابط|الموقع|البريد)\b|النطاق|الرابط|الموقع|البريد|المرسل/i;

function isDataLabel(label: string): boolean {
  return (DATA_LABEL.test(label) || sectionRole(label) !== undefined) && !isAside(label);
}

function withoutSpans(text: string, found: readonly Extracted[]): string {
  let rest = "";
  let at = 0;
  for (const { start, end, port } of found) {
    rest += text.slice(at, start);
    at = port === undefined ? end : end + String(port).length + 1;
  }
  return rest + text.slice(at);
}

const LINK_BEFORE = /(?:\]\(|link:|href=["']?)$/i;

/** `[text](target)` of Markdown, `target[text]` of AsciiDoc: the link of a sentence, unless the text is the target itself. */
function isLinkTarget(text: string, one: Extracted): boolean {
  if (one.defanged) return false;
  if (LINK_BEFORE.test(text.slice(Math.max(0, one.start - 6), one.start))) return true;
  return (
    one.type === "url" &&
    /^\[[^\]]/.test(text.slice(one.end, one.end + 2)) &&
    !/^\[[.:@]/.test(text.slice(one.end, one.end + 2))
  );
}

function isInAside(context: Context): boolean {
  return context.lead?.aside === true || context.headings.at(-1)?.aside === true;
}

const CONTACT_START =
  /^[^\p{L}]*(?:contacts?|contact us|contactez|contacto|cont[aá]ctenos|reach us|questions?|follow us|twitter|source|sources|references?|r[ée]f[ée]rences?|referencias?|fuente|للاتصال|للتواصل|اتصل|المصدر)(?: [\p{L}’']{1,20}){0,3}\s*[:–—-]/iu;
const CONTACT_INSIDE =
  /\b(?:please contact|contact us|(?:questions?|feedback|reports?) to|reach (?:us|out)|write to us|e-?mail us|follow us on|veuillez contacter|nous contacter|p[oó]ngase en contacto|cont[aá]ctenos en|escr[ií]banos)\b/i;

/** Rule 3 for one line. "Contacted domains:" is no contact line. */
function isContactLine(text: string): boolean {
  return (
    text.length <= 400 &&
    (/^\W*(?:©|\(c\)|copyright\b)/iu.test(text) || CONTACT_START.test(text) || CONTACT_INSIDE.test(text))
  );
}

/* ---- role and family ---- */

/** A line that announces what follows: it ends with a colon, or is in capitals throughout. */
function announces(text: string): boolean {
  const trimmed = text.trim();
  return (
    trimmed.length <= 300 &&
    (/[:：]\W*$/.test(trimmed) || (/\p{Lu}{3}/u.test(trimmed) && !/\p{Ll}/u.test(trimmed)))
  );
}

function firstRole(texts: readonly string[]): ThreatRole | undefined {
  for (const text of texts) {
    const role = sectionRole(text);
    if (role !== undefined) return role;
  }
  return undefined;
}

/** The role that the label before a value gives, or a short remark behind it. */
function remarkRole(text: string, one: Extracted | undefined): ThreatRole | undefined {
  if (one === undefined) return undefined;
  const label = /([^:.;|]{2,60}):\s*[`'"*<]*$/.exec(text.slice(Math.max(0, one.start - 70), one.start))?.[1];
  const role = label === undefined ? undefined : sectionRole(label);
  if (role !== undefined) return role;
  const remark = text.slice(one.end, one.end + 42).replace(/^[^\p{L}]+/u, "");
  // Four words are a remark, more are a sentence ("decrypted on the victim host").
  return remark.length <= 40 && remark.split(/\s+/).length <= 4 ? sectionRole(remark) : undefined;
}

function currentRole(context: Context): ThreatRole | undefined {
  return context.lead?.role ?? context.headings.findLast((section) => section.role !== undefined)?.role;
}

const FAMILY = /^(?::\d{1,5})?[`'"*]*\s?\(([\p{L}\p{N}][\p{L}\p{N}._/+-]{1,39})\)/u;
/** Words in brackets that are no family. */
const NOT_A_FAMILY =
  /^(?:unknown|generic|n\/?a|none|various|other|online|offline|active|inactive|up|down|sinkholed?|new|old|http|https|tcp|udp|ssl|tls|dns|port|c2|c&c|cnc|phishing|dropper|malware|payload|md5|sha-?\d+|\d+|inconnu|desconocido|[a-z]{2})$/i;

function familyBehind(text: string, one: Extracted): string | undefined {
  if (one.type === "crypto-wallet" || one.type === "iban") return undefined; // the word names the currency or the bank
  const word = FAMILY.exec(text.slice(one.end, one.end + 60))?.[1];
  return word === undefined || NOT_A_FAMILY.test(word) ? undefined : word;
}

const PORT_BEHIND = /^\s(?:on )?(?:tcp |udp )?(?:port|puerto)\s(\d{1,5})\b/i;

function portBehind(text: string, one: Extracted): number | undefined {
  if (one.port !== undefined) return one.port;
  const digits = PORT_BEHIND.exec(text.slice(one.end, one.end + 24))?.[1];
  return digits === undefined || Number(digits) > 65535 ? undefined : Number(digits);
}

/** What stands near a value: its role, its whole line, and what the columns of its row say. */
interface Near {
  readonly role?: ThreatRole | undefined;
  readonly line: string;
  readonly said?: Partial<Claim>;
}

function take(context: Context, one: Extracted, row: number, text: string, near: Near): void {
  if (isCalledHarmless(near.line) || context.headings.at(-1)?.harmless === true) {
    refuse(context, one, row, near.line, CALLED_HARMLESS);
    return;
  }
  const family = familyBehind(text, one);
  const role = roleForType(near.role ?? currentRole(context), one.type);
  const port = one.type === "url" ? undefined : portBehind(text, one);
  context.claims++;
  context.sink.claim({
    row,
    value: one.value,
    type: one.type,
    ...near.said,
    ...(role === undefined ? {} : { role }),
    ...(family === undefined ? {} : { families: [family] }),
    ...(port === undefined ? {} : { port }),
  });
}

function refuse(context: Context, one: Extracted, row: number, text: string, reason: string): void {
  context.sink.refuse({ row, code: "unsupported", reason, raw: `${one.value} in: ${text}`.slice(0, 4096) });
}
