import type pg from "pg";
import type { DeletionState } from "./model/deletion.ts";
import type { DeliveryDifference } from "./queries.ts";

type Db = pg.ClientBase | pg.Pool;

/** One deletion of one delivery. Instants in milliseconds since the epoch, UTC; officers by public id. */
export interface Deletion {
  readonly id: number;
  readonly publicId: string;
  readonly operation: number;
  readonly source: number;
  readonly delivery: number;
  readonly deliveryPublicId: string;
  readonly sha256: string;
  readonly receivedAt: number;
  readonly ground: "retention" | "owner" | "protection";
  readonly reason: string;
  readonly forgetMapping: boolean;
  readonly state: DeletionState;
  readonly askedBy: string;
  readonly askedAt: number;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
  readonly declineReason: string | null;
  readonly begunAt: number | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly audiences: readonly number[];
  readonly files: readonly string[];
  readonly deletedAt: number | null;
  readonly certificate: string | null;
  readonly signature: string | null;
  readonly keyFingerprint: string | null;
}

const ms = (column: string, as: string) => `(extract(epoch from ${column}) * 1000)::float8 as "${as}"`;

const DELETION = `id, public_id as "publicId", operation, source, delivery, delivery_public_id as "deliveryPublicId", sha256,
  ${ms("received_at", "receivedAt")}, ground, reason, forget_mapping as "forgetMapping", state, asked_by as "askedBy",
  ${ms("asked_at", "askedAt")}, decided_by as "decidedBy", ${ms("decided_at", "decidedAt")},
  decline_reason as "declineReason", ${ms("begun_at", "begunAt")}, counts, audiences, files,
  ${ms("deleted_at", "deletedAt")}, certificate, signature, key_fingerprint as "keyFingerprint"`;

export async function findDeletion(db: Db, id: number): Promise<Deletion | null> {
  const found = await db.query<Deletion>(
    `/* feeds.findDeletion */ select ${DELETION} from feeds.deletion where id = $1`,
    [id],
  );
  return found.rows[0] ?? null;
}

