import type pg from "pg";
import type { SourceStanding } from "#capabilities/operations/index.ts";
import type { Refusal } from "./format.ts";

type Db = pg.ClientBase | pg.Pool;

/** A source as registered with an operation. */
export interface Source {
  readonly id: number;
  readonly operation: number;
  readonly externalId: string;
  readonly code: string;
  readonly name: string;
  readonly kind: "partner" | "country" | "csirt";
  readonly country: string | null;
  readonly reliability: string;
  readonly credibility: number;
  readonly standing: SourceStanding;
}

const SOURCE = `id, operation, external_id as "externalId", code, name, kind, country, reliability, credibility, standing`;

export async function findSource(db: Db, operation: number, externalId: string): Promise<Source | null> {
  const found = await db.query<Source>(
    `/* feeds.findSource */ select ${SOURCE} from feeds.source where operation = $1 and external_id = $2`,
    [operation, externalId],
  );
  return found.rows[0] ?? null;
}

export async function listSources(db: Db, operation: number): Promise<Source[]> {
  const found = await db.query<Source>(
    `/* feeds.listSources */ select ${SOURCE} from feeds.source where operation = $1 order by id`,
    [operation],
  );
  return found.rows;
}

/** The salt of an operation's source codes; made when it is first needed. */
export async function saltOfCodes(db: pg.ClientBase, operation: number): Promise<string> {
  await db.query(
    "/* feeds.saltOfCodes insert */ insert into feeds.code_salt (operation) values ($1) on conflict do nothing",
    [operation],
  );
  const found = await db.query<{ salt: string }>(
    "/* feeds.saltOfCodes find */ select salt from feeds.code_salt where operation = $1",
    [operation],
  );
  const row = found.rows[0];
  if (row === undefined) throw new Error("feeds.saltOfCodes found no row after inserting one");
  return row.salt;
}

/** Of two that register the same source one wins. */
export async function insertSource(db: pg.ClientBase, source: Omit<Source, "id">): Promise<void> {
  await db.query(
    `/* feeds.insertSource */
     insert into feeds.source (operation, external_id, code, name, kind, country, reliability, credibility, standing)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict do nothing`,
    [
      source.operation,
      source.externalId,
      source.code,
      source.name,
      source.kind,
      source.country,
      source.reliability,
      source.credibility,
      JSON.stringify(source.standing),
    ],
  );
}

/** One received file. Instants in milliseconds since the epoch, UTC. */
export interface Delivery {
  readonly id: number;
  readonly operation: number;
  readonly source: number;
  readonly fileName: string;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly handling: number;
  readonly declaredFormat: string | null;
  readonly role: string | null;
  readonly method: string;
  readonly observedFrom: number;
  readonly observedTo: number;
  readonly defaultsTaken: readonly string[];
  readonly mapping: Readonly<Record<string, string>> | null;
  readonly state: "received" | "reading" | "done" | "refused" | "repeated";
  readonly repeatOf: number | null;
  readonly previous: number | null;
  readonly difference: DeliveryDifference | null;
  readonly refusalCode: string | null;
  readonly refusalReason: string | null;
  readonly receivedAt: number;
  readonly batches: number;
  readonly rows: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly newThreats: number;
  readonly newAssertions: number;
  readonly keysSha256: string | null;
}

/** What a re-delivery of the same file name says otherwise than the delivery before it, in distinct assertions. */
export interface DeliveryDifference {
  readonly same: number;
  readonly added: number;
  readonly gone: number;
}

const DELIVERY = `id, operation, source, file_name as "fileName", sha256, size_bytes::float8 as "sizeBytes", handling,
  declared_format as "declaredFormat", role, method, (extract(epoch from observed_from) * 1000)::float8 as "observedFrom",
  (extract(epoch from observed_to) * 1000)::float8 as "observedTo", defaults_taken as "defaultsTaken", mapping, state,
  repeat_of as "repeatOf", previous, difference, refusal_code as "refusalCode", refusal_reason as "refusalReason",
  (extract(epoch from received_at) * 1000)::float8 as "receivedAt", batches, rows::float8 as rows,
  accepted::float8 as accepted, repeated::float8 as repeated, refused, new_threats::float8 as "newThreats",
  new_assertions::float8 as "newAssertions", keys_sha256 as "keysSha256"`;

