import type { VisibleSource, VisibleThreat } from "#capabilities/threats/index.ts";
import { borderNote } from "#reference/countries/border-note.ts";
import { countryName } from "#reference/countries/country-names.ts";
import { combineHandlingCodes, parseHandlingCode } from "#standards/handling-codes.ts";
import { parsePap, stricterPap } from "#standards/pap.ts";
import { THREAT_ROLE_NAMES, THREAT_ROLES, type ThreatRole } from "#standards/threat-role.ts";
import { stricterTlp } from "#standards/tlp.ts";
import { keyFigures } from "./model/key-figures.ts";
import { compare } from "./model/print-order.ts";
import {
  ACTIONS,
  actionsFor,
  isPermitted,
  type PermittedAction,
  permittedUnder,
  type RecommendedAction,
} from "./model/recommended-actions.ts";
import { reportReference } from "./model/reference.ts";
import type {
  ReportContent,
  ReportDesk,
  ReportLanguage,
  ReportMarking,
  ReportOperation,
  ReportSource,
  ReportThreat,
} from "./model/report.ts";
import { PACKAGE_TEXTS } from "./texts.ts";

export interface ComposeInput {
  readonly operation: ReportOperation;
  readonly desk: ReportDesk;
  /** Milliseconds since the epoch. */
  readonly asOf: number;
  /** Version of the counting rules. */
  readonly rules: string;
  readonly version: number;
  /** Days within which a threat of a role counts as active (C-5). */
  readonly activeWindowDays: Readonly<Record<ThreatRole, number>>;
  readonly readers: readonly CountryReader[];
}

/** A country and exactly what it may know; nothing else of the operation reaches its reports. */
export interface CountryReader {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly language: ReportLanguage;
  readonly threats: readonly VisibleThreat[];
}

const DAY_MS = 86_400_000;
const FEEDBACK_DAYS = 30;

/**
 * One report per country and role that has threats there, sorted by country and role. Targets and victims are
 * different roles, so they are never in one report and never added. Threats that are visible to the country but are
 * another country's are left out. Deterministic: the order of the input does not matter.
 */
export function composeReports(input: ComposeInput): ReportContent[] {
  return input.readers
    .toSorted((a, b) => compare(a.country, b.country))
    .flatMap((reader) => THREAT_ROLE_NAMES.flatMap((role) => composeReport(input, reader, role) ?? []));
}

function composeReport(input: ComposeInput, reader: CountryReader, role: ThreatRole): ReportContent | null {
  const visible = reader.threats.filter(
    (threat) => threat.role === role && threat.countries.some(({ country }) => country === reader.country),
  );
  if (visible.length === 0) return null;
  const threats = visible
    .map((threat) => reportThreat(threat, reader.country))
    .sort((a, b) => compare(a.type, b.type) || compare(a.value, b.value));
  const marking = strictestMarking(threats);
  const permitted = permittedUnder(marking.pap);
  const { language } = reader;
  const name = countryName(reader.country, language);
  const text = (key: string, values?: Record<string, string | number>) =>
    PACKAGE_TEXTS.text(language, key, values);
  return {
    schema: "muster/cyber-activity-report/1",
    rules: input.rules,
    reference: reportReference(input.operation.id, reader.country, role),
    version: input.version,
    title: text(`subject.${role}.title`, { country: name }),
    operation: input.operation,
    country: reader.country,
    countryName: name,
    language,
    subject: { role, duty: THREAT_ROLES[role].duty, rsit: THREAT_ROLES[role].rsit },
    asOf: instant(input.asOf),
    activeWindowDays: input.activeWindowDays[role],
    marking,
    keyFigures: keyFigures(threats),
    threats,
    sources: reportSources(visible),
    actions: recommendedActions(input.asOf, role, threats, permitted, text),
    permittedActions: permitted,
    desk: input.desk,
    feedbackDue: day(input.asOf + FEEDBACK_DAYS * DAY_MS),
    evidentialStatus: text("status.sentence"),
    conditions: conditions(marking, text),
    borderNote: borderNote(language),
  };
}

