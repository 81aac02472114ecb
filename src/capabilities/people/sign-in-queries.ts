import type pg from "pg";
import type { Rights, RoleHeld } from "./model/mayTouch.ts";
import type { Duty } from "./model/roles.ts";

type Db = pg.ClientBase | pg.Pool;

/** An officer as signing in needs him. */
export interface Account {
  readonly id: number;
  readonly publicId: string;
  readonly name: string;
  readonly organisation: string;
  /** What he types beside his password; null until he has one. */
  readonly account: string | null;
  readonly duties: readonly Duty[];
  readonly canSignIn: boolean;
}

const CAN_SIGN_IN = `(exists (select from people.passkey where officer = person.id and ended_at is null)
    or exists (select from people.password where officer = person.id)
    or exists (select from people.oidc_identity where officer = person.id))`;
const ACCOUNT = `person.id, person.public_id as "publicId", person.name, person.account, organisation.code as organisation,
  array(select duty from people.duty where duty.officer = person.id and duty.ended_at is null order by duty) as duties,
  ${CAN_SIGN_IN} as "canSignIn"`;
const PEOPLE = `people.officer person join people.organisation on organisation.id = person.organisation`;

export async function listAccounts(gate: Db): Promise<Account[]> {
  const found = await gate.query<Account>(
    `/* people.listAccounts */ select ${ACCOUNT} from ${PEOPLE} where person.ended_at is null order by person.name, person.id`,
  );
  return found.rows;
}

/** By number, public id or account name. Null when there is none, or it has ended. */
export async function findAccount(gate: Db, by: { readonly id: number } | string): Promise<Account | null> {
  const found = await gate.query<Account>(
    `/* people.findAccount */ select ${ACCOUNT} from ${PEOPLE}
      where person.ended_at is null and (person.id = $1 or person.public_id::text = $2 or person.account = $2)`,
    typeof by === "string" ? [null, by] : [by.id, null],
  );
  return found.rows[0] ?? null;
}

/** Nobody else issues a link to this officer, or decides on his recovery, until the transaction ends. */
export async function lockAccount(db: pg.ClientBase, officer: number): Promise<void> {
  await db.query("/* people.lockAccount */ select from people.officer where id = $1 for update", [officer]);
}

/** Whoever starts the house for the first time does so alone. */
export async function lockFirstStart(db: pg.ClientBase): Promise<void> {
  await db.query(
    "/* people.lockFirstStart */ select pg_advisory_xact_lock(hashtextextended('people.first_start', 0))",
  );
}

export async function canAnybodySignIn(db: Db): Promise<boolean> {
  const found = await db.query<{ somebody: boolean }>(
    `/* people.canAnybodySignIn */
     select exists (select from people.officer person where person.ended_at is null and ${CAN_SIGN_IN}) as somebody`,
  );
  return found.rows[0]?.somebody ?? false;
}

/** False when somebody else has it, or this officer has one already. */
export async function nameAccount(db: Db, officer: number, account: string): Promise<boolean> {
  const named = await db.query(
    `/* people.nameAccount */ update people.officer set account = $2
      where id = $1 and account is null and not exists (select from people.officer where account = $2)`,
    [officer, account],
  );
  return named.rowCount === 1;
}

/** All he may do, with what was promised to him from a later day on. */
export async function rightsOf(gate: Db, officer: number, scope: "now" | "now and later"): Promise<Rights> {
  const duties = await gate.query<{ duty: Duty }>(
    "/* people.rightsOf duties */ select duty from people.duty where officer = $1 and ended_at is null",
    [officer],
  );
  const roles = await gate.query<RoleHeld>(
    `/* people.rightsOf roles */ select operation, role, country, source from people.membership
      where officer = $1 and (until_time is null or until_time > now()) and ($2 or from_time <= now())`,
    [officer, scope === "now and later"],
  );
  return { duties: duties.rows.map((each) => each.duty), roles: roles.rows };
}

// One-time links ----------------------------------------------------------------------------------------------------

