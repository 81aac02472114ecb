import { directionOf, localeOf } from "#platform/i18n/catalogue.ts";
import { isolate } from "#platform/i18n/isolate.ts";
import { siteOf } from "../../model/key-figures.ts";
import type { ManifestFile } from "../../model/manifest.ts";
import { inPrintOrder } from "../../model/print-order.ts";
import type { ReportContent, ReportThreat } from "../../model/report.ts";
import { PACKAGE_TEXTS } from "../../texts.ts";
import { countryMap } from "../country-map.ts";
import { printable, printableIdentifier } from "../printable.ts";
import { breakable, printedIndicator, threatNotes } from "./indicator-print.ts";

/** The table of a printed report is for reading; whoever needs more rows needs the annexes. */
export const MAXIMUM_ROWS = 200;
const MAXIMUM_FAMILIES = 8;
/** Characters that a line of these columns holds. */
const FITS_FAMILY_COLUMN = 15;
const FITS_SOURCE_COLUMN = 10;

export type Words = (key: string, values?: Record<string, string | number>) => string;

/** A line of a small table with a bar: its share of the largest. */
interface CountRow {
  readonly label: string;
  readonly count: string;
  readonly share: number;
}

/**
 * Everything the layout prints, as finished strings: the layout file holds no words and makes no decisions.
 * Identifiers, dates and other left-to-right matter are isolated, and nothing in here is markup.
 */
export type ReportView = ReturnType<typeof reportView>;

export function reportView(report: ReportContent, annexes: readonly ManifestFile[]) {
  const words: Words = (key, values) => PACKAGE_TEXTS.text(report.language, key, values);
  const printed = inPrintOrder(report.threats).slice(0, MAXIMUM_ROWS);
  const affected = report.subject.duty === "notify";
  const at = new Date(report.asOf);
  return {
    language: report.language,
    rightToLeft: directionOf(report.language) === "rtl",
    title: printable(report.title),
    documentTitle: printable(`${report.reference} – ${report.title}`),
    author: printable(report.desk.name),
    date: { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() },
    kind: words("report.kind"),
    operation: printable(report.operation.name),
    reference: printableIdentifier(report.reference),
    marking: markingView(report),
    pageOf: words("page.of", { page: "@page", pages: "@pages" }),
    duty: {
      notify: affected,
      label: words(`duty.${report.subject.duty}`),
      sentence: words(`duty.${report.subject.duty}.sentence`),
    },
    status: { title: words("status.title"), sentence: printable(report.evidentialStatus) },
    facts: factRows(report, words),
    judgement: judgement(report, words),
    figures: figureTiles(report, words),
    sections: Object.fromEntries(
      SECTIONS.map((name) => [name, words(`section.${name === "threats" && affected ? "affected" : name}`)]),
    ),
    map: mapView(report, words),
    types: typeRows(report, words),
    liveness: livenessRows(report, words),
    families: familyRows(report, words),
    familiesNote: familiesOverlap(report) ? words("families.note") : "",
    why: { sentence: words("why.sentence"), rows: basisRows(report, words) },
    portals: portalRows(report, words),
    actions: actionRows(report, words),
    threats: threatTable(report, printed, words),
    sources: sourceTable(report, words),
    gaps: gapSentences(report, words),
    conditions: report.conditions.map(printable),
    deconfliction: words("deconfliction.text"),
    feedback: words("feedback.text", {
      day: isolate(report.feedbackDue),
      reference: printableIdentifier(report.reference),
    }),
    annexes: annexTable(report, annexes, words),
    borderNote: printable(report.borderNote),
  };
}

const SECTIONS = [
  "figures",
  "byType",
  "byLiveness",
  "byFamily",
  "why",
  "portals",
  "actions",
  "threats",
  "sources",
  "confidence",
  "conditions",
  "deconfliction",
  "feedback",
  "annexes",
];

function markingView({ marking }: ReportContent) {
  const extras = [...(marking.pap === null ? [] : [`PAP:${marking.pap}`]), ...marking.codes];
  return { tlp: `TLP:${marking.tlp}`, level: marking.tlp, extras: printable(extras.join("  ·  ")) };
}

function number(report: ReportContent, value: number): string {
  return new Intl.NumberFormat(localeOf(report.language)).format(value);
}

function instantText(report: ReportContent, words: Words): string {
  return words("fact.instant", {
    day: isolate(report.asOf.slice(0, 10)),
    time: isolate(report.asOf.slice(11, 16)),
  });
}

