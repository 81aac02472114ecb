import type pg from "pg";
import type { PersonalDescription } from "./model/personal.ts";
import type { Consultation, RequestOutcome, RequestState } from "./model/subject-request.ts";

type Db = pg.ClientBase | pg.Pool;

/** A personal value as it came in, and what an analyst said of it if one did. Instants in milliseconds, UTC. */
export interface PersonalRow {
  readonly id: string;
  readonly type: number;
  readonly role: number;
  readonly value: string;
  readonly credibility: number;
  readonly purpose: string;
  readonly firstReceivedAt: number;
  readonly explicit: PersonalDescription | null;
}

/** Personal values of these types that the caller may see. There are few beside hosts and addresses. */
export async function listPersonalRows(
  db: Db,
  operation: number,
  types: readonly number[],
): Promise<PersonalRow[]> {
  const found = await db.query<PersonalRow>(
    `/* threats.listPersonalRows */
     with listed as (
       select distinct unnest(threats) as id from threats.listing where operation = $1 and type = any($2::smallint[]))
     select threat.id, threat.type, threat.role, threat.value, min(source.credibility)::integer as credibility,
            (array_agg(delivery.purpose order by delivery.received_at))[1] as purpose,
            (extract(epoch from min(delivery.received_at)) * 1000)::float8 as "firstReceivedAt",
            (select json_build_object('category', category, 'standing', standing, 'purpose', purpose,
               'reviewOn', review_on::text) from threats.personal_review where threat = listed.id) as explicit
       from listed join threats.threat using (id) join threats.assertion on assertion.threat = threat.id
       join feeds.delivery on delivery.id = assertion.delivery join feeds.source on source.id = delivery.source
      group by listed.id, threat.id order by threat.id`,
    [operation, types],
  );
  return found.rows;
}

export async function findThreatType(
  db: Db,
  operation: number,
  id: string,
): Promise<{ readonly type: number; readonly value: string } | null> {
  const found = await db.query<{ type: number; value: string }>(
    "/* threats.findThreatType */ select type, value from threats.threat where operation = $1 and id = $2",
    [operation, id],
  );
  return found.rows[0] ?? null;
}

export async function upsertPersonalReview(
  db: pg.ClientBase,
  operation: number,
  threat: string,
  said: PersonalDescription,
  officer: string,
): Promise<void> {
  await db.query(
    `/* threats.upsertPersonalReview */
     insert into threats.personal_review (threat, operation, category, standing, purpose, review_on, decided_by)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (threat) do update set category = excluded.category, standing = excluded.standing,
       purpose = excluded.purpose, review_on = excluded.review_on, decided_by = excluded.decided_by, decided_at = now()`,
    [threat, operation, said.category, said.standing, said.purpose, said.reviewOn, officer],
  );
}

export interface SubjectRequest {
  readonly id: number;
  readonly publicId: string;
  readonly kind: "access" | "correction" | "erasure";
  readonly state: RequestState;
  readonly subject: string;
  readonly identifiers: readonly { readonly type: string; readonly value: string }[];
  readonly words: readonly string[];
  readonly receivedOn: string;
  readonly dueOn: string;
  readonly consultationDueOn: string | null;
  readonly outcome: RequestOutcome | null;
  readonly grounds: string | null;
}

const REQUEST = `id, public_id as "publicId", kind, state, subject, identifiers, words, received_on::text as "receivedOn",
  due_on::text as "dueOn", consultation_due_on::text as "consultationDueOn", outcome, grounds`;

export async function listSubjectRequests(db: Db, operation: number): Promise<SubjectRequest[]> {
  const found = await db.query<SubjectRequest>(
    `/* threats.listSubjectRequests */ select ${REQUEST} from threats.subject_request where operation = $1 order by due_on, public_id`,
    [operation],
  );
  return found.rows;
}