export async function findDelivery(db: Db, id: number): Promise<Delivery | null> {
  const found = await db.query<Delivery>(
    `/* feeds.findDelivery */ select ${DELIVERY} from feeds.delivery where id = $1`,
    [id],
  );
  return found.rows[0] ?? null;
}

export async function listDeliveries(db: Db, operation: number): Promise<Delivery[]> {
  const found = await db.query<Delivery>(
    `/* feeds.listDeliveries */ select ${DELIVERY} from feeds.delivery where operation = $1 order by id`,
    [operation],
  );
  return found.rows;
}

/** The mapping that this source declared for files of this header before, if it did. */
export async function findMapping(
  db: Db,
  source: number,
  headerSha256: string,
): Promise<Readonly<Record<string, string>> | null> {
  const found = await db.query<{ mapping: Record<string, string> }>(
    "/* feeds.findMapping */ select mapping from feeds.mapping where source = $1 and header_sha256 = $2",
    [source, headerSha256],
  );
  return found.rows[0]?.mapping ?? null;
}

/** Remembers a mapping; a later declaration for the same header stands. */
export async function upsertMapping(
  db: pg.ClientBase,
  source: number,
  headerSha256: string,
  mapping: Readonly<Record<string, string>>,
): Promise<void> {
  await db.query(
    `/* feeds.upsertMapping */
     insert into feeds.mapping (source, header_sha256, mapping) values ($1, $2, $3)
     on conflict (source, header_sha256) do update set mapping = excluded.mapping, remembered_at = now()`,
    [source, headerSha256, JSON.stringify(mapping)],
  );
}

/** What decides, beside the bytes, which threats a delivery gives. */
export type ReadingTerms = Pick<
  NewDelivery,
  "role" | "declaredFormat" | "mapping" | "observedFrom" | "observedTo"
>;

/** The delivery of the very same bytes by the same source, to be read alike, that was or is being read, if there is one. */
export async function findDeliveryOfBytes(
  db: Db,
  source: number,
  sha256: string,
  terms: ReadingTerms,
): Promise<Delivery | null> {
  const found = await db.query<Delivery>(
    `/* feeds.findDeliveryOfBytes */ select ${DELIVERY} from feeds.delivery
      where source = $1 and sha256 = $2 and state in ('received', 'reading', 'done')
        and role is not distinct from $3 and declared_format is not distinct from $4
        and mapping is not distinct from $5::jsonb and observed_from = $6 and observed_to = $7
      order by id limit 1`,
    [
      source,
      sha256,
      terms.role,
      terms.declaredFormat,
      terms.mapping === null ? null : JSON.stringify(terms.mapping),
      terms.observedFrom,
      terms.observedTo,
    ],
  );
  return found.rows[0] ?? null;
}

export type NewDelivery = Pick<
  Delivery,
  | "operation"
  | "source"
  | "fileName"
  | "sha256"
  | "sizeBytes"
  | "handling"
  | "declaredFormat"
  | "role"
  | "method"
  | "defaultsTaken"
  | "mapping"
  | "state"
  | "repeatOf"
> & { readonly purpose: string; readonly observedFrom: string; readonly observedTo: string };

