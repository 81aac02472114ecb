import type pg from "pg";
import { insertOperation, type Operation } from "#capabilities/operations/index.ts";
import type { Database } from "#platform/postgres/database.ts";
import { transaction } from "#platform/postgres/transaction.ts";

/** How much lies there. Each threat has two assertions by two of the audiences. */
export interface ReadingScale {
  readonly threats: number;
  /** Half of them may be read by countries. */
  readonly audiences: number;
}

/**
 * Fills the tables of lists and searches as so many deliveries would have, by SQL alone: thirty partners, each with what
 * countries may see and what stays at the desk; batches of 32,768; sixty countries, the first with most.
 */
export async function fillReading(
  database: Database,
  { threats, audiences }: ReadingScale,
): Promise<Operation> {
  const owner = database.pool("owner");
  const operation = await transaction(owner, (db) =>
    insertOperation(db, {
      id: "bench",
      name: "bench",
      from: "2026-09-01",
      to: "2026-11-30",
      asOf: "2026-11-15T00:00:00Z",
      mode: "remote",
      purpose: "measuring",
      legalBasis: "none",
      countries: ["ID", "MY"],
      exercise: { allocations: [] },
      sources: [],
    }),
  );
  await transaction(owner, async (db) => {
    await db.query("set local synchronous_commit = off");
    for (const [name, statement] of STATEMENTS) {
      const from = performance.now();
      const needed = [...statement.matchAll(/\$\d/g)].length > 0;
      await db.query(
        statement,
        needed ? [operation.id, threats, audiences].slice(0, parametersOf(statement)) : [],
      );
      console.error(`${name}: ${((performance.now() - from) / 1000).toFixed(1)} s`);
    }
  });
  await analyse(owner);
  return operation;
}

function parametersOf(statement: string): number {
  return Math.max(...[...statement.matchAll(/\$(\d)/g)].map(([, number]) => Number(number)));
}

/** As autovacuum would, soon after so many rows. */
async function analyse(owner: pg.Pool): Promise<void> {
  for (const table of ["threat", "assertion", "listing", "counter", "audience_set"])
    await owner.query(`vacuum analyze threats.${table}`);
  for (const table of ["source", "audience"]) await owner.query(`vacuum analyze feeds.${table}`);
}

