import type { Claim, Refusal } from "#capabilities/feeds/index.ts";
import { normaliseObservable } from "#standards/observable/normalise.ts";
import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";
import { roleNumber, typeNumber } from "../model/codes.ts";
import { threatIdOf } from "../model/identity.ts";
import { summariseMarkings } from "../model/marking.ts";
import type { IntakeBatch } from "./batch.ts";
import { collectTuples, sourceKeyOf } from "./encode.ts";
import { saidConfidence, saidCountry, saidInstant, saidPort } from "./said-values.ts";

/** What the public tables say about a value, asked a million times; implementations reuse the returned object. */
export interface PublicFacts {
  country: string | null;
  basis: number;
  flags: number;
  /** Set when the value must not become a threat at all. */
  refusal: { readonly code: Refusal["code"]; readonly reason: string } | null;
}
export type AssignPublic = (type: ObservableType, value: string, host: string | null) => PublicFacts;

/** What all rows of a delivery take over from it. Instants in milliseconds since the epoch, UTC. */
export interface DeliveryFacts {
  readonly operation: string;
  readonly operationId: number;
  readonly delivery: number;
  /** Id of the source within the operation; part of what a statement is, so the same words of two sources are two. */
  readonly source: string;
  readonly role: ThreatRole;
  /** Nothing can have been seen after it. */
  readonly horizon: number;
  /** Set only when the delivery itself declared its observation window: a row outside contradicts it. */
  readonly window: { readonly from: number; readonly to: number } | null;
}

/** Claims per batch: about 12 MB of tuples. Twice as many were no faster and took 80 MB more at the peak (measured). */
export const CLAIMS_PER_BATCH = 32_768;

/** Longest list of refused rows kept word for word per batch; beyond it they are counted by code (a hostile file). */
const REFUSALS_PER_BATCH = 20_000;

/** More than this one row cannot say; a STIX observed-data or a MISP object says a handful. */
const CLAIMS_PER_ROW = 16_384;
const TOO_MANY_CLAIMS = `One row of the file makes more than ${CLAIMS_PER_ROW} statements. Split it into several.`;

export interface Batcher {
  row(): void;
  claim(claim: Claim): void;
  refuse(refusal: Refusal): void;
  /** Sends what is left of this part; the next part starts its own batch. */
  endPart(): void;
  /** The oldest batch that was posted is written: its memory may be used again. */
  reuse(): void;
}

/**
 * Takes the claims of one part after the other and posts batches of normal, identified, sorted, encoded claims.
 * Batch borders depend on the file alone, so a resumed worker meets the same batches with the same numbers.
 */