function reportThreat(threat: VisibleThreat, country: string): ReportThreat {
  const seen = [threat.firstSeen, threat.lastSeen].filter((at) => at !== null).sort((a, b) => a - b);
  const codes = threat.sources.map((source) => source.code);
  return {
    type: threat.type,
    value: threat.value,
    host: threat.host,
    families: [...new Set(threat.families)].sort(compare),
    ports: [...new Set(threat.ports)].sort((a, b) => a - b),
    targets: [...new Set(threat.targets)].sort(compare),
    firstSeen: threat.firstSeen === null ? null : instant(seen[0] ?? threat.firstSeen),
    lastSeen: threat.lastSeen === null ? null : instant(seen.at(-1) ?? threat.lastSeen),
    liveness: threat.liveness,
    basis: threat.countries.find((entry) => entry.country === country)?.basis ?? [],
    otherCountries: threat.countries.map((entry) => entry.country).filter((code) => code !== country),
    disagreements: threat.disagreements,
    government: threat.government
      ? { suffix: threat.government.suffix, level: threat.government.level }
      : null,
    sharedInfrastructure: threat.sharedInfrastructure,
    sources: [...new Set(codes)].sort(compare),
    origins: threat.origins,
    assertions: threat.assertions,
    confidence: threat.confidence,
    marking: {
      tlp: threat.handling.tlp,
      pap: threat.handling.pap,
      codes: [...new Set(threat.handling.codes)].sort(compare),
    },
  };
}

/** The most restrictive of the parts; a PAP level that nobody knows counts as the most closed one. */
function strictestMarking(threats: readonly ReportThreat[]): ReportMarking {
  const paps = threats.flatMap(({ marking }) =>
    marking.pap === null ? [] : [parsePap(marking.pap) ?? "RED"],
  );
  return {
    tlp: threats.map(({ marking }) => marking.tlp).reduce(stricterTlp, "CLEAR"),
    pap: paps.length > 0 ? paps.reduce(stricterPap) : null,
    codes: combinedCodes(threats.map(({ marking }) => marking.codes)),
  };
}

/** H0 disappears beside a restriction; a code of another scheme is kept as it is, so that the reader asks. */
function combinedCodes(parts: readonly (readonly string[])[]): string[] {
  const known = parts.map((codes) => codes.flatMap((code) => parseHandlingCode(code) ?? []));
  const foreign = new Set(parts.flat().filter((code) => parseHandlingCode(code) === null));
  return [...combineHandlingCodes(...known), ...[...foreign].sort(compare)];
}

function reportSources(threats: readonly VisibleThreat[]): ReportSource[] {
  const seen = new Map<string, { source: VisibleSource; ratings: Set<string>; threats: number }>();
  for (const threat of threats) {
    for (const code of new Set(threat.sources.map((source) => source.code))) {
      const same = threat.sources.filter((source) => source.code === code);
      const first = same[0];
      if (!first) continue;
      const entry = seen.get(code) ?? { source: first, ratings: new Set<string>(), threats: 0 };
      for (const source of same) entry.ratings.add(`${source.reliability}${source.credibility}`);
      // One mention without a name is enough to keep the name out of the whole report.
      if (same.some((source) => source.name === null)) entry.source = { ...entry.source, name: null };
      entry.threats += 1;
      seen.set(code, entry);
    }
  }
  return [...seen]
    .sort(([a], [b]) => compare(a, b))
    .map(([code, entry]) => ({
      code,
      name: entry.source.name,
      ratings: [...entry.ratings].sort(compare),
      threats: entry.threats,
    }));
}

type Text = (key: string, values?: Record<string, string | number>) => string;

function recommendedActions(
  asOf: number,
  role: ThreatRole,
  threats: readonly ReportThreat[],
  permitted: PermittedAction,
  text: Text,
): RecommendedAction[] {
  const ground = {
    types: new Set(threats.map((threat) => threat.type)),
    hasTargets: threats.some((threat) => threat.targets.length > 0),
  };
  return actionsFor(role, ground).map((id, index) => {
    const shape = ACTIONS[id];
    return {
      number: index + 1,
      id,
      kind: shape.kind,
      title: text(`action.${id}.title`),
      detail: text(`action.${id}.detail`),
      owner: shape.owner,
      dueDays: shape.dueDays,
      dueOn: day(asOf + shape.dueDays * DAY_MS),
      legalTool: shape.legalTool,
      needs: shape.needs,
      permittedActions: permitted,
      permitted: isPermitted(shape.needs, permitted),
    };
  });
}

function conditions(marking: ReportMarking, text: Text): string[] {
  const codes = marking.codes.filter((code) => parseHandlingCode(code) !== null);
  const foreign = marking.codes.filter((code) => parseHandlingCode(code) === null);
  return [
    text(`tlp.${marking.tlp}`),
    ...(marking.pap === null ? [] : [text(`pap.${marking.pap}`)]),
    ...codes.map((code) => text(`handling.${code}`)),
    ...(foreign.length > 0 ? [text("handling.other", { codes: foreign.join(", ") })] : []),
    text("conditions.purpose"),
    text("conditions.originator"),
  ];
}

function instant(at: number): string {
  return new Date(at).toISOString();
}

function day(at: number): string {
  return instant(at).slice(0, 10);
}