const STATEMENTS: readonly (readonly [string, string])[] = [
  [
    "handlings",
    `insert into operations.handling (tlp, codes, may_be_named) values ('AMBER', '{}', true), ('RED', '{}', false)`,
  ],
  [
    "sources",
    `insert into feeds.source (operation, external_id, code, name, kind, reliability, credibility, standing)
     select $1::smallint, 'p-' || n, 'S' || lpad(n::text, 2, '0'), 'Example Partner ' || n, 'partner', 'B', 2, '{"mayBeNamed":true}'
       from generate_series(1, $3::integer / 2 + $2::integer * 0) n`,
  ],
  [
    "audiences",
    `insert into feeds.audience (source, handling)
     select source.id, handling.id from feeds.source, operations.handling order by source.id, handling.id`,
  ],
  [
    "deliveries",
    `insert into feeds.delivery (operation, source, file_name, sha256, size_bytes, handling, method, purpose, observed_from, observed_to, state, done_at)
     select source.operation, source.id, 'list.csv', md5(source.id::text) || md5(source.id::text), 1, 1, 'sinkhole', 'measuring', '2026-09-01', '2026-11-15', 'done', now()
       from feeds.source order by source.id`,
  ],
  [
    "plan of threats",
    `create temporary table plan on commit drop as
     select n, type, role, country, first, case when second = first then (first + 1) % $3::integer else second end as second,
            substr(encode(sha256(convert_to(concat_ws(e'\\n', 'bench', type_name, role_name, value), 'UTF8')), 'hex'), 1, 32)::uuid as id, value, host
       from (select n, r[1] as first, (r[1] + 1 + r[2] % 3) % $3::integer as second, 1 + (r[1] + r[3] % 2) % 12 as role,
                    case when r[4] % 10 < 4 then 5 when r[4] % 10 < 7 then 1 else 6 end as type,
                    case when r[5] % 10 = 0 then '' else chr(65 + ((r[5] / 10 % 60) * (r[5] / 10 % 60) / 60 / 10)::integer) || chr(65 + ((r[5] / 10 % 60) * (r[5] / 10 % 60) / 60 % 10)::integer) end as country,
                    h
               from (select n, h, array[('x' || substr(h, 1, 4))::bit(16)::integer % $3::integer, ('x' || substr(h, 5, 4))::bit(16)::integer,
                            ('x' || substr(h, 9, 4))::bit(16)::integer, ('x' || substr(h, 13, 4))::bit(16)::integer, ('x' || substr(h, 17, 4))::bit(16)::integer] as r
                       from (select n, md5(n::text) as h from generate_series(1, $2::integer + $1::integer * 0) n offset 0) hashed offset 0) numbers offset 0) drawn
       cross join lateral (select case type when 1 then concat_ws('.', 198, 18, n / 256 % 256, n % 256 + n / 65536 * 256)
                                       when 5 then 'host-' || substr(h, 21, 7) || '.shop' || n % 500 || '.example'
                                       else 'http://cdn-' || substr(h, 21, 6) || '.example/pay/' || substr(h, 1, 9) || '/index.php?id=' || n end as value,
                                  case type when 6 then 'cdn-' || substr(h, 21, 6) || '.example' end as host offset 0) said
       join (select id as type_id, name as type_name from threats.observable_type) types on type_id = type
       join (select id as role_id, name as role_name from threats.role) roles on role_id = role`,
  ],
  [
    "audience sets",
    `insert into threats.audience_set (audiences)
     select array[id] from feeds.audience union all
     select distinct array[least(a.id, b.id), greatest(a.id, b.id)] from (select distinct first, second from plan) pairs
       join feeds.audience a on a.id = first + 1 join feeds.audience b on b.id = second + 1`,
  ],
  [
    "threats",
    `insert into threats.threat (id, sequence, operation, type, role, country, basis, flags, audience_set, value, host)
     select plan.id, n, $1::smallint, type, role, nullif(country, ''), 1, case when n % 97 = 0 then 2 when n % 89 = 0 then 1 else 0 end,
            audience_set.id, value, host
       from plan join threats.audience_set on audiences = array[least(first, second) + 1, greatest(first, second) + 1]
      order by n / 32768, plan.id`,
  ],
  [
    "assertions",
    `insert into threats.assertion (threat, content, audience, delivery, part, row, status, first_seen, last_seen, families, reference)
     select id, hashtextextended(id::text, place), audience + 1, audience / 2 + 1, 0, n, 1,
            '2026-10-01'::timestamptz + n % 3000000 * interval '1 second', '2026-11-01'::timestamptz + n % 1000000 * interval '1 second',
            array['family' || n % 40], case when n % 4 = 0 then 'https://reports.example/case/' || n % 5000 end
       from plan cross join lateral (values (1, first), (2, second)) said (place, audience)
      order by n / 32768, id`,
  ],
  [
    "counters",
    `insert into threats.counter (operation, role, type, country, audience_set, threats)
     select operation, role, type, coalesce(country, ''), audience_set, count(*) from threats.threat group by 1, 2, 3, 4, 5`,
  ],
  [
    "listing",
    `insert into threats.listing (operation, role, type, country, audience_set, threats)
     select $1::smallint, plan.role, plan.type, plan.country, audience_set.id, array_agg(plan.id order by plan.id)
       from plan join threats.audience_set on audiences = array[first + 1]
      group by first, 2, 3, 4, 5
     union all
     select operation, role, type, coalesce(country, ''), audience_set, array_agg(id order by id)
       from threats.threat group by sequence / 262144, 1, 2, 3, 4, 5`,
  ],
];
