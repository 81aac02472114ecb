-- A person's decision about the country of a threat. It stands above the public evidence and never replaces it.
create schema jurisdiction;

create table jurisdiction.decision (
  id integer generated always as identity primary key,
  threat uuid not null,
  country text not null check (country ~ '^[A-Z]{2}$'),
  -- hosting, owner, victim, suspect, money: kept apart, each with its own decision in force.
  country_role text not null check (country_role in ('hosting', 'owner', 'victim', 'suspect', 'money')),
  reason text not null,
  decided_by text not null,
  decided_at timestamptz not null default now(),
  withdrawn_at timestamptz
);
create unique index decision_in_force on jurisdiction.decision (threat, country_role) where withdrawn_at is null;