/** Stores the delivery and returns its number. `previous` is the last one of the same name by the same source. */
export async function insertDelivery(db: pg.ClientBase, delivery: NewDelivery): Promise<number> {
  const inserted = await db.query<{ id: number }>(
    `/* feeds.insertDelivery */
     insert into feeds.delivery (operation, source, file_name, sha256, size_bytes, handling, declared_format, role, method,
       purpose, observed_from, observed_to, defaults_taken, mapping, state, repeat_of, previous)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16,
       (select max(id) from feeds.delivery where source = $2 and file_name = $3 and state = 'done'))
     returning id`,
    [
      delivery.operation,
      delivery.source,
      delivery.fileName,
      delivery.sha256,
      delivery.sizeBytes,
      delivery.handling,
      delivery.declaredFormat,
      delivery.role,
      delivery.method,
      delivery.purpose,
      delivery.observedFrom,
      delivery.observedTo,
      delivery.defaultsTaken,
      delivery.mapping === null ? null : JSON.stringify(delivery.mapping),
      delivery.state,
      delivery.repeatOf,
    ],
  );
  const row = inserted.rows[0];
  if (row === undefined) throw new Error("feeds.insertDelivery returned no row");
  return row.id;
}

export async function updateDeliveryReading(db: pg.ClientBase, id: number): Promise<void> {
  await db.query(
    `/* feeds.updateDeliveryReading */ update feeds.delivery set state = 'reading' where id = $1`,
    [id],
  );
}

export async function updateDeliveryRefused(
  db: pg.ClientBase,
  id: number,
  code: string,
  reason: string,
): Promise<void> {
  await db.query(
    `/* feeds.updateDeliveryRefused */
     update feeds.delivery set state = 'refused', refusal_code = $2, refusal_reason = $3, done_at = now() where id = $1`,
    [id, code, reason],
  );
}

export async function updateDeliveryDone(
  db: pg.ClientBase,
  id: number,
  keysSha256: string,
  difference: DeliveryDifference | null,
): Promise<void> {
  await db.query(
    `/* feeds.updateDeliveryDone */
     update feeds.delivery set state = 'done', done_at = now(), keys_sha256 = $2, difference = $3 where id = $1`,
    [id, keysSha256, difference === null ? null : JSON.stringify(difference)],
  );
}

/** What one committed batch adds to a delivery's counts. */
export interface BatchCounts {
  readonly rows: number;
  readonly accepted: number;
  readonly repeated: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly newThreats: number;
  readonly newAssertions: number;
  /** Whether a row speaks of a victim, whose data are kept shorter. */
  readonly holdsVictims: boolean;
}

/** Batches of this delivery that are committed; holds the delivery until the transaction ends. */
export async function lockDeliveryProgress(db: pg.ClientBase, id: number): Promise<number> {
  const found = await db.query<{ batches: number }>(
    "/* feeds.lockDeliveryProgress */ select batches from feeds.delivery where id = $1 for update",
    [id],
  );
  return found.rows[0]?.batches ?? 0;
}

/** Adds one batch to the progress of a delivery whose progress this transaction holds. */
export async function advanceDelivery(db: pg.ClientBase, id: number, counts: BatchCounts): Promise<void> {
  await db.query(
    `/* feeds.advanceDelivery */
     update feeds.delivery
        set batches = batches + 1, rows = rows + $2, accepted = accepted + $3, repeated = repeated + $4,
            refused = (select coalesce(jsonb_object_agg(code, n), '{}') from (
              select code, sum(n) as n from (
                select key as code, value::bigint as n from jsonb_each_text(refused)
                union all select key, value::bigint from jsonb_each_text($5::jsonb)) both_counts group by code) summed),
            new_threats = new_threats + $6, new_assertions = new_assertions + $7,
            holds_victims = holds_victims or $8
      where id = $1`,
    [
      id,
      counts.rows,
      counts.accepted,
      counts.repeated,
      JSON.stringify(counts.refused),
      counts.newThreats,
      counts.newAssertions,
      counts.holdsVictims,
    ],
  );
}

export interface PartSummary {
  readonly part: number;
  readonly name: string;
  readonly format: string | null;
  readonly rows: number;
  readonly refusalCode: string | null;
  readonly refusalReason: string | null;
}

