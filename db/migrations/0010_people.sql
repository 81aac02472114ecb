-- Who works here: organisations, their officers, and what each may do in which operation and when.
create schema people;

create table people.organisation (
  id integer generated always as identity primary key,
  code text not null unique check (code ~ '^[a-z0-9][a-z0-9-]{0,63}$'),
  name text not null,
  kind text not null check (kind in ('secretariat', 'police', 'partner', 'csirt', 'prosecution', 'fiu')),
  country text check (country ~ '^[A-Z]{2}$')
);

create table people.officer (
  id integer generated always as identity primary key,
  -- What others name him by; the number never leaves the house, because numbers tell how many there are.
  public_id uuid not null unique default gen_random_uuid(),
  organisation integer not null references people.organisation,
  name text not null check (name <> ''),
  language text not null default 'en' check (language in ('en', 'fr', 'es', 'ar')),
  -- The account of this machine that acts as this officer on the command line; null for all who sign in.
  local_account text unique,
  enrolled_at timestamptz not null default now(),
  ended_at timestamptz
);

-- What an officer is for the whole house, beside his operations. None of these duties reads content.
create table people.duty (
  officer integer not null references people.officer,
  duty text not null check (duty in ('administrator', 'auditor')),
  given_at timestamptz not null default now(),
  given_by integer references people.officer,
  ended_at timestamptz
);
create unique index duty_in_force on people.duty (officer, duty) where ended_at is null;

-- A role in one operation, from and until an instant. A national role reads for its country, a partner's for its source.
create table people.membership (
  id integer generated always as identity primary key,
  public_id uuid not null unique default gen_random_uuid(),
  officer integer not null references people.officer,
  operation smallint not null,
  role text not null check (role in ('coordinator', 'lead', 'analyst', 'national-officer', 'field', 'partner', 'csirt',
    'prosecutor', 'fiu', 'data-protection', 'communications')),
  country text check (country ~ '^[A-Z]{2}$'),
  -- Id of the source within the operation, as the operation declares it.
  source text,
  from_time timestamptz not null default now(),
  until_time timestamptz,
  given_by integer references people.officer,
  check ((role in ('national-officer', 'field', 'csirt', 'prosecutor', 'fiu')) = (country is not null)),
  check ((role = 'partner') = (source is not null)),
  check (until_time > from_time)
);
create index membership_by_officer on people.membership (officer);
create index membership_by_operation on people.membership (operation);
