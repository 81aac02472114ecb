import type pg from "pg";
import type { NewOfficer, NewOrganisation, OfficerChange, OrganisationChange } from "./contract.ts";
import type { Rights, RoleHeld } from "./model/mayTouch.ts";
import type { Duty } from "./model/roles.ts";
import type { Officer } from "./queries.ts";

type Db = pg.ClientBase | pg.Pool;

export interface Organisation {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly kind: NewOrganisation["kind"];
  readonly country: string | null;
  readonly isBureau: boolean;
  readonly version: number;
}

const ORGANISATION = `organisation.id, organisation.code, organisation.name, organisation.kind, organisation.country,
  organisation.is_bureau as "isBureau", organisation.version`;

export async function listOrganisations(gate: Db): Promise<Organisation[]> {
  const found = await gate.query<Organisation>(
    `/* people.listOrganisations */ select ${ORGANISATION} from people.organisation order by code`,
  );
  return found.rows;
}

/** Null when there is none of this code. */
export async function findOrganisation(gate: Db, code: string): Promise<Organisation | null> {
  const found = await gate.query<Organisation>(
    `/* people.findOrganisation */ select ${ORGANISATION} from people.organisation where code = $1`,
    [code],
  );
  return found.rows[0] ?? null;
}

/** The national central bureau of a country; null when none is named. */
export async function findBureau(gate: Db, country: string): Promise<Organisation | null> {
  const found = await gate.query<Organisation>(
    `/* people.findBureau */ select ${ORGANISATION} from people.organisation where is_bureau and country = $1`,
    [country],
  );
  return found.rows[0] ?? null;
}

/** Null when another organisation has the code. */
export async function insertOrganisation(
  gate: Db,
  { code, name, kind, country, isBureau }: NewOrganisation,
): Promise<Organisation | null> {
  const inserted = await gate.query<Organisation>(
    `/* people.insertOrganisation */
     insert into people.organisation (code, name, kind, country, is_bureau) values ($1, $2, $3, $4, $5)
     on conflict (code) do nothing returning ${ORGANISATION}`,
    [code, name, kind, country, isBureau],
  );
  return inserted.rows[0] ?? null;
}

/** Null when it has another version by now. */
export async function updateOrganisation(
  gate: Db,
  code: string,
  { version, name, isBureau }: OrganisationChange,
): Promise<Organisation | null> {
  const updated = await gate.query<Organisation>(
    `/* people.updateOrganisation */
     update people.organisation set name = coalesce($3, name), is_bureau = coalesce($4, is_bureau), version = version + 1
      where code = $1 and version = $2 returning ${ORGANISATION}`,
    [code, version, name ?? null, isBureau ?? null],
  );
  return updated.rows[0] ?? null;
}

/** An officer with all that his account may do, now or from a later day on. */
export interface OfficerAccount extends Rights {
  readonly id: number;
  readonly publicId: string;
  readonly name: string;
  readonly language: Officer["language"];
  readonly organisation: {
    readonly id: number;
    readonly code: string;
    readonly kind: string;
    readonly country: string | null;
  };
  readonly duties: readonly Duty[];
  readonly roles: readonly RoleHeld[];
  readonly endedAt: Date | null;
  readonly version: number;
}

const ACCOUNT = `officer.id, officer.public_id as "publicId", officer.name, officer.language, officer.version,
  officer.ended_at as "endedAt",
  json_build_object('id', organisation.id, 'code', organisation.code, 'kind', organisation.kind,
    'country', organisation.country) as organisation,
  array(select duty from people.duty where duty.officer = officer.id and duty.ended_at is null order by duty) as duties,
  coalesce((select json_agg(json_build_object('operation', operation, 'role', role, 'country', membership.country,
      'source', source)) from people.membership
    where membership.officer = officer.id and (until_time is null or until_time > now())), '[]') as roles`;
const FROM_OFFICER = "from people.officer join people.organisation on organisation.id = officer.organisation";

/** @param organisation code; null for all */
export async function listOfficerAccounts(gate: Db, organisation: string | null): Promise<OfficerAccount[]> {
  const found = await gate.query<OfficerAccount>(
    `/* people.listOfficerAccounts */ select ${ACCOUNT} ${FROM_OFFICER}
      where organisation.code = coalesce($1, organisation.code) order by officer.name, officer.public_id`,
    [organisation],
  );
  return found.rows;
}

