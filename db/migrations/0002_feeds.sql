-- Who sends (source), what was received (delivery), and what of it was refused.
create schema feeds;

create table feeds.source (
  id integer generated always as identity primary key,
  operation smallint not null references operations.operation,
  -- The id used in operation.json and on the command line. Never leaves the house: outputs use the code.
  external_id text not null,
  code text not null,
  name text not null,
  kind text not null check (kind in ('partner', 'country', 'csirt')),
  country text,
  reliability text not null check (reliability in ('A', 'B', 'C', 'D', 'E', 'F')),
  credibility smallint not null check (credibility between 1 and 6),
  -- What the source states for all it hands in: marking, PAP, codes, releasable-to, expiry, may-be-named. A delivery's
  -- own word stands over it; the handling of each delivery is fixed when it is received.
  standing jsonb not null,
  unique (operation, external_id),
  unique (operation, code)
);

-- The set of readers follows from (operation, originator, handling), so it is interned per source and handling.
create table feeds.audience (
  id integer generated always as identity primary key,
  source integer not null references feeds.source,
  handling integer not null references operations.handling,
  unique (source, handling)
);

create table feeds.delivery (
  id integer generated always as identity primary key,
  operation smallint not null references operations.operation,
  source integer not null references feeds.source,
  file_name text not null,
  sha256 text not null,
  size_bytes bigint not null,
  handling integer not null references operations.handling,
  declared_format text,
  role text,
  method text not null,
  purpose text not null,
  observed_from timestamptz not null,
  observed_to timestamptz not null,
  -- Which of marking, purpose, observation window and method were the operation's default (IN-2: it says so).
  defaults_taken text[] not null default '{}',
  mapping jsonb,
  state text not null check (state in ('received', 'reading', 'done', 'refused', 'repeated')),
  -- The same bytes from the same source: nothing was read again.
  repeat_of integer references feeds.delivery,
  -- The delivery of the same file name by the same source before this one; what differs is shown in `difference`.
  previous integer references feeds.delivery,
  difference jsonb,
  refusal_code text,
  refusal_reason text,
  received_at timestamptz not null default now(),
  done_at timestamptz,
  -- Progress: batches committed so far and the counts that they add up to. A killed worker resumes after them.
  batches integer not null default 0,
  rows bigint not null default 0,
  accepted bigint not null default 0,
  repeated bigint not null default 0,
  refused jsonb not null default '{}',
  new_threats bigint not null default 0,
  new_assertions bigint not null default 0,
  -- Name in the file store of the keys of every assertion the file makes: what a later delivery is compared with.
  keys_sha256 text
);
create index delivery_by_bytes on feeds.delivery (source, sha256);
create index delivery_by_name on feeds.delivery (source, file_name, id);

-- One file, or one entry of an archive.
create table feeds.delivery_part (
  delivery integer not null references feeds.delivery,
  part smallint not null,
  name text not null,
  format text,
  rows bigint not null default 0,
  refusal_code text,
  refusal_reason text,
  primary key (delivery, part)
);

create table feeds.refused_row (
  delivery integer not null,
  part smallint not null,
  row integer not null,
  -- Several values of one row may be refused.
  ordinal integer not null,
  code text not null,
  reason text not null,
  raw text not null,
  primary key (delivery, part, row, ordinal)
);

-- A column mapping declared once is taken for every later file of the source with the same header.
create table feeds.mapping (
  source integer not null references feeds.source,
  header_sha256 text not null,
  mapping jsonb not null,
  remembered_at timestamptz not null default now(),
  primary key (source, header_sha256)
);
