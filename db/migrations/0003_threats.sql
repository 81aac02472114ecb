-- Threats (one observable in one role) and the assertions that are the only place where contributed facts live.
create schema threats;

-- Small numbers on a million rows. "=" on smallint is leakproof, "=" on an enum is not, so row-level security
-- can use an index on them. A test holds these rows equal to the constants in standards/.
create table threats.observable_type (id smallint primary key, name text not null unique);
insert into threats.observable_type (id, name) values
  (1, 'ipv4-addr'), (2, 'ipv6-addr'), (3, 'ipv4-cidr'), (4, 'ipv6-cidr'), (5, 'domain-name'), (6, 'url'),
  (7, 'email-addr'), (8, 'file-md5'), (9, 'file-sha1'), (10, 'file-sha256'), (11, 'file-sha512'),
  (12, 'phone-number'), (13, 'iban'), (14, 'bank-account'), (15, 'crypto-wallet'), (16, 'user-account'),
  (17, 'autonomous-system');

create table threats.role (id smallint primary key, name text not null unique);
insert into threats.role (id, name) values
  (1, 'c2'), (2, 'phishing'), (3, 'malware-distribution'), (4, 'malware'), (5, 'scam'), (6, 'spam'),
  (7, 'attacker'), (8, 'actor-group'), (9, 'compromised'), (10, 'victim'), (11, 'vulnerable'), (12, 'unknown');

-- Which audiences support a threat, interned. A reader sees the threat when one of them is his.
create table threats.audience_set (
  id integer generated always as identity primary key,
  -- Sorted, distinct. Nobody is the empty set and no threat has it.
  audiences integer[] not null unique check (cardinality(audiences) > 0)
);

create sequence threats.commit_sequence as bigint;

create table threats.threat (
  -- First 16 bytes of SHA-256 over operation, type, role and normal form: the identity, the primary key and
  -- the reference in assertions. No number is looked up in the hot path.
  id uuid not null,
  -- Grows in commit order (one intake per operation at a time): pages of a list keep their place.
  sequence bigint not null,
  operation smallint not null,
  type smallint not null,
  role smallint not null,
  -- From public tables alone (address allocation, country-code domain, government suffix); what a source says
  -- stays in its assertion. Null: none of them knows.
  country text,
  basis smallint not null,
  flags smallint not null,
  audience_set integer not null,
  value text collate "C" not null,
  -- Host of a URL or an e-mail address; null where it is the value itself or there is none.
  host text collate "C",
  -- Set when an analyst merged this threat into another; undone by setting it back to null.
  merged_into uuid,
  primary key (id)
);
-- Rows come in the order of their sequence, so a block range index finds any stretch of a list and costs next to
-- nothing to keep, which a B-tree does not.
create index threat_in_order on threats.threat using brin (sequence) with (pages_per_range = 32);
-- Grows at the right edge of each role and country only, so a million new rows cost it little.
create index threat_by_role_country on threats.threat (operation, role, country, sequence);

create table threats.assertion (
  threat uuid not null,
  -- 64 bits of SHA-256 over source and everything said: the same statement again is the same assertion.
  content bigint not null,
  audience integer not null,
  delivery integer not null,
  part smallint not null,
  row integer not null,
  status smallint not null default 1, -- 1 seen working, 0 checked and found offline
  port integer,
  confidence smallint,
  country text,
  first_seen timestamptz,
  last_seen timestamptz,
  valid_until timestamptz,
  -- Null when the source wrote the normal form itself.
  raw text,
  families text[],
  target text,
  reference text,
  primary key (threat, content)
);

-- Exact counts at once: threats per role, type, country and set of supporting audiences.
create table threats.counter (
  operation smallint not null,
  role smallint not null,
  type smallint not null,
  country text not null, -- '' = unassigned
  audience_set integer not null,
  threats bigint not null,
  primary key (operation, role, type, country, audience_set)
);

-- Merges of equal things, each with who, why and when, each undoable.
create table threats.merge (
  id integer generated always as identity primary key,
  operation smallint not null,
  kept uuid not null,
  merged uuid not null,
  reason text not null,
  merged_by text not null,
  merged_at timestamptz not null default now(),
  undone_by text,
  undone_at timestamptz,
  check (kept <> merged)
);
create unique index merge_in_force on threats.merge (merged) where undone_at is null;
