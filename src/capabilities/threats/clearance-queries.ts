import type pg from "pg";

/** Assertions by threat and content, in two lists of the same length: uuids, and int8 as text. */
export interface AssertionKeys {
  readonly threats: readonly string[];
  readonly contents: readonly string[];
}

/** All that the source said of these threats. */
export async function listAssertionKeys(
  db: pg.ClientBase | pg.Pool,
  source: number,
  threats: readonly string[],
): Promise<AssertionKeys> {
  const found = await db.query<{ threat: string; content: string }>(
    `/* threats.listAssertionKeys */
     select assertion.threat, assertion.content::text
       from threats.assertion join feeds.audience on audience.id = assertion.audience
      where assertion.threat = any($2::uuid[]) and audience.source = $1
      order by assertion.threat, assertion.content`,
    [source, threats],
  );
  return {
    threats: found.rows.map(({ threat }) => threat),
    contents: found.rows.map(({ content }) => content),
  };
}

const KEYS = "unnest((select $2::uuid[]), (select $3::bigint[])) as key (threat, content)";

/** The audiences of those of the source's assertions that the clearance is not on yet. */
export async function listAudiencesToClear(
  db: pg.ClientBase,
  source: number,
  keys: AssertionKeys,
  clearance: number,
): Promise<{ readonly id: number; readonly handling: number; readonly clearances: readonly number[] }[]> {
  const found = await db.query<{ id: number; handling: number; clearances: number[] }>(
    `/* threats.listAudiencesToClear */
     select audience.id, audience.handling, audience.clearances from feeds.audience
      where audience.source = $1 and $4 <> all(audience.clearances) and audience.id in (
        select (select audience from threats.assertion
                 where assertion.threat = key.threat and assertion.content = key.content) from ${KEYS})
      order by audience.id`,
    [source, keys.threats, keys.contents, clearance],
  );
  return found.rows;
}

/** Gives those of the assertions that have one audience another; nothing that was said changes. */
export async function updateAssertionAudience(
  db: pg.ClientBase,
  keys: AssertionKeys,
  from: number,
  to: number,
): Promise<void> {
  await db.query(
    `/* threats.updateAssertionAudience */
     update threats.assertion set audience = $4 from ${KEYS}
      where assertion.threat = key.threat and assertion.content = key.content and assertion.audience = $1`,
    [from, keys.threats, keys.contents, to],
  );
}

/** Of these threats, those whose audience set is not that of their assertions, by the set they should have. */
export async function listOutdatedSets(
  db: pg.ClientBase,
  threats: readonly string[],
): Promise<{ readonly audiences: readonly number[]; readonly threats: readonly string[] }[]> {
  const found = await db.query<{ audiences: number[]; threats: string[] }>(
    `/* threats.listOutdatedSets */
     select said.audiences, array_agg(threat.id::text order by threat.id) as threats
       from (select assertion.threat, array_agg(distinct assertion.audience order by assertion.audience) as audiences
               from threats.assertion where assertion.threat = any($1::uuid[]) group by assertion.threat) said
       join threats.threat on threat.id = said.threat
       join threats.audience_set on audience_set.id = threat.audience_set
      where audience_set.audiences <> said.audiences
      group by said.audiences order by said.audiences`,
    [threats],
  );
  return found.rows;
}
