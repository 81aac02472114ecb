import { findRetainedDelivery, insertDeletion } from "../../src/capabilities/feeds/index.ts";
import { carryOutDeletion } from "../../src/main/delete-delivery.ts";
import { transaction } from "../../src/platform/postgres/transaction.ts";
import type { Intake } from "./intake.ts";

/** An officer who asks and approves, where a test is not about officers. */
export const AN_OFFICER = "7b1de6a5-6d3c-4d55-9c1c-0a4b6ad1f3c2";

/** Asks for the deletion of a delivery, as its owner; gives the deletion's number. Nothing is deleted yet. */
export async function askForDeletion(
  intake: Intake,
  delivery: number,
  forgetMapping = false,
): Promise<number> {
  const app = intake.database.pool("app");
  const { rows } = await app.query<{ name: string }>(
    "select public_id as name from feeds.delivery where id = $1",
    [delivery],
  );
  const { id: operation } = await intake.operation();
  const retained = await findRetainedDelivery(app, operation, rows[0]?.name ?? "");
  if (retained === null) throw new Error(`delivery ${delivery} cannot be deleted`);
  const asked = await transaction(app, (db) =>
    insertDeletion(db, {
      operation,
      delivery: retained,
      ground: "owner",
      reason: "the source took it back",
      forgetMapping,
      askedBy: AN_OFFICER,
      approvedBy: AN_OFFICER,
    }),
  );
  return asked.id;
}

/** Asks and carries out, as the worker does. */
export async function deleteForGood(intake: Intake, delivery: number): Promise<number> {
  const deletion = await askForDeletion(intake, delivery);
  await carryOutDeletion(intake.here, deletion);
  return deletion;
}

/**
 * All that the tables hold of one operation, with names where numbers may differ between two equal worlds: equal states
 * have equal lines. Of lists only what they tell their readers: which threat is there for whom.
 */
export async function operationState(intake: Intake): Promise<Record<string, unknown>> {
  const { id } = await intake.operation();
  const { rows } = await intake.database
    .pool("owner")
    .query<{ state: Record<string, unknown> }>(OPERATION_STATE, [id]);
  return rows[0]?.state ?? {};
}

const OPERATION_STATE = `/* test.operationState */
  with audience as (
    select audience.id, source.external_id || ' ' || handling.tlp || ' ' || coalesce(handling.pap, '') as name
      from feeds.audience join feeds.source on source.id = audience.source
      join operations.handling on handling.id = audience.handling where source.operation = $1
  ), audience_set as (
    select audience_set.id, string_agg(audience.name, ',' order by audience.name) as names, audience_set.audiences
      from threats.audience_set join audience on audience.id = any(audience_set.audiences) group by audience_set.id
  ), threat as (
    select threat.*, concat_ws('|', type, role, value) as name from threats.threat where operation = $1
  ), delivery as (
    select delivery.*, source.external_id || '/' || file_name || '/' || left(sha256, 8) || '/' || coalesce(role, '') as name
      from feeds.delivery join feeds.source on source.id = delivery.source where delivery.operation = $1
  ), lines as (
    select 'threat' as what, concat_ws('|', threat.name, country, basis, flags, host, names) as line
      from threat join audience_set on audience_set.id = threat.audience_set
    union all
    select 'assertion', concat_ws('|', threat.name, content, audience.name, delivery.name, part, assertion.row, status, port,
        confidence, assertion.country, first_seen, last_seen, valid_until, raw, families::text, target, reference)
      from threats.assertion join threat on threat.id = assertion.threat
      join audience on audience.id = assertion.audience join delivery on delivery.id = assertion.delivery
    union all
    select 'refused row', concat_ws('|', delivery.name, part, refused_row.row, ordinal, code, reason, raw)
      from feeds.refused_row join delivery on delivery.id = refused_row.delivery
    union all
    select 'counter', concat_ws('|', role, type, country, names, threats)
      from threats.counter join audience_set on audience_set.id = counter.audience_set
     where operation = $1 and threats <> 0
    union all
    select distinct 'listed', concat_ws('|', threat.name, listing.role, listing.type, listing.country, audience.name)
      from threats.listing cross join unnest(threats) listed (id) left join threat on threat.id = listed.id
      join threats.audience_set on audience_set.id = listing.audience_set
      join audience on audience.id = any(audience_set.audiences) where listing.operation = $1
    union all
    select 'delivery', concat_ws('|', delivery.name, state, (select name from delivery again where again.id = delivery.repeat_of),
        (select name from delivery earlier where earlier.id = delivery.previous), difference, batches, rows, accepted,
        repeated, refused, new_threats, new_assertions, keys_sha256 is not null, refusal_code, holds_victims) from delivery
    union all
    select 'part', concat_ws('|', delivery.name, part, delivery_part.name, format, delivery_part.rows)
      from feeds.delivery_part join delivery on delivery.id = delivery_part.delivery
  )
  select json_object_agg(what, found) as state from (
    select what, json_agg(line order by line collate "C") as found from lines group by what) grouped`;