function factRows(report: ReportContent, words: Words) {
  const { operation, desk } = report;
  const period = words("fact.period", { from: isolate(operation.from), to: isolate(operation.to) });
  return [
    [words("fact.reference"), printableIdentifier(report.reference)],
    [words("fact.versionLabel"), words("fact.version", { version: report.version })],
    [words("fact.asOf"), instantText(report, words)],
    [words("fact.country"), `${printable(report.countryName)} (${isolate(report.country)})`],
    [words("fact.operation"), printable(operation.name)],
    [words("fact.window"), period],
    [words("fact.purpose"), printable(operation.purpose)],
    [words("fact.legalBasis"), printable(operation.legalBasis)],
    [words("fact.desk"), printable(desk.name)],
    [words("fact.contact"), desk.contact === undefined ? "" : printableIdentifier(desk.contact)],
  ].filter(([, value]) => value !== "");
}

function judgement(report: ReportContent, words: Words): string {
  return words(`judgement.${report.subject.duty}`, {
    asOf: isolate(report.asOf.slice(0, 10)),
    threats: report.keyFigures.threats,
    country: printable(report.countryName),
    active: report.keyFigures.byLiveness.active,
    days: report.activeWindowDays,
  });
}

function figureTiles(report: ReportContent, words: Words) {
  const figures = report.keyFigures;
  const total = report.subject.duty === "notify" ? "figure.affected" : "figure.threats";
  const tile = (value: number, key: string) => ({
    value: number(report, value),
    label: words(key, { count: value }),
  });
  return [
    tile(figures.threats, total),
    tile(figures.byLiveness.active, "figure.active"),
    tile(figures.hosts, "figure.hosts"),
    tile(figures.governmentPortals, "figure.portals"),
  ];
}

function mapView(report: ReportContent, words: Words) {
  const svg = countryMap(report.country);
  return svg === null
    ? null
    : { svg, alternative: words("map.alt", { country: printable(report.countryName) }) };
}

function countRows(report: ReportContent, counts: readonly (readonly [string, number])[]): CountRow[] {
  const largest = counts.map(([, count]) => count).reduce((a, b) => Math.max(a, b), 1);
  return counts.map(([label, count]) => ({ label, count: number(report, count), share: count / largest }));
}

function typeRows(report: ReportContent, words: Words): CountRow[] {
  const counts = Object.entries(report.keyFigures.byType).toSorted(
    (a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1),
  );
  return countRows(
    report,
    counts.map(([type, count]) => [words(`type.${type}`), count]),
  );
}

function livenessRows(report: ReportContent, words: Words): CountRow[] {
  const counts = Object.entries(report.keyFigures.byLiveness).filter(([, count]) => count > 0);
  return countRows(
    report,
    counts.map(([state, count]) => [words(`liveness.${state}`), count]),
  );
}

function familyRows(report: ReportContent, words: Words): CountRow[] {
  const { byFamily, withoutFamily } = report.keyFigures;
  if (byFamily.length === 0) return [];
  const shown = byFamily.slice(0, MAXIMUM_FAMILIES);
  const rest = byFamily.slice(MAXIMUM_FAMILIES);
  const restCount = rest.reduce((sum, entry) => sum + entry.threats, 0);
  return countRows(report, [
    ...shown.map(({ family, threats }) => [printableIdentifier(family, 60), threats] as const),
    ...(rest.length > 0 ? [[words("families.more", { count: rest.length }), restCount] as const] : []),
    ...(withoutFamily > 0 ? [[words("families.none"), withoutFamily] as const] : []),
  ]);
}

/** Whether the breakdown by family adds up to more than the threats, which the reader has to be told. */
function familiesOverlap({ keyFigures }: ReportContent): boolean {
  const listed = keyFigures.byFamily.reduce((sum, entry) => sum + entry.threats, keyFigures.withoutFamily);
  return listed > keyFigures.threats;
}

function basisRows(report: ReportContent, words: Words): CountRow[] {
  return countRows(
    report,
    report.keyFigures.byBasis.map(({ basis, threats }) => [basisName(basis, words), threats]),
  );
}

function basisName(basis: string, words: Words): string {
  return PACKAGE_TEXTS.has(`basis.${basis}`) ? words(`basis.${basis}`) : printableIdentifier(basis, 80);
}

