-- The record of who did what: gapless, each entry holding the hash of the one before, appended by one function alone.
create schema audit;

create table audit.entry (
  -- 1, 2, 3, ... without a gap. Told to auditors only: it counts what everybody does.
  number bigint primary key check (number > 0),
  -- What those name it by who see a part of the log.
  id uuid not null unique,
  at timestamptz not null,
  -- Public ids; null when nobody was signed in.
  officer uuid,
  session uuid,
  -- Code of the operation, as it was asked for: there need not be one.
  operation text check (length(operation) <= 200),
  -- Id of the route, or cli.<command>.
  act text not null check (act ~ '^[a-z]+(\.[A-Za-z0-9-]+)+$' and length(act) <= 100),
  subject_kind text check (length(subject_kind) <= 40),
  subject_id text check (length(subject_id) <= 200),
  purpose text check (purpose ~ '^[a-z-]{1,40}$'),
  -- begun: stands before what it tells of; one of the others follows it, unless the program died.
  outcome text not null check (outcome in ('begun', 'done', 'refused', 'failed')),
  -- Of a refusal or a failure: the code of its problem document.
  code text check (length(code) <= 100),
  detail jsonb not null check (jsonb_typeof(detail) = 'object' and length(detail::text) <= 2000),
  previous bytea not null check (length(previous) = 32),
  hash bytea not null check (length(hash) = 32),
  check ((subject_kind is null) = (subject_id is null))
);
create index entry_by_time on audit.entry (at, id);
create index entry_by_officer on audit.entry (officer, number);
create index entry_by_operation on audit.entry (operation, at, id);

-- Their bodies are resolved here and not when they are called: no search path can change them, and they are inlined.
-- Text of a JSON value in the form of RFC 8785 (src/standards/canonical-json.ts). PostgreSQL escapes strings exactly as
-- ECMAScript does; src/capabilities/audit/audit.test.ts holds that with random text.
create function audit.json(value text) returns text
  language sql stable parallel safe
  return coalesce(pg_catalog.to_json(value)::text, 'null');

-- Members of a flat object in canonical order: keys are letters, so the order of bytes is that of UTF-16.
create function audit.json(detail jsonb) returns text
  language sql stable parallel safe
  return (select '{' || coalesce(string_agg(pg_catalog.to_json(key)::text || ':' || value::text, ',' order by key collate "C"), '')
      || '}' from jsonb_each(detail));

-- The bytes that are hashed: canonical JSON of the entry with the hash of the one before. Made from the columns each
-- time, so that what is shown, searched and exported cannot be other than what was hashed.
create function audit.line(entry audit.entry) returns text
  language sql stable parallel safe
  return '{"act":' || audit.json(entry.act)
    || ',"at":"' || to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
    || '","code":' || audit.json(entry.code)
    || ',"detail":' || audit.json(entry.detail)
    || ',"id":"' || entry.id
    || '","number":' || entry.number
    || ',"officer":' || audit.json(entry.officer::text)
    || ',"operation":' || audit.json(entry.operation)
    || ',"outcome":"' || entry.outcome
    || '","previous":"' || encode(entry.previous, 'hex')
    || '","purpose":' || audit.json(entry.purpose)
    || ',"session":' || audit.json(entry.session::text)
    || ',"subject":' || case when entry.subject_kind is null then 'null' else
         '{"id":' || audit.json(entry.subject_id) || ',"kind":' || audit.json(entry.subject_kind) || '}' end
    || '}';