export async function upsertDeliveryPart(
  db: pg.ClientBase,
  delivery: number,
  part: PartSummary,
): Promise<void> {
  await db.query(
    `/* feeds.upsertDeliveryPart */
     insert into feeds.delivery_part (delivery, part, name, format, rows, refusal_code, refusal_reason)
     values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (delivery, part) do update set format = excluded.format, rows = excluded.rows,
       refusal_code = excluded.refusal_code, refusal_reason = excluded.refusal_reason`,
    [delivery, part.part, part.name, part.format, part.rows, part.refusalCode, part.refusalReason],
  );
}

export async function listDeliveryParts(db: Db, delivery: number): Promise<PartSummary[]> {
  const found = await db.query<PartSummary>(
    `/* feeds.listDeliveryParts */
     select part, name, format, rows::float8 as rows, refusal_code as "refusalCode", refusal_reason as "refusalReason"
       from feeds.delivery_part where delivery = $1 order by part`,
    [delivery],
  );
  return found.rows;
}

export interface RefusedRow extends Refusal {
  readonly part: number;
  readonly ordinal: number;
}

export async function insertRefusedRows(
  db: pg.ClientBase,
  delivery: number,
  rows: readonly RefusedRow[],
): Promise<void> {
  if (rows.length === 0) return;
  await db.query(
    `/* feeds.insertRefusedRows */
     insert into feeds.refused_row (delivery, part, row, ordinal, code, reason, raw)
     select $1, * from unnest($2::smallint[], $3::integer[], $4::integer[], $5::text[], $6::text[], $7::text[])
     on conflict do nothing`,
    [
      delivery,
      rows.map((row) => row.part),
      rows.map((row) => row.row),
      rows.map((row) => row.ordinal),
      rows.map((row) => row.code),
      rows.map((row) => storable(row.reason)),
      rows.map((row) => storable(row.raw)),
    ],
  );
}

/** PostgreSQL text holds no NUL; shown as the symbol for it, so that the partner still sees what was wrong. */
function storable(text: string): string {
  return text.replaceAll("\u0000", "\u2400");
}

export async function listRefusedRows(db: Db, delivery: number): Promise<RefusedRow[]> {
  const found = await db.query<RefusedRow>(
    `/* feeds.listRefusedRows */
     select part, row, ordinal, code, reason, raw from feeds.refused_row where delivery = $1 order by part, row, ordinal`,
    [delivery],
  );
  return found.rows;
}

/**
 * The number of the readers of what this source says under this handling and these clearances; makes one when it is new.
 * @param clearances sorted and distinct
 */
export async function internAudience(
  db: pg.ClientBase,
  source: number,
  handling: number,
  clearances: readonly number[] = [],
): Promise<number> {
  await db.query(
    `/* feeds.internAudience insert */
     insert into feeds.audience (source, handling, clearances) values ($1, $2, $3) on conflict do nothing`,
    [source, handling, clearances],
  );
  const found = await db.query<{ id: number }>(
    `/* feeds.internAudience find */ select id from feeds.audience where source = $1 and handling = $2 and clearances = $3`,
    [source, handling, clearances],
  );
  const row = found.rows[0];
  if (row === undefined) throw new Error("feeds.internAudience found no row after inserting one");
  return row.id;
}

export interface Audience {
  readonly id: number;
  readonly source: number;
  readonly handling: number;
  /** Countries that the originator let read it beside, by clearances that are in force now. */
  readonly clearedTo: readonly string[];
}

export async function listAudiences(db: Db, operation: number): Promise<Audience[]> {
  const found = await db.query<Audience>(
    `/* feeds.listAudiences */
     select audience.id, audience.source, audience.handling,
            case when audience.clearances = '{}' then '{}' else feeds.cleared_countries(audience.clearances) end as "clearedTo"
       from feeds.audience join feeds.source on source.id = audience.source
      where source.operation = $1 order by audience.id`,
    [operation],
  );
  return found.rows;
}
