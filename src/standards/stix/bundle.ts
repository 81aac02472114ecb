import type { Observable } from "../observable/types.ts";
import { THREAT_ROLES, type ThreatRole } from "../threat-role.ts";
import { stricterTlp, type Tlp } from "../tlp.ts";
import { repeatableUuid4 } from "../uuid.ts";
import { statementMarking, TLP_MARKING_IDS, tlpMarking } from "./marking.ts";
import { type StixBundle, type StixObject, stixTimestamp } from "./object.ts";
import { observableObject } from "./observable-object.ts";
import { observablePattern } from "./pattern.ts";

export interface BundleSource {
  readonly code: string;
  /** Null where the source may not be named: its identity then carries the code only. */
  readonly name: string | null;
}

export interface BundleThreat extends Observable {
  readonly name: string;
  readonly description: string;
  readonly families: readonly string[];
  /** Milliseconds since the epoch. */
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly confidence: number | null;
  readonly tlp: Tlp;
  readonly sourceCodes: readonly string[];
  readonly assertions: number;
}

export interface BundleInput {
  /** Whose view this is, such as operation and country: ids of two readers never meet, of two versions always do. */
  readonly scope: string;
  readonly producer: { readonly name: string; readonly contact?: string | undefined };
  readonly report: {
    readonly reference: string;
    readonly version: number;
    readonly name: string;
    readonly description: string;
    readonly language: string;
  };
  readonly role: ThreatRole;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  readonly countryName: string;
  /** `created` of all objects: the operation's beginning. `asOf` is `modified` and the report's `published`. */
  readonly created: number;
  readonly asOf: number;
  readonly tlp: Tlp;
  /** PAP and handling codes in words; they mark every object besides TLP. */
  readonly statements: readonly string[];
  readonly sources: readonly BundleSource[];
  readonly threats: readonly BundleThreat[];
}

const INFRASTRUCTURE_TYPES: Partial<Record<ThreatRole, string>> = {
  c2: "command-and-control",
  phishing: "phishing",
  "malware-distribution": "hosting-malware",
  scam: "unknown",
  spam: "unknown",
  attacker: "unknown",
};

/**
 * A report about the threats of one role in one country as a STIX 2.1 bundle.
 *
 * Per threat: the observable, an indicator, an observed-data where it was seen at a known time (the only target the
 * specification allows for `based-on`; an undated one is joined by `related-to`), a sighting naming who saw it, and
 * `indicates` to its malware families and to the role's infrastructure, which is `located-at` the country.
 * `valid_from` of an indicator, which is required, is when it was first seen, else last seen, else `asOf`.
 * Indicators of things to notify (victims) have the type `compromised`, never `malicious-activity`.
 */
export function writeBundle(input: BundleInput): StixBundle {
  const context = bundleContext(input);
  const objects: StixObject[] = [
    context.producer,
    ...context.markings,
    ...context.sources.values(),
    context.location,
  ];
  const infrastructure = infrastructureObject(input, context);
  if (infrastructure)
    objects.push(infrastructure, context.relate(infrastructure, "located-at", context.location, input.tlp));
  const families = familyObjects(input, context);
  objects.push(...families.values());
  for (const threat of input.threats) {
    const targets = [...new Set(threat.families)].flatMap((family) => families.get(family) ?? []);
    objects.push(
      ...threatObjects(input, context, threat, infrastructure ? [infrastructure, ...targets] : targets),
    );
  }
  const unique = [...new Map(objects.map((object) => [object.id, object])).values()];
  return {
    type: "bundle",
    id: `bundle--${repeatableUuid4(`bundle ${input.scope} ${input.report.reference} ${input.report.version} ${input.asOf}`)}`,
    objects: [...unique, reportObject(input, context, unique)],
  };
}

interface Context {
  readonly producer: StixObject;
  readonly location: StixObject;
  readonly markings: readonly StixObject[];
  readonly sources: ReadonlyMap<string, StixObject>;
  markingRefs(tlp: Tlp): readonly string[];
  object(type: string, name: string, tlp: Tlp, properties: Readonly<Record<string, unknown>>): StixObject;
  relate(source: StixObject, type: string, target: StixObject, tlp: Tlp): StixObject;
}

function bundleContext(input: BundleInput): Context {
  const created = stixTimestamp(Math.min(input.created, input.asOf));
  const modified = stixTimestamp(input.asOf);
  const producerId = `identity--${repeatableUuid4(`producer ${input.producer.name}`)}`;
  const statements = input.statements.map((text) => statementMarking(text, created, producerId));
  const statementIds = statements.map((statement) => statement.id);
  const levels = [...new Set([input.tlp, ...input.threats.map((threat) => threat.tlp)])].sort((a, b) =>
    stricterTlp(a, b) === a ? 1 : -1,
  );
  const markingRefs = (tlp: Tlp) => [TLP_MARKING_IDS[tlp], ...statementIds];
  const object = (
    type: string,
    name: string,
    tlp: Tlp,
    properties: Readonly<Record<string, unknown>>,
  ): StixObject => ({
    type,
    spec_version: "2.1",
    id: `${type}--${repeatableUuid4(`${type} ${input.scope} ${name}`)}`,
    created_by_ref: producerId,
    created,
    modified,
    object_marking_refs: markingRefs(tlp),
    ...properties,
  });
  return {
    producer: {
      ...object("identity", "producer", input.tlp, {
        name: input.producer.name,
        identity_class: "organization",
      }),
      id: producerId,
      ...(input.producer.contact === undefined ? {} : { contact_information: input.producer.contact }),
    },
    location: object("location", input.country, input.tlp, {
      name: input.countryName,
      country: input.country,
    }),
    markings: [...levels.map(tlpMarking), ...statements],
    sources: new Map(
      input.sources.map(({ code, name }) => [
        code,
        object("identity", `source ${code}`, input.tlp, {
          name: name ?? code,
          identity_class: "organization",
        }),
      ]),
    ),
    markingRefs,
    object,
    relate: (source, type, target, tlp) =>
      object("relationship", `${source.id} ${type} ${target.id}`, tlp, {
        relationship_type: type,
        source_ref: source.id,
        target_ref: target.id,
      }),
  };
}

