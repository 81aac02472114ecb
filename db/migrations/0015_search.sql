-- Finding threats: pages of lists and fragments of values.

-- Secrets of this installation that its programs share; made here, so that each database has its own.
create table platform.house_secret (
  name text primary key,
  secret bytea not null check (length(secret) = 32)
);
insert into platform.house_secret (name, secret)
values ('cursor', decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'));
alter table platform.house_secret enable row level security;
create policy programs on platform.house_secret for select to muster_gate using (true);

-- Merged threats are few: found from either side without a look at all the others.
create index threat_merged on threats.threat (operation, merged_into) where merged_into is not null;

-- What few threats are is found without walking past all the others.
create index threat_government on threats.threat (operation, id) where flags & 2::smallint = 2::smallint;
create index threat_shared_infrastructure on threats.threat (operation, id) where flags & 1::smallint = 1::smallint;

-- What lists have learnt and search has not: rows of a listing in the order in which they were committed (one intake
-- per operation at a time).
alter table threats.listing add column place bigint generated always as identity;
create index listing_in_order on threats.listing (operation, place);
-- Rows come in the order of their deliveries.
create index assertion_by_delivery on threats.assertion using brin (delivery) with (pages_per_range = 32);

-- Texts to search for fragments: many values in one row, a line each, so that a fragment is sought by one scan over tens
-- of megabytes of text instead of a million rows or a trigram index (14-24 s of work per million values, and its
-- rechecks would tell by their time that hidden rows match). A row belongs to one audience set: what a reader may not
-- see is left out before any text is looked at, and its size tells nothing, because it is not looked at.
create table threats.searchable_value (
  operation smallint not null,
  -- First five bits of the ids: results come in the order of ids, so a search that finds much ends early.
  bucket smallint not null,
  audience_set integer not null,
  -- In the order of the lines.
  threats uuid[] not null,
  -- The normal forms in lower case, joined by line feeds (which no normal form holds).
  lines text collate "C" not null
);
alter table threats.searchable_value alter column threats set storage external, alter column lines set storage external;
create index searchable_value_by_bucket on threats.searchable_value (operation, bucket);

-- References are what a source said, so their rows belong to one audience.
create table threats.searchable_reference (
  operation smallint not null,
  bucket smallint not null,
  audience integer not null,
  threats uuid[] not null,
  lines text collate "C" not null
);
alter table threats.searchable_reference alter column threats set storage external, alter column lines set storage external;
create index searchable_reference_by_bucket on threats.searchable_reference (operation, bucket);

-- How far search has come: the last row of the listing, and the deliveries whose references are in.
create table threats.search_progress (
  operation smallint primary key,
  place bigint not null
);
create table threats.searched_delivery (
  delivery integer primary key
);

alter table threats.searchable_value enable row level security;
create policy readers on threats.searchable_value for select to muster_app
  using (audience_set in (select id from threats.audience_set));
alter table threats.searchable_reference enable row level security;
create policy readers on threats.searchable_reference for select to muster_app
  using (audience in (select id from feeds.audience));
-- Nobody but the worker needs to know how far it has come.
alter table threats.search_progress enable row level security;
alter table threats.searched_delivery enable row level security;