function portalRows(report: ReportContent, words: Words) {
  const portals = new Map<string, ReportThreat[]>();
  for (const threat of report.threats) {
    if (threat.government) portals.set(siteOf(threat), [...(portals.get(siteOf(threat)) ?? []), threat]);
  }
  const all = [...portals].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    sentence: words("portals.sentence", { count: all.length }),
    header: ["indicator", "level", "suffix", "count"].map((name) => words(`column.${name}`)),
    rows: all
      .slice(0, MAXIMUM_ROWS)
      .map(([site, threats]) => [
        breakable(isolate(printable(site.replaceAll(".", "[.]")))),
        levelName(threats[0]?.government?.level ?? null, words),
        printableIdentifier(threats[0]?.government?.suffix ?? ""),
        number(report, threats.length),
      ]),
  };
}

function levelName(level: string | null, words: Words): string {
  if (level === null) return words("level.unknown");
  return PACKAGE_TEXTS.has(`level.${level}`) ? words(`level.${level}`) : printable(level);
}

function actionRows(report: ReportContent, words: Words) {
  const pap = isolate(`PAP:${report.marking.pap ?? ""}`);
  return {
    header: ["number", "action", "owner", "due", "tool"].map((name) => words(`column.${name}`)),
    permittedTitle: words("actions.permittedTitle"),
    permitted: words(`permitted.${report.permittedActions}`),
    rows: report.actions.map((action) => ({
      number: number(report, action.number),
      title: printable(action.title),
      detail: printable(action.detail),
      forbidden: action.permitted ? "" : words("actions.forbidden", { pap }),
      owner: words(`owner.${action.owner}`),
      due: isolate(action.dueOn),
      days: words("actions.days", { days: action.dueDays }),
      tool: words(`tool.${action.legalTool}`),
    })),
  };
}

function threatTable(report: ReportContent, printed: readonly ReportThreat[], words: Words) {
  const total = report.threats.length;
  const cut = printed.length < total;
  const families = report.keyFigures.byFamily.length > 0;
  const columns = [
    "number",
    "indicator",
    ...(families ? ["family"] : []),
    "firstSeen",
    "lastSeen",
    "state",
    "source",
  ];
  return {
    families,
    sentence: cut
      ? words("threats.cut", { shown: printed.length, total })
      : words("threats.complete", { shown: printed.length }),
    defanged: words("threats.defanged"),
    header: columns.map((name) => words(`column.${name}`)),
    rows: printed.map((threat, index) => ({
      number: number(report, index + 1),
      indicator: printedIndicator(threat, words),
      notes: threatNotes(report, threat, words),
      family: breakable(
        threat.families.map((family) => printableIdentifier(family, 60)).join(", "),
        FITS_FAMILY_COLUMN,
      ),
      firstSeen: threat.firstSeen === null ? "–" : isolate(threat.firstSeen.slice(0, 10)),
      lastSeen: threat.lastSeen === null ? "–" : isolate(threat.lastSeen.slice(0, 10)),
      state: words(`liveness.${threat.liveness}`),
      active: threat.liveness === "active",
      sources: breakable(
        threat.sources.map((code) => printableIdentifier(code)).join(", "),
        FITS_SOURCE_COLUMN,
      ),
    })),
  };
}

function sourceTable(report: ReportContent, words: Words) {
  return {
    sentence: words("sources.sentence"),
    header: ["source", "name", "rating", "threats"].map((name) => words(`column.${name}`)),
    rows: report.sources.map((source) => [
      printableIdentifier(source.code),
      source.name === null ? words("sources.anonymous") : printable(source.name),
      isolate(source.ratings.join(", ")),
      number(report, source.threats),
    ]),
  };
}

function gapSentences(report: ReportContent, words: Words): string[] {
  const { byLiveness, disputed, sharedInfrastructure } = report.keyFigures;
  const single = report.threats.filter((threat) => threat.origins <= 1).length;
  const gaps = [
    ["gap.unknown", byLiveness.unknown],
    ["gap.single", single],
    ["gap.disputed", disputed],
    ["gap.shared", sharedInfrastructure],
  ] as const;
  const sentences = gaps.filter(([, count]) => count > 0).map(([key, count]) => words(key, { count }));
  return sentences.length > 0 ? sentences : [words("gap.none")];
}

function annexTable(report: ReportContent, annexes: readonly ManifestFile[], words: Words) {
  return {
    sentence: words("annexes.text", { threats: report.threats.length }),
    header: ["file", "contents", "hash"].map((name) => words(`column.${name}`)),
    rows: annexes
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
      .map((file) => [isolate(file.name), words(`annex.${file.name}`), breakable(isolate(file.sha256))]),
  };
}