export function createBatcher(
  facts: DeliveryFacts,
  assign: AssignPublic,
  post: (batch: IntakeBatch) => void,
  claimsPerBatch: number = CLAIMS_PER_BATCH,
): Batcher & { startPart(part: number): void } {
  let part = 0;
  let number = 0;
  let rows = 0;
  let rowsTaken = 0;
  let rowTaken = false;
  let rowRefusal: string | null = null;
  let rowOpen = false;
  let refusedByCode: Record<string, number> = {};
  let refused: IntakeBatch["refusedRows"][number][] = [];
  let markings: string[] = [];
  // A single row may say many things; its claims must fit behind those that fill a batch.
  const tuples = collectTuples(
    { operation: facts.operationId, delivery: facts.delivery },
    claimsPerBatch + CLAIMS_PER_ROW,
  );
  const sourceKeys = new Map([["", sourceKeyOf(facts.source, "")]]);
  const sourceKey = (marking: string): Uint8Array => {
    const known = sourceKeys.get(marking) ?? sourceKeyOf(facts.source, marking);
    sourceKeys.set(marking, known);
    return known;
  };

  const closeRow = () => {
    if (!rowOpen) return;
    rowOpen = false;
    if (rowTaken) rowsTaken++;
    else {
      const code = rowRefusal ?? "empty";
      refusedByCode[code] = (refusedByCode[code] ?? 0) + 1;
    }
  };
  const flush = () => {
    closeRow();
    if (rows === 0 && tuples.count === 0 && refused.length === 0) return;
    post({
      number: number++,
      part,
      rows,
      rowsTaken,
      refusedByCode,
      refusedRows: refused,
      markings,
      ...tuples.take(),
    });
    rows = 0;
    rowsTaken = 0;
    refusedByCode = {};
    refused = [];
    markings = [];
  };
  const refuse = (refusal: Refusal) => {
    rowRefusal ??= refusal.code;
    if (refused.length < REFUSALS_PER_BATCH)
      refused.push({ ...refusal, raw: refusal.raw.slice(0, 4096), ordinal: refused.length });
  };
  const placeOfMarking = (marks: readonly string[] | undefined): number => {
    const summary = marks === undefined || marks.length === 0 ? null : summariseMarkings(marks);
    if (summary === null) return 0;
    const place = markings.indexOf(summary);
    return place >= 0 ? place + 1 : markings.push(summary);
  };

  return {
    startPart(next) {
      part = next;
    },
    row() {
      closeRow();
      if (tuples.count >= claimsPerBatch || refused.length >= REFUSALS_PER_BATCH) flush();
      rowOpen = true;
      rowTaken = false;
      rowRefusal = null;
      rows++;
    },
    claim(claim) {
      const normal = normaliseObservable(claim.value, claim.type);
      if (!normal.ok)
        return refuse({ row: claim.row, code: normal.code, reason: normal.reason, raw: claim.value });
      const late = refusalOfDates(claim, facts);
      if (late !== null) return refuse({ row: claim.row, raw: claim.value, ...late });
      const publicFacts = assign(normal.type, normal.value, normal.host);
      if (publicFacts.refusal !== null)
        return refuse({ row: claim.row, raw: claim.value, ...publicFacts.refusal });
      if (tuples.count >= claimsPerBatch + CLAIMS_PER_ROW) {
        return refuse({ row: claim.row, code: "bad-row", reason: TOO_MANY_CLAIMS, raw: claim.value });
      }
      const role = claim.role ?? facts.role;
      const marking = placeOfMarking(claim.markings);
      rowTaken = true;
      tuples.add(
        {
          id: threatIdOf(facts.operation, normal.type, role, normal.value),
          type: typeNumber(normal.type),
          role: roleNumber(role),
          value: normal.value,
          host: normal.host === normal.value ? null : normal.host,
          country: publicFacts.country,
          basis: publicFacts.basis,
          flags: publicFacts.flags,
          part,
          row: claim.row,
          batchRow: rows - 1,
          marking,
          raw: claim.value === normal.value ? null : storable(claim.value),
          isPositive: claim.status !== "offline",
          port: saidPort(claim.port) ?? normal.port,
          confidence: saidConfidence(claim.confidence),
          saidCountry: saidCountry(claim.country),
          firstSeen: saidInstant(claim.firstSeen),
          lastSeen: saidInstant(claim.lastSeen),
          validUntil: saidInstant(claim.validUntil),
          families: normalFamilies(claim.families),
          target: storable(claim.target),
          reference: storable(claim.reference),
        },
        sourceKey(marking === 0 ? "" : (markings[marking - 1] ?? "")),
      );
    },
    refuse,
    endPart: flush,
    reuse: tuples.reuse,
  };
}

/** PostgreSQL text holds no NUL; it is kept as the symbol for it. */
function storable(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  return text.includes("\0") ? text.replaceAll("\0", "\u2400") : text;
}

const NO_FAMILIES: readonly string[] = [];

/** Lower case and sorted, because vendors write the same family in many ways; the file keeps how it was written. */
function normalFamilies(families: readonly string[] | undefined): readonly string[] {
  if (families === undefined || families.length === 0) return NO_FAMILIES;
  const [only] = families;
  if (families.length === 1 && only !== undefined) return normalFamily(only);
  return [...new Set(families.flatMap(normalFamily))].sort();
}

/** A million rows name a few hundred families. */
const rememberedFamilies = new Map<string, readonly string[]>();
const MOST_REMEMBERED = 10_000;

function normalFamily(family: string): readonly string[] {
  const known = rememberedFamilies.get(family);
  if (known !== undefined) return known;
  const normal = storable(family.trim().toLowerCase());
  const families = normal === null ? NO_FAMILIES : [normal];
  if (rememberedFamilies.size >= MOST_REMEMBERED) rememberedFamilies.clear();
  rememberedFamilies.set(family, families);
  return families;
}

function refusalOfDates(claim: Claim, facts: DeliveryFacts): Pick<Refusal, "code" | "reason"> | null {
  const seen = claim.lastSeen ?? claim.firstSeen;
  if (seen === undefined) return null;
  if (Math.max(claim.firstSeen ?? seen, seen) > facts.horizon) {
    return {
      code: "future-date",
      reason: "The date lies in the future: nothing can have been seen then. Check day, month and time zone.",
    };
  }
  if (facts.window !== null && (seen < facts.window.from || (claim.firstSeen ?? seen) > facts.window.to)) {
    return {
      code: "out-of-window",
      reason: "The date lies outside the observation window declared for this delivery.",
    };
  }
  return null;
}
