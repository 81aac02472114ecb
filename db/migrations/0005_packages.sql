-- Country packages: what was composed for a country, file by file, and the signature over its manifest.
create schema packages;

create table packages.country_package (
  id integer generated always as identity primary key,
  operation smallint not null references operations.operation,
  -- Names the report for good; a new version of it keeps the reference (C-12: versions do not add).
  reference text not null,
  version smallint not null check (version > 0),
  country text not null check (country ~ '^[A-Z]{2}$'),
  subject text not null,
  duty text not null check (duty in ('act', 'notify')),
  language text not null check (language in ('en', 'fr', 'es', 'ar')),
  as_of timestamptz not null,
  tlp text not null,
  manifest_sha256 text not null,
  composed_at timestamptz not null default now(),
  unique (reference, version)
);

create table packages.package_file (
  package integer not null references packages.country_package,
  name text not null check (name !~ '[/\\]' and name not in ('.', '..')),
  sha256 text not null,
  size_bytes bigint not null,
  primary key (package, name)
);

-- Which threats a package tells its country of: where a figure of items shared opens to.
create table packages.package_threat (
  package integer not null references packages.country_package,
  threat uuid not null,
  primary key (package, threat)
);

-- Only the signer writes here, after it has read the package for itself. One row is one release.
create table packages.release (
  package integer primary key references packages.country_package,
  signature text not null,
  key_fingerprint text not null,
  released_at timestamptz not null default now()
);
