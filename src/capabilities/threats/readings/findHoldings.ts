import type pg from "pg";
import { listSources } from "#capabilities/feeds/index.ts";
import type { Operation } from "#capabilities/operations/index.ts";
import { OBSERVABLE_TYPES, type ObservableType } from "#standards/observable/types.ts";
import { THREAT_ROLE_NAMES, type ThreatRole } from "#standards/threat-role.ts";
import { roleOfNumber, typeOfNumber } from "../model/codes.ts";
import { threatIdOf } from "../model/identity.ts";
import { type Disclosure, disclosureOf } from "../model/subject-request.ts";
import {
  countHeldRefusals,
  listConsultations,
  listHeldStatements,
  type SubjectRequest,
} from "../protection-queries.ts";

/** What one source gave that concerns a person, and whether he may be told. */
export interface Holding {
  readonly sourceId: number;
  readonly source: string;
  readonly disclose: Disclosure;
  readonly grounds: string | null;
  readonly statements: {
    type: ObservableType;
    role: ThreatRole;
    value: string;
    purpose: string;
    receivedAt: string;
    target: string | null;
    reference: string | null;
  }[];
  readonly refusedRows: number;
}

/**
 * Everything the house holds on a person in one operation, by source: values in their normal form, found by their
 * hash in every role, and texts that name them or one of the words. Statements of sources that may be few or many; the
 * words make it read all of the operation.
 * @param today ISO date, for deadlines of consultations
 */
export async function findHoldings(
  db: pg.ClientBase | pg.Pool,
  operation: Operation,
  request: SubjectRequest,
  today: string,
): Promise<Holding[]> {
  const identifiers = request.identifiers.filter(isIdentifier);
  const words = [...request.words, ...identifiers.map(({ value }) => value)].map((word) =>
    word.toLowerCase(),
  );
  const threats = identifiers.flatMap(({ type, value }) =>
    THREAT_ROLE_NAMES.map((role) =>
      Buffer.from(threatIdOf(operation.code, type, role, value), "latin1").toString("hex"),
    ),
  );
  const statements = await listHeldStatements(db, operation.id, threats, words);
  const refusals = new Map(
    (await countHeldRefusals(db, operation.id, words)).map(({ source, rows }) => [source, rows]),
  );
  const consultations = new Map((await listConsultations(db, request.id)).map((each) => [each.source, each]));
  const bySource = Map.groupBy(statements, ({ source }) => source);
  const sources = (await listSources(db, operation.id)).filter(
    ({ id }) => bySource.has(id) || refusals.has(id),
  );
  return sources.map(({ id, code }) => ({
    sourceId: id,
    source: code,
    disclose: disclosureOf(consultations.get(id), request.consultationDueOn, today),
    grounds: consultations.get(id)?.grounds ?? null,
    statements: (bySource.get(id) ?? []).map(({ source: _, type, role, receivedAt, ...said }) => ({
      ...said,
      type: typeOfNumber(type),
      role: roleOfNumber(role),
      receivedAt: new Date(receivedAt).toISOString(),
    })),
    refusedRows: refusals.get(id) ?? 0,
  }));
}

function isIdentifier(said: {
  readonly type: string;
  readonly value: string;
}): said is { readonly type: ObservableType; readonly value: string } {
  return OBSERVABLE_TYPES.some((type) => type === said.type);
}
