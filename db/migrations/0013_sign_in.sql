-- How officers prove who they are. All of it is the gate's: no other role has a grant on any table of this file.
-- Whatever would let its holder in (a link, a challenge, a state) is kept as its SHA-256 or is good for minutes only.

-- The name an officer types beside his password: made by us at random from his name, so that no answer tells which are taken.
alter table people.officer add column account text unique check (account ~ '^[a-z0-9][a-z0-9-]{2,63}$');

-- One-time links by which an officer gets his first way in, or his next after two administrators took the lost one away.
create table people.enrolment (
  token_sha256 bytea primary key check (length(token_sha256) = 32),
  officer integer not null references people.officer,
  -- Null: whoever owns this machine.
  issued_by integer references people.officer,
  issued_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at <= issued_at + interval '30 minutes'),
  used_at timestamptz,
  -- A newer link was issued.
  withdrawn_at timestamptz
);
create index enrolment_by_officer on people.enrolment (officer);

create table people.passkey (
  id integer generated always as identity primary key,
  public_id uuid not null unique default gen_random_uuid(),
  officer integer not null references people.officer,
  -- As the authenticator made it, base64url.
  credential text not null unique,
  public_key bytea not null,
  -- Signatures so far; a smaller one later tells of a copy.
  counter bigint not null,
  transports text[] not null,
  label text not null,
  added_at timestamptz not null default now(),
  used_at timestamptz,
  ended_at timestamptz
);
create index passkey_by_officer on people.passkey (officer);

-- Both halves or nothing: a password without a code lets nobody in.
create table people.password (
  officer integer primary key references people.officer,
  -- argon2id as a PHC string.
  hash text not null,
  totp_secret bytea not null check (length(totp_secret) >= 20),
  -- Last thirty seconds for which a code was taken: neither that one nor an earlier one is taken again.
  totp_step bigint not null,
  set_at timestamptz not null default now()
);

-- Secrets shown to an officer who has not yet answered with a code.
create table people.totp_offer (
  officer integer primary key references people.officer,
  secret bytea not null,
  expires_at timestamptz not null
);

-- Never by e-mail: an address can be given to somebody else.
create table people.oidc_identity (
  issuer text not null,
  subject text not null,
  officer integer not null references people.officer,
  bound_at timestamptz not null default now(),
  primary key (issuer, subject)
);
create index oidc_identity_by_officer on people.oidc_identity (officer);

-- Questions to authenticators, each good for one answer.
create table people.challenge (
  challenge_sha256 bytea primary key check (length(challenge_sha256) = 32),
  purpose text not null check (purpose in ('add', 'sign-in', 'step-up')),
  -- Null when nobody has said who he is yet.
  officer integer references people.officer,
  expires_at timestamptz not null
);

-- Ways to the identity provider and back, each gone once.
create table people.oidc_flow (
  state_sha256 bytea primary key check (length(state_sha256) = 32),
  -- Held by the browser that set out, in a cookie.
  browser_sha256 bytea not null check (length(browser_sha256) = 32),
  purpose text not null check (purpose in ('sign-in', 'enrol', 'bind', 'step-up')),
  officer integer references people.officer,
  enrolment_sha256 bytea,
  nonce text not null,
  code_verifier text not null,
  expires_at timestamptz not null,
  check ((purpose in ('bind', 'step-up')) = (officer is not null)),
  check ((purpose = 'enrol') = (enrolment_sha256 is not null))
);

-- Failures to sign in, per account that was named (whether or not there is one) and per address they came from.
create table people.failed_attempt (
  id bigint generated always as identity primary key,
  -- SHA-256 of what is counted: an account's name or a network.
  counted bytea not null check (length(counted) = 32),
  at timestamptz not null default now()
);
create index failed_attempt_by_counted on people.failed_attempt (counted, at);

-- A lost way in is taken away by two administrators, never by one.
create table people.recovery (
  id integer generated always as identity primary key,
  public_id uuid not null unique default gen_random_uuid(),
  officer integer not null references people.officer,
  reason text not null check (reason <> ''),
  requested_by integer not null references people.officer,
  requested_at timestamptz not null default now(),
  expires_at timestamptz not null,
  decided_by integer references people.officer,
  decided_at timestamptz,
  outcome text check (outcome in ('approved', 'refused')),
  check (requested_by <> officer and decided_by <> officer),
  check (outcome is distinct from 'approved' or decided_by <> requested_by),
  check ((outcome is null) = (decided_at is null) and (outcome is null) = (decided_by is null))
);

do $$
declare
  part text;
begin
  foreach part in array array['enrolment', 'passkey', 'password', 'totp_offer', 'oidc_identity', 'challenge', 'oidc_flow',
    'failed_attempt', 'recovery'] loop
    execute format('alter table people.%I enable row level security', part);
    execute format('create policy gate on people.%I to muster_gate using (true) with check (true)', part);
  end loop;
end
$$;
