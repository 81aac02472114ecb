-- An operation: one scope, one legal basis, one list of countries. Everything contributed belongs to exactly one.
create schema operations;

create table operations.operation (
  id smallint generated always as identity primary key,
  code text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  name text not null,
  from_date date not null,
  to_date date not null check (to_date >= from_date),
  as_of timestamptz,
  mode text not null check (mode in ('onsite', 'remote', 'hybrid')),
  purpose text not null,
  legal_basis text not null,
  countries text[] not null,
  -- What a delivery takes that names no marking or method of its own (IN-2): {"tlp": ..., "method": ...}.
  defaults jsonb not null default '{}',
  -- Only of a fictional operation: its own allocation tables and government suffixes, kept with the operation
  -- so that a later run assigns alike.
  exercise jsonb,
  opened_at timestamptz not null default now()
);

-- Handling conditions are few, so each combination exists once and contributed rows carry its number.
create table operations.handling (
  id integer generated always as identity primary key,
  tlp text not null check (tlp in ('CLEAR', 'GREEN', 'AMBER', 'AMBER+STRICT', 'RED')),
  pap text check (pap in ('CLEAR', 'GREEN', 'AMBER', 'RED')),
  codes text[] not null default '{}' check (codes <@ array['H0', 'H1', 'H2', 'H3']),
  -- Country codes and organisation ids; null = as far as the TLP level reaches, empty = nobody.
  releasable_to text[],
  expires_on date,
  may_be_named boolean not null default false,
  unique nulls not distinct (tlp, pap, codes, releasable_to, expires_on, may_be_named)
);