/** A new link for this officer; links he has are good no more. Returns until when. */
export async function insertEnrolment(
  db: pg.ClientBase,
  enrolment: { readonly tokenSha256: Buffer; readonly officer: number; readonly issuedBy: number | null },
): Promise<Date> {
  await db.query(
    `/* people.insertEnrolment withdraw */ update people.enrolment set withdrawn_at = now()
      where officer = $1 and used_at is null and withdrawn_at is null`,
    [enrolment.officer],
  );
  const made = await db.query<{ expires: Date }>(
    `/* people.insertEnrolment */ insert into people.enrolment (token_sha256, officer, issued_by, expires_at)
     values ($1, $2, $3, now() + interval '30 minutes') returning expires_at as expires`,
    [enrolment.tokenSha256, enrolment.officer, enrolment.issuedBy],
  );
  const row = made.rows[0];
  if (row === undefined) throw new Error("people.insertEnrolment returned no row");
  return row.expires;
}

const LINK_IN_FORCE = "token_sha256 = $1 and used_at is null and withdrawn_at is null and expires_at > now()";

/** Whose link this is, as long as it is good. */
export async function findEnrolment(gate: Db, tokenSha256: Buffer): Promise<Account | null> {
  const found = await gate.query<Account>(
    `/* people.findEnrolment */ select ${ACCOUNT} from ${PEOPLE}
      where person.ended_at is null and person.id = (select officer from people.enrolment where ${LINK_IN_FORCE})`,
    [tokenSha256],
  );
  return found.rows[0] ?? null;
}

/** Of several who use a link at once one wins. */
export async function useEnrolment(db: pg.ClientBase, tokenSha256: Buffer): Promise<number | null> {
  const used = await db.query<{ officer: number }>(
    `/* people.useEnrolment */ update people.enrolment set used_at = now()
      where ${LINK_IN_FORCE} and officer in (select id from people.officer where ended_at is null) returning officer`,
    [tokenSha256],
  );
  return used.rows[0]?.officer ?? null;
}

// Passkeys ----------------------------------------------------------------------------------------------------------

export interface Passkey {
  readonly id: number;
  readonly publicId: string;
  readonly officer: number;
  readonly officerPublicId: string;
  readonly credential: string;
  readonly publicKey: Buffer;
  readonly counter: number;
  readonly transports: readonly string[];
  readonly label: string;
  readonly addedAt: Date;
  readonly usedAt: Date | null;
}

const PASSKEY = `passkey.id, passkey.public_id as "publicId", passkey.officer, officer.public_id as "officerPublicId",
  passkey.credential, passkey.public_key as "publicKey", passkey.counter::float8 as counter, passkey.transports,
  passkey.label, passkey.added_at as "addedAt", passkey.used_at as "usedAt"`;

export async function listPasskeys(gate: Db, officer: number): Promise<Passkey[]> {
  const found = await gate.query<Passkey>(
    `/* people.listPasskeys */ select ${PASSKEY} from people.passkey join people.officer on officer.id = passkey.officer
      where passkey.officer = $1 and passkey.ended_at is null order by passkey.id`,
    [officer],
  );
  return found.rows;
}

export async function findPasskey(gate: Db, credential: string): Promise<Passkey | null> {
  const found = await gate.query<Passkey>(
    `/* people.findPasskey */ select ${PASSKEY} from people.passkey join people.officer on officer.id = passkey.officer
      where passkey.credential = $1 and passkey.ended_at is null and officer.ended_at is null`,
    [credential],
  );
  return found.rows[0] ?? null;
}

/** False when this credential is known already. */
export async function insertPasskey(
  db: Db,
  passkey: Pick<Passkey, "officer" | "credential" | "counter" | "transports" | "label"> & {
    readonly publicKey: Uint8Array;
  },
): Promise<boolean> {
  const made = await db.query(
    `/* people.insertPasskey */
     insert into people.passkey (officer, credential, public_key, counter, transports, label)
     values ($1, $2, $3, $4, $5, $6) on conflict (credential) do nothing`,
    [
      passkey.officer,
      passkey.credential,
      Buffer.from(passkey.publicKey),
      passkey.counter,
      passkey.transports,
      passkey.label,
    ],
  );
  return made.rowCount === 1;
}