/** Held until the transaction ends, so that what is decided about it is what is changed. Null when there is none. */
export async function findOfficerAccount(
  gate: pg.ClientBase,
  publicId: string,
): Promise<OfficerAccount | null> {
  const found = await gate.query<OfficerAccount>(
    `/* people.findOfficerAccount */ select ${ACCOUNT} ${FROM_OFFICER} where officer.public_id = $1 for update of officer`,
    [publicId],
  );
  return found.rows[0] ?? null;
}

/** Whoever acts, as he is now. Null when his account has ended. */
export async function findActor(gate: pg.ClientBase, officer: number): Promise<OfficerAccount | null> {
  const found = await gate.query<OfficerAccount>(
    `/* people.findActor */ select ${ACCOUNT} ${FROM_OFFICER} where officer.id = $1 and officer.ended_at is null`,
    [officer],
  );
  return found.rows[0] ?? null;
}

/** Acts on accounts happen one after the other: of two administrators who end each other one is too late. */
export async function lockAccounts(gate: pg.ClientBase): Promise<void> {
  await gate.query("/* people.lockAccounts */ select pg_advisory_xact_lock(hashtext('people.accounts'))");
}

/** His public id. */
export async function insertAccount(
  gate: pg.ClientBase,
  organisation: number,
  { name, language }: NewOfficer,
): Promise<string> {
  const inserted = await gate.query<{ publicId: string }>(
    `/* people.insertAccount */
     insert into people.officer (organisation, name, language) values ($1, $2, $3) returning public_id as "publicId"`,
    [organisation, name, language],
  );
  const row = inserted.rows[0];
  if (row === undefined) throw new Error("people.insertAccount returned no row");
  return row.publicId;
}

/** False when it has another version by now. */
export async function updateAccount(
  gate: Db,
  officer: number,
  { version, name, language }: OfficerChange,
): Promise<boolean> {
  const updated = await gate.query(
    `/* people.updateAccount */
     update people.officer set name = coalesce($3, name), language = coalesce($4, language), version = version + 1
      where id = $1 and version = $2`,
    [officer, version, name ?? null, language ?? null],
  );
  return updated.rowCount === 1;
}

export async function updateLanguage(
  gate: Db,
  officer: number,
  language: Officer["language"],
): Promise<void> {
  await gate.query(
    "/* people.updateLanguage */ update people.officer set language = $2, version = version + 1 where id = $1",
    [officer, language],
  );
}

/** The account, its sessions and its duties end in one moment. */
export async function endAccount(
  gate: pg.ClientBase,
  officer: number,
  by: number,
  reason: string,
): Promise<void> {
  await gate.query(
    `/* people.endAccount officer */
     update people.officer set ended_at = now(), ended_by = $2, end_reason = $3, version = version + 1 where id = $1`,
    [officer, by, reason],
  );
  await gate.query(
    `/* people.endAccount sessions */
     update people.session set ended_at = now(), stepped_up_until = null where officer = $1 and ended_at is null`,
    [officer],
  );
  await gate.query(
    `/* people.endAccount duties */
     update people.duty set ended_at = now(), ended_by = $2 where officer = $1 and ended_at is null`,
    [officer, by],
  );
  await gate.query(
    `/* people.endAccount roles */
     update people.membership set until_time = greatest(now(), from_time), ended_by = $2, end_reason = $3
      where officer = $1 and (until_time is null or until_time > now())`,
    [officer, by, reason],
  );
}

/** Nothing happens when he has it. */
export async function insertDuty(
  gate: pg.ClientBase,
  officer: number,
  duty: Duty,
  by: number | null,
): Promise<void> {
  await gate.query(
    `/* people.insertDuty */ insert into people.duty (officer, duty, given_by) values ($1, $2, $3)
     on conflict (officer, duty) where ended_at is null do nothing`,
    [officer, duty, by],
  );
}

/** Nothing happens when he has not got it. */
export async function endDuty(gate: pg.ClientBase, officer: number, duty: Duty, by: number): Promise<void> {
  await gate.query(
    `/* people.endDuty */
     update people.duty set ended_at = now(), ended_by = $3 where officer = $1 and duty = $2 and ended_at is null`,
    [officer, duty, by],
  );
}

/** Officers of the organisation of this one, himself among them, whose accounts have not ended. */
export async function listColleagues(
  gate: Db,
  officer: number,
): Promise<{ readonly id: string; readonly name: string }[]> {
  const found = await gate.query<{ id: string; name: string }>(
    `/* people.listColleagues */
     select colleague.public_id as id, colleague.name
       from people.officer as himself join people.officer as colleague using (organisation)
      where himself.id = $1 and colleague.ended_at is null order by colleague.name, colleague.public_id`,
    [officer],
  );
  return found.rows;
}
