-- The schema as the migrations leave it. Made by scripts/dump-schema.ts: read it, do not edit it.
-- Owner of everything is muster_owner. Grants are at the end of each schema.

-- audit ---------------------------------------------------------------------------------------------------------------
create schema audit;

create table audit.break_glass (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  officer integer not null,
  operation text not null,
  reason text not null,
  hours smallint not null,
  asked_at timestamp with time zone default now() not null,
  confirmed_by integer,
  confirmed_at timestamp with time zone,
  until_time timestamp with time zone,
  constraint break_glass_pkey PRIMARY KEY (id),
  constraint break_glass_public_id_key UNIQUE (public_id),
  constraint break_glass_confirmed_by_fkey FOREIGN KEY (confirmed_by) REFERENCES people.officer(id),
  constraint break_glass_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint break_glass_check CHECK ((confirmed_by <> officer)),
  constraint break_glass_check1 CHECK ((until_time <= (confirmed_at + '04:00:00'::interval))),
  constraint break_glass_check2 CHECK ((((confirmed_by IS NULL) = (confirmed_at IS NULL)) AND ((confirmed_by IS NULL) = (until_time IS NULL)))),
  constraint break_glass_hours_check CHECK (((hours >= 1) AND (hours <= 4))),
  constraint break_glass_operation_check CHECK ((length(operation) <= 64)),
  constraint break_glass_reason_check CHECK (((length(reason) >= 10) AND (length(reason) <= 2000)))
);
CREATE INDEX break_glass_by_officer ON audit.break_glass USING btree (officer);
CREATE INDEX break_glass_by_operation ON audit.break_glass USING btree (operation);
alter table audit.break_glass enable row level security;
create policy everybody on audit.break_glass to muster_gate using (true) with check (true);

create table audit.checkpoint (
  size bigint not null,
  root bytea not null,
  at timestamp with time zone not null,
  signature text not null,
  key_fingerprint text not null,
  frontier bytea[] not null,
  constraint checkpoint_pkey PRIMARY KEY (size),
  constraint checkpoint_size_fkey FOREIGN KEY (size) REFERENCES audit.entry(number),
  constraint checkpoint_root_check CHECK ((length(root) = 32))
);
alter table audit.checkpoint enable row level security;
create policy auditors on audit.checkpoint for select to muster_app using (( SELECT audit.caller_is_auditor() AS caller_is_auditor));
create policy signer on audit.checkpoint to muster_signer using (true) with check (true);

create table audit.entry (
  number bigint not null,
  id uuid not null,
  at timestamp with time zone not null,
  officer uuid,
  session uuid,
  operation text,
  act text not null,
  subject_kind text,
  subject_id text,
  purpose text,
  outcome text not null,
  code text,
  detail jsonb not null,
  previous bytea not null,
  hash bytea not null,
  constraint entry_pkey PRIMARY KEY (number),
  constraint entry_id_key UNIQUE (id),
  constraint entry_act_check CHECK (((act ~ '^[a-z]+(\.[A-Za-z0-9-]+)+$'::text) AND (length(act) <= 100))),
  constraint entry_check CHECK (((subject_kind IS NULL) = (subject_id IS NULL))),
  constraint entry_code_check CHECK ((length(code) <= 100)),
  constraint entry_detail_check CHECK (((jsonb_typeof(detail) = 'object'::text) AND (length((detail)::text) <= 2000))),
  constraint entry_hash_check CHECK ((length(hash) = 32)),
  constraint entry_number_check CHECK ((number > 0)),
  constraint entry_operation_check CHECK ((length(operation) <= 200)),
  constraint entry_outcome_check CHECK ((outcome = ANY (ARRAY['begun'::text, 'done'::text, 'refused'::text, 'failed'::text]))),
  constraint entry_previous_check CHECK ((length(previous) = 32)),
  constraint entry_purpose_check CHECK ((purpose ~ '^[a-z-]{1,40}$'::text)),
  constraint entry_subject_id_check CHECK ((length(subject_id) <= 200)),
  constraint entry_subject_kind_check CHECK ((length(subject_kind) <= 40))
);
CREATE INDEX entry_by_officer ON audit.entry USING btree (officer, number);
CREATE INDEX entry_by_operation ON audit.entry USING btree (operation, at, id);
CREATE INDEX entry_by_time ON audit.entry USING btree (at, id);
alter table audit.entry enable row level security;
create policy auditors on audit.entry for select to muster_app using (( SELECT audit.caller_is_auditor() AS caller_is_auditor));
create policy data_protection on audit.entry for select to muster_app using ((operation IN ( SELECT audit.caller_operations() AS caller_operations)));
create policy signer on audit.entry for select to muster_signer using (true);

create table audit.review (
  break_glass integer not null,
  opened_at timestamp with time zone default now() not null,
  closed_at timestamp with time zone,
  closed_by integer,
  finding text,
  constraint review_pkey PRIMARY KEY (break_glass),
  constraint review_break_glass_fkey FOREIGN KEY (break_glass) REFERENCES audit.break_glass(id),
  constraint review_closed_by_fkey FOREIGN KEY (closed_by) REFERENCES people.officer(id),
  constraint review_check CHECK ((((closed_at IS NULL) = (closed_by IS NULL)) AND ((closed_at IS NULL) = (finding IS NULL)))),
  constraint review_finding_check CHECK (((length(finding) >= 10) AND (length(finding) <= 4000)))
);
alter table audit.review enable row level security;
create policy everybody on audit.review to muster_gate using (true) with check (true);

CREATE OR REPLACE FUNCTION audit.append(entries jsonb)
 RETURNS bigint
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO ''
AS $function$
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
$function$;
CREATE OR REPLACE FUNCTION audit.caller_is_auditor()
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
RETURN (EXISTS (SELECT FROM (people.duty JOIN people.officer ON ((officer.id = duty.officer))) WHERE ((duty.officer = platform.caller_officer()) AND (duty.duty = 'auditor'::text) AND (duty.ended_at IS NULL) AND (officer.ended_at IS NULL))));
CREATE OR REPLACE FUNCTION audit.caller_operations()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
BEGIN ATOMIC
 SELECT operation.code
    FROM (people.membership
      JOIN operations.operation ON ((operation.id = membership.operation)))
   WHERE ((membership.officer = platform.caller_officer()) AND (membership.role = 'data-protection'::text) AND (membership.from_time <= now()) AND ((membership.until_time IS NULL) OR (membership.until_time > now())));
