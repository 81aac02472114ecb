import type pg from "pg";
import type { InvitationEvent, StoredState } from "./model/invitation.ts";
import type { MemberRole } from "./model/roles.ts";

type Db = pg.ClientBase | pg.Pool;

/** An invitation as coordinators and the invited see it. */
export interface Invitation {
  readonly id: string;
  readonly operation: { readonly id: string; readonly name: string };
  readonly role: MemberRole;
  readonly country: string | null;
  readonly source: string | null;
  readonly message: string;
  readonly state: StoredState;
  readonly answerUntil: Date;
  readonly memberUntil: Date | null;
  readonly history: readonly {
    readonly event: InvitationEvent | "invite";
    readonly at: string;
    readonly actor: { readonly id: string; readonly name: string; readonly organisation: string };
    readonly reason: string | null;
    readonly to: { readonly organisation: string; readonly officer: string | null } | null;
  }[];
}

/** Asked as `muster_app`: policies filter whoever appears here. */
const INVITATION = `invitation.public_id as id,
  json_build_object('id', operation_code, 'name', operation_name) as operation, role, invitation.country, source, message,
  state, answer_until as "answerUntil", member_until as "memberUntil",
  (select json_agg(json_build_object('event', event, 'at', at, 'reason', reason,
      'actor', json_build_object('id', actor.public_id, 'name', actor.name, 'organisation', home.code),
      'to', case when addressee.id is not null
        then json_build_object('organisation', addressee.code, 'officer', colleague.name) end)
      order by invitation_event.id)
     from people.invitation_event join people.officer as actor on actor.id = invitation_event.actor
     join people.organisation as home on home.id = actor.organisation
     left join people.organisation as addressee on addressee.id = to_organisation
     left join people.officer as colleague on colleague.id = to_officer
    where invitation_event.invitation = invitation.id) as history`;

/** Of one operation, the newest first. Asked as `muster_app`. */
export async function listInvitationsOf(app: Db, operation: number): Promise<Invitation[]> {
  const found = await app.query<Invitation>(
    `/* people.listInvitationsOf */ select ${INVITATION} from people.invitation
      where operation = $1 and operation in (select people.caller_coordinates())
      order by invited_at desc, public_id`,
    [operation],
  );
  return found.rows;
}

/** Those to the caller's own organisation, the newest first. Asked as `muster_app`. */
export async function listInvitationsToCaller(app: Db): Promise<Invitation[]> {
  const found = await app.query<Invitation>(
    `/* people.listInvitationsToCaller */ select ${INVITATION} from people.invitation
      where organisation = (select people.caller_organisation()) order by invited_at desc, public_id`,
  );
  return found.rows;
}

/** Asked as `muster_app`. */
export async function findInvitation(app: Db, publicId: string): Promise<Invitation | null> {
  const found = await app.query<Invitation>(
    `/* people.findInvitation */ select ${INVITATION} from people.invitation where public_id = $1`,
    [publicId],
  );
  return found.rows[0] ?? null;
}

/** What decides about an invitation; numbers of the house. */
export interface OpenInvitation {
  readonly id: number;
  readonly operation: number;
  readonly role: MemberRole;
  readonly country: string | null;
  readonly source: string | null;
  readonly state: StoredState;
  readonly answerUntil: Date;
  readonly memberUntil: Date | null;
  readonly organisation: number;
  readonly officer: number | null;
  readonly invitedBy: number;
}

/** Held until the transaction ends. Null when there is none. */
export async function lockInvitation(gate: pg.ClientBase, publicId: string): Promise<OpenInvitation | null> {
  const found = await gate.query<OpenInvitation>(
    `/* people.lockInvitation */
     select id, operation, role, country, source, state, answer_until as "answerUntil", member_until as "memberUntil",
            organisation, officer, invited_by as "invitedBy"
       from people.invitation where public_id = $1 for update`,
    [publicId],
  );
  return found.rows[0] ?? null;
}

/** Whether this organisation was asked for this role and can still answer. */
export async function isInvited(
  gate: Db,
  invited: Pick<NewInvitationRow, "operation" | "organisation" | "role" | "country" | "source">,
): Promise<boolean> {
  const found = await gate.query(
    `/* people.isInvited */ select from people.invitation
      where operation = $1 and organisation = $2 and role = $3 and country is not distinct from $4
        and source is not distinct from $5 and state = 'open' and answer_until > now() limit 1`,
    [invited.operation, invited.organisation, invited.role, invited.country, invited.source],
  );
  return found.rowCount === 1;
}

export interface NewInvitationRow {
  readonly operation: number;
  readonly operationCode: string;
  readonly operationName: string;
  readonly organisation: number;
  readonly role: MemberRole;
  readonly country: string | null;
  readonly source: string | null;
  readonly message: string;
  readonly answerUntil: string;
  readonly memberUntil: string | null;
  readonly invitedBy: number;
}

/** Its number and public id. */
export async function insertInvitation(
  gate: pg.ClientBase,
  row: NewInvitationRow,
): Promise<{ readonly id: number; readonly publicId: string }> {
  const inserted = await gate.query<{ id: number; publicId: string }>(
    `/* people.insertInvitation */
     insert into people.invitation (operation, operation_code, operation_name, organisation, role, country, source, message,
       answer_until, member_until, invited_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id, public_id as "publicId"`,
    [
      row.operation,
      row.operationCode,
      row.operationName,
      row.organisation,
      row.role,
      row.country,
      row.source,
      row.message,
      row.answerUntil,
      row.memberUntil,
      row.invitedBy,
    ],
  );
  const made = inserted.rows[0];
  if (made === undefined) throw new Error("people.insertInvitation returned no row");
  return made;
}

/** The state and the addressee after an event. */
export async function updateInvitation(
  gate: pg.ClientBase,
  invitation: number,
  to: { readonly state: StoredState; readonly organisation: number; readonly officer: number | null },
): Promise<void> {
  await gate.query(
    "/* people.updateInvitation */ update people.invitation set state = $2, organisation = $3, officer = $4 where id = $1",
    [invitation, to.state, to.organisation, to.officer],
  );
}

export async function insertInvitationEvent(
  gate: pg.ClientBase,
  row: {
    readonly invitation: number;
    readonly event: InvitationEvent | "invite";
    readonly actor: number;
    readonly reason: string | null;
    readonly toOrganisation: number | null;
    readonly toOfficer: number | null;
  },
): Promise<void> {
  await gate.query(
    `/* people.insertInvitationEvent */
     insert into people.invitation_event (invitation, event, actor, reason, to_organisation, to_officer)
     values ($1, $2, $3, $4, $5, $6)`,
    [row.invitation, row.event, row.actor, row.reason, row.toOrganisation, row.toOfficer],
  );
}
