import type pg from "pg";
import { MEMBER_ROLES } from "./contract.ts";
import type { MemberRole } from "./model/roles.ts";

type Db = pg.ClientBase | pg.Pool;

/** A member as others may know him. */
export interface Member {
  readonly id: string;
  readonly officer: { readonly id: string; readonly name: string };
  readonly organisation: string;
  readonly role: MemberRole;
  readonly country: string | null;
  readonly source: string | null;
  readonly from: Date;
  readonly until: Date | null;
}

const MEMBER = `membership.public_id as id, json_build_object('id', officer.public_id, 'name', officer.name) as officer,
  organisation.code as organisation, membership.role, membership.country, membership.source,
  membership.from_time as "from", membership.until_time as "until"`;
const FROM_MEMBERSHIP = `from people.membership join people.officer on officer.id = membership.officer
  join people.organisation on organisation.id = officer.organisation`;

/** Those that the caller may know of, now or from a later day on. Asked as `muster_app`: policies filter. */
export async function listMembers(app: Db, operation: number): Promise<Member[]> {
  const found = await app.query<Member>(
    `/* people.listMembers */ select ${MEMBER} ${FROM_MEMBERSHIP}
      where membership.operation = $1 and (membership.until_time is null or membership.until_time > now())
      order by array_position($2::text[], membership.role), officer.name, membership.public_id`,
    [operation, MEMBER_ROLES],
  );
  return found.rows;
}

/** Null when there is none in this operation, or none that the caller may know of. Asked as `muster_app`. */
export async function findMember(app: Db, operation: number, publicId: string): Promise<Member | null> {
  const found = await app.query<Member>(
    `/* people.findMember */ select ${MEMBER} ${FROM_MEMBERSHIP}
      where membership.operation = $1 and membership.public_id = $2`,
    [operation, publicId],
  );
  return found.rows[0] ?? null;
}

export interface RoleOfOfficer {
  readonly id: number;
  readonly officer: number;
  readonly operation: number;
  readonly role: MemberRole;
  readonly hasEnded: boolean;
}

/** Held until the transaction ends. Null when there is none. */
export async function findRole(gate: pg.ClientBase, publicId: string): Promise<RoleOfOfficer | null> {
  const found = await gate.query<RoleOfOfficer>(
    `/* people.findRole */
     select id, officer, operation, role, coalesce(until_time <= now(), false) as "hasEnded"
       from people.membership where public_id = $1 for update`,
    [publicId],
  );
  return found.rows[0] ?? null;
}

/** Acts on the members of one operation happen one after the other. */
export async function lockMembers(gate: pg.ClientBase, operation: number): Promise<void> {
  await gate.query("/* people.lockMembers */ select pg_advisory_xact_lock(hashtext('people.members'), $1)", [
    operation,
  ]);
}

/** Whether he has, or had, or will have a role there. */
export async function isKnownIn(gate: Db, operation: number, officer: number): Promise<boolean> {
  const found = await gate.query(
    "/* people.isKnownIn */ select from people.membership where operation = $1 and officer = $2 limit 1",
    [operation, officer],
  );
  return found.rowCount === 1;
}

/** Coordinators in force beside this membership. */
export async function countOtherCoordinators(
  gate: Db,
  operation: number,
  membership: number,
): Promise<number> {
  const found = await gate.query<{ count: number }>(
    `/* people.countOtherCoordinators */ select count(*) as count from people.membership
      where operation = $1 and id <> $2 and role = 'coordinator' and from_time <= now()
        and (until_time is null or until_time > now())`,
    [operation, membership],
  );
  return found.rows[0]?.count ?? 0;
}

export interface NewRole {
  readonly officer: number;
  readonly operation: number;
  readonly role: MemberRole;
  readonly country: string | null;
  readonly source: string | null;
  /** Null: now. */
  readonly from: string | null;
  readonly until: string | Date | null;
  readonly givenBy: number;
}

/** Its public id; null when he has this role, now or from a later day on. */
export async function insertRole(gate: pg.ClientBase, given: NewRole): Promise<string | null> {
  const inserted = await gate.query<{ publicId: string }>(
    `/* people.insertRole */
     insert into people.membership (officer, operation, role, country, source, from_time, until_time, given_by)
     select $1::integer, $2::smallint, $3::text, $4::text, $5::text, coalesce($6::timestamptz, now()), $7::timestamptz, $8::integer
      where not exists (select from people.membership
        where officer = $1 and operation = $2 and role = $3 and country is not distinct from $4
          and source is not distinct from $5 and (until_time is null or until_time > now()))
     returning public_id as "publicId"`,
    [
      given.officer,
      given.operation,
      given.role,
      given.country,
      given.source,
      given.from,
      given.until,
      given.givenBy,
    ],
  );
  return inserted.rows[0]?.publicId ?? null;
}

export async function endMembership(
  gate: pg.ClientBase,
  membership: number,
  by: number,
  reason: string,
): Promise<void> {
  await gate.query(
    `/* people.endMembership */
     update people.membership set until_time = greatest(now(), from_time), ended_by = $2, end_reason = $3 where id = $1`,
    [membership, by, reason],
  );
}

/** What of an operation decides who can be asked to take part. */
export interface Scope {
  readonly code: string;
  readonly name: string;
  readonly countries: readonly string[];
  /** Ids of the sources that are companies. */
  readonly partners: readonly string[];
}

export async function findScope(gate: Db, operation: number): Promise<Scope> {
  const found = await gate.query<Scope>(
    `/* people.findScope */
     select code, name, countries, array(select external_id from feeds.source
       where source.operation = operation.id and source.kind = 'partner' order by external_id) as partners
       from operations.operation where id = $1`,
    [operation],
  );
  const row = found.rows[0];
  if (row === undefined) throw new Error("the operation was there a moment ago");
  return row;
}
