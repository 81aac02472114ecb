import type pg from "pg";
import type { Duty, MemberRole } from "./model/roles.ts";

type Db = pg.ClientBase | pg.Pool;

/** Somebody with an account. `id` stays in the house; others name him by `publicId`. */
export interface Officer {
  readonly id: number;
  readonly publicId: string;
  readonly name: string;
  readonly language: "en" | "fr" | "es" | "ar";
  readonly organisation: string;
  readonly duties: readonly Duty[];
}

/** A role in one operation that is in force now. */
export interface Membership {
  readonly publicId: string;
  readonly operation: number;
  readonly role: MemberRole;
  readonly country: string | null;
  /** Id of a partner's source within the operation. */
  readonly source: string | null;
}

const OFFICER = `officer.id, officer.public_id as "publicId", officer.name, officer.language, organisation.code as organisation,
  array(select duty from people.duty where duty.officer = officer.id and duty.ended_at is null order by duty) as duties`;

/** Null when nobody acts under it, or his account has ended. */
export async function findOfficerOfAccount(gate: Db, localAccount: string): Promise<Officer | null> {
  const found = await gate.query<Officer>(
    `/* people.findOfficerOfAccount */ select ${OFFICER}
       from people.officer join people.organisation on organisation.id = officer.organisation
      where officer.local_account = $1 and officer.ended_at is null`,
    [localAccount],
  );
  return found.rows[0] ?? null;
}

/** A session that is open now, with its officer. Null when there is none, it has ended, or his account has. */
export async function findSession(gate: Db, tokenSha256: Buffer): Promise<Session | null> {
  const found = await gate.query<Officer & { session: string; steppedUp: boolean }>(
    `/* people.findSession */ select ${OFFICER}, session.public_id as session,
            coalesce(session.stepped_up_until > now(), false) as "steppedUp"
       from people.session join people.officer on officer.id = session.officer
       join people.organisation on organisation.id = officer.organisation
      where session.token_sha256 = $1 and session.expires_at > now() and session.ended_at is null
        and officer.ended_at is null`,
    [tokenSha256],
  );
  const row = found.rows[0];
  if (row === undefined) return null;
  const { session, steppedUp, ...officer } = row;
  return { publicId: session, officer, isSteppedUp: steppedUp };
}

export interface Session {
  readonly publicId: string;
  readonly officer: Officer;
  /** He proved who he is once more, a moment ago. */
  readonly isSteppedUp: boolean;
}

export async function insertSession(
  gate: Db,
  session: {
    readonly tokenSha256: Buffer;
    readonly officer: number;
    readonly method: string;
    readonly hours: number;
  },
): Promise<void> {
  await gate.query(
    `/* people.insertSession */
     insert into people.session (token_sha256, officer, method, expires_at)
     values ($1, $2, $3, now() + make_interval(hours => $4))`,
    [session.tokenSha256, session.officer, session.method, session.hours],
  );
}

/** The organisation's number; makes it when it is new, and leaves it as it is when not. */
export async function ensureOrganisation(
  gate: pg.ClientBase,
  organisation: {
    readonly code: string;
    readonly name: string;
    readonly kind: string;
    readonly country: string | null;
  },
): Promise<number> {
  await gate.query(
    `/* people.ensureOrganisation insert */
     insert into people.organisation (code, name, kind, country) values ($1, $2, $3, $4) on conflict (code) do nothing`,
    [organisation.code, organisation.name, organisation.kind, organisation.country],
  );
  const found = await gate.query<{ id: number }>(
    "/* people.ensureOrganisation find */ select id from people.organisation where code = $1",
    [organisation.code],
  );
  const row = found.rows[0];
  if (row === undefined) throw new Error("people.ensureOrganisation found no row after inserting one");
  return row.id;
}

/** Of two that enrol the same local account one wins. */
export async function insertOfficer(
  gate: pg.ClientBase,
  officer: {
    readonly organisation: number;
    readonly name: string;
    readonly language: Officer["language"];
    readonly localAccount: string | null;
  },
): Promise<void> {
  await gate.query(
    `/* people.insertOfficer */
     insert into people.officer (organisation, name, language, local_account) values ($1, $2, $3, $4)
     on conflict (local_account) do nothing`,
    [officer.organisation, officer.name, officer.language, officer.localAccount],
  );
}

/** Gives a role in an operation, from now on, unless he has it. */
export async function ensureMembership(
  gate: pg.ClientBase,
  membership: {
    readonly officer: number;
    readonly operation: number;
    readonly role: MemberRole;
    readonly country: string | null;
    readonly source: string | null;
    readonly givenBy: number | null;
  },
): Promise<void> {
  await gate.query(
    `/* people.ensureMembership */
     insert into people.membership (officer, operation, role, country, source, given_by)
     select $1::integer, $2::smallint, $3::text, $4::text, $5::text, $6::integer
      where not exists (select from people.membership
              where officer = $1 and operation = $2 and role = $3 and country is not distinct from $4
                and source is not distinct from $5 and from_time <= now() and (until_time is null or until_time > now()))`,
    [
      membership.officer,
      membership.operation,
      membership.role,
      membership.country,
      membership.source,
      membership.givenBy,
    ],
  );
}

/** The roles in force now, in the order in which they were given. */
export async function listMembershipsOf(gate: Db, officer: number): Promise<Membership[]> {
  const found = await gate.query<Membership>(
    `/* people.listMembershipsOf */
     select public_id as "publicId", operation, role, country, source from people.membership
      where officer = $1 and from_time <= now() and (until_time is null or until_time > now()) order by id`,
    [officer],
  );
  return found.rows;
}
