import type pg from "pg";
import type { BreakGlassRequest } from "./contract.ts";

type Db = pg.ClientBase | pg.Pool;

/** A request for access in an emergency, as its operation sees it. */
export interface BreakGlass {
  readonly id: string;
  readonly operation: string;
  readonly reason: string;
  readonly hours: number;
  readonly askedAt: Date;
  readonly confirmedBy: string | null;
  readonly until: Date | null;
  readonly officerId: string;
  readonly officerName: string;
  readonly organisation: string;
  readonly reviewOpenedAt: Date | null;
  readonly reviewClosedAt: Date | null;
  readonly finding: string | null;
}

const SELECT = `select asked.public_id as id, asked.operation, asked.reason, asked.hours, asked.asked_at as "askedAt",
    confirming.public_id as "confirmedBy", asked.until_time as until, officer.public_id as "officerId",
    officer.name as "officerName", organisation.name as organisation, review.opened_at as "reviewOpenedAt",
    review.closed_at as "reviewClosedAt", review.finding
  from audit.break_glass as asked join people.officer on officer.id = asked.officer
  join people.organisation on organisation.id = officer.organisation
  left join people.officer as confirming on confirming.id = asked.confirmed_by
  left join audit.review on review.break_glass = asked.id`;

export async function listBreakGlassOfOfficer(gate: Db, officer: number): Promise<BreakGlass[]> {
  const found = await gate.query<BreakGlass>(
    `/* audit.listBreakGlassOfOfficer */ ${SELECT} where asked.officer = $1 order by asked.asked_at desc, asked.public_id`,
    [officer],
  );
  return found.rows;
}

/** @param operation number: its code is looked up, because requests keep what was asked for */
export async function listBreakGlassOfOperation(gate: Db, operation: number): Promise<BreakGlass[]> {
  const found = await gate.query<BreakGlass>(
    `/* audit.listBreakGlassOfOperation */ ${SELECT}
      where asked.operation = (select code from operations.operation where id = $1)
      order by asked.asked_at desc, asked.public_id`,
    [operation],
  );
  return found.rows;
}

/**
 * Public id of the request; null when the officer is a member of this operation, or has five requests waiting. Whether
 * there is such an operation is not asked.
 */
export async function insertBreakGlass(
  gate: Db,
  officer: number,
  { operation, reason, hours }: BreakGlassRequest,
): Promise<string | null> {
  const inserted = await gate.query<{ id: string }>(
    `/* audit.insertBreakGlass */
     insert into audit.break_glass (officer, operation, reason, hours)
     select $1::integer, $2::text, $3::text, $4::smallint
      where not exists (select from people.membership join operations.operation on operation.id = membership.operation
          where operation.code = $2 and membership.officer = $1 and membership.from_time <= now()
            and (membership.until_time is null or membership.until_time > now()))
        and (select count(*) from audit.break_glass where officer = $1 and confirmed_by is null
          and asked_at > now() - interval '1 day') < 5
     returning public_id as id`,
    [officer, operation, reason, hours],
  );
  return inserted.rows[0]?.id ?? null;
}

/** What decides on a request. */
export interface OpenBreakGlass {
  readonly id: number;
  readonly officer: number;
  readonly hours: number;
  readonly confirmedBy: number | null;
  /** Nobody confirmed it for a day. */
  readonly isStale: boolean;
  readonly isReviewed: boolean;
}

/** Held until the transaction ends. Null when this operation has none of this id. */
export async function lockBreakGlass(
  gate: pg.ClientBase,
  operation: number,
  publicId: string,
): Promise<OpenBreakGlass | null> {
  const found = await gate.query<OpenBreakGlass>(
    `/* audit.lockBreakGlass */
     select asked.id, asked.officer, asked.hours, asked.confirmed_by as "confirmedBy",
            asked.asked_at < now() - interval '1 day' as "isStale",
            exists (select from audit.review where break_glass = asked.id and closed_at is not null) as "isReviewed"
       from audit.break_glass as asked
      where asked.public_id = $2 and asked.operation = (select code from operations.operation where id = $1)
        for update`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

/** Confirms it and leaves the review to the data-protection officer. */
export async function confirmBreakGlass(
  gate: pg.ClientBase,
  request: number,
  by: number,
  until: Date,
): Promise<void> {
  await gate.query(
    `/* audit.confirmBreakGlass */
     update audit.break_glass set confirmed_by = $2, confirmed_at = now(), until_time = least($3, now() + make_interval(hours => hours))
      where id = $1`,
    [request, by, until],
  );
  await gate.query("/* audit.openReview */ insert into audit.review (break_glass) values ($1)", [request]);
}

export async function closeReview(
  gate: pg.ClientBase,
  request: number,
  by: number,
  finding: string,
): Promise<void> {
  await gate.query(
    `/* audit.closeReview */
     update audit.review set closed_at = now(), closed_by = $2, finding = $3 where break_glass = $1`,
    [request, by, finding],
  );
}
