import type pg from "pg";
import type { Delivery, RefusedRow, Source } from "./queries.ts";

type Db = pg.ClientBase | pg.Pool;

/**
 * Sources that are the caller's: all of an operation for its desk, else the ones whose deliveries are his own. A source
 * whose words he merely sees is not among them: of that he knows the code alone.
 */
const IS_HIS = `(source.operation in (select platform.caller_numbers('desk')) or source.id in (select platform.caller_numbers('sources')))`;

const SOURCE = `source.id, source.operation, source.external_id as "externalId", source.code, source.name, source.kind,
  source.country, source.reliability, source.credibility, source.standing`;

export async function findOwnSource(db: Db, operation: number, externalId: string): Promise<Source | null> {
  const found = await db.query<Source>(
    `/* feeds.findOwnSource */ select ${SOURCE} from feeds.source
      where operation = $1 and external_id = $2 and ${IS_HIS}`,
    [operation, externalId],
  );
  return found.rows[0] ?? null;
}

/** By their ids, which say nothing of others. */
export async function listOwnSources(db: Db, operation: number): Promise<Source[]> {
  const found = await db.query<Source>(
    `/* feeds.listOwnSources */ select ${SOURCE} from feeds.source
      where operation = $1 and ${IS_HIS} order by external_id collate "C"`,
    [operation],
  );
  return found.rows;
}

/** A delivery as its receipt tells of it, named by what may leave the house. */
export interface DeliveryOnReceipt
  extends Pick<
    Delivery,
    | "id"
    | "fileName"
    | "sha256"
    | "sizeBytes"
    | "handling"
    | "declaredFormat"
    | "role"
    | "method"
    | "observedFrom"
    | "observedTo"
    | "defaultsTaken"
    | "state"
    | "difference"
    | "refusalCode"
    | "refusalReason"
    | "receivedAt"
    | "batches"
    | "rows"
    | "accepted"
    | "repeated"
    | "refused"
    | "newThreats"
  > {
  readonly publicId: string;
  readonly sourceId: string;
  readonly sourceCode: string;
  readonly purpose: string;
  readonly repeatOf: string | null;
  readonly previous: string | null;
}

/** Officers see the receipts that row-level security leaves them; a machine those of what it handed in itself. */
const IS_FOR_CALLER = `(platform.caller_token() is null or delivery.token = platform.caller_token())`;

const named = (column: string) =>
  `(select named.public_id from feeds.delivery named where named.id = delivery.${column}
     and (platform.caller_token() is null or named.token = platform.caller_token()))`;

const ON_RECEIPT = `delivery.id, delivery.public_id as "publicId", source.external_id as "sourceId", source.code as "sourceCode",
  delivery.file_name as "fileName", delivery.sha256, delivery.size_bytes::float8 as "sizeBytes", delivery.handling,
  delivery.declared_format as "declaredFormat", delivery.role, delivery.method, delivery.purpose,
  (extract(epoch from delivery.observed_from) * 1000)::float8 as "observedFrom",
  (extract(epoch from delivery.observed_to) * 1000)::float8 as "observedTo", delivery.defaults_taken as "defaultsTaken",
  delivery.state, delivery.difference, delivery.refusal_code as "refusalCode", delivery.refusal_reason as "refusalReason",
  (extract(epoch from delivery.received_at) * 1000)::float8 as "receivedAt", delivery.batches,
  delivery.rows::float8 as rows, delivery.accepted::float8 as accepted, delivery.repeated::float8 as repeated,
  delivery.refused, delivery.new_threats::float8 as "newThreats",
  ${named("repeat_of")} as "repeatOf", ${named("previous")} as previous`;

export async function findReceipt(
  db: Db,
  operation: number,
  publicId: string,
): Promise<DeliveryOnReceipt | null> {
  const found = await db.query<DeliveryOnReceipt>(
    `/* feeds.findReceipt */ select ${ON_RECEIPT} from feeds.delivery join feeds.source on source.id = delivery.source
      where delivery.operation = $1 and delivery.public_id = $2 and ${IS_FOR_CALLER}`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

/** The delivery just stored, by its number. */
export async function findReceiptOf(db: Db, delivery: number): Promise<DeliveryOnReceipt | null> {
  const found = await db.query<DeliveryOnReceipt>(
    `/* feeds.findReceiptOf */ select ${ON_RECEIPT} from feeds.delivery join feeds.source on source.id = delivery.source
      where delivery.id = $1`,
    [delivery],
  );
  return found.rows[0] ?? null;
}

/**
 * The latest first, in the order in which they came and then of their names.
 * @param page.after the last of the page before; when the caller has none of this name the list is empty
 * @param page.limit null: all of them
 */
export async function listReceipts(
  db: Db,
  operation: number,
  page: { readonly source: string | null; readonly after: string | null; readonly limit: number | null },
): Promise<DeliveryOnReceipt[]> {
  const found = await db.query<DeliveryOnReceipt>(
    `/* feeds.listReceipts */ select ${ON_RECEIPT} from feeds.delivery join feeds.source on source.id = delivery.source
      where delivery.operation = $1 and ($2::text is null or source.external_id = $2) and ${IS_FOR_CALLER}
        and ($3::uuid is null or (delivery.received_at, delivery.public_id) <
          (select delivery.received_at, delivery.public_id from feeds.delivery
            where delivery.public_id = $3 and delivery.operation = $1 and ${IS_FOR_CALLER}))
      order by delivery.received_at desc, delivery.public_id desc limit $4`,
    [operation, page.source, page.after, page.limit],
  );
  return found.rows;
}

/** One that was refused, with the name of the part it stands in. */
export interface RefusedInPart extends RefusedRow {
  readonly partName: string;
}

/** The next rows after one, in the order in which they stand in the file. */
export async function listRefusedAfter(
  db: Db,
  delivery: number,
  after: Pick<RefusedRow, "part" | "row" | "ordinal">,
  limit: number,
): Promise<RefusedInPart[]> {
  const found = await db.query<RefusedInPart>(
    `/* feeds.listRefusedAfter */
     select refused_row.part, coalesce(delivery_part.name, '') as "partName", refused_row.row, ordinal, code, reason, raw
       from feeds.refused_row left join feeds.delivery_part using (delivery, part)
      where delivery = $1 and (part, refused_row.row, ordinal) > ($2::smallint, $3::integer, $4::integer)
      order by part, refused_row.row, ordinal limit $5`,
    [delivery, after.part, after.row, after.ordinal, limit],
  );
  return found.rows;
}