END;
CREATE OR REPLACE FUNCTION audit.id_at(instant timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 PARALLEL SAFE
RETURN ((((lpad(to_hex((floor((EXTRACT(epoch FROM instant) * (1000)::numeric)))::bigint), 12, '0'::text) || '7'::text) || lpad(to_hex((floor((mod((EXTRACT(epoch FROM instant) * (1000000)::numeric), (1000)::numeric) * 4.096)))::integer), 3, '0'::text)) || substr(replace((gen_random_uuid())::text, '-'::text, ''::text), 17)))::uuid;
CREATE OR REPLACE FUNCTION audit."json"(detail jsonb)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (SELECT (('{'::text || COALESCE(string_agg((((to_json(jsonb_each.key))::text || ':'::text) || (jsonb_each.value)::text), ','::text ORDER BY (jsonb_each.key COLLATE "C")), ''::text)) || '}'::text) FROM jsonb_each("json".detail) jsonb_each(key, value));
CREATE OR REPLACE FUNCTION audit."json"(value text)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN COALESCE((to_json(value))::text, 'null'::text);
CREATE OR REPLACE FUNCTION audit.line(entry audit.entry)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (((((((((((((((((((((((((('{"act":'::text || audit."json"((entry).act)) || ',"at":"'::text) || to_char(((entry).at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'::text)) || '","code":'::text) || audit."json"((entry).code)) || ',"detail":'::text) || audit."json"((entry).detail)) || ',"id":"'::text) || (entry).id) || '","number":'::text) || (entry).number) || ',"officer":'::text) || audit."json"(((entry).officer)::text)) || ',"operation":'::text) || audit."json"((entry).operation)) || ',"outcome":"'::text) || (entry).outcome) || '","previous":"'::text) || encode((entry).previous, 'hex'::text)) || '","purpose":'::text) || audit."json"((entry).purpose)) || ',"session":'::text) || audit."json"(((entry).session)::text)) || ',"subject":'::text) || CASE WHEN ((entry).subject_kind IS NULL) THEN 'null'::text ELSE (((('{"id":'::text || audit."json"((entry).subject_id)) || ',"kind":'::text) || audit."json"((entry).subject_kind)) || '}'::text) END) || '}'::text);

grant usage on schema audit to muster_app;
grant usage on schema audit to muster_gate;
grant usage on schema audit to muster_signer;
grant insert, select on audit.break_glass to muster_gate;
grant select on audit.checkpoint to muster_app;
grant insert, select on audit.checkpoint to muster_signer;
grant select on audit.entry to muster_app;
grant select on audit.entry to muster_signer;
grant insert, select on audit.review to muster_gate;
grant update (confirmed_at), update (confirmed_by), update (until_time) on audit.break_glass to muster_gate;
grant update (closed_at), update (closed_by), update (finding) on audit.review to muster_gate;
grant execute on function audit.append(jsonb) to muster_app;
grant execute on function audit.append(jsonb) to muster_gate;
grant execute on function audit.caller_is_auditor() to muster_app;
grant execute on function audit.caller_operations() to muster_app;
grant execute on function audit."json"(jsonb) to muster_app;
grant execute on function audit."json"(jsonb) to muster_signer;
grant execute on function audit."json"(text) to muster_app;
grant execute on function audit."json"(text) to muster_signer;
grant execute on function audit.line(audit.entry) to muster_app;
grant execute on function audit.line(audit.entry) to muster_signer;

-- feeds ---------------------------------------------------------------------------------------------------------------
create schema feeds;

create table feeds.audience (
  id integer generated always as identity not null,
  source integer not null,
  handling integer not null,
  clearances integer[] default '{}'::integer[] not null,
  constraint audience_pkey PRIMARY KEY (id),
  constraint audience_source_handling_clearances_key UNIQUE (source, handling, clearances),
  constraint audience_handling_fkey FOREIGN KEY (handling) REFERENCES operations.handling(id),
  constraint audience_source_fkey FOREIGN KEY (source) REFERENCES feeds.source(id)
);
alter table feeds.audience enable row level security;
create policy desk on feeds.audience for select to muster_app using ((source IN ( SELECT source.id
   FROM feeds.source
  WHERE (source.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)))));
create policy programs on feeds.audience for select to muster_gate, muster_signer using (true);
create policy readers on feeds.audience for select to muster_app using ((id IN ( SELECT platform.caller_numbers('audiences'::text) AS caller_numbers)));

create table feeds.clearance (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  operation smallint not null,
  source integer not null,
  delivery integer,
  threats uuid[],
  countries text[] not null,
  reason text not null,
  asked_by uuid not null,
  asked_at timestamp with time zone default now() not null,
  answer_by timestamp with time zone not null,
  state text default 'asked'::text not null,
  granted_countries text[],
  granted_threats uuid[],
  granted_until timestamp with time zone,
  answer text,
  answered_by uuid,
  answered_at timestamp with time zone,
  withdrawn_by uuid,
  withdrawn_at timestamp with time zone,
  applied_at timestamp with time zone,
  constraint clearance_pkey PRIMARY KEY (id),
  constraint clearance_public_id_key UNIQUE (public_id),
  constraint clearance_delivery_fkey FOREIGN KEY (delivery) REFERENCES feeds.delivery(id),
  constraint clearance_operation_fkey FOREIGN KEY (operation) REFERENCES operations.operation(id),
  constraint clearance_source_fkey FOREIGN KEY (source) REFERENCES feeds.source(id),
  constraint clearance_check CHECK (((delivery IS NULL) <> (threats IS NULL))),
  constraint clearance_check1 CHECK (((state = 'asked'::text) = (answered_at IS NULL))),
  constraint clearance_check2 CHECK (((state = ANY (ARRAY['granted'::text, 'withdrawn'::text])) = (granted_countries IS NOT NULL))),
  constraint clearance_check3 CHECK (((granted_countries IS NULL) = (granted_until IS NULL))),
  constraint clearance_check4 CHECK (((granted_countries <@ countries) AND (granted_threats <@ threats))),
  constraint clearance_check5 CHECK ((answered_at <= answer_by)),
  constraint clearance_countries_check CHECK ((cardinality(countries) > 0)),
  constraint clearance_reason_check CHECK ((reason <> ''::text)),
  constraint clearance_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'granted'::text, 'refused'::text, 'withdrawn'::text]))),
  constraint clearance_threats_check CHECK ((cardinality(threats) > 0))
);
CREATE INDEX clearance_by_operation ON feeds.clearance USING btree (operation);
alter table feeds.clearance enable row level security;
create policy answering on feeds.clearance for update to muster_app using ((source IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers))) with check ((source IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers)));
create policy asking on feeds.clearance for insert to muster_app with check (((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)) AND (state = 'asked'::text)));
create policy desk on feeds.clearance for select to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));
create policy originator on feeds.clearance for select to muster_app using ((source IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers)));

create table feeds.code_salt (
  operation smallint not null,
  salt uuid default gen_random_uuid() not null,
  constraint code_salt_pkey PRIMARY KEY (operation),
  constraint code_salt_operation_fkey FOREIGN KEY (operation) REFERENCES operations.operation(id)
);
alter table feeds.code_salt enable row level security;
create policy desk on feeds.code_salt to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))) with check ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));

create table feeds.deletion (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  operation smallint not null,
  source integer not null,
  delivery integer not null,
  delivery_public_id uuid not null,
  sha256 text not null,
  received_at timestamp with time zone not null,
  ground text not null,
  reason text not null,
  forget_mapping boolean default false not null,
  state text not null,
  asked_by uuid not null,
  asked_at timestamp with time zone default now() not null,
  decided_by uuid,
  decided_at timestamp with time zone,
  decline_reason text,
  begun_at timestamp with time zone,
  counts jsonb default '{}'::jsonb not null,
  audiences integer[] default '{}'::integer[] not null,
  files text[] default '{}'::text[] not null,
  deleted_at timestamp with time zone,
  certificate text,
  signature text,
  key_fingerprint text,
  certified_at timestamp with time zone,
  constraint deletion_pkey PRIMARY KEY (id),
  constraint deletion_public_id_key UNIQUE (public_id),
  constraint deletion_operation_fkey FOREIGN KEY (operation) REFERENCES operations.operation(id),
  constraint deletion_source_fkey FOREIGN KEY (source) REFERENCES feeds.source(id),
  constraint deletion_check CHECK (((decided_by IS NULL) = (decided_at IS NULL))),
  constraint deletion_check1 CHECK (((state = 'asked'::text) OR (decided_by IS NOT NULL))),
  constraint deletion_check2 CHECK (((state = 'declined'::text) = (decline_reason IS NOT NULL))),
  constraint deletion_check3 CHECK (((state <> ALL (ARRAY['deleted'::text, 'certified'::text])) OR ((deleted_at IS NOT NULL) AND (certificate IS NOT NULL)))),
  constraint deletion_check4 CHECK (((state = 'certified'::text) = (signature IS NOT NULL))),
  constraint deletion_ground_check CHECK ((ground = ANY (ARRAY['retention'::text, 'owner'::text, 'protection'::text]))),
  constraint deletion_reason_check CHECK ((reason <> ''::text)),
  constraint deletion_sha256_check CHECK ((sha256 ~ '^[0-9a-f]{64}$'::text)),
  constraint deletion_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'declined'::text, 'approved'::text, 'running'::text, 'deleted'::text, 'certified'::text])))
);
CREATE INDEX deletion_by_operation ON feeds.deletion USING btree (operation);
CREATE UNIQUE INDEX deletion_under_way ON feeds.deletion USING btree (delivery) WHERE (state <> 'declined'::text);
alter table feeds.deletion enable row level security;
create policy desk on feeds.deletion to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))) with check ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));
create policy own on feeds.deletion to muster_app using ((source IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers))) with check ((source IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers)));
create policy signer on feeds.deletion to muster_signer using (true) with check (true);

create table feeds.delivery (
  id integer generated always as identity not null,
  operation smallint not null,
  source integer not null,
  file_name text not null,
  sha256 text not null,
  size_bytes bigint not null,
  handling integer not null,
  declared_format text,
  role text,
  method text not null,
  purpose text not null,
  observed_from timestamp with time zone not null,
  observed_to timestamp with time zone not null,
  defaults_taken text[] default '{}'::text[] not null,
  mapping jsonb,
  state text not null,
  repeat_of integer,
  previous integer,
  difference jsonb,
  refusal_code text,
  refusal_reason text,
  received_at timestamp with time zone default now() not null,
  done_at timestamp with time zone,
  batches integer default 0 not null,
  rows bigint default 0 not null,
  accepted bigint default 0 not null,
  repeated bigint default 0 not null,
  refused jsonb default '{}'::jsonb not null,
  new_threats bigint default 0 not null,
  new_assertions bigint default 0 not null,
  keys_sha256 text,
  public_id uuid default gen_random_uuid() not null,
  token integer default platform.caller_token(),
  holds_victims boolean default false not null,
  constraint delivery_pkey PRIMARY KEY (id),
  constraint delivery_public_id_key UNIQUE (public_id),
  constraint delivery_handling_fkey FOREIGN KEY (handling) REFERENCES operations.handling(id),
  constraint delivery_operation_fkey FOREIGN KEY (operation) REFERENCES operations.operation(id),
  constraint delivery_previous_fkey FOREIGN KEY (previous) REFERENCES feeds.delivery(id),
  constraint delivery_repeat_of_fkey FOREIGN KEY (repeat_of) REFERENCES feeds.delivery(id),
  constraint delivery_source_fkey FOREIGN KEY (source) REFERENCES feeds.source(id),
  constraint delivery_token_fkey FOREIGN KEY (token) REFERENCES feeds.token(id),
  constraint delivery_state_check CHECK ((state = ANY (ARRAY['received'::text, 'reading'::text, 'done'::text, 'refused'::text, 'repeated'::text])))
);
CREATE INDEX delivery_by_bytes ON feeds.delivery USING btree (source, sha256);
CREATE INDEX delivery_by_name ON feeds.delivery USING btree (source, file_name, id);
alter table feeds.delivery enable row level security;
create policy desk on feeds.delivery to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))) with check ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));
create policy own on feeds.delivery to muster_app using ((source IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers))) with check ((source IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers)));
create policy programs on feeds.delivery for select to muster_signer using (true);
CREATE TRIGGER ring_insert AFTER INSERT ON feeds.delivery REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION platform.ring();
CREATE TRIGGER ring_update AFTER UPDATE ON feeds.delivery REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION platform.ring();

create table feeds.delivery_part (
  delivery integer not null,
  part smallint not null,
  name text not null,
  format text,
  rows bigint default 0 not null,
  refusal_code text,
  refusal_reason text,
  constraint delivery_part_pkey PRIMARY KEY (delivery, part),
  constraint delivery_part_delivery_fkey FOREIGN KEY (delivery) REFERENCES feeds.delivery(id)
);
alter table feeds.delivery_part enable row level security;
create policy of_deliveries on feeds.delivery_part for select to muster_app using ((delivery IN ( SELECT delivery.id
   FROM feeds.delivery)));

create table feeds.mapping (
  source integer not null,
  header_sha256 text not null,
  mapping jsonb not null,
  remembered_at timestamp with time zone default now() not null,
  constraint mapping_pkey PRIMARY KEY (source, header_sha256),
  constraint mapping_source_fkey FOREIGN KEY (source) REFERENCES feeds.source(id)
);
alter table feeds.mapping enable row level security;
create policy of_sources on feeds.mapping to muster_app using (((source IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers)) OR (source IN ( SELECT source.id
   FROM feeds.source
  WHERE (source.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)))))) with check (((source IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers)) OR (source IN ( SELECT source.id
   FROM feeds.source
  WHERE (source.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))))));

