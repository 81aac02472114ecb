import type { Claim, PartInput, RefusalCode, RowSink } from "../../format.ts";
import { defineFeedFormat, UnreadablePart } from "../../format.ts";
import { parseElement } from "../../read/json-elements.ts";
import {
  instantOf,
  isJsonObject,
  type JsonObject,
  numberOf,
  objectsOf,
  textOf,
} from "../../read/json-values.ts";
import { type BundleContext, VALUE_TYPES } from "./bundle-context.ts";
import { collectContext, type FirstPass } from "./first-pass.ts";
import { isBenign, roleOfValue } from "./roles.ts";
import type { CutObject } from "./spans.ts";
import { type StixValue, valuesOfObservable, valuesOfObservedData, valuesOfPattern } from "./values.ts";

/**
 * STIX 2.0 and 2.1: a bundle, a TAXII envelope, an array of objects or one object; properties decide, not the version
 * it states, because producers mix them.
 *
 * A row is an object that holds values: an indicator, a STIX 2.0 observed-data object, or a cyber-observable that is a
 * claim of its own (see `BundleContext.isClaim`). Its number is its place in `objects`. Relationships, malware,
 * identities and reports are no rows. What they say is collected in a first pass over the part, because a relationship
 * may stand anywhere; the second pass gives the claims.
 */
