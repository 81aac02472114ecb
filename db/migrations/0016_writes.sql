-- What writes over the network stand on: codes of sources that tell nothing, deliveries by name, tokens for partners'
-- machines, answers kept so that a repeated request has one effect, and a bell that says only "something changed here".

-- A source's code comes from this and its own id, never from which other sources there are: a number would count them.
create table feeds.code_salt (
  operation smallint primary key references operations.operation,
  salt uuid not null default gen_random_uuid()
);
alter table feeds.code_salt enable row level security;
create policy desk on feeds.code_salt to muster_app
  using (operation in (select platform.caller_numbers('desk')))
  with check (operation in (select platform.caller_numbers('desk')));

--   muster.token        number of the token with which a partner's machine came in, instead of an officer
create function platform.caller_token() returns integer
  language sql stable parallel safe
  return nullif(current_setting('muster.token', true), '')::integer;

-- A partner's machine hands in deliveries of one source and reads its receipts; nothing else. The token itself is never
-- stored: whoever reads this table cannot use it.
create table feeds.token (
  id integer generated always as identity primary key,
  public_id uuid not null unique default gen_random_uuid(),
  source integer not null references feeds.source,
  -- What its holder is called by those who gave it: "feed server in the data centre".
  label text not null check (label <> ''),
  scope text not null default 'deliver' check (scope = 'deliver'),
  token_sha256 bytea not null unique check (length(token_sha256) = 32),
  given_by integer default platform.caller_officer() references people.officer,
  given_at timestamptz not null default now(),
  expires_at timestamptz not null check (expires_at <= given_at + interval '366 days'),
  revoked_at timestamptz,
  -- A day is enough to find the forgotten ones; an instant would be a diary of the partner's machine.
  last_used_on date
);
create index token_by_source on feeds.token (source);
alter table feeds.token enable row level security;
create policy desk on feeds.token to muster_app
  using (source in (select id from feeds.source where operation in (select platform.caller_numbers('desk'))))
  with check (source in (select id from feeds.source where operation in (select platform.caller_numbers('desk'))));
create policy gate on feeds.token to muster_gate using (true) with check (true);

alter table feeds.delivery
  -- What others name it by; the number never leaves the house, because numbers tell how many there are.
  add column public_id uuid not null unique default gen_random_uuid(),
  -- With which token it was handed in; that token reads its receipt.
  add column token integer default platform.caller_token() references feeds.token;

-- The first answer to a write, by who asked and the key he chose, so that asking again changes nothing more.
create function platform.caller_name() returns text
  language sql stable parallel safe
  return coalesce('officer ' || platform.caller_officer(), 'token ' || platform.caller_token());
create table platform.answered_request (
  caller text not null default platform.caller_name(),
  key_sha256 bytea not null,
  -- Method, address and body, so that the key cannot be used for something else.
  request_sha256 bytea not null,
  -- Null while the first request is under way.
  status smallint,
  answer text,
  asked_at timestamptz not null default now(),
  -- Renewed while the request is under way: an old one tells that the program ended in the middle of it.
  alive_at timestamptz not null default now(),
  primary key (caller, key_sha256)
);
create index answered_request_by_age on platform.answered_request (asked_at);
alter table platform.answered_request enable row level security;
create policy own on platform.answered_request to muster_app
  using (caller = (select platform.caller_name())) with check (caller = (select platform.caller_name()));

-- Answers are kept for a day, whoever they belong to.
create function platform.forget_answers() returns void
  language sql security definer set search_path = ''
  begin atomic
    delete from platform.answered_request where asked_at < now() - interval '24 hours';
  end;

-- One thing is changed by one request at a time, from the comparison of its versions to the end of the change.
create table platform.change_under_way (
  thing_sha256 bytea primary key,
  begun_at timestamptz not null default now()
);
alter table platform.change_under_way enable row level security;
create policy anybody on platform.change_under_way to muster_app using (true) with check (true);

-- The bell: an operation's number and nothing else. What changed is found out by reading as the one who listens.
create function platform.ring() returns trigger
  language plpgsql as $$
begin
  perform pg_notify('muster_changes', operation::text) from (select distinct operation from changed) rung;
  return null;
end $$;
create trigger ring_insert after insert on feeds.delivery
  referencing new table as changed for each statement execute function platform.ring();
create trigger ring_update after update on feeds.delivery
  referencing new table as changed for each statement execute function platform.ring();
create trigger ring_insert after insert on packages.country_package
  referencing new table as changed for each statement execute function platform.ring();
create function packages.ring_release() returns trigger
  language plpgsql as $$
begin
  perform pg_notify('muster_changes', operation::text) from (select distinct operation
    from changed join packages.country_package on country_package.id = changed.package) rung;
  return null;
end $$;
create trigger ring_insert after insert on packages.release
  referencing new table as changed for each statement execute function packages.ring_release();