-- Ids of entries sort as the entries were written also within a millisecond: who reads a part of the log, by time and id
-- and without numbers, sees an act begin before it ends. A UUID of version 7 (RFC 9562, method 3: the 12 bits after the
-- version are the fraction of the millisecond).
create function audit.id_at(instant timestamptz) returns uuid
  language sql volatile parallel safe
  return (lpad(to_hex(floor(extract(epoch from instant) * 1000)::bigint), 12, '0')
    || '7' || lpad(to_hex(floor(mod(extract(epoch from instant) * 1000000, 1000) * 4.096)::integer), 3, '0')
    || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid;

-- The only way into the log. Number, time, id and hashes are made here, whoever calls; the lock is held to the end of the
-- caller's transaction, which should therefore be this one statement. Every 500 entries the signer is asked for a
-- checkpoint.
create function audit.append(entries jsonb) returns bigint
  language plpgsql volatile security definer set search_path = ''
as $$
declare
  added audit.entry;
  given record;
  last_number bigint;
  last_hash bytea;
  first_number bigint;
  instant timestamptz;
begin
  if exists (select from jsonb_array_elements(entries) as entry, jsonb_each(entry -> 'detail') as member
      where member.key !~ '^[A-Za-z]{1,40}$' or jsonb_typeof(member.value) not in ('string', 'boolean', 'null', 'number')
        or (jsonb_typeof(member.value) = 'number' and member.value::text !~ '^(0|-?[1-9][0-9]{0,14})$')) then
    raise exception 'the detail of an entry is a flat object of texts and whole numbers' using errcode = '22023';
  end if;
  perform pg_advisory_xact_lock(7002, 1);
  select number, hash into last_number, last_hash from audit.entry order by number desc limit 1;
  last_number := coalesce(last_number, 0);
  last_hash := coalesce(last_hash, decode(repeat('00', 32), 'hex'));
  first_number := last_number;
  for given in select * from jsonb_to_recordset(entries) as entry (officer uuid, session uuid, operation text, act text,
      subject_kind text, subject_id text, purpose text, outcome text, code text, detail jsonb) loop
    last_number := last_number + 1;
    instant := clock_timestamp();
    added := row(last_number, audit.id_at(instant), date_trunc('milliseconds', instant), given.officer, given.session,
      given.operation, given.act, given.subject_kind, given.subject_id, given.purpose, given.outcome, given.code,
      coalesce(given.detail, '{}'), last_hash, null);
    added.hash := sha256(convert_to(audit.line(added), 'UTF8'));
    insert into audit.entry select added.*;
    last_hash := added.hash;
  end loop;
  if first_number / 500 < last_number / 500 then
    perform platform.add_job('audit.signCheckpoint', '{}', 'audit', 'audit.signCheckpoint', null, null);
  end if;
  return last_number;
end
$$;

-- What the signer has signed: the root of the Merkle tree (RFC 6962) over the hashes of the first `size` entries.
create table audit.checkpoint (
  size bigint primary key references audit.entry (number),
  root bytea not null check (length(root) = 32),
  at timestamptz not null,
  signature text not null,
  key_fingerprint text not null,
  -- Roots of the full subtrees, from the left: the next checkpoint goes on from here.
  frontier bytea[] not null
);

-- Who may read: auditors all of it, data-protection officers what was done in their operations. Asked of the people
-- themselves and not of the caller's settings, so that no program can say otherwise.
create function audit.caller_is_auditor() returns boolean
  language sql stable security definer set search_path = ''
  return exists (select from people.duty join people.officer on officer.id = duty.officer
    where duty.officer = platform.caller_officer() and duty.duty = 'auditor' and duty.ended_at is null
      and officer.ended_at is null);
create function audit.caller_operations() returns setof text
  language sql stable security definer set search_path = ''
  begin atomic
    select operation.code from people.membership join operations.operation on operation.id = membership.operation
     where membership.officer = platform.caller_officer() and membership.role = 'data-protection'
       and membership.from_time <= now() and (membership.until_time is null or membership.until_time > now());
  end;

alter table audit.entry enable row level security;
create policy auditors on audit.entry for select to muster_app using ((select audit.caller_is_auditor()));
create policy data_protection on audit.entry for select to muster_app
  using (operation in (select audit.caller_operations()));
create policy signer on audit.entry for select to muster_signer using (true);
alter table audit.checkpoint enable row level security;
create policy auditors on audit.checkpoint for select to muster_app using ((select audit.caller_is_auditor()));
create policy signer on audit.checkpoint to muster_signer using (true) with check (true);

-- Break-glass (SD-13): somebody who is not a member asks for an operation, a coordinator of it confirms.
create table audit.break_glass (
  id integer generated always as identity primary key,
  public_id uuid not null unique default gen_random_uuid(),
  officer integer not null references people.officer,
  -- The code as it was asked for. Kept also when there is no such operation: an answer that differs would tell.
  operation text not null check (length(operation) <= 64),
  reason text not null check (length(reason) between 10 and 2000),
  hours smallint not null check (hours between 1 and 4),
  asked_at timestamptz not null default now(),
  confirmed_by integer references people.officer check (confirmed_by <> officer),
  confirmed_at timestamptz,
  until_time timestamptz check (until_time <= confirmed_at + interval '4 hours'),
  check ((confirmed_by is null) = (confirmed_at is null) and (confirmed_by is null) = (until_time is null))
);
create index break_glass_by_officer on audit.break_glass (officer);
create index break_glass_by_operation on audit.break_glass (operation);

-- The task that every confirmed one leaves for the data-protection officer, who closes it with a finding.
create table audit.review (
  break_glass integer primary key references audit.break_glass,
  opened_at timestamptz not null default now(),
  closed_at timestamptz,
  closed_by integer references people.officer,
  finding text check (length(finding) between 10 and 4000),
  check ((closed_at is null) = (closed_by is null) and (closed_at is null) = (finding is null))
);
alter table audit.break_glass enable row level security;
create policy everybody on audit.break_glass to muster_gate using (true) with check (true);
alter table audit.review enable row level security;
create policy everybody on audit.review to muster_gate using (true) with check (true);
