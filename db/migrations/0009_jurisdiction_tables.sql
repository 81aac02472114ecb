-- The editions of the public tables by which threats of an operation were first assigned. While there is only the one
-- in use, a country's threats are found by the country on their rows; after a change of tables that column may name
-- another country than today's tables do.
create table jurisdiction.table_edition (
  operation integer not null,
  edition text not null check (edition ~ '^[0-9a-f]{64}$'),
  first_used_at timestamptz not null default now(),
  primary key (operation, edition)
);