create table feeds.postponement (
  id integer generated always as identity not null,
  delivery integer not null,
  until date not null,
  reason text not null,
  postponed_by uuid not null,
  postponed_at timestamp with time zone default now() not null,
  constraint postponement_pkey PRIMARY KEY (id),
  constraint postponement_delivery_fkey FOREIGN KEY (delivery) REFERENCES feeds.delivery(id) ON DELETE CASCADE,
  constraint postponement_reason_check CHECK ((reason <> ''::text))
);
CREATE INDEX postponement_by_delivery ON feeds.postponement USING btree (delivery);
alter table feeds.postponement enable row level security;
create policy desk on feeds.postponement to muster_app using ((delivery IN ( SELECT delivery.id
   FROM feeds.delivery
  WHERE (delivery.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))))) with check ((delivery IN ( SELECT delivery.id
   FROM feeds.delivery
  WHERE (delivery.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)))));

create table feeds.refused_row (
  delivery integer not null,
  part smallint not null,
  "row" integer not null,
  ordinal integer not null,
  code text not null,
  reason text not null,
  raw text not null,
  constraint refused_row_pkey PRIMARY KEY (delivery, part, "row", ordinal)
);
alter table feeds.refused_row enable row level security;
create policy of_deliveries on feeds.refused_row for select to muster_app using ((delivery IN ( SELECT delivery.id
   FROM feeds.delivery)));

create table feeds.source (
  id integer generated always as identity not null,
  operation smallint not null,
  external_id text not null,
  code text not null,
  name text not null,
  kind text not null,
  country text,
  reliability text not null,
  credibility smallint not null,
  standing jsonb not null,
  constraint source_pkey PRIMARY KEY (id),
  constraint source_operation_code_key UNIQUE (operation, code),
  constraint source_operation_external_id_key UNIQUE (operation, external_id),
  constraint source_operation_fkey FOREIGN KEY (operation) REFERENCES operations.operation(id),
  constraint source_credibility_check CHECK (((credibility >= 1) AND (credibility <= 6))),
  constraint source_kind_check CHECK ((kind = ANY (ARRAY['partner'::text, 'country'::text, 'csirt'::text]))),
  constraint source_reliability_check CHECK ((reliability = ANY (ARRAY['A'::text, 'B'::text, 'C'::text, 'D'::text, 'E'::text, 'F'::text])))
);
alter table feeds.source enable row level security;
create policy desk on feeds.source to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))) with check ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));
create policy heard on feeds.source for select to muster_app using ((id IN ( SELECT platform.caller_numbers('heard_sources'::text) AS caller_numbers)));
create policy own on feeds.source for select to muster_app using ((id IN ( SELECT platform.caller_numbers('sources'::text) AS caller_numbers)));
create policy programs on feeds.source for select to muster_gate, muster_signer using (true);

create table feeds.token (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  source integer not null,
  label text not null,
  scope text default 'deliver'::text not null,
  token_sha256 bytea not null,
  given_by integer default platform.caller_officer(),
  given_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  revoked_at timestamp with time zone,
  last_used_on date,
  constraint token_pkey PRIMARY KEY (id),
  constraint token_public_id_key UNIQUE (public_id),
  constraint token_token_sha256_key UNIQUE (token_sha256),
  constraint token_given_by_fkey FOREIGN KEY (given_by) REFERENCES people.officer(id),
  constraint token_source_fkey FOREIGN KEY (source) REFERENCES feeds.source(id),
  constraint token_check CHECK ((expires_at <= (given_at + '366 days'::interval))),
  constraint token_label_check CHECK ((label <> ''::text)),
  constraint token_scope_check CHECK ((scope = 'deliver'::text)),
  constraint token_token_sha256_check CHECK ((length(token_sha256) = 32))
);
CREATE INDEX token_by_source ON feeds.token USING btree (source);
alter table feeds.token enable row level security;
create policy desk on feeds.token to muster_app using ((source IN ( SELECT source.id
   FROM feeds.source
  WHERE (source.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))))) with check ((source IN ( SELECT source.id
   FROM feeds.source
  WHERE (source.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)))));
create policy gate on feeds.token to muster_gate using (true) with check (true);

CREATE OR REPLACE FUNCTION feeds.cleared_countries(clearances integer[])
 RETURNS text[]
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
RETURN ARRAY(SELECT DISTINCT unnest(clearance.granted_countries) AS country FROM feeds.clearance WHERE ((clearance.id = ANY (cleared_countries.clearances)) AND (clearance.state = 'granted'::text) AND (clearance.granted_until > now())) ORDER BY (unnest(clearance.granted_countries)));

grant usage on schema feeds to muster_app;
grant usage on schema feeds to muster_gate;
grant usage on schema feeds to muster_signer;
grant usage on schema feeds to muster_worker;
grant select on feeds.audience to muster_app;
grant select on feeds.audience to muster_gate;
grant insert, maintain, select on feeds.audience to muster_worker;
grant insert, select on feeds.clearance to muster_app;
grant delete, maintain, select on feeds.clearance to muster_worker;
grant insert, select on feeds.code_salt to muster_app;
grant maintain, select on feeds.code_salt to muster_worker;
grant insert, select on feeds.deletion to muster_app;
grant select on feeds.deletion to muster_signer;
grant maintain, select, update on feeds.deletion to muster_worker;
grant insert, select on feeds.delivery to muster_app;
grant delete, maintain, select, update on feeds.delivery to muster_worker;
grant select on feeds.delivery_part to muster_app;
grant delete, insert, maintain, select, update on feeds.delivery_part to muster_worker;
grant insert, select, update on feeds.mapping to muster_app;
grant delete, maintain, select on feeds.mapping to muster_worker;
grant insert, select on feeds.postponement to muster_app;
grant maintain, select on feeds.postponement to muster_worker;
grant select on feeds.refused_row to muster_app;
grant delete, insert, maintain, select on feeds.refused_row to muster_worker;
grant insert, select on feeds.source to muster_app;
grant select on feeds.source to muster_gate;
grant maintain, select on feeds.source to muster_worker;
grant insert on feeds.token to muster_app;
grant select on feeds.token to muster_gate;
grant maintain on feeds.token to muster_worker;
grant update (answer), update (answered_at), update (answered_by), update (granted_countries), update (granted_threats), update (granted_until), update (state), update (withdrawn_at), update (withdrawn_by) on feeds.clearance to muster_app;
grant update (applied_at), update (granted_threats), update (threats) on feeds.clearance to muster_worker;
grant update (decided_at), update (decided_by), update (decline_reason), update (state) on feeds.deletion to muster_app;
grant update (certified_at), update (key_fingerprint), update (signature), update (state) on feeds.deletion to muster_signer;
grant select (id), select (sha256) on feeds.delivery to muster_signer;
grant select (expires_at), select (given_at), select (given_by), select (id), select (label), select (last_used_on), select (public_id), select (revoked_at), select (scope), select (source), update (revoked_at) on feeds.token to muster_app;
grant update (last_used_on) on feeds.token to muster_gate;
grant execute on function feeds.cleared_countries(integer[]) to muster_app;
grant execute on function feeds.cleared_countries(integer[]) to muster_gate;
grant execute on function feeds.cleared_countries(integer[]) to muster_worker;

-- jurisdiction --------------------------------------------------------------------------------------------------------
create schema jurisdiction;

create table jurisdiction.decision (
  id integer generated always as identity not null,
  threat uuid not null,
  country text not null,
  country_role text not null,
  reason text not null,
  decided_by text not null,
  decided_at timestamp with time zone default now() not null,
  withdrawn_at timestamp with time zone,
  public_id uuid default gen_random_uuid() not null,
  withdrawn_by text,
  constraint decision_pkey PRIMARY KEY (id),
  constraint decision_public_id_key UNIQUE (public_id),
  constraint decision_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint decision_country_role_check CHECK ((country_role = ANY (ARRAY['hosting'::text, 'owner'::text, 'victim'::text, 'suspect'::text, 'money'::text])))
);
CREATE UNIQUE INDEX decision_in_force ON jurisdiction.decision USING btree (threat, country_role) WHERE (withdrawn_at IS NULL);
alter table jurisdiction.decision enable row level security;
create policy desk on jurisdiction.decision to muster_app using ((EXISTS ( SELECT
   FROM threats.threat
  WHERE ((threat.id = decision.threat) AND (threat.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)))))) with check ((EXISTS ( SELECT
   FROM threats.threat
  WHERE ((threat.id = decision.threat) AND (threat.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))))));
create policy named on jurisdiction.decision for select to muster_app using ((EXISTS ( SELECT
   FROM threats.threat
  WHERE ((threat.id = decision.threat) AND (((threat.operation || ':'::text) || decision.country) IN ( SELECT platform.caller_words('countries'::text) AS caller_words))))));

create table jurisdiction.table_edition (
  operation integer not null,
  edition text not null,
  first_used_at timestamp with time zone default now() not null,
  constraint table_edition_pkey PRIMARY KEY (operation, edition),
  constraint table_edition_edition_check CHECK ((edition ~ '^[0-9a-f]{64}$'::text))
);
alter table jurisdiction.table_edition enable row level security;
create policy members on jurisdiction.table_edition to muster_app using ((operation IN ( SELECT platform.caller_numbers('operations'::text) AS caller_numbers))) with check ((operation IN ( SELECT platform.caller_numbers('operations'::text) AS caller_numbers)));

grant usage on schema jurisdiction to muster_app;
grant usage on schema jurisdiction to muster_worker;
grant insert, select on jurisdiction.decision to muster_app;
grant delete, maintain, select on jurisdiction.decision to muster_worker;
grant select on jurisdiction.table_edition to muster_app;
grant insert, maintain, select on jurisdiction.table_edition to muster_worker;
grant update (withdrawn_at), update (withdrawn_by) on jurisdiction.decision to muster_app;