/** False when the count of signatures did not grow: two that answer at once, or a copy. Authenticators that do not count say 0. */
export async function countPasskey(gate: Db, passkey: number, counter: number): Promise<boolean> {
  const counted = await gate.query(
    `/* people.countPasskey */ update people.passkey set counter = $2, used_at = now()
      where id = $1 and ended_at is null and (counter < $2 or (counter = 0 and $2 = 0))`,
    [passkey, counter],
  );
  return counted.rowCount === 1;
}

/** False when he has no such passkey. */
export async function endPasskey(db: Db, officer: number, publicId: string): Promise<boolean> {
  const ended = await db.query(
    `/* people.endPasskey */ update people.passkey set ended_at = now()
      where officer = $1 and public_id = $2 and ended_at is null`,
    [officer, publicId],
  );
  return ended.rowCount === 1;
}

// Questions to authenticators ---------------------------------------------------------------------------------------

export type ChallengePurpose = "add" | "sign-in" | "step-up";

export async function insertChallenge(
  gate: Db,
  challenge: {
    readonly sha256: Buffer;
    readonly purpose: ChallengePurpose;
    readonly officer: number | null;
  },
): Promise<void> {
  await gate.query(
    "/* people.insertChallenge clear */ delete from people.challenge where expires_at < now()",
  );
  await gate.query(
    `/* people.insertChallenge */ insert into people.challenge (challenge_sha256, purpose, officer, expires_at)
     values ($1, $2, $3, now() + interval '5 minutes')`,
    [challenge.sha256, challenge.purpose, challenge.officer],
  );
}

/** Whether this was asked of this officer and not answered yet; whatever the answer was, it is not good again. */
export async function takeChallenge(
  gate: Db,
  challenge: {
    readonly sha256: Buffer;
    readonly purpose: ChallengePurpose;
    readonly officer: number | null;
  },
): Promise<boolean> {
  const taken = await gate.query<{ good: boolean }>(
    `/* people.takeChallenge */ delete from people.challenge where challenge_sha256 = $1
     returning purpose = $2 and officer is not distinct from $3 and expires_at > now() as good`,
    [challenge.sha256, challenge.purpose, challenge.officer],
  );
  return taken.rows[0]?.good ?? false;
}

// Passwords and their codes -----------------------------------------------------------------------------------------

export async function putTotpOffer(gate: Db, officer: number, secret: Buffer): Promise<void> {
  await gate.query(
    `/* people.putTotpOffer */ insert into people.totp_offer (officer, secret, expires_at)
     values ($1, $2, now() + interval '30 minutes')
     on conflict (officer) do update set secret = excluded.secret, expires_at = excluded.expires_at`,
    [officer, secret],
  );
}

export async function findTotpOffer(gate: Db, officer: number): Promise<Buffer | null> {
  const found = await gate.query<{ secret: Buffer }>(
    "/* people.findTotpOffer */ select secret from people.totp_offer where officer = $1 and expires_at > now()",
    [officer],
  );
  return found.rows[0]?.secret ?? null;
}

export async function putPassword(
  db: pg.ClientBase,
  password: {
    readonly officer: number;
    readonly hash: string;
    readonly totpSecret: Buffer;
    readonly totpStep: number;
  },
): Promise<void> {
  await db.query("/* people.putPassword offer */ delete from people.totp_offer where officer = $1", [
    password.officer,
  ]);
  await db.query(
    `/* people.putPassword */ insert into people.password (officer, hash, totp_secret, totp_step) values ($1, $2, $3, $4)
     on conflict (officer) do update set hash = excluded.hash, totp_secret = excluded.totp_secret,
       totp_step = excluded.totp_step, set_at = now()`,
    [password.officer, password.hash, password.totpSecret, password.totpStep],
  );
}

