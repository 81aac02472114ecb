-- Ids of entries sort as the entries were written also within a millisecond: who reads a part of the log, by time and id
-- and without numbers, sees an act begin before it ends. A UUID of version 7 (RFC 9562, method 3: the 12 bits after the
-- version are the fraction of the millisecond).
create function audit.id_at(instant timestamptz) returns uuid
  language sql volatile parallel safe
  return (lpad(to_hex(floor(extract(epoch from instant) * 1000)::bigint), 12, '0')
    || '7' || lpad(to_hex(floor(mod(extract(epoch from instant) * 1000000, 1000) * 4.096)::integer), 3, '0')
    || substr(replace(gen_random_uuid()::text, '-', ''), 17))::uuid;

-- As before (0014_audit.sql), with such ids.
create or replace function audit.append(entries jsonb) returns bigint
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
