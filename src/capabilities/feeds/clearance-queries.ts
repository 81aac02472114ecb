import type pg from "pg";
import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";
import type { ClearanceAnswer, KeptClearance } from "./model/clearance.ts";

type Db = pg.ClientBase | pg.Pool;

/** A request to an originator, with his answer. Instants in milliseconds since the epoch, UTC. */
export interface Clearance extends KeptClearance {
  readonly id: number;
  readonly publicId: string;
  readonly operation: number;
  readonly source: number;
  readonly sourceCode: string;
  readonly delivery: number | null;
  readonly deliveryId: string | null;
  readonly fileName: string | null;
  readonly reason: string;
  readonly askedAt: number;
  readonly grantedCountries: readonly string[] | null;
  readonly grantedThreats: readonly string[] | null;
  readonly answer: string | null;
  readonly answeredAt: number | null;
  readonly withdrawnAt: number | null;
  readonly appliedAt: number | null;
}

const instant = (column: string, name: string) =>
  `(extract(epoch from clearance.${column}) * 1000)::float8 as "${name}"`;
const CLEARANCE = `clearance.id, clearance.public_id as "publicId", clearance.operation, clearance.source,
  source.code as "sourceCode", clearance.delivery, delivery.public_id as "deliveryId", delivery.file_name as "fileName",
  clearance.threats, clearance.countries, clearance.reason, clearance.state, ${instant("asked_at", "askedAt")},
  ${instant("answer_by", "answerBy")}, clearance.granted_countries as "grantedCountries",
  clearance.granted_threats as "grantedThreats", ${instant("granted_until", "grantedUntil")}, clearance.answer,
  ${instant("answered_at", "answeredAt")}, ${instant("withdrawn_at", "withdrawnAt")}, ${instant("applied_at", "appliedAt")}`;
const FROM = `feeds.clearance join feeds.source on source.id = clearance.source
  left join feeds.delivery on delivery.id = clearance.delivery`;

/** By its number, for the worker. */
export async function findClearance(db: Db, id: number): Promise<Clearance | null> {
  const found = await db.query<Clearance>(
    `/* feeds.findClearance */ select ${CLEARANCE} from ${FROM} where clearance.id = $1`,
    [id],
  );
  return found.rows[0] ?? null;
}

/** As whoever asks may see it: the desk of the operation, or the originator. */
export async function findClearanceNamed(
  db: Db,
  operation: number,
  publicId: string,
): Promise<Clearance | null> {
  const found = await db.query<Clearance>(
    `/* feeds.findClearanceNamed */ select ${CLEARANCE} from ${FROM}
      where clearance.operation = $1 and clearance.public_id = $2`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

/** Held until the transaction ends; null for whoever may not answer it. */
export async function findClearanceForUpdate(
  db: pg.ClientBase,
  operation: number,
  publicId: string,
): Promise<Clearance | null> {
  const found = await db.query<Clearance>(
    `/* feeds.findClearanceForUpdate */ select ${CLEARANCE} from ${FROM}
      where clearance.operation = $1 and clearance.public_id = $2 for update of clearance`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

/** Newest first. @param after public id of the last one shown */
export async function listClearances(
  db: Db,
  operation: number,
  after: string | null,
  limit: number,
): Promise<Clearance[]> {
  const found = await db.query<Clearance>(
    `/* feeds.listClearances */ select ${CLEARANCE} from ${FROM}
      where clearance.operation = $1 and ($2::uuid is null or (clearance.asked_at, clearance.public_id) <
        (select last.asked_at, last.public_id from feeds.clearance last where last.public_id = $2))
      order by clearance.asked_at desc, clearance.public_id desc limit $3`,
    [operation, after, limit],
  );
  return found.rows;
}

export interface NewClearance {
  readonly operation: number;
  readonly source: number;
  readonly delivery: number | null;
  readonly threats: readonly string[] | null;
  readonly countries: readonly string[];
  readonly reason: string;
  readonly askedBy: string;
  readonly answerBy: string;
}

/** Returns the public id. */
export async function insertClearance(db: pg.ClientBase, asked: NewClearance): Promise<string> {
  const inserted = await db.query<{ publicId: string }>(
    `/* feeds.insertClearance */
     insert into feeds.clearance (operation, source, delivery, threats, countries, reason, asked_by, answer_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning public_id as "publicId"`,
    [
      asked.operation,
      asked.source,
      asked.delivery,
      asked.threats,
      asked.countries,
      asked.reason,
      asked.askedBy,
      asked.answerBy,
    ],
  );
  const row = inserted.rows[0];
  if (row === undefined) throw new Error("feeds.insertClearance returned no row");
  return row.publicId;
}

export async function updateClearanceAnswered(
  db: pg.ClientBase,
  id: number,
  answer: ClearanceAnswer,
  officer: string,
): Promise<void> {
  const grant = answer.answer === "grant" ? answer : null;
  await db.query(
    `/* feeds.updateClearanceAnswered */
     update feeds.clearance set state = $2, granted_countries = $3, granted_threats = $4, granted_until = $5,
            answer = $6, answered_by = $7, answered_at = now() where id = $1`,
    [
      id,
      grant === null ? "refused" : "granted",
      grant?.countries ?? null,
      grant?.threats ?? null,
      grant === null ? null : new Date(grant.until).toISOString(),
      answer.note,
      officer,
    ],
  );
}

export async function updateClearanceWithdrawn(
  db: pg.ClientBase,
  id: number,
  officer: string,
): Promise<void> {
  await db.query(
    `/* feeds.updateClearanceWithdrawn */
     update feeds.clearance set state = 'withdrawn', withdrawn_by = $2, withdrawn_at = now() where id = $1`,
    [id, officer],
  );
}

export async function updateClearanceApplied(db: Db, id: number): Promise<void> {
  await db.query(
    "/* feeds.updateClearanceApplied */ update feeds.clearance set applied_at = now() where id = $1",
    [id],
  );
}

/** A threat as it is named to the originator, who said something of it. */
export interface AskedThreat {
  readonly id: string;
  readonly type: ObservableType;
  readonly role: ThreatRole;
  readonly value: string;
}

/** Of these threats, in the order of ids, those that the source said something of. */
export async function listThreatsOfSource(
  db: Db,
  operation: number,
  source: number,
  threats: readonly string[],
): Promise<AskedThreat[]> {
  const found = await db.query<AskedThreat>(
    `/* feeds.listThreatsOfSource */
     select threat.id, observable_type.name as type, role.name as role, threat.value
       from threats.threat join threats.observable_type on observable_type.id = threat.type
       join threats.role on role.id = threat.role
      where threat.operation = $1 and threat.id = any($3::uuid[])
        and exists (select from threats.assertion join feeds.audience on audience.id = assertion.audience
                     where assertion.threat = threat.id and audience.source = $2)
      order by threat.id`,
    [operation, source, threats],
  );
  return found.rows;
}

/** A delivery by its public id, as far as a request for clearance needs it. */
export async function findDeliveryToClear(
  db: Db,
  operation: number,
  publicId: string,
): Promise<{ readonly id: number; readonly source: number; readonly isDone: boolean } | null> {
  const found = await db.query<{ id: number; source: number; isDone: boolean }>(
    `/* feeds.findDeliveryToClear */
     select id, source, state = 'done' and keys_sha256 is not null as "isDone" from feeds.delivery
      where operation = $1 and public_id = $2`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}