-- operations ----------------------------------------------------------------------------------------------------------
create schema operations;

create table operations.handling (
  id integer generated always as identity not null,
  tlp text not null,
  pap text,
  codes text[] default '{}'::text[] not null,
  releasable_to text[],
  expires_on date,
  may_be_named boolean default false not null,
  constraint handling_pkey PRIMARY KEY (id),
  constraint handling_tlp_pap_codes_releasable_to_expires_on_may_be_name_key UNIQUE NULLS NOT DISTINCT (tlp, pap, codes, releasable_to, expires_on, may_be_named),
  constraint handling_codes_check CHECK ((codes <@ ARRAY['H0'::text, 'H1'::text, 'H2'::text, 'H3'::text])),
  constraint handling_pap_check CHECK ((pap = ANY (ARRAY['CLEAR'::text, 'GREEN'::text, 'AMBER'::text, 'RED'::text]))),
  constraint handling_tlp_check CHECK ((tlp = ANY (ARRAY['CLEAR'::text, 'GREEN'::text, 'AMBER'::text, 'AMBER+STRICT'::text, 'RED'::text])))
);

create table operations.operation (
  id smallint generated always as identity not null,
  code text not null,
  name text not null,
  from_date date not null,
  to_date date not null,
  as_of timestamp with time zone,
  mode text not null,
  purpose text not null,
  legal_basis text not null,
  countries text[] not null,
  defaults jsonb default '{}'::jsonb not null,
  exercise jsonb,
  opened_at timestamp with time zone default now() not null,
  opened_by integer default platform.caller_officer(),
  retention jsonb default '{}'::jsonb not null,
  constraint operation_pkey PRIMARY KEY (id),
  constraint operation_code_key UNIQUE (code),
  constraint operation_check CHECK ((to_date >= from_date)),
  constraint operation_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text)),
  constraint operation_mode_check CHECK ((mode = ANY (ARRAY['onsite'::text, 'remote'::text, 'hybrid'::text])))
);
alter table operations.operation enable row level security;
create policy members on operations.operation for select to muster_app using (((id IN ( SELECT platform.caller_numbers('operations'::text) AS caller_numbers)) OR (opened_by = ( SELECT platform.caller_officer() AS caller_officer))));
create policy opening on operations.operation for insert to muster_app with check ((opened_by = ( SELECT platform.caller_officer() AS caller_officer)));
create policy programs on operations.operation for select to muster_gate, muster_signer using (true);

grant usage on schema operations to muster_app;
grant usage on schema operations to muster_gate;
grant usage on schema operations to muster_signer;
grant usage on schema operations to muster_worker;
grant insert, select on operations.handling to muster_app;
grant select on operations.handling to muster_gate;
grant select on operations.handling to muster_signer;
grant insert, select on operations.handling to muster_worker;
grant insert, select on operations.operation to muster_app;
grant select on operations.operation to muster_gate;
grant select on operations.operation to muster_signer;
grant select on operations.operation to muster_worker;

-- outcomes ------------------------------------------------------------------------------------------------------------
create schema outcomes;

create table outcomes.deleted_input (
  figure integer not null,
  deletion uuid not null,
  noted_at timestamp with time zone default now() not null,
  constraint deleted_input_pkey PRIMARY KEY (figure, deletion),
  constraint deleted_input_figure_fkey FOREIGN KEY (figure) REFERENCES outcomes.figure(id)
);
alter table outcomes.deleted_input enable row level security;
create policy of_figures on outcomes.deleted_input for select to muster_app using ((figure IN ( SELECT figure.id
   FROM outcomes.figure)));

create table outcomes.figure (
  id integer generated always as identity not null,
  operation smallint not null,
  figure text not null,
  rules text not null,
  as_of timestamp with time zone not null,
  reader text not null,
  value bigint not null,
  qualifier text not null,
  by_country jsonb not null,
  by_family jsonb,
  inputs_sha256 text not null,
  objects_sha256 text not null,
  stated_at timestamp with time zone default now() not null,
  corrects integer,
  public_id uuid default gen_random_uuid() not null,
  objects_file text,
  constraint figure_pkey PRIMARY KEY (id),
  constraint figure_public_id_key UNIQUE (public_id),
  constraint figure_corrects_fkey FOREIGN KEY (corrects) REFERENCES outcomes.figure(id)
);
CREATE INDEX figure_by_definition ON outcomes.figure USING btree (operation, figure, as_of, reader, id);
alter table outcomes.figure enable row level security;
create policy desk on outcomes.figure to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))) with check ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));
create policy recipients on outcomes.figure for select to muster_app using ((((operation || ':'::text) || reader) IN ( SELECT platform.caller_words('recipients'::text) AS caller_words)));

grant usage on schema outcomes to muster_app;
grant usage on schema outcomes to muster_worker;
grant select on outcomes.deleted_input to muster_app;
grant insert, select on outcomes.deleted_input to muster_worker;
grant insert, select on outcomes.figure to muster_app;
grant insert, select on outcomes.figure to muster_worker;

-- packages ------------------------------------------------------------------------------------------------------------
create schema packages;

create table packages.country_package (
  id integer generated always as identity not null,
  operation smallint not null,
  reference text not null,
  version smallint not null,
  country text not null,
  subject text not null,
  duty text not null,
  language text not null,
  as_of timestamp with time zone not null,
  tlp text not null,
  manifest_sha256 text not null,
  composed_at timestamp with time zone default now() not null,
  key_figures jsonb,
  constraint country_package_pkey PRIMARY KEY (id),
  constraint country_package_reference_version_key UNIQUE (reference, version),
  constraint country_package_operation_fkey FOREIGN KEY (operation) REFERENCES operations.operation(id),
  constraint country_package_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint country_package_duty_check CHECK ((duty = ANY (ARRAY['act'::text, 'notify'::text]))),
  constraint country_package_language_check CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text, 'es'::text, 'ar'::text]))),
  constraint country_package_version_check CHECK ((version > 0))
);
alter table packages.country_package enable row level security;
create policy desk on packages.country_package for select to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));
create policy recipients on packages.country_package for select to muster_app using (((((operation || ':'::text) || country) IN ( SELECT platform.caller_words('recipients'::text) AS caller_words)) AND packages.is_released(id)));
create policy signer on packages.country_package for select to muster_signer using (true);
CREATE TRIGGER ring_insert AFTER INSERT ON packages.country_package REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION platform.ring();

create table packages.package_file (
  package integer not null,
  name text not null,
  sha256 text not null,
  size_bytes bigint not null,
  constraint package_file_pkey PRIMARY KEY (package, name),
  constraint package_file_package_fkey FOREIGN KEY (package) REFERENCES packages.country_package(id),
  constraint package_file_name_check CHECK (((name !~ '[/\\]'::text) AND (name <> ALL (ARRAY['.'::text, '..'::text]))))
);
alter table packages.package_file enable row level security;
create policy of_packages on packages.package_file for select to muster_app using ((package IN ( SELECT country_package.id
   FROM packages.country_package)));
create policy signer on packages.package_file for select to muster_signer using (true);

create table packages.package_threat (
  package integer not null,
  threat uuid not null,
  constraint package_threat_pkey PRIMARY KEY (package, threat),
  constraint package_threat_package_fkey FOREIGN KEY (package) REFERENCES packages.country_package(id)
);
alter table packages.package_threat enable row level security;
create policy of_packages on packages.package_threat for select to muster_app using ((package IN ( SELECT country_package.id
   FROM packages.country_package)));
create policy signer on packages.package_threat for select to muster_signer using (true);

create table packages.recall (
  package integer not null,
  deletion uuid not null,
  recalled_at timestamp with time zone default now() not null,
  constraint recall_pkey PRIMARY KEY (package),
  constraint recall_package_fkey FOREIGN KEY (package) REFERENCES packages.country_package(id)
);
alter table packages.recall enable row level security;
create policy of_packages on packages.recall for select to muster_app using ((package IN ( SELECT country_package.id
   FROM packages.country_package)));
create policy signer on packages.recall for select to muster_signer using (true);

create table packages.release (
  package integer not null,
  signature text not null,
  key_fingerprint text not null,
  released_at timestamp with time zone default now() not null,
  constraint release_pkey PRIMARY KEY (package),
  constraint release_package_fkey FOREIGN KEY (package) REFERENCES packages.country_package(id)
);
alter table packages.release enable row level security;
create policy of_packages on packages.release for select to muster_app using ((package IN ( SELECT country_package.id
   FROM packages.country_package)));
create policy signer on packages.release to muster_signer using (true) with check (true);
CREATE TRIGGER ring_insert AFTER INSERT ON packages.release REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION packages.ring_release();

create table packages.release_order (
  package integer not null,
  ordered_by uuid,
  ordered_at timestamp with time zone default now() not null,
  constraint release_order_pkey PRIMARY KEY (package),
  constraint release_order_package_fkey FOREIGN KEY (package) REFERENCES packages.country_package(id)
);
alter table packages.release_order enable row level security;
create policy desk on packages.release_order to muster_app using ((package IN ( SELECT country_package.id
   FROM packages.country_package
  WHERE (country_package.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))))) with check ((package IN ( SELECT country_package.id
   FROM packages.country_package
  WHERE (country_package.operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)))));
create policy signer on packages.release_order for select to muster_signer using (true);

CREATE OR REPLACE FUNCTION packages.is_released(package integer)
 RETURNS boolean
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
RETURN (EXISTS (SELECT FROM packages.release WHERE (release.package = is_released.package)));
CREATE OR REPLACE FUNCTION packages.ring_release()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('muster_changes', operation::text) from (select distinct operation
    from changed join packages.country_package on country_package.id = changed.package) rung;
  return null;
end $function$;