export default defineFeedFormat({
  id: "stix",
  title: "STIX 2.0 and 2.1",
  recognise(head) {
    const { text } = head;
    if (!/^\s*.?[{[]/s.test(text.slice(0, 100))) return 0;
    if (/"type"\s*:\s*"bundle"|"id"\s*:\s*"bundle--/.test(text)) return 95;
    if (!STIX_ID.test(text)) return 0;
    return /"(?:spec_version|objects|pattern|created|modified)"\s*:/.test(text) ? 90 : 60;
  },
  async read(part, sink) {
    const rows = await readRows(part, await collectContext(part), sink);
    if (rows > 0) return;
    throw new UnreadablePart(
      "no-indicators",
      "This STIX file holds no indicators and no observed values. Hand in the bundle that holds them.",
    );
  },
});

/** Ids of objects this format reads or knows: an arbitrary `word--uuid` is not yet STIX. */
const STIX_ID =
  /"(?:id|source_ref|created_by_ref)"\s*:\s*"(?:attack-pattern|campaign|course-of-action|grouping|identity|indicator|infrastructure|intrusion-set|location|malware|malware-analysis|marking-definition|note|observed-data|opinion|relationship|report|sighting|threat-actor|tool|vulnerability|ipv4-addr|ipv6-addr|domain-name|url|email-addr|file)--[0-9a-fA-F]{8}-/;

async function readRows(part: PartInput, first: FirstPass, sink: RowSink): Promise<number> {
  let rows = 0;
  for await (const objects of first.spans.cut(part.text())) {
    for (const cut of objects) {
      const met = first.layouts.meet(cut.text, cut.from, always);
      const object = met?.end === cut.from + cut.length ? met.object : tryParse(sourceOf(cut));
      if (object === undefined) parseElement(sourceOf(cut), { line: await lineAt(part, cut.start) });
      else if (readObject(object, cut, first.context, sink)) rows++;
    }
  }
  if (first.fault !== null) throw first.fault;
  return rows;
}

function always(): true {
  return true;
}

function sourceOf({ text, from, length }: CutObject): string {
  return text.slice(from, from + length);
}

function tryParse(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}

/** The line of a place, found by reading the part again: only a broken object needs it, and only once. */
async function lineAt(part: PartInput, start: number): Promise<number> {
  let line = 1;
  let before = 0;
  for await (const chunk of part.text()) {
    for (let at = chunk.indexOf("\n"); at !== -1 && before + at < start; at = chunk.indexOf("\n", at + 1))
      line++;
    before += chunk.length;
    if (before >= start) break;
  }
  return line;
}

/** True when the object is a row. */
function readObject(object: unknown, cut: CutObject, context: BundleContext, sink: RowSink): boolean {
  if (!isJsonObject(object)) return false;
  const row = { object, cut, sink };
  const type = textOf(object, "type") ?? "";
  if (!isRow(object, type, context)) return false;
  sink.row();
  if (type === "indicator") readIndicator(row, context);
  else if (type === "observed-data") readObservable(row, valuesOfObservedData(object), context);
  else readObservable(row, valuesOfObservable(object, type), context);
  return true;
}

function isRow(object: JsonObject, type: string, context: BundleContext): boolean {
  if (type === "indicator") return true;
  if (!VALUE_TYPES.has(type) || !context.isClaim(textOf(object, "id"))) return false;
  // Observed data of STIX 2.1 names its observables, which are rows themselves.
  return type !== "observed-data" || isJsonObject(object.objects);
}

interface Row {
  readonly object: JsonObject;
  readonly cut: CutObject;
  readonly sink: RowSink;
}

/** Why a whole object gives no claim. */
interface Fault {
  readonly code: RefusalCode;
  readonly reason: string;
}

function readIndicator(row: Row, context: BundleContext): void {
  const found = valuesOfIndicator(row.object);
  if ("code" in found) refuse(row, found);
  else
    giveClaims(row, found, context, {
      firstSeen: instantOf(row.object, "valid_from"),
      validUntil: instantOf(row.object, "valid_until"),
    });
}

function valuesOfIndicator(object: JsonObject): readonly StixValue[] | Fault {
  if (object.revoked === true) return { code: "withdrawn", reason: "The source revoked this indicator." };
  if (isBenign(object)) {
    return { code: "shielded", reason: "The source itself says that this indicator is benign." };
  }
  const kind = textOf(object, "pattern_type") ?? "stix";
  if (kind.toLowerCase() !== "stix") {
    const reason = `A pattern of type ${kind.slice(0, 40)} holds no values to fuse. Send the values as STIX patterns.`;
    return { code: "unsupported", reason };
  }
  const pattern = textOf(object, "pattern");
  if (pattern === undefined) return { code: "empty", reason: "This indicator has no pattern." };
  return valuesOrFault(pattern);
}

function valuesOrFault(pattern: string): readonly StixValue[] | Fault {
  try {
    const { values, others } = valuesOfPattern(pattern);
    if (values.length > 0) return values;
    const asserted = others.length === 0 ? "no value" : `only ${others.slice(0, 5).join(", ").slice(0, 200)}`;
    return {
      code: "unsupported",
      reason: `The pattern asserts ${asserted}: nothing that is fused.`,
    };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { code: "malformed", reason: `This is no STIX pattern: ${error.message}.` };
  }
}

function readObservable(row: Row, values: readonly StixValue[], context: BundleContext): void {
  const { object } = row;
  if (object.revoked === true) {
    refuse(row, { code: "withdrawn", reason: "The source revoked this observation." });
  } else if (values.length === 0) {
    refuse(row, { code: "unsupported", reason: "This object holds no value of a kind that is fused." });
  } else {
    const times = {
      firstSeen: instantOf(object, "first_observed"),
      lastSeen: instantOf(object, "last_observed"),
    };
    giveClaims(row, values, context, times);
  }
}

function giveClaims(
  row: Row,
  values: readonly StixValue[],
  context: BundleContext,
  times: Partial<Claim>,
): void {
  const { object, sink } = row;
  const labels = context.labelsOf(textOf(object, "id"));
  const own = context.markings.of(object);
  const markings = labels.markings.length === 0 ? own : [...new Set([...own, ...labels.markings])];
  const families = labels.families.length === 0 ? undefined : labels.families;
  const confidence = confidenceOf(object);
  const reference = referenceOf(object);
  // Own times, widened by what sightings and observed data say.
  const firstSeen = earlier(times.firstSeen, labels.firstSeen);
  const lastSeen = later(times.lastSeen, labels.lastSeen);
  for (const { value, type, port } of values) {
    const claim: Claim = {
      row: row.cut.number,
      families,
      confidence,
      markings: markings.length === 0 ? undefined : markings,
      reference,
      validUntil: times.validUntil,
      value,
      type,
      port,
      role: roleOfValue(object, value, type?.startsWith("file-") === true, labels),
      firstSeen,
      lastSeen,
    };
    sink.claim(claim);
    if (labels.notSeenAt !== undefined)
      sink.claim({ ...claim, firstSeen: undefined, lastSeen: labels.notSeenAt, status: "offline" });
  }
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.min(a, b);
}

function later(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : b === undefined ? a : Math.max(a, b);
}

function confidenceOf(object: JsonObject): number | undefined {
  const confidence = numberOf(object, "confidence");
  return confidence !== undefined && confidence >= 0 && confidence <= 100 ? confidence : undefined;
}

/** Where the producer says that he has it from. Catalogue entries (ATT&CK, CVE) say what it is, not whence. */
function referenceOf(object: JsonObject): string | undefined {
  if (object.external_references === undefined) return undefined;
  for (const reference of objectsOf(object, "external_references")) {
    const source = textOf(reference, "source_name") ?? "";
    if (CATALOGUES.test(source)) continue;
    const id = textOf(reference, "external_id");
    return textOf(reference, "url") ?? (id === undefined ? source || undefined : `${source}:${id}`);
  }
  return undefined;
}

const CATALOGUES = /^(?:mitre|capec|cve|cwe|nvd)/i;

function refuse(row: Row, { code, reason }: Fault): void {
  row.sink.refuse({ row: row.cut.number, code, reason, raw: sourceOf(row.cut).slice(0, 4096) });
}