function infrastructureObject(input: BundleInput, context: Context): StixObject | null {
  const type = INFRASTRUCTURE_TYPES[input.role];
  if (!type) return null;
  const seen = input.threats
    .flatMap((threat) => [threat.firstSeen, threat.lastSeen])
    .filter((at) => at !== null);
  return context.object("infrastructure", `infrastructure ${input.role} ${input.country}`, input.tlp, {
    name: input.report.name,
    infrastructure_types: [type],
    ...(seen.length > 0 ? spanOf(seen, "first_seen", "last_seen") : {}),
  });
}

/** Folded, not spread into Math.min: an operation has more threats than a call may have arguments. */
function spanOf(instants: readonly number[], first: string, last: string): Record<string, string> {
  const start = instants.reduce((a, b) => Math.min(a, b));
  const end = instants.reduce((a, b) => Math.max(a, b));
  return { [first]: stixTimestamp(start), [last]: stixTimestamp(end) };
}

/** A family carries the strictest marking of no one: its name alone is as closed as the report. */
function familyObjects(input: BundleInput, context: Context): Map<string, StixObject> {
  const names = [...new Set(input.threats.flatMap((threat) => threat.families))].sort();
  return new Map(
    names.map((name) => [
      name,
      context.object("malware", `family ${name}`, input.tlp, {
        name,
        is_family: true,
        malware_types: ["unknown"],
      }),
    ]),
  );
}

function threatObjects(
  input: BundleInput,
  context: Context,
  threat: BundleThreat,
  indicated: readonly StixObject[],
): StixObject[] {
  const key = `${threat.type} ${threat.value} ${input.role}`;
  const observable = observableObject(threat, context.markingRefs(threat.tlp));
  const seen = [threat.firstSeen, threat.lastSeen].filter((at) => at !== null);
  const indicator = indicatorObject(input, context, threat, key);
  const observed =
    seen.length > 0
      ? context.object("observed-data", key, threat.tlp, {
          ...spanOf(seen, "first_observed", "last_observed"),
          number_observed: Math.max(1, threat.assertions),
          object_refs: [observable.id],
        })
      : null;
  const base = observed
    ? context.relate(indicator, "based-on", observed, threat.tlp)
    : context.relate(indicator, "related-to", observable, threat.tlp);
  return [
    observable,
    indicator,
    ...(observed ? [observed] : []),
    base,
    ...indicated.map((target) => context.relate(indicator, "indicates", target, threat.tlp)),
    ...sightingObjects(context, threat, key, indicator, observed, seen),
  ];
}

function indicatorObject(
  input: BundleInput,
  context: Context,
  threat: BundleThreat,
  key: string,
): StixObject {
  const { duty, rsit } = THREAT_ROLES[input.role];
  const [taxonomyClass, taxonomyType] = rsit.split("/");
  return context.object("indicator", key, threat.tlp, {
    name: threat.name,
    description: threat.description,
    indicator_types: [duty === "notify" ? "compromised" : "malicious-activity"],
    pattern: observablePattern(threat),
    pattern_type: "stix",
    pattern_version: "2.1",
    valid_from: stixTimestamp(threat.firstSeen ?? threat.lastSeen ?? input.asOf),
    labels: [`rsit:${taxonomyClass}="${taxonomyType}"`, `observable:${threat.type}`, `duty:${duty}`],
    ...(threat.confidence === null ? {} : { confidence: Math.round(threat.confidence) }),
  });
}

function sightingObjects(
  context: Context,
  threat: BundleThreat,
  key: string,
  indicator: StixObject,
  observed: StixObject | null,
  seen: readonly number[],
): StixObject[] {
  const witnesses = threat.sourceCodes.flatMap((code) => context.sources.get(code)?.id ?? []);
  if (witnesses.length === 0) return [];
  const sighting = context.object("sighting", key, threat.tlp, {
    ...(seen.length > 0 ? spanOf(seen, "first_seen", "last_seen") : {}),
    count: Math.max(1, threat.assertions),
    sighting_of_ref: indicator.id,
    ...(observed ? { observed_data_refs: [observed.id] } : {}),
    where_sighted_refs: witnesses,
  });
  return [sighting];
}

function reportObject(input: BundleInput, context: Context, objects: readonly StixObject[]): StixObject {
  const refs = objects.filter((object) => object.type !== "marking-definition").map((object) => object.id);
  return context.object("report", `report ${input.report.reference}`, input.tlp, {
    name: input.report.name,
    description: input.report.description,
    report_types: ["threat-report", "indicator"],
    published: stixTimestamp(input.asOf),
    lang: input.report.language,
    external_references: [
      { source_name: input.producer.name, external_id: `${input.report.reference} v${input.report.version}` },
    ],
    object_refs: refs,
  });
}