/** Held until the transaction ends. */
export async function findSubjectRequestForUpdate(
  db: pg.ClientBase,
  operation: number,
  publicId: string,
): Promise<SubjectRequest | null> {
  const found = await db.query<SubjectRequest>(
    `/* threats.findSubjectRequestForUpdate */
     select ${REQUEST} from threats.subject_request where operation = $1 and public_id = $2 for update`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

export async function insertSubjectRequest(
  db: pg.ClientBase,
  operation: number,
  made: Omit<SubjectRequest, "id" | "publicId" | "state" | "consultationDueOn" | "outcome" | "grounds"> & {
    readonly officer: string;
  },
): Promise<string> {
  const inserted = await db.query<{ publicId: string }>(
    `/* threats.insertSubjectRequest */
     insert into threats.subject_request (operation, kind, state, subject, identifiers, words, received_on, due_on, registered_by)
     values ($1, $2, 'registered', $3, $4, $5, $6, $7, $8) returning public_id as "publicId"`,
    [
      operation,
      made.kind,
      made.subject,
      JSON.stringify(made.identifiers),
      made.words,
      made.receivedOn,
      made.dueOn,
      made.officer,
    ],
  );
  const row = inserted.rows[0];
  if (row === undefined) throw new Error("threats.insertSubjectRequest returned no row");
  return row.publicId;
}

export async function updateSubjectRequest(
  db: pg.ClientBase,
  id: number,
  change: {
    readonly state: RequestState;
    readonly consultationDueOn?: string;
    readonly decision?: {
      readonly outcome: RequestOutcome;
      readonly grounds: string;
      readonly officer: string;
    };
  },
): Promise<void> {
  await db.query(
    `/* threats.updateSubjectRequest */
     update threats.subject_request
        set state = $2, consultation_due_on = coalesce($3::date, consultation_due_on), outcome = coalesce($4, outcome),
            grounds = coalesce($5, grounds), decided_by = coalesce($6::uuid, decided_by),
            decided_at = case when $6::uuid is null then decided_at else now() end,
            answered_at = case when $2 = 'answered' then now() else answered_at end, revision = revision + 1
      where id = $1`,
    [
      id,
      change.state,
      change.consultationDueOn ?? null,
      change.decision?.outcome ?? null,
      change.decision?.grounds ?? null,
      change.decision?.officer ?? null,
    ],
  );
}

/** Asks these sources once; who was asked before is not asked again. */
export async function insertConsultations(
  db: pg.ClientBase,
  request: number,
  sources: readonly number[],
): Promise<void> {
  await db.query(
    `/* threats.insertConsultations */
     insert into threats.subject_consultation (request, source) select $1, unnest($2::integer[]) on conflict do nothing`,
    [request, sources],
  );
}

export async function listConsultations(
  db: Db,
  request: number,
): Promise<(Consultation & { readonly source: number; readonly grounds: string | null })[]> {
  const found = await db.query<Consultation & { source: number; grounds: string | null }>(
    `/* threats.listConsultations */
     select source, answer, grounds from threats.subject_consultation where request = $1 order by source`,
    [request],
  );
  return found.rows;
}

/** Gives whether that source was asked. */
export async function updateConsultation(
  db: pg.ClientBase,
  request: number,
  source: number,
  answer: "no-objection" | "objects",
  grounds: string | null,
): Promise<boolean> {
  const updated = await db.query(
    `/* threats.updateConsultation */
     update threats.subject_consultation set answer = $3, grounds = $4, answered_at = now() where request = $1 and source = $2`,
    [request, source, answer, grounds],
  );
  return updated.rowCount === 1;
}

/** What one source says that concerns the person. Instants in milliseconds, UTC. */
export interface HeldStatement {
  readonly source: number;
  readonly type: number;
  readonly role: number;
  readonly value: string;
  readonly purpose: string;
  readonly receivedAt: number;
  readonly target: string | null;
  readonly reference: string | null;
}

/** Statements about these threats, and those whose value or texts hold one of the words (in lower case). Reads the whole operation for words. */
export async function listHeldStatements(
  db: Db,
  operation: number,
  threats: readonly string[],
  words: readonly string[],
): Promise<HeldStatement[]> {
  const found = await db.query<HeldStatement>(
    `/* threats.listHeldStatements */
     select delivery.source, threat.type, threat.role, threat.value, delivery.purpose,
            (extract(epoch from delivery.received_at) * 1000)::float8 as "receivedAt", assertion.target, assertion.reference
       from threats.threat join threats.assertion on assertion.threat = threat.id
       join feeds.delivery on delivery.id = assertion.delivery
      where threat.operation = $1
        and (threat.id = any($2::uuid[]) or exists (
          select from unnest($3::text[]) word
           where strpos(lower(concat_ws(' ', threat.value, assertion.raw, assertion.target, assertion.reference)), word) > 0))
      order by delivery.source, threat.id, assertion.content`,
    [operation, threats, words],
  );
  return found.rows;
}

/** Refused rows whose text holds one of the words (in lower case), by source. */
export async function countHeldRefusals(
  db: Db,
  operation: number,
  words: readonly string[],
): Promise<{ readonly source: number; readonly rows: number }[]> {
  const found = await db.query<{ source: number; rows: number }>(
    `/* threats.countHeldRefusals */
     select delivery.source, count(*)::integer as rows
       from feeds.refused_row join feeds.delivery on delivery.id = refused_row.delivery
      where delivery.operation = $1
        and exists (select from unnest($2::text[]) word where strpos(lower(refused_row.raw), word) > 0)
      group by delivery.source order by delivery.source`,
    [operation, words],
  );
  return found.rows;
}
