import type pg from "pg";
import type { Random } from "../../../exercise/random.ts";
import type { MemberRole } from "../../../src/capabilities/people/index.ts";
import { uuidOf } from "./names.ts";

/** A row of an operation that is there or not, with who may know of it. One entry of `FACTS` for each kind. */
export interface FactScript {
  readonly kind: FactKind;
  /** Names it within its operation and kind. */
  readonly key: string;
  readonly source: string;
  readonly country: string;
  readonly organisation: string;
}

/** Who knows of a fact, beside nobody. */
interface Known {
  readonly roles: readonly MemberRole[];
  /** Those who belong to its source. */
  readonly toItsSource?: true;
  /** Those of its organisation, members or not. */
  readonly toItsOrganisation?: true;
}

interface FactRule {
  readonly known: Known;
  /** $1 operation, $2 public id, $3 source, $4 country, $5 instant, $6 officer's public id, $7 key, $8 organisation's code. */
  readonly insert: string;
}

const DESK: readonly MemberRole[] = ["coordinator", "lead", "analyst", "data-protection"];

/** A new table with rows of an operation gets an entry here: who may know of a row, and how one is made. */
const FACTS = {
  clearance: {
    known: { roles: DESK, toItsSource: true },
    insert: `insert into feeds.clearance (operation, public_id, source, threats, countries, reason, asked_by, asked_at, answer_by)
       select $1::integer, $2::uuid, $3::integer, array_agg(id), array[$4::text], 'asked in ' || $7::text, $6::uuid, $5::timestamptz, $5::timestamptz + interval '3 years' from
         (select id from threats.threat where operation = $1::integer and id in (select threat from threats.assertion
            join feeds.audience on audience.id = assertion.audience where source = $3::integer) order by id limit 2) as said
        having count(*) > 0 and $8::text is not null`,
  },
  token: {
    known: { roles: DESK },
    insert: `insert into feeds.token (public_id, source, label, token_sha256, given_by, given_at, expires_at)
       select $2::uuid, $3::integer, $7::text, sha256(convert_to(($2::uuid)::text, 'UTF8')), null, $5::timestamptz, $5::timestamptz + interval '300 days'
        where $1::integer + length($4::text || ($6::uuid)::text || $8::text) > 0`,
  },
  invitation: {
    known: { roles: ["coordinator"], toItsOrganisation: true },
    insert: `with made as (
         insert into people.invitation (operation, public_id, operation_code, operation_name, role, country, message, invited_by,
           invited_at, answer_until, organisation)
         select $1::integer, $2::uuid, operation.code, operation.name, 'field', $4::text, $7::text, officer.id, $5::timestamptz, $5::timestamptz + interval '3 years', organisation.id
           from operations.operation, people.organisation, people.officer
          where operation.id = $1::integer and organisation.code = $8::text and officer.public_id = $6::uuid and $3::integer >= 0 returning *)
       insert into people.invitation_event (invitation, event, actor, at, to_organisation)
       select id, 'invite', invited_by, invited_at, organisation from made`,
  },
  deletion: {
    known: { roles: DESK, toItsSource: true },
    insert: `insert into feeds.deletion (operation, public_id, source, delivery, delivery_public_id, sha256, received_at, ground, reason,
         state, asked_by, asked_at)
       select $1::integer, $2::uuid, $3::integer, id, public_id, sha256, received_at, 'owner', 'asked because of ' || $7::text, 'asked', $6::uuid, $5::timestamptz
         from feeds.delivery where source = $3::integer and length($4::text || $8::text) > 0 order by received_at limit 1
       on conflict do nothing`,
  },
  request: {
    known: { roles: ["data-protection"] },
    insert: `insert into threats.subject_request (operation, public_id, kind, state, subject, identifiers, words, received_on, due_on,
         registered_by, registered_at)
       select $1::integer, $2::uuid, 'access', 'registered', $7::text, '[]', array['panel'], '2026-10-01', '2027-10-01', $6::uuid, $5::timestamptz
        where $3::integer + length($4::text || $8::text) > 0`,
  },
} as const satisfies Readonly<Record<string, FactRule>>;
export type FactKind = keyof typeof FACTS;

/** Who writes what is written in the name of an officer. */
export const INVITES = "Ana Coordinator";

/** Two of each kind. */
export function randomFacts(
  random: Random,
  sources: readonly string[],
  organisations: readonly { readonly code: string; readonly country: string }[],
): FactScript[] {
  return FACT_KINDS.flatMap((kind) =>
    Array.from({ length: 2 }, (_, at) => {
      const { code, country } = random.pick(organisations);
      return { kind, key: `${kind} ${at}`, source: random.pick(sources), country, organisation: code };
    }),
  );
}

// The keys of the object are its kinds.
const FACT_KINDS = Object.keys(FACTS) as FactKind[];

/** Whether somebody in these roles, of these sources and this organisation, knows of it. */
export function knowsOf(
  fact: FactScript,
  roles: readonly MemberRole[],
  sources: ReadonlySet<string>,
  organisation: string,
): boolean {
  const { known }: FactRule = FACTS[fact.kind];
  return (
    known.roles.some((role) => roles.includes(role)) ||
    (known.toItsSource === true && sources.has(fact.source)) ||
    (known.toItsOrganisation === true && fact.organisation === organisation)
  );
}

/** @param source its source's number in this world; none when that is not there */
export async function insertFact(
  owner: pg.Pool,
  operation: { readonly id: number; readonly code: string },
  fact: FactScript,
  source: number | undefined,
  at: Date,
): Promise<void> {
  await owner.query(FACTS[fact.kind].insert, [
    operation.id,
    uuidOf(fact.kind, `${operation.code} ${fact.key}`),
    source ?? 0,
    fact.country,
    at,
    uuidOf("officer", INVITES),
    fact.key,
    fact.organisation,
  ]);
}
