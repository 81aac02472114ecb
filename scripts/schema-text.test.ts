import { describe, expect, it } from "vitest";
import { withDatabase } from "../test/support/database.ts";
import { describeSchema } from "./schema-text.ts";

const database = withDatabase();

describe("describeSchema", () => {
  it("says everything that a reviewer must see: columns, rules, indexes, policies, functions, grants", async () => {
    await database()
      .pool("owner")
      .query(
        `create schema zoo;
         create type zoo.kind as enum ('wild', 'tame');
         create table zoo.animal (
           id integer generated always as identity primary key,
           name text collate "C" not null default 'x' check (name <> ''),
           kind zoo.kind, upper_name text generated always as (upper(name)) stored);
         comment on table zoo.animal is 'It''s alive';
         create index animal_by_name on zoo.animal (name) where kind = 'wild';
         alter table zoo.animal enable row level security;
         create policy tame on zoo.animal for select to muster_app using (kind = 'tame');
         create table zoo.log (at timestamptz not null) partition by range (at);
         create table zoo.log_2026 partition of zoo.log for values from ('2026-01-01') to ('2027-01-01');
         create view zoo.wild with (security_invoker) as select 1 as one;
         create function zoo.one() returns integer language sql as 'select 1';
         revoke all on function zoo.one from public;
         grant usage on schema zoo to muster_app;
         grant insert, select on zoo.animal to muster_app;
         grant update (name) on zoo.animal to muster_app;
         grant execute on function zoo.one to muster_worker`,
      );
    const text = await describeSchema(database().pool("owner"));
    expect(text.slice(text.indexOf("create schema zoo;"))).toBe(`create schema zoo;

create type zoo.kind as enum ('wild', 'tame');

create table zoo.animal (
  id integer generated always as identity not null,
  name text collate "C" default 'x'::text not null,
  kind zoo.kind,
  upper_name text generated always as (upper(name)) stored,
  constraint animal_pkey PRIMARY KEY (id),
  constraint animal_name_check CHECK ((name <> ''::text))
);
comment on table zoo.animal is 'It''s alive';
CREATE INDEX animal_by_name ON zoo.animal USING btree (name) WHERE (kind = 'wild'::zoo.kind);
alter table zoo.animal enable row level security;
create policy tame on zoo.animal for select to muster_app using ((kind = 'tame'::zoo.kind));

create table zoo.log (
  at timestamp with time zone not null
) partition by RANGE (at);

create table zoo.log_2026 partition of zoo.log FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00');

create view zoo.wild with (security_invoker=true) as
 SELECT 1 AS one;

CREATE OR REPLACE FUNCTION zoo.one()
 RETURNS integer
 LANGUAGE sql
AS $function$select 1$function$;

grant usage on schema zoo to muster_app;
grant insert, select on zoo.animal to muster_app;
grant update (name) on zoo.animal to muster_app;
grant execute on function zoo.one() to muster_worker;
`);
  });

  it("leaves out the job queue's own schema", async () => {
    expect(await describeSchema(database().pool("owner"))).not.toContain("create schema graphile_worker");
  });
});