export interface PasswordOnFile {
  readonly officer: number;
  readonly hash: string;
  readonly totpSecret: Buffer;
}

export async function findPassword(gate: Db, account: string): Promise<PasswordOnFile | null> {
  const found = await gate.query<PasswordOnFile>(
    `/* people.findPassword */ select officer, hash, totp_secret as "totpSecret"
       from people.password join people.officer on officer.id = password.officer
      where officer.account = $1 and officer.ended_at is null`,
    [account],
  );
  return found.rows[0] ?? null;
}

/** False when a code of this step or a later one was taken before. */
export async function takeTotpStep(gate: Db, officer: number, step: number): Promise<boolean> {
  const taken = await gate.query(
    "/* people.takeTotpStep */ update people.password set totp_step = $2 where officer = $1 and totp_step < $2",
    [officer, step],
  );
  return taken.rowCount === 1;
}

// Identity providers ------------------------------------------------------------------------------------------------

export interface OidcFlow {
  readonly purpose: "sign-in" | "enrol" | "bind" | "step-up";
  readonly officer: number | null;
  readonly enrolmentSha256: Buffer | null;
  readonly nonce: string;
  readonly codeVerifier: string;
}

export async function insertOidcFlow(
  gate: Db,
  flow: OidcFlow & { readonly stateSha256: Buffer; readonly browserSha256: Buffer },
): Promise<void> {
  await gate.query("/* people.insertOidcFlow clear */ delete from people.oidc_flow where expires_at < now()");
  await gate.query(
    `/* people.insertOidcFlow */ insert into people.oidc_flow
       (state_sha256, browser_sha256, purpose, officer, enrolment_sha256, nonce, code_verifier, expires_at)
     values ($1, $2, $3, $4, $5, $6, $7, now() + interval '10 minutes')`,
    [
      flow.stateSha256,
      flow.browserSha256,
      flow.purpose,
      flow.officer,
      flow.enrolmentSha256,
      flow.nonce,
      flow.codeVerifier,
    ],
  );
}

/** The way that this browser set out on; it is gone afterwards, also when another browser comes back from it. */
export async function takeOidcFlow(
  gate: Db,
  stateSha256: Buffer,
  browserSha256: Buffer,
): Promise<OidcFlow | null> {
  const taken = await gate.query<OidcFlow & { good: boolean }>(
    `/* people.takeOidcFlow */ delete from people.oidc_flow where state_sha256 = $1
     returning purpose, officer, enrolment_sha256 as "enrolmentSha256", nonce, code_verifier as "codeVerifier",
       browser_sha256 = $2 and expires_at > now() as good`,
    [stateSha256, browserSha256],
  );
  const flow = taken.rows[0];
  return flow?.good === true ? flow : null;
}

export async function findOfficerOfIdentity(
  gate: Db,
  issuer: string,
  subject: string,
): Promise<number | null> {
  const found = await gate.query<{ officer: number }>(
    `/* people.findOfficerOfIdentity */ select officer from people.oidc_identity
       join people.officer on officer.id = oidc_identity.officer
      where issuer = $1 and subject = $2 and officer.ended_at is null`,
    [issuer, subject],
  );
  return found.rows[0]?.officer ?? null;
}

/** False when it is somebody's already. */
export async function insertIdentity(
  db: Db,
  identity: { readonly issuer: string; readonly subject: string; readonly officer: number },
): Promise<boolean> {
  const bound = await db.query(
    `/* people.insertIdentity */ insert into people.oidc_identity (issuer, subject, officer) values ($1, $2, $3)
     on conflict (issuer, subject) do nothing`,
    [identity.issuer, identity.subject, identity.officer],
  );
  return bound.rowCount === 1;
}

/** Which ways in he has, beside passkeys. */
export async function findOtherWays(
  gate: Db,
  officer: number,
): Promise<{ readonly passwordSetAt: Date | null; readonly issuers: readonly string[] }> {
  const found = await gate.query<{ passwordSetAt: Date | null; issuers: string[] }>(
    `/* people.findOtherWays */ select
       (select set_at from people.password where officer = $1) as "passwordSetAt",
       array(select issuer from people.oidc_identity where officer = $1 order by issuer, bound_at) as issuers`,
    [officer],
  );
  return found.rows[0] ?? { passwordSetAt: null, issuers: [] };
}