grant usage on schema packages to muster_app;
grant usage on schema packages to muster_signer;
grant usage on schema packages to muster_worker;
grant select on packages.country_package to muster_app;
grant select on packages.country_package to muster_signer;
grant delete, insert, maintain, select on packages.country_package to muster_worker;
grant select on packages.package_file to muster_app;
grant select on packages.package_file to muster_signer;
grant delete, insert, maintain, select on packages.package_file to muster_worker;
grant select on packages.package_threat to muster_app;
grant select on packages.package_threat to muster_signer;
grant delete, insert, maintain, select on packages.package_threat to muster_worker;
grant select on packages.recall to muster_app;
grant select on packages.recall to muster_signer;
grant insert, maintain, select on packages.recall to muster_worker;
grant select on packages.release to muster_app;
grant insert, select on packages.release to muster_signer;
grant maintain, select on packages.release to muster_worker;
grant insert, select on packages.release_order to muster_app;
grant select on packages.release_order to muster_signer;
grant maintain, select on packages.release_order to muster_worker;
grant execute on function packages.is_released(integer) to muster_app;
grant execute on function packages.ring_release() to public;

-- people --------------------------------------------------------------------------------------------------------------
create schema people;

create table people.challenge (
  challenge_sha256 bytea not null,
  purpose text not null,
  officer integer,
  expires_at timestamp with time zone not null,
  constraint challenge_pkey PRIMARY KEY (challenge_sha256),
  constraint challenge_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint challenge_challenge_sha256_check CHECK ((length(challenge_sha256) = 32)),
  constraint challenge_purpose_check CHECK ((purpose = ANY (ARRAY['add'::text, 'sign-in'::text, 'step-up'::text])))
);
alter table people.challenge enable row level security;
create policy gate on people.challenge to muster_gate using (true) with check (true);

create table people.country_profile (
  country text not null,
  version integer not null,
  contacts jsonb not null,
  languages text[] not null,
  treaties jsonb not null,
  freeze_length integer,
  freeze_unit text,
  notice_rules text not null,
  changed_by integer default platform.caller_officer() not null,
  changed_at timestamp with time zone default now() not null,
  constraint country_profile_pkey PRIMARY KEY (country, version),
  constraint country_profile_changed_by_fkey FOREIGN KEY (changed_by) REFERENCES people.officer(id),
  constraint country_profile_check CHECK (((freeze_length IS NULL) = (freeze_unit IS NULL))),
  constraint country_profile_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint country_profile_freeze_length_check CHECK ((freeze_length > 0)),
  constraint country_profile_freeze_unit_check CHECK ((freeze_unit = ANY (ARRAY['hours'::text, 'days'::text]))),
  constraint country_profile_version_check CHECK ((version > 0))
);
alter table people.country_profile enable row level security;
create policy compatriots on people.country_profile for select to muster_app using ((country IN ( SELECT split_part(word.word, ':'::text, 2) AS split_part
   FROM people.caller_countries() word(word))));
create policy desk on people.country_profile for select to muster_app using ((EXISTS ( SELECT
   FROM platform.caller_numbers('desk'::text) caller_numbers(caller_numbers))));
create policy national_officers on people.country_profile for insert to muster_app with check (((changed_by = ( SELECT platform.caller_officer() AS caller_officer)) AND (country IN ( SELECT split_part(word.word, ':'::text, 2) AS split_part
   FROM platform.caller_words('recipients'::text) word(word)))));

create table people.duty (
  officer integer not null,
  duty text not null,
  given_at timestamp with time zone default now() not null,
  given_by integer,
  ended_at timestamp with time zone,
  ended_by integer,
  constraint duty_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES people.officer(id),
  constraint duty_given_by_fkey FOREIGN KEY (given_by) REFERENCES people.officer(id),
  constraint duty_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint duty_duty_check CHECK ((duty = ANY (ARRAY['administrator'::text, 'auditor'::text])))
);
CREATE UNIQUE INDEX duty_in_force ON people.duty USING btree (officer, duty) WHERE (ended_at IS NULL);

create table people.enrolment (
  token_sha256 bytea not null,
  officer integer not null,
  issued_by integer,
  issued_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  used_at timestamp with time zone,
  withdrawn_at timestamp with time zone,
  constraint enrolment_pkey PRIMARY KEY (token_sha256),
  constraint enrolment_issued_by_fkey FOREIGN KEY (issued_by) REFERENCES people.officer(id),
  constraint enrolment_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint enrolment_check CHECK ((expires_at <= (issued_at + '00:30:00'::interval))),
  constraint enrolment_token_sha256_check CHECK ((length(token_sha256) = 32))
);
CREATE INDEX enrolment_by_officer ON people.enrolment USING btree (officer);
alter table people.enrolment enable row level security;
create policy gate on people.enrolment to muster_gate using (true) with check (true);

create table people.failed_attempt (
  id bigint generated always as identity not null,
  counted bytea not null,
  at timestamp with time zone default now() not null,
  constraint failed_attempt_pkey PRIMARY KEY (id),
  constraint failed_attempt_counted_check CHECK ((length(counted) = 32))
);
CREATE INDEX failed_attempt_by_counted ON people.failed_attempt USING btree (counted, at);
alter table people.failed_attempt enable row level security;
create policy gate on people.failed_attempt to muster_gate using (true) with check (true);

create table people.invitation (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  operation smallint not null,
  operation_code text not null,
  operation_name text not null,
  role text not null,
  country text,
  source text,
  message text not null,
  invited_by integer not null,
  invited_at timestamp with time zone default now() not null,
  answer_until timestamp with time zone not null,
  member_until timestamp with time zone,
  organisation integer not null,
  officer integer,
  state text default 'open'::text not null,
  constraint invitation_pkey PRIMARY KEY (id),
  constraint invitation_public_id_key UNIQUE (public_id),
  constraint invitation_invited_by_fkey FOREIGN KEY (invited_by) REFERENCES people.officer(id),
  constraint invitation_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint invitation_organisation_fkey FOREIGN KEY (organisation) REFERENCES people.organisation(id),
  constraint invitation_check CHECK ((answer_until > invited_at)),
  constraint invitation_check1 CHECK ((member_until > answer_until)),
  constraint invitation_check2 CHECK (((role = ANY (ARRAY['national-officer'::text, 'field'::text, 'csirt'::text, 'prosecutor'::text, 'fiu'::text])) = (country IS NOT NULL))),
  constraint invitation_check3 CHECK (((role = 'partner'::text) = (source IS NOT NULL))),
  constraint invitation_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint invitation_role_check CHECK ((role = ANY (ARRAY['coordinator'::text, 'lead'::text, 'analyst'::text, 'national-officer'::text, 'field'::text, 'partner'::text, 'csirt'::text, 'prosecutor'::text, 'fiu'::text, 'data-protection'::text, 'communications'::text]))),
  constraint invitation_state_check CHECK ((state = ANY (ARRAY['open'::text, 'accepted'::text, 'declined'::text, 'withdrawn'::text])))
);
CREATE INDEX invitation_by_operation ON people.invitation USING btree (operation);
CREATE INDEX invitation_by_organisation ON people.invitation USING btree (organisation);
alter table people.invitation enable row level security;
create policy coordinators on people.invitation for select to muster_app using ((operation IN ( SELECT people.caller_coordinates() AS caller_coordinates)));
create policy everybody on people.invitation to muster_gate using (true) with check (true);
create policy invited on people.invitation for select to muster_app using ((organisation = ( SELECT people.caller_organisation() AS caller_organisation)));

create table people.invitation_event (
  id integer generated always as identity not null,
  invitation integer not null,
  event text not null,
  actor integer not null,
  at timestamp with time zone default now() not null,
  reason text,
  to_organisation integer,
  to_officer integer,
  constraint invitation_event_pkey PRIMARY KEY (id),
  constraint invitation_event_actor_fkey FOREIGN KEY (actor) REFERENCES people.officer(id),
  constraint invitation_event_invitation_fkey FOREIGN KEY (invitation) REFERENCES people.invitation(id),
  constraint invitation_event_to_officer_fkey FOREIGN KEY (to_officer) REFERENCES people.officer(id),
  constraint invitation_event_to_organisation_fkey FOREIGN KEY (to_organisation) REFERENCES people.organisation(id),
  constraint invitation_event_check CHECK (((event = ANY (ARRAY['invite'::text, 'delegate'::text])) = (to_organisation IS NOT NULL))),
  constraint invitation_event_check1 CHECK (((event <> ALL (ARRAY['decline'::text, 'withdraw'::text])) OR (reason <> ''::text))),
  constraint invitation_event_event_check CHECK ((event = ANY (ARRAY['invite'::text, 'accept'::text, 'decline'::text, 'delegate'::text, 'withdraw'::text])))
);
CREATE INDEX invitation_event_by_invitation ON people.invitation_event USING btree (invitation);
alter table people.invitation_event enable row level security;
create policy everybody on people.invitation_event to muster_gate using (true) with check (true);
create policy of_invitations on people.invitation_event for select to muster_app using ((invitation IN ( SELECT invitation.id
   FROM people.invitation)));

create table people.membership (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  officer integer not null,
  operation smallint not null,
  role text not null,
  country text,
  source text,
  from_time timestamp with time zone default now() not null,
  until_time timestamp with time zone,
  given_by integer,
  ended_by integer,
  end_reason text,
  constraint membership_pkey PRIMARY KEY (id),
  constraint membership_public_id_key UNIQUE (public_id),
  constraint membership_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES people.officer(id),
  constraint membership_given_by_fkey FOREIGN KEY (given_by) REFERENCES people.officer(id),
  constraint membership_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint membership_check CHECK (((role = ANY (ARRAY['national-officer'::text, 'field'::text, 'csirt'::text, 'prosecutor'::text, 'fiu'::text])) = (country IS NOT NULL))),
  constraint membership_check1 CHECK (((role = 'partner'::text) = (source IS NOT NULL))),
  constraint membership_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint membership_ends_after_it_begins CHECK ((until_time >= from_time)),
  constraint membership_role_check CHECK ((role = ANY (ARRAY['coordinator'::text, 'lead'::text, 'analyst'::text, 'national-officer'::text, 'field'::text, 'partner'::text, 'csirt'::text, 'prosecutor'::text, 'fiu'::text, 'data-protection'::text, 'communications'::text])))
);
CREATE INDEX membership_by_officer ON people.membership USING btree (officer);
CREATE INDEX membership_by_operation ON people.membership USING btree (operation);
alter table people.membership enable row level security;
create policy compatriots on people.membership for select to muster_app using (((((operation || ':'::text) || country) IN ( SELECT people.caller_countries() AS caller_countries)) AND (from_time <= now()) AND ((until_time IS NULL) OR (until_time > now()))));
create policy coordinators on people.membership for select to muster_app using (((role = 'coordinator'::text) AND (operation IN ( SELECT platform.caller_numbers('operations'::text) AS caller_numbers)) AND (from_time <= now()) AND ((until_time IS NULL) OR (until_time > now()))));
create policy desk on people.membership for select to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));
create policy everybody on people.membership to muster_gate using (true) with check (true);

