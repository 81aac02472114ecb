-- Sessions of officers who signed in. The token itself is never stored: whoever reads this table cannot use it.
create table people.session (
  token_sha256 bytea primary key check (length(token_sha256) = 32),
  public_id uuid not null unique default gen_random_uuid(),
  officer integer not null references people.officer,
  -- How he proved who he is: enrolment, passkey, password, oidc.
  method text not null,
  opened_at timestamptz not null default now(),
  -- SD-2: at most twelve hours.
  expires_at timestamptz not null check (expires_at <= opened_at + interval '12 hours'),
  -- Until when he counts as having proved it once more, for release, export and administration.
  stepped_up_until timestamptz,
  ended_at timestamptz
);
create index session_by_officer on people.session (officer);
