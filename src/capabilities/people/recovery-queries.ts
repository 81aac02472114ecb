import type pg from "pg";

type Db = pg.ClientBase | pg.Pool;

/** What one administrator asked for and another has not decided yet. */
export interface Recovery {
  readonly id: number;
  readonly publicId: string;
  readonly officer: number;
  readonly officerPublicId: string;
  readonly officerName: string;
  readonly reason: string;
  readonly requestedBy: number;
  readonly requestedByName: string;
  readonly requestedAt: Date;
  readonly expiresAt: Date;
}

const RECOVERY = `recovery.id, recovery.public_id as "publicId", recovery.officer, officer.public_id as "officerPublicId",
  officer.name as "officerName", recovery.reason, recovery.requested_by as "requestedBy", asker.name as "requestedByName",
  recovery.requested_at as "requestedAt", recovery.expires_at as "expiresAt"`;
const OPEN = `people.recovery join people.officer on officer.id = recovery.officer
  join people.officer asker on asker.id = recovery.requested_by
 where recovery.outcome is null and recovery.expires_at > now() and officer.ended_at is null and asker.ended_at is null`;

export async function insertRecovery(
  db: Db,
  recovery: { readonly officer: number; readonly reason: string; readonly requestedBy: number },
): Promise<string> {
  const made = await db.query<{ publicId: string }>(
    `/* people.insertRecovery */ insert into people.recovery (officer, reason, requested_by, expires_at)
     values ($1, $2, $3, now() + interval '3 days') returning public_id as "publicId"`,
    [recovery.officer, recovery.reason, recovery.requestedBy],
  );
  const row = made.rows[0];
  if (row === undefined) throw new Error("people.insertRecovery returned no row");
  return row.publicId;
}

export async function listRecoveries(gate: Db): Promise<Recovery[]> {
  const found = await gate.query<Recovery>(
    `/* people.listRecoveries */ select ${RECOVERY} from ${OPEN} order by recovery.id`,
  );
  return found.rows;
}

/** Held until the transaction ends, so that it is decided once. */
export async function takeRecovery(db: pg.ClientBase, publicId: string): Promise<Recovery | null> {
  const found = await db.query<Recovery>(
    `/* people.takeRecovery */ select ${RECOVERY} from ${OPEN} and recovery.public_id = $1 for update of recovery`,
    [publicId],
  );
  return found.rows[0] ?? null;
}

export async function decideRecovery(
  db: pg.ClientBase,
  decision: { readonly id: number; readonly by: number; readonly outcome: "approved" | "refused" },
): Promise<void> {
  await db.query(
    `/* people.decideRecovery */ update people.recovery set outcome = $3, decided_by = $2, decided_at = now()
      where id = $1 and outcome is null`,
    [decision.id, decision.by, decision.outcome],
  );
}

/** Every way in that he has; whoever found his key or his telephone gets in no more. */
export async function endWaysIn(db: pg.ClientBase, officer: number): Promise<void> {
  await db.query(
    "/* people.endWaysIn passkeys */ update people.passkey set ended_at = now() where officer = $1 and ended_at is null",
    [officer],
  );
  await db.query("/* people.endWaysIn password */ delete from people.password where officer = $1", [officer]);
  await db.query("/* people.endWaysIn offer */ delete from people.totp_offer where officer = $1", [officer]);
  await db.query("/* people.endWaysIn identity */ delete from people.oidc_identity where officer = $1", [
    officer,
  ]);
}