create table people.officer (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  organisation integer not null,
  name text not null,
  language text default 'en'::text not null,
  local_account text,
  enrolled_at timestamp with time zone default now() not null,
  ended_at timestamp with time zone,
  account text,
  version integer default 1 not null,
  ended_by integer,
  end_reason text,
  constraint officer_pkey PRIMARY KEY (id),
  constraint officer_account_key UNIQUE (account),
  constraint officer_local_account_key UNIQUE (local_account),
  constraint officer_public_id_key UNIQUE (public_id),
  constraint officer_ended_by_fkey FOREIGN KEY (ended_by) REFERENCES people.officer(id),
  constraint officer_organisation_fkey FOREIGN KEY (organisation) REFERENCES people.organisation(id),
  constraint officer_account_check CHECK ((account ~ '^[a-z0-9][a-z0-9-]{2,63}$'::text)),
  constraint officer_language_check CHECK ((language = ANY (ARRAY['en'::text, 'fr'::text, 'es'::text, 'ar'::text]))),
  constraint officer_name_check CHECK ((name <> ''::text))
);
alter table people.officer enable row level security;
create policy everybody on people.officer to muster_gate using (true) with check (true);
create policy himself on people.officer for select to muster_app using ((id = ( SELECT platform.caller_officer() AS caller_officer)));
create policy of_invitations on people.officer for select to muster_app using (((id IN ( SELECT invitation_event.actor
   FROM people.invitation_event)) OR (id IN ( SELECT invitation_event.to_officer
   FROM people.invitation_event))));
create policy of_members on people.officer for select to muster_app using ((id IN ( SELECT membership.officer
   FROM people.membership)));
create policy of_profiles on people.officer for select to muster_app using ((id IN ( SELECT country_profile.changed_by
   FROM people.country_profile)));

create table people.oidc_flow (
  state_sha256 bytea not null,
  browser_sha256 bytea not null,
  purpose text not null,
  officer integer,
  enrolment_sha256 bytea,
  nonce text not null,
  code_verifier text not null,
  expires_at timestamp with time zone not null,
  constraint oidc_flow_pkey PRIMARY KEY (state_sha256),
  constraint oidc_flow_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint oidc_flow_browser_sha256_check CHECK ((length(browser_sha256) = 32)),
  constraint oidc_flow_check CHECK (((purpose = ANY (ARRAY['bind'::text, 'step-up'::text])) = (officer IS NOT NULL))),
  constraint oidc_flow_check1 CHECK (((purpose = 'enrol'::text) = (enrolment_sha256 IS NOT NULL))),
  constraint oidc_flow_purpose_check CHECK ((purpose = ANY (ARRAY['sign-in'::text, 'enrol'::text, 'bind'::text, 'step-up'::text]))),
  constraint oidc_flow_state_sha256_check CHECK ((length(state_sha256) = 32))
);
alter table people.oidc_flow enable row level security;
create policy gate on people.oidc_flow to muster_gate using (true) with check (true);

create table people.oidc_identity (
  issuer text not null,
  subject text not null,
  officer integer not null,
  bound_at timestamp with time zone default now() not null,
  constraint oidc_identity_pkey PRIMARY KEY (issuer, subject),
  constraint oidc_identity_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id)
);
CREATE INDEX oidc_identity_by_officer ON people.oidc_identity USING btree (officer);
alter table people.oidc_identity enable row level security;
create policy gate on people.oidc_identity to muster_gate using (true) with check (true);

create table people.organisation (
  id integer generated always as identity not null,
  code text not null,
  name text not null,
  kind text not null,
  country text,
  version integer default 1 not null,
  is_bureau boolean default false not null,
  constraint organisation_pkey PRIMARY KEY (id),
  constraint organisation_code_key UNIQUE (code),
  constraint organisation_check CHECK (((NOT is_bureau) OR ((kind = 'police'::text) AND (country IS NOT NULL)))),
  constraint organisation_code_check CHECK ((code ~ '^[a-z0-9][a-z0-9-]{0,63}$'::text)),
  constraint organisation_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
  constraint organisation_kind_check CHECK ((kind = ANY (ARRAY['secretariat'::text, 'police'::text, 'partner'::text, 'csirt'::text, 'prosecution'::text, 'fiu'::text])))
);
CREATE UNIQUE INDEX organisation_bureau ON people.organisation USING btree (country) WHERE is_bureau;
alter table people.organisation enable row level security;
create policy everybody on people.organisation to muster_gate using (true) with check (true);
create policy of_invitations on people.organisation for select to muster_app using ((id IN ( SELECT invitation_event.to_organisation
   FROM people.invitation_event)));
create policy of_officers on people.organisation for select to muster_app using ((id IN ( SELECT officer.organisation
   FROM people.officer)));

create table people.passkey (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  officer integer not null,
  credential text not null,
  public_key bytea not null,
  counter bigint not null,
  transports text[] not null,
  label text not null,
  added_at timestamp with time zone default now() not null,
  used_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint passkey_pkey PRIMARY KEY (id),
  constraint passkey_credential_key UNIQUE (credential),
  constraint passkey_public_id_key UNIQUE (public_id),
  constraint passkey_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id)
);
CREATE INDEX passkey_by_officer ON people.passkey USING btree (officer);
alter table people.passkey enable row level security;
create policy gate on people.passkey to muster_gate using (true) with check (true);

create table people.password (
  officer integer not null,
  hash text not null,
  totp_secret bytea not null,
  totp_step bigint not null,
  set_at timestamp with time zone default now() not null,
  constraint password_pkey PRIMARY KEY (officer),
  constraint password_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint password_totp_secret_check CHECK ((length(totp_secret) >= 20))
);
alter table people.password enable row level security;
create policy gate on people.password to muster_gate using (true) with check (true);

create table people.recovery (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  officer integer not null,
  reason text not null,
  requested_by integer not null,
  requested_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  decided_by integer,
  decided_at timestamp with time zone,
  outcome text,
  constraint recovery_pkey PRIMARY KEY (id),
  constraint recovery_public_id_key UNIQUE (public_id),
  constraint recovery_decided_by_fkey FOREIGN KEY (decided_by) REFERENCES people.officer(id),
  constraint recovery_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint recovery_requested_by_fkey FOREIGN KEY (requested_by) REFERENCES people.officer(id),
  constraint recovery_check CHECK (((requested_by <> officer) AND (decided_by <> officer))),
  constraint recovery_check1 CHECK (((outcome IS DISTINCT FROM 'approved'::text) OR (decided_by <> requested_by))),
  constraint recovery_check2 CHECK ((((outcome IS NULL) = (decided_at IS NULL)) AND ((outcome IS NULL) = (decided_by IS NULL)))),
  constraint recovery_outcome_check CHECK ((outcome = ANY (ARRAY['approved'::text, 'refused'::text]))),
  constraint recovery_reason_check CHECK ((reason <> ''::text))
);
alter table people.recovery enable row level security;
create policy gate on people.recovery to muster_gate using (true) with check (true);

create table people.session (
  token_sha256 bytea not null,
  public_id uuid default gen_random_uuid() not null,
  officer integer not null,
  method text not null,
  opened_at timestamp with time zone default now() not null,
  expires_at timestamp with time zone not null,
  stepped_up_until timestamp with time zone,
  ended_at timestamp with time zone,
  constraint session_pkey PRIMARY KEY (token_sha256),
  constraint session_public_id_key UNIQUE (public_id),
  constraint session_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id),
  constraint session_check CHECK ((expires_at <= (opened_at + '12:00:00'::interval))),
  constraint session_token_sha256_check CHECK ((length(token_sha256) = 32))
);
CREATE INDEX session_by_officer ON people.session USING btree (officer);

create table people.totp_offer (
  officer integer not null,
  secret bytea not null,
  expires_at timestamp with time zone not null,
  constraint totp_offer_pkey PRIMARY KEY (officer),
  constraint totp_offer_officer_fkey FOREIGN KEY (officer) REFERENCES people.officer(id)
);
alter table people.totp_offer enable row level security;
create policy gate on people.totp_offer to muster_gate using (true) with check (true);

CREATE OR REPLACE FUNCTION people.caller_coordinates()
 RETURNS SETOF integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
BEGIN ATOMIC
 SELECT (membership.operation)::integer AS operation
    FROM people.membership
   WHERE ((membership.officer = platform.caller_officer()) AND (membership.role = 'coordinator'::text) AND (membership.from_time <= now()) AND ((membership.until_time IS NULL) OR (membership.until_time > now())));
END;
CREATE OR REPLACE FUNCTION people.caller_countries()
 RETURNS SETOF text
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
BEGIN ATOMIC
 SELECT ((membership.operation || ':'::text) || membership.country)
    FROM people.membership
   WHERE ((membership.officer = platform.caller_officer()) AND (membership.country IS NOT NULL) AND (membership.from_time <= now()) AND ((membership.until_time IS NULL) OR (membership.until_time > now())));
END;
CREATE OR REPLACE FUNCTION people.caller_organisation()
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
RETURN (SELECT officer.organisation FROM people.officer WHERE ((officer.id = platform.caller_officer()) AND (officer.ended_at IS NULL)));