/** Held until the transaction ends. */
export async function findDeletionForUpdate(
  db: pg.ClientBase,
  operation: number,
  publicId: string,
): Promise<Deletion | null> {
  const found = await db.query<Deletion>(
    `/* feeds.findDeletionForUpdate */
     select ${DELETION} from feeds.deletion where operation = $1 and public_id = $2 for update`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

/** Latest first. */
export async function listDeletions(db: Db, operation: number): Promise<Deletion[]> {
  const found = await db.query<Deletion>(
    `/* feeds.listDeletions */ select ${DELETION} from feeds.deletion where operation = $1 order by id desc`,
    [operation],
  );
  return found.rows;
}

/** A delivery as the retention list needs it; its repeats count as receipts of the same content. */
export interface RetainedDelivery {
  readonly id: number;
  readonly publicId: string;
  readonly source: number;
  readonly sourceId: string;
  readonly sourceCode: string;
  readonly fileName: string;
  readonly sha256: string;
  readonly purpose: string;
  readonly holdsVictims: boolean;
  readonly receivedAt: number;
  /** The latest receipt of the same bytes, to be read alike, by the same source. */
  readonly lastReceivedAt: number;
  /** ISO date until which deletion was put off, if it was. */
  readonly postponedTo: string | null;
}

const RETAINED = `delivery.id, delivery.public_id as "publicId", delivery.source, source.external_id as "sourceId",
  source.code as "sourceCode", delivery.file_name as "fileName", delivery.sha256, delivery.purpose,
  delivery.holds_victims or coalesce(delivery.role = 'victim', false) as "holdsVictims",
  ${ms("delivery.received_at", "receivedAt")},
  (extract(epoch from greatest(delivery.received_at,
    (select max(again.received_at) from feeds.delivery again where again.repeat_of = delivery.id))) * 1000)::float8
    as "lastReceivedAt",
  (select max(until)::text from feeds.postponement where postponement.delivery = delivery.id) as "postponedTo"`;

/** Deliveries that hold something and are not under deletion, by receipt. */
export async function listRetainedDeliveries(db: Db, operation: number): Promise<RetainedDelivery[]> {
  const found = await db.query<RetainedDelivery>(
    `/* feeds.listRetainedDeliveries */
     select ${RETAINED} from feeds.delivery join feeds.source on source.id = delivery.source
      where delivery.operation = $1 and delivery.repeat_of is null
        and not exists (select from feeds.deletion where deletion.delivery = delivery.id and deletion.state <> 'declined')
      order by delivery.received_at, delivery.public_id`,
    [operation],
  );
  return found.rows;
}

/** Null for a repeat, for one under deletion, and for one that the caller may not see. */
export async function findRetainedDelivery(
  db: Db,
  operation: number,
  publicId: string,
): Promise<RetainedDelivery | null> {
  const found = await db.query<RetainedDelivery>(
    `/* feeds.findRetainedDelivery */
     select ${RETAINED} from feeds.delivery join feeds.source on source.id = delivery.source
      where delivery.operation = $1 and delivery.repeat_of is null and delivery.public_id = $2
        and not exists (select from feeds.deletion where deletion.delivery = delivery.id and deletion.state <> 'declined')`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

export async function insertPostponement(
  db: pg.ClientBase,
  postponement: {
    readonly delivery: number;
    readonly until: string;
    readonly reason: string;
    readonly officer: string;
  },
): Promise<void> {
  await db.query(
    `/* feeds.insertPostponement */
     insert into feeds.postponement (delivery, until, reason, postponed_by) values ($1, $2, $3, $4)`,
    [postponement.delivery, postponement.until, postponement.reason, postponement.officer],
  );
}

export interface NewDeletion {
  readonly operation: number;
  readonly delivery: RetainedDelivery;
  readonly ground: Deletion["ground"];
  readonly reason: string;
  readonly forgetMapping: boolean;
  readonly askedBy: string;
  /** Set when whoever asks needs nobody's consent. */
  readonly approvedBy: string | null;
}

export async function insertDeletion(
  db: pg.ClientBase,
  asked: NewDeletion,
): Promise<{ readonly id: number; readonly publicId: string }> {
  const inserted = await db.query<{ id: number; publicId: string }>(
    `/* feeds.insertDeletion */
     insert into feeds.deletion (operation, source, delivery, delivery_public_id, sha256, received_at, ground, reason,
       forget_mapping, state, asked_by, decided_by, decided_at)
     values ($1, $2, $3, $4, $5, to_timestamp($6::float8 / 1000), $7, $8, $9, $10, $11, $12::uuid,
       case when $12::uuid is not null then now() end)
     on conflict do nothing returning id, public_id as "publicId"`,
    [
      asked.operation,
      asked.delivery.source,
      asked.delivery.id,
      asked.delivery.publicId,
      asked.delivery.sha256,
      asked.delivery.receivedAt,
      asked.ground,
      asked.reason,
      asked.forgetMapping,
      asked.approvedBy === null ? "asked" : "approved",
      asked.askedBy,
      asked.approvedBy,
    ],
  );
  const row = inserted.rows[0];
  if (row === undefined) throw new Error("feeds.insertDeletion: the delivery is under deletion already");
  return row;
}

export async function updateDeletionDecided(
  db: pg.ClientBase,
  id: number,
  decision: {
    readonly state: DeletionState;
    readonly officer: string;
    readonly declineReason: string | null;
  },
): Promise<void> {
  await db.query(
    `/* feeds.updateDeletionDecided */
     update feeds.deletion set state = $2, decided_by = $3, decided_at = now(), decline_reason = $4 where id = $1`,
    [id, decision.state, decision.officer, decision.declineReason],
  );
}

/** Class number of the advisory lock between the begin of a deletion and what is made of a reading; the search's is 4. */
const DELETIONS_LOCK = 6;

/** Begins an approved deletion; what was read before and is not stored yet will not be (`refuseDuringDeletion`). */
export async function updateDeletionBegun(db: pg.ClientBase, id: number, operation: number): Promise<void> {
  await db.query("/* feeds.lockDeletions */ select pg_advisory_xact_lock($1, $2)", [
    DELETIONS_LOCK,
    operation,
  ]);
  await db.query(
    `/* feeds.updateDeletionBegun */
     update feeds.deletion set state = 'running', begun_at = coalesce(begun_at, now()) where id = $1 and state = 'approved'`,
    [id],
  );
}

/** Deletions of the operation that ever began, and whether one is under way. Numbers only: compare two of them. */
export interface DeletionMark {
  readonly begun: number;
  readonly isUnderWay: boolean;
}

/** How deletions stand at this moment, in a snapshot. */
export async function findDeletionMark(db: Db, operation: number): Promise<DeletionMark> {
  const found = await db.query<DeletionMark>(
    `/* feeds.findDeletionMark */
     select count(*)::integer as begun, coalesce(bool_or(state = 'running'), false) as "isUnderWay"
       from feeds.deletion where operation = $1 and begun_at is not null`,
    [operation],
  );
  return found.rows[0] ?? { begun: 0, isUnderWay: false };
}

/** The same, and no deletion begins before this transaction has ended. */
export async function lockDeletionMark(db: pg.ClientBase, operation: number): Promise<DeletionMark> {
  await db.query("/* feeds.lockDeletionMark */ select pg_advisory_xact_lock_shared($1, $2)", [
    DELETIONS_LOCK,
    operation,
  ]);
  return findDeletionMark(db, operation);
}

/** What one committed step of a deletion did. */
export interface DeletionProgress {
  /** By kind: assertions, threats, refused rows and so on. */
  readonly counts: Readonly<Record<string, number>>;
  readonly audiences?: readonly number[];
  /** Names in the file store that nothing should need any more. */
  readonly files?: readonly string[];
}

export async function advanceDeletion(
  db: pg.ClientBase,
  id: number,
  { counts, audiences = [], files = [] }: DeletionProgress,
): Promise<void> {
  await db.query(
    `/* feeds.advanceDeletion */
     update feeds.deletion
        set counts = (select coalesce(jsonb_object_agg(kind, n), '{}') from (
              select kind, sum(n) as n from (
                select key as kind, value::bigint as n from jsonb_each_text(counts)
                union all select key, value::bigint from jsonb_each_text($2::jsonb)) both_counts group by kind) summed),
            audiences = array(select distinct audience from unnest(audiences || $3::integer[]) audience order by 1),
            files = array(select distinct file from unnest(files || $4::text[]) file order by 1)
      where id = $1`,
    [id, JSON.stringify(counts), audiences, files],
  );
}

export async function updateDeletionDone(db: pg.ClientBase, id: number, certificate: string): Promise<void> {
  await db.query(
    `/* feeds.updateDeletionDone */
     update feeds.deletion set state = 'deleted', certificate = $2, deleted_at = now() where id = $1 and state = 'running'`,
    [id, certificate],
  );
}

export async function updateDeletionCertified(
  db: Db,
  id: number,
  signature: string,
  keyFingerprint: string,
): Promise<void> {
  await db.query(
    `/* feeds.updateDeletionCertified */
     update feeds.deletion set state = 'certified', signature = $2, key_fingerprint = $3, certified_at = now()
      where id = $1 and state = 'deleted'`,
    [id, signature, keyFingerprint],
  );
}

/** Whether any receipt of the delivery is still there. */
export async function isDeliveryThere(db: Db, id: number): Promise<boolean> {
  const found = await db.query<{ there: boolean }>(
    "/* feeds.isDeliveryThere */ select exists (select id from feeds.delivery where id = $1) as there",
    [id],
  );
  return found.rows[0]?.there ?? false;
}

/** Whether a delivery that stays has the file as its original or as its keys. */
export async function isFileOfDelivery(db: Db, sha256: string): Promise<boolean> {
  const found = await db.query<{ used: boolean }>(
    "/* feeds.isFileOfDelivery */ select exists (select from feeds.delivery where sha256 = $1 or keys_sha256 = $1) as used",
    [sha256],
  );
  return found.rows[0]?.used ?? false;
}

/** Lets nobody take or remove the file of this name until the transaction ends. */
export async function lockFile(db: pg.ClientBase, sha256: string): Promise<void> {
  await db.query("/* feeds.lockFile */ select pg_advisory_xact_lock(hashtextextended('file.' || $1, 0))", [
    sha256,
  ]);
}

/** Later deliveries of the source that hold something: they may have repeated what is to be deleted. By id. */
export async function listLaterDeliveries(
  db: Db,
  source: number,
  than: number,
): Promise<{ readonly id: number; readonly keysSha256: string | null }[]> {
  const found = await db.query<{ id: number; keysSha256: string | null }>(
    `/* feeds.listLaterDeliveries */
     select id, keys_sha256 as "keysSha256" from feeds.delivery
      where source = $1 and id > $2 and state in ('reading', 'done', 'refused') and batches > 0 order by id`,
    [source, than],
  );
  return found.rows;
}

/** Moves what the counts of a delivery say: assertions that another one brought first now count as this one's. */
export async function addDeliveryCounts(
  db: pg.ClientBase,
  id: number,
  added: { readonly accepted: number; readonly newAssertions: number; readonly newThreats: number },
): Promise<void> {
  await db.query(
    `/* feeds.addDeliveryCounts */
     update feeds.delivery set accepted = accepted + $2, repeated = repeated - $2, new_assertions = new_assertions + $3,
            new_threats = new_threats + $4
      where id = $1`,
    [id, added.accepted, added.newAssertions, added.newThreats],
  );
}

/** The delivery that each of those after this one was compared with, had this one never been; with names of key logs. */
export async function listFollowers(
  db: Db,
  delivery: number,
): Promise<
  {
    readonly id: number;
    readonly keysSha256: string | null;
    readonly before: number | null;
    readonly beforeKeys: string | null;
  }[]
> {
  const found = await db.query<{
    id: number;
    keysSha256: string | null;
    before: number | null;
    beforeKeys: string | null;
  }>(
    `/* feeds.listFollowers */
     select follower.id, follower.keys_sha256 as "keysSha256", before.id as before, before.keys_sha256 as "beforeKeys"
       from feeds.delivery follower left join lateral (
         select earlier.id, earlier.keys_sha256 from feeds.delivery earlier
          where earlier.source = follower.source and earlier.file_name = follower.file_name and earlier.state = 'done'
            and earlier.id < follower.id and earlier.id <> $1 and earlier.done_at <= follower.received_at
          order by earlier.id desc limit 1) before on true
      where follower.previous = $1 and follower.repeat_of is distinct from $1`,
    [delivery],
  );
  return found.rows;
}

export async function updatePrevious(
  db: pg.ClientBase,
  id: number,
  previous: number | null,
  difference: DeliveryDifference | null,
): Promise<void> {
  await db.query(
    "/* feeds.updatePrevious */ update feeds.delivery set previous = $2, difference = $3 where id = $1",
    [id, previous, difference === null ? null : JSON.stringify(difference)],
  );
}

export async function deleteRefusedRows(db: pg.ClientBase, delivery: number): Promise<number> {
  const gone = await db.query(
    "/* feeds.deleteRefusedRows */ delete from feeds.refused_row where delivery = $1",
    [delivery],
  );
  return gone.rowCount ?? 0;
}

/** Repeats that arrived since the deletion began: the source handed it in anew, so the first of them is to be read. */
export async function updateRepeatsSince(
  db: pg.ClientBase,
  delivery: number,
  deletion: number,
): Promise<number | null> {
  const found = await db.query<{ id: number }>(
    `/* feeds.updateRepeatsSince first */
     update feeds.delivery set state = 'received', repeat_of = null
      where id = (select min(id) from feeds.delivery where repeat_of = $1
                     and received_at >= (select begun_at from feeds.deletion where deletion.id = $2))
      returning id`,
    [delivery, deletion],
  );
  const first = found.rows[0]?.id ?? null;
  if (first === null) return null;
  await db.query(
    `/* feeds.updateRepeatsSince others */
     update feeds.delivery set repeat_of = $3
      where repeat_of = $1 and received_at >= (select begun_at from feeds.deletion where deletion.id = $2)`,
    [delivery, deletion, first],
  );
  return first;
}

/** Deletes the delivery, its repeats and their parts. Gives the receipts that are gone. */
export async function deleteReceipts(db: pg.ClientBase, delivery: number): Promise<number> {
  await db.query(
    `/* feeds.deleteParts */
     delete from feeds.delivery_part
      where delivery in (select id from feeds.delivery where id = $1 or repeat_of = $1)`,
    [delivery],
  );
  const gone = await db.query(
    "/* feeds.deleteReceipts */ delete from feeds.delivery where id = $1 or repeat_of = $1",
    [delivery],
  );
  return gone.rowCount ?? 0;
}

export async function deleteMapping(db: pg.ClientBase, source: number, headerSha256: string): Promise<void> {
  await db.query(
    "/* feeds.deleteMapping */ delete from feeds.mapping where source = $1 and header_sha256 = $2",
    [source, headerSha256],
  );
}

/** Clearances of the delivery; who reads an audience they made is then decided without them. */
export async function deleteClearancesOf(db: pg.ClientBase, delivery: number): Promise<void> {
  await db.query("/* feeds.deleteClearancesOf */ delete from feeds.clearance where delivery = $1", [
    delivery,
  ]);
}

/** Takes threats that are gone out of the clearances that name them; one that named no other goes. */
export async function deleteClearedThreats(db: pg.ClientBase, threats: readonly string[]): Promise<void> {
  await db.query(
    `/* feeds.deleteClearedThreats emptied */
     delete from feeds.clearance where threats <@ $1::uuid[]`,
    [threats],
  );
  await db.query(
    `/* feeds.deleteClearedThreats */
     update feeds.clearance
        set threats = array(select threat from unnest(threats) threat where threat <> all($1::uuid[])),
            granted_threats = case when granted_threats is not null then
              array(select threat from unnest(granted_threats) threat where threat <> all($1::uuid[])) end
      where threats && $1::uuid[]`,
    [threats],
  );
}