// Sessions ----------------------------------------------------------------------------------------------------------

export interface OpenSession {
  readonly publicId: string;
  readonly method: string;
  readonly openedAt: Date;
  readonly expiresAt: Date;
}

export async function listSessions(gate: Db, officer: number): Promise<OpenSession[]> {
  const found = await gate.query<OpenSession>(
    `/* people.listSessions */ select public_id as "publicId", method, opened_at as "openedAt", expires_at as "expiresAt"
       from people.session where officer = $1 and ended_at is null and expires_at > now() order by opened_at desc, public_id`,
    [officer],
  );
  return found.rows;
}

/** Ends his open sessions: all, one, or all but one. Returns how many ended. */
export async function endSessions(
  db: Db,
  officer: number,
  which: { readonly only?: string; readonly but?: string } = {},
): Promise<number> {
  const ended = await db.query(
    `/* people.endSessions */ update people.session set ended_at = now()
      where officer = $1 and ended_at is null and expires_at > now()
        and ($2::uuid is null or public_id = $2) and ($3::uuid is null or public_id <> $3)`,
    [officer, which.only ?? null, which.but ?? null],
  );
  return ended.rowCount ?? 0;
}

/** Release, export and administration are open to this session for ten minutes. */
export async function stepUpSession(gate: Db, publicId: string): Promise<void> {
  await gate.query(
    `/* people.stepUpSession */ update people.session set stepped_up_until = now() + interval '10 minutes'
      where public_id = $1 and ended_at is null`,
    [publicId],
  );
}

// Failures ----------------------------------------------------------------------------------------------------------

/** Attempts that count under this are looked at one after the other, as far as their counting goes. */
export async function lockFailures(db: pg.ClientBase, counted: Buffer): Promise<void> {
  await db.query(
    "/* people.lockFailures */ select pg_advisory_xact_lock(hashtextextended(encode($1, 'hex'), 0))",
    [counted],
  );
}

/** Seconds by the clock: whoever had to wait for the lock began before the one who counted before him. */
export async function countFailures(
  db: pg.ClientBase,
  counted: Buffer,
  hours: number,
): Promise<{ readonly failures: number; readonly secondsSinceLast: number }> {
  const found = await db.query<{ failures: number; secondsSinceLast: number }>(
    `/* people.countFailures */ select count(*)::integer as failures,
            coalesce(extract(epoch from clock_timestamp() - max(at)), 0)::float8 as "secondsSinceLast"
       from people.failed_attempt where counted = $1 and at > now() - make_interval(hours => $2)`,
    [counted, hours],
  );
  return found.rows[0] ?? { failures: 0, secondsSinceLast: 0 };
}

/** Counts an attempt as failed before it is looked at; also clears away some that count no more. */
export async function insertFailure(db: pg.ClientBase, counted: Buffer, hours: number): Promise<string> {
  await db.query(
    `/* people.insertFailure clear */ delete from people.failed_attempt where id in
       (select id from people.failed_attempt order by id limit 100) and at < now() - make_interval(hours => $1)`,
    [hours],
  );
  const made = await db.query<{ id: string }>(
    "/* people.insertFailure */ insert into people.failed_attempt (counted) values ($1) returning id::text",
    [counted],
  );
  return made.rows[0]?.id ?? "";
}

/** It did not fail. */
export async function deleteFailure(gate: Db, id: string): Promise<void> {
  await gate.query("/* people.deleteFailure */ delete from people.failed_attempt where id = $1", [id]);
}

/** The officer himself came: what failed before was he, or did not get in. */
export async function deleteFailures(gate: Db, counted: Buffer): Promise<void> {
  await gate.query("/* people.deleteFailures */ delete from people.failed_attempt where counted = $1", [
    counted,
  ]);
}
