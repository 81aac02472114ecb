import type { RouteContract } from "../../../src/platform/http/route.ts";
import type { Database } from "../../../src/platform/postgres/database.ts";
import type { Vocabulary } from "./requests.ts";
import { COUNTRIES, FAMILIES } from "./script.ts";

/** Of each path parameter the ids of one world, by keys that are the same in every world. */
export type KnownIds = ReadonlyMap<string, ReadonlyMap<string, string>>;

/**
 * Of each path parameter that a route has: a statement that gives (key, id) of everything there is in a world. A key is
 * made from what the script says, so that the same thing has the same key in every world.
 */
const IDS: Readonly<Record<string, string>> = {
  operation: "select code as key, code as id from operations.operation",
  country: "select country as key, country as id from people.organisation where country is not null",
  organisation: "select code as key, code as id from people.organisation",
  officer: "select name as key, public_id::text as id from people.officer",
  source: `select operation.code || ' ' || external_id || id.kind as key, id.id
     from feeds.source join operations.operation on operation.id = source.operation,
       lateral (values (' id', external_id), (' code', source.code)) as id (kind, id)`,
  duty: "select word as key, word as id from unnest(array['administrator', 'auditor']) as word",
  membership: `select officer.name || ' ' || operation.code || ' ' || role as key, membership.public_id::text as id
     from people.membership join people.officer on officer.id = membership.officer
     join operations.operation on operation.id = membership.operation`,
  passkey: `select officer.name as key, passkey.public_id::text as id
     from people.passkey join people.officer on officer.id = passkey.officer`,
  session: `select officer.name as key, session.public_id::text as id
     from people.session join people.officer on officer.id = session.officer`,
  recovery: "select public_id::text as key, public_id::text as id from people.recovery",
  ...Object.fromEntries(
    [
      ["clearance", "feeds.clearance"],
      ["invitation", "people.invitation"],
      ["deletion", "feeds.deletion"],
      ["request", "threats.subject_request"],
      ["figure", "outcomes.figure"],
      ["merge", "threats.merge"],
      ["delivery", "feeds.delivery"],
    ].map(([parameter, table]) => [
      parameter,
      `select code || ' ' || public_id as key, public_id::text as id
         from ${table} as row join operations.operation on operation.id = row.operation`,
    ]),
  ),
  token: `select operation.code || ' ' || token.public_id as key, token.public_id::text as id
     from feeds.token join feeds.source on source.id = token.source
     join operations.operation on operation.id = source.operation`,
  decision: `select operation.code || ' ' || decision.public_id as key, decision.public_id::text as id
     from jurisdiction.decision join threats.threat on threat.id = decision.threat
     join operations.operation on operation.id = threat.operation`,
  role: "select word as key, word as id from unnest(array['hosting', 'owner', 'victim', 'c2', 'analyst']) as word",
  // Entries of the audit log: those of the reader's own questions, and more than there are.
  number: "select number::text as key, number::text as id from generate_series(1, 2000, 333) as number",
  reference: `select operation.code || ' ' || reference as key, reference as id
     from packages.country_package join operations.operation on operation.id = country_package.operation`,
  version: "select distinct version::text as key, version::text as id from packages.country_package",
  name: "select distinct name as key, name as id from packages.package_file",
  threat: `select operation.code || ' ' || role || ' ' || value as key, threat.id::text as id
     from threats.threat join operations.operation on operation.id = threat.operation`,
};

/** Reads the ids of every path parameter in one world, as nobody there could. */
export async function readKnownIds({ pool }: Database): Promise<KnownIds> {
  const known = new Map<string, Map<string, string>>();
  for (const [parameter, statement] of Object.entries(IDS)) {
    const { rows } = await pool("owner").query<{ key: string; id: string }>(statement);
    known.set(parameter, new Map(rows.map(({ key, id }) => [`${parameter} ${key}`, id])));
  }
  return known;
}

/** What the worlds have in common to ask for: every key of either, one that nobody has, and what is no id at all. */
export function vocabularyOf(worlds: readonly KnownIds[]): Vocabulary {
  const keysOf = new Map<string, string[]>();
  for (const parameter of Object.keys(IDS)) {
    const keys = new Set(worlds.flatMap((ids) => [...(ids.get(parameter)?.keys() ?? [])]));
    keysOf.set(parameter, [...keys, ABSENT, "no id: %00'\"<b>"]);
  }
  return { keysOf, words: WORDS };
}

/** Path parameters of which random worlds know no values: each needs a statement in `IDS`, and rows to find. */
export function listUnknownParameters(routes: readonly RouteContract[]): string[] {
  const taken = routes.flatMap(({ path }) => [...path.matchAll(/:(\w+)/g)].map(([, name = ""]) => name));
  return [...new Set(taken)].filter((name) => !(name in IDS));
}

/** A key of nothing that was ever there. */
export const ABSENT = "absent";
export const ABSENT_ID = "7d9a3f52-0c1e-4b7a-9e55-d1b0c7a1f00d";

/** Free text that finds something: whole values and fragments, defanged, and words of what people wrote. */
const WORDS = [
  ...FAMILIES,
  ...COUNTRIES,
  "198.18",
  "198[.]18[.]0[.]3",
  "panel.example",
  "hxxp://198.18.1",
  "gate",
  "case-1",
  "partner-a",
  "sensors.csv",
  "harbour",
  "owner said",
  "threats",
];