grant usage on schema people to muster_app;
grant usage on schema people to muster_gate;
grant delete, insert, select on people.challenge to muster_gate;
grant insert, select on people.country_profile to muster_app;
grant insert, select on people.duty to muster_gate;
grant insert, select on people.enrolment to muster_gate;
grant delete, insert, select on people.failed_attempt to muster_gate;
grant select on people.invitation to muster_app;
grant insert, select on people.invitation to muster_gate;
grant select on people.invitation_event to muster_app;
grant insert, select on people.invitation_event to muster_gate;
grant select on people.membership to muster_app;
grant insert, select on people.membership to muster_gate;
grant insert, select on people.officer to muster_gate;
grant delete, insert, select on people.oidc_flow to muster_gate;
grant delete, insert, select on people.oidc_identity to muster_gate;
grant insert, select on people.organisation to muster_gate;
grant insert, select on people.passkey to muster_gate;
grant delete, insert, select, update on people.password to muster_gate;
grant insert, select on people.recovery to muster_gate;
grant insert, select on people.session to muster_gate;
grant delete, insert, select, update on people.totp_offer to muster_gate;
grant update (ended_at), update (ended_by) on people.duty to muster_gate;
grant update (used_at), update (withdrawn_at) on people.enrolment to muster_gate;
grant update (officer), update (organisation), update (state) on people.invitation to muster_gate;
grant update (end_reason), update (ended_by), update (until_time) on people.membership to muster_gate;
grant select (ended_at), select (id), select (language), select (name), select (organisation), select (public_id) on people.officer to muster_app;
grant update (account), update (end_reason), update (ended_at), update (ended_by), update (language), update (name), update (version) on people.officer to muster_gate;
grant select (code), select (country), select (id), select (kind), select (name) on people.organisation to muster_app;
grant update (is_bureau), update (name), update (version) on people.organisation to muster_gate;
grant update (counter), update (ended_at), update (used_at) on people.passkey to muster_gate;
grant update (decided_at), update (decided_by), update (outcome) on people.recovery to muster_gate;
grant update (ended_at), update (stepped_up_until) on people.session to muster_gate;
grant execute on function people.caller_coordinates() to muster_app;
grant execute on function people.caller_countries() to muster_app;
grant execute on function people.caller_organisation() to muster_app;

-- platform ------------------------------------------------------------------------------------------------------------
create schema platform;

create table platform.answered_request (
  caller text default platform.caller_name() not null,
  key_sha256 bytea not null,
  request_sha256 bytea not null,
  status smallint,
  answer text,
  asked_at timestamp with time zone default now() not null,
  alive_at timestamp with time zone default now() not null,
  constraint answered_request_pkey PRIMARY KEY (caller, key_sha256)
);
CREATE INDEX answered_request_by_age ON platform.answered_request USING btree (asked_at);
alter table platform.answered_request enable row level security;
create policy own on platform.answered_request to muster_app using ((caller = ( SELECT platform.caller_name() AS caller_name))) with check ((caller = ( SELECT platform.caller_name() AS caller_name)));

create table platform.change_under_way (
  thing_sha256 bytea not null,
  begun_at timestamp with time zone default now() not null,
  constraint change_under_way_pkey PRIMARY KEY (thing_sha256)
);
alter table platform.change_under_way enable row level security;
create policy anybody on platform.change_under_way to muster_app using (true) with check (true);

create table platform.house_secret (
  name text not null,
  secret bytea not null,
  constraint house_secret_pkey PRIMARY KEY (name),
  constraint house_secret_secret_check CHECK ((length(secret) = 32))
);
alter table platform.house_secret enable row level security;
create policy programs on platform.house_secret for select to muster_gate using (true);

create table platform.migration (
  name text not null,
  sha256 text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migration_pkey PRIMARY KEY (name)
);

create table platform.worker_process (
  id text not null,
  started_at timestamp with time zone default now() not null,
  beat_at timestamp with time zone default now() not null,
  constraint worker_process_pkey PRIMARY KEY (id)
);

CREATE OR REPLACE FUNCTION platform.add_job(name text, payload json, queue text, key text, max_attempts integer, run_at timestamp with time zone)
 RETURNS bigint
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog'
AS $function$
  select job.id
    from graphile_worker.add_job(
      identifier => name, payload => payload, queue_name => queue, job_key => key,
      max_attempts => max_attempts, run_at => run_at) as job
$function$;
CREATE OR REPLACE FUNCTION platform.caller_name()
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN COALESCE(('officer '::text || platform.caller_officer()), ('token '::text || platform.caller_token()));
CREATE OR REPLACE FUNCTION platform.caller_numbers(setting text)
 RETURNS SETOF integer
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN unnest((COALESCE(NULLIF(current_setting(('muster.'::text || setting), true), ''::text), '{}'::text))::integer[]);
CREATE OR REPLACE FUNCTION platform.caller_officer()
 RETURNS integer
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('muster.officer'::text, true), ''::text))::integer;
CREATE OR REPLACE FUNCTION platform.caller_token()
 RETURNS integer
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('muster.token'::text, true), ''::text))::integer;
CREATE OR REPLACE FUNCTION platform.caller_words(setting text)
 RETURNS SETOF text
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN unnest((COALESCE(NULLIF(current_setting(('muster.'::text || setting), true), ''::text), '{}'::text))::text[]);
CREATE OR REPLACE FUNCTION platform.count_jobs(names text[])
 RETURNS integer
 LANGUAGE sql
 STABLE SECURITY DEFINER
 SET search_path TO ''
AS $function$ select count(*)::integer from graphile_worker.jobs where task_identifier = any(names) and attempts < max_attempts $function$;
CREATE OR REPLACE FUNCTION platform.forget_answers()
 RETURNS void
 LANGUAGE sql
 SECURITY DEFINER
 SET search_path TO ''
BEGIN ATOMIC
 DELETE FROM platform.answered_request
   WHERE (answered_request.asked_at < (now() - '24:00:00'::interval));
END;
CREATE OR REPLACE FUNCTION platform.ring()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('muster_changes', operation::text) from (select distinct operation from changed) rung;
  return null;
end $function$;

grant usage on schema platform to muster_app;
grant usage on schema platform to muster_gate;
grant usage on schema platform to muster_signer;
grant usage on schema platform to muster_worker;
grant delete, insert, select on platform.answered_request to muster_app;
grant delete, insert, select on platform.change_under_way to muster_app;
grant select on platform.house_secret to muster_gate;
grant select on platform.migration to muster_app;
grant select on platform.migration to muster_gate;
grant select on platform.migration to muster_signer;
grant select on platform.migration to muster_worker;
grant delete, insert, select, update on platform.worker_process to muster_signer;
grant delete, insert, select, update on platform.worker_process to muster_worker;
grant update (alive_at), update (answer), update (request_sha256), update (status) on platform.answered_request to muster_app;
grant execute on function platform.add_job(text,json,text,text,integer,timestamp with time zone) to muster_app;
grant execute on function platform.add_job(text,json,text,text,integer,timestamp with time zone) to muster_signer;
grant execute on function platform.add_job(text,json,text,text,integer,timestamp with time zone) to muster_worker;
grant execute on function platform.caller_name() to public;
grant execute on function platform.caller_numbers(text) to public;
grant execute on function platform.caller_officer() to public;
grant execute on function platform.caller_token() to public;
grant execute on function platform.caller_words(text) to public;
grant execute on function platform.count_jobs(text[]) to muster_app;
grant execute on function platform.forget_answers() to muster_app;
grant execute on function platform.ring() to public;

-- threats -------------------------------------------------------------------------------------------------------------
create schema threats;

create sequence threats.commit_sequence;

create table threats.assertion (
  threat uuid not null,
  content bigint not null,
  audience integer not null,
  delivery integer not null,
  part smallint not null,
  "row" integer not null,
  status smallint default 1 not null,
  port integer,
  confidence smallint,
  country text,
  first_seen timestamp with time zone,
  last_seen timestamp with time zone,
  valid_until timestamp with time zone,
  raw text,
  families text[],
  target text,
  reference text,
  constraint assertion_pkey PRIMARY KEY (threat, content)
);
CREATE INDEX assertion_by_delivery ON threats.assertion USING brin (delivery) WITH (pages_per_range='32');
alter table threats.assertion enable row level security;
create policy readers on threats.assertion for select to muster_app using ((audience IN ( SELECT audience.id
   FROM feeds.audience)));

create table threats.audience_set (
  id integer generated always as identity not null,
  audiences integer[] not null,
  constraint audience_set_pkey PRIMARY KEY (id),
  constraint audience_set_audiences_key UNIQUE (audiences),
  constraint audience_set_audiences_check CHECK ((cardinality(audiences) > 0))
);
alter table threats.audience_set enable row level security;
create policy readers on threats.audience_set for select to muster_app using ((audiences && ( SELECT COALESCE(array_agg(audience.id), '{}'::integer[]) AS "coalesce"
   FROM feeds.audience)));

create table threats.counter (
  operation smallint not null,
  role smallint not null,
  type smallint not null,
  country text not null,
  audience_set integer not null,
  threats bigint not null,
  constraint counter_pkey PRIMARY KEY (operation, role, type, country, audience_set)
);
alter table threats.counter enable row level security;
create policy readers on threats.counter for select to muster_app using ((audience_set IN ( SELECT audience_set.id
   FROM threats.audience_set)));

create table threats.listing (
  operation smallint not null,
  role smallint not null,
  type smallint not null,
  country text collate "C" not null,
  audience_set integer not null,
  threats uuid[] not null,
  place bigint generated always as identity not null
);
CREATE INDEX listing_by_country ON threats.listing USING btree (operation, country, role);
CREATE INDEX listing_in_order ON threats.listing USING btree (operation, place);
alter table threats.listing enable row level security;
create policy readers on threats.listing for select to muster_app using ((audience_set IN ( SELECT audience_set.id
   FROM threats.audience_set)));

create table threats.merge (
  id integer generated always as identity not null,
  operation smallint not null,
  kept uuid not null,
  merged uuid not null,
  reason text not null,
  merged_by text not null,
  merged_at timestamp with time zone default now() not null,
  undone_by text,
  undone_at timestamp with time zone,
  public_id uuid default gen_random_uuid() not null,
  constraint merge_pkey PRIMARY KEY (id),
  constraint merge_public_id_key UNIQUE (public_id),
  constraint merge_check CHECK ((kept <> merged))
);
CREATE UNIQUE INDEX merge_in_force ON threats.merge USING btree (merged) WHERE (undone_at IS NULL);
alter table threats.merge enable row level security;
create policy desk on threats.merge to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))) with check ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));

create table threats.observable_type (
  id smallint not null,
  name text not null,
  constraint observable_type_pkey PRIMARY KEY (id),
  constraint observable_type_name_key UNIQUE (name)
);

create table threats.personal_review (
  threat uuid not null,
  operation smallint not null,
  category text not null,
  standing text not null,
  purpose text not null,
  review_on date not null,
  decided_by uuid not null,
  decided_at timestamp with time zone default now() not null,
  constraint personal_review_pkey PRIMARY KEY (threat),
  constraint personal_review_category_check CHECK ((category = ANY (ARRAY['suspect'::text, 'victim'::text, 'witness'::text, 'contact'::text, 'officer'::text, 'other'::text]))),
  constraint personal_review_purpose_check CHECK ((purpose <> ''::text)),
  constraint personal_review_standing_check CHECK ((standing = ANY (ARRAY['fact'::text, 'assessment'::text])))
);
CREATE INDEX personal_review_by_date ON threats.personal_review USING btree (operation, review_on);
alter table threats.personal_review enable row level security;
create policy desk on threats.personal_review to muster_app using (((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)) AND (threat IN ( SELECT threat.id
   FROM threats.threat)))) with check (((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)) AND (threat IN ( SELECT threat.id
   FROM threats.threat))));

create table threats.role (
  id smallint not null,
  name text not null,
  constraint role_pkey PRIMARY KEY (id),
  constraint role_name_key UNIQUE (name)
);

create table threats.search_progress (
  operation smallint not null,
  place bigint not null,
  constraint search_progress_pkey PRIMARY KEY (operation)
);
alter table threats.search_progress enable row level security;

create table threats.searchable_reference (
  operation smallint not null,
  bucket smallint not null,
  audience integer not null,
  threats uuid[] not null,
  lines text collate "C" not null
);
CREATE INDEX searchable_reference_by_bucket ON threats.searchable_reference USING btree (operation, bucket);
alter table threats.searchable_reference enable row level security;
create policy readers on threats.searchable_reference for select to muster_app using ((audience IN ( SELECT audience.id
   FROM feeds.audience)));

create table threats.searchable_value (
  operation smallint not null,
  bucket smallint not null,
  audience_set integer not null,
  threats uuid[] not null,
  lines text collate "C" not null
);
CREATE INDEX searchable_value_by_bucket ON threats.searchable_value USING btree (operation, bucket);
alter table threats.searchable_value enable row level security;
create policy readers on threats.searchable_value for select to muster_app using ((audience_set IN ( SELECT audience_set.id
   FROM threats.audience_set)));

create table threats.searched_delivery (
  delivery integer not null,
  constraint searched_delivery_pkey PRIMARY KEY (delivery)
);
alter table threats.searched_delivery enable row level security;

create table threats.subject_consultation (
  request integer not null,
  source integer not null,
  asked_at timestamp with time zone default now() not null,
  answer text,
  grounds text,
  answered_at timestamp with time zone,
  constraint subject_consultation_pkey PRIMARY KEY (request, source),
  constraint subject_consultation_request_fkey FOREIGN KEY (request) REFERENCES threats.subject_request(id),
  constraint subject_consultation_answer_check CHECK ((answer = ANY (ARRAY['no-objection'::text, 'objects'::text]))),
  constraint subject_consultation_check CHECK (((answer IS NULL) = (answered_at IS NULL))),
  constraint subject_consultation_check1 CHECK (((answer IS DISTINCT FROM 'objects'::text) OR (grounds <> ''::text)))
);
alter table threats.subject_consultation enable row level security;
create policy of_requests on threats.subject_consultation to muster_app using ((request IN ( SELECT subject_request.id
   FROM threats.subject_request))) with check ((request IN ( SELECT subject_request.id
   FROM threats.subject_request)));

create table threats.subject_request (
  id integer generated always as identity not null,
  public_id uuid default gen_random_uuid() not null,
  operation smallint not null,
  kind text not null,
  state text not null,
  subject text not null,
  identifiers jsonb not null,
  words text[] not null,
  received_on date not null,
  due_on date not null,
  consultation_due_on date,
  registered_by uuid not null,
  registered_at timestamp with time zone default now() not null,
  outcome text,
  grounds text,
  decided_by uuid,
  decided_at timestamp with time zone,
  answered_at timestamp with time zone,
  revision integer default 1 not null,
  constraint subject_request_pkey PRIMARY KEY (id),
  constraint subject_request_public_id_key UNIQUE (public_id),
  constraint subject_request_check CHECK ((due_on >= received_on)),
  constraint subject_request_check1 CHECK (((outcome IS NULL) = (grounds IS NULL))),
  constraint subject_request_check2 CHECK (((outcome IS NULL) = (decided_by IS NULL))),
  constraint subject_request_check3 CHECK (((state <> ALL (ARRAY['decided'::text, 'answered'::text])) OR (outcome IS NOT NULL))),
  constraint subject_request_grounds_check CHECK ((grounds <> ''::text)),
  constraint subject_request_kind_check CHECK ((kind = ANY (ARRAY['access'::text, 'correction'::text, 'erasure'::text]))),
  constraint subject_request_outcome_check CHECK ((outcome = ANY (ARRAY['granted'::text, 'granted-in-part'::text, 'refused'::text, 'nothing-held'::text]))),
  constraint subject_request_state_check CHECK ((state = ANY (ARRAY['registered'::text, 'searched'::text, 'consulting'::text, 'decided'::text, 'answered'::text, 'withdrawn'::text]))),
  constraint subject_request_subject_check CHECK ((subject <> ''::text))
);
alter table threats.subject_request enable row level security;
create policy data_protection on threats.subject_request to muster_app using ((operation IN ( SELECT platform.caller_numbers('data_protection'::text) AS caller_numbers))) with check ((operation IN ( SELECT platform.caller_numbers('data_protection'::text) AS caller_numbers)));

create table threats.threat (
  id uuid not null,
  sequence bigint not null,
  operation smallint not null,
  type smallint not null,
  role smallint not null,
  country text,
  basis smallint not null,
  flags smallint not null,
  audience_set integer not null,
  value text collate "C" not null,
  host text collate "C",
  merged_into uuid,
  constraint threat_pkey PRIMARY KEY (id)
);
CREATE INDEX threat_government ON threats.threat USING btree (operation, id) WHERE ((flags & (2)::smallint) = (2)::smallint);
CREATE INDEX threat_in_order ON threats.threat USING brin (sequence) WITH (pages_per_range='32');
CREATE INDEX threat_merged ON threats.threat USING btree (operation, merged_into) WHERE (merged_into IS NOT NULL);
CREATE INDEX threat_shared_infrastructure ON threats.threat USING btree (operation, id) WHERE ((flags & (1)::smallint) = (1)::smallint);
alter table threats.threat enable row level security;
create policy merging on threats.threat for update to muster_app using ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers))) with check ((operation IN ( SELECT platform.caller_numbers('desk'::text) AS caller_numbers)));
create policy readers on threats.threat for select to muster_app using ((audience_set IN ( SELECT audience_set.id
   FROM threats.audience_set)));

grant usage on schema threats to muster_app;
grant usage on schema threats to muster_worker;
grant select on threats.assertion to muster_app;
grant delete, insert, maintain, select on threats.assertion to muster_worker;
grant select on threats.audience_set to muster_app;
grant insert, maintain, select on threats.audience_set to muster_worker;
grant update, usage on sequence threats.commit_sequence to muster_worker;
grant select on threats.counter to muster_app;
grant delete, insert, maintain, select, update on threats.counter to muster_worker;
grant select on threats.listing to muster_app;
grant delete, insert, maintain, select, update on threats.listing to muster_worker;
grant insert, select, update on threats.merge to muster_app;
grant delete, maintain, select on threats.merge to muster_worker;
grant select on threats.observable_type to muster_app;
grant maintain, select on threats.observable_type to muster_worker;
grant insert, select, update on threats.personal_review to muster_app;
grant delete, maintain, select on threats.personal_review to muster_worker;
grant select on threats.role to muster_app;
grant maintain, select on threats.role to muster_worker;
grant select on threats.search_progress to muster_app;
grant insert, maintain, select, update on threats.search_progress to muster_worker;
grant select on threats.searchable_reference to muster_app;
grant delete, insert, maintain, select on threats.searchable_reference to muster_worker;
grant select on threats.searchable_value to muster_app;
grant delete, insert, maintain, select on threats.searchable_value to muster_worker;
grant select on threats.searched_delivery to muster_app;
grant delete, insert, maintain, select on threats.searched_delivery to muster_worker;
grant insert, select on threats.subject_consultation to muster_app;
grant maintain, select on threats.subject_consultation to muster_worker;
grant insert, select on threats.subject_request to muster_app;
grant maintain, select on threats.subject_request to muster_worker;
grant select on threats.threat to muster_app;
grant delete, insert, maintain, select on threats.threat to muster_worker;
grant update (audience) on threats.assertion to muster_worker;
grant update (answer), update (answered_at), update (grounds) on threats.subject_consultation to muster_app;
grant update (answered_at), update (consultation_due_on), update (decided_at), update (decided_by), update (grounds), update (outcome), update (revision), update (state) on threats.subject_request to muster_app;
grant update (merged_into) on threats.threat to muster_app;
grant update (audience_set), update (merged_into) on threats.threat to muster_worker;
