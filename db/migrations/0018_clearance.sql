-- Originator control: the desk asks a source to let named countries read what it handed in under a closer marking.
-- No answer is a refusal, and only the source's own officers answer: the desk has no right to update these rows.
-- Why the readers of an assertion change by giving it another audience: docs/decisions/0008-originator-clearance.md.
create table feeds.clearance (
  id integer generated always as identity primary key,
  public_id uuid not null unique default gen_random_uuid(),
  operation smallint not null references operations.operation,
  source integer not null references feeds.source,
  -- What is asked for: all that one delivery said, or what the source said of these threats. Nothing later.
  delivery integer references feeds.delivery,
  threats uuid[] check (cardinality(threats) > 0),
  countries text[] not null check (cardinality(countries) > 0),
  reason text not null check (reason <> ''),
  -- Public ids of officers, here and below.
  asked_by uuid not null,
  asked_at timestamptz not null default now(),
  answer_by timestamptz not null,
  state text not null default 'asked' check (state in ('asked', 'granted', 'refused', 'withdrawn')),
  granted_countries text[],
  granted_threats uuid[],
  granted_until timestamptz,
  answer text,
  answered_by uuid,
  answered_at timestamptz,
  withdrawn_by uuid,
  withdrawn_at timestamptz,
  -- When the worker had given every assertion of the scope its further readers.
  applied_at timestamptz,
  check ((delivery is null) <> (threats is null)),
  check ((state = 'asked') = (answered_at is null)),
  check ((state in ('granted', 'withdrawn')) = (granted_countries is not null)),
  check ((granted_countries is null) = (granted_until is null)),
  check (granted_countries <@ countries and granted_threats <@ threats),
  check (answered_at <= answer_by)
);
create index clearance_by_operation on feeds.clearance (operation);
alter table feeds.clearance enable row level security;
create policy desk on feeds.clearance for select to muster_app
  using (operation in (select platform.caller_numbers('desk')));
create policy asking on feeds.clearance for insert to muster_app
  with check (operation in (select platform.caller_numbers('desk')) and state = 'asked');
create policy originator on feeds.clearance for select to muster_app
  using (source in (select platform.caller_numbers('sources')));
create policy answering on feeds.clearance for update to muster_app
  using (source in (select platform.caller_numbers('sources')))
  with check (source in (select platform.caller_numbers('sources')));

-- The readers of what a source says under a handling, and of what it cleared beside: sorted, distinct numbers of
-- clearances. Its readers are those of the handling and the countries of each of these while it is in force.
alter table feeds.audience add column clearances integer[] not null default '{}';
alter table feeds.audience drop constraint audience_source_handling_key;
alter table feeds.audience add unique (source, handling, clearances);

-- Countries for which one of these clearances is in force now. A definer, because who reads an audience must be the
-- same for whoever asks, and the clearances themselves are the desk's and the originator's alone.
create function feeds.cleared_countries(clearances integer[]) returns text[]
  language sql stable security definer set search_path = ''
  return array(select distinct unnest(clearance.granted_countries) as country from feeds.clearance
                where clearance.id = any(cleared_countries.clearances) and clearance.state = 'granted'
                  and clearance.granted_until > now() order by country);

-- jurisdiction: a decision is the desk's. Officers of the country it names see that the desk decided, if they may see
-- the threat; its reason may hold what others said in confidence, and stays at the desk (the app does not hand it out).
--   muster.countries    countries whose readers he is one of, as operation:country
alter table jurisdiction.decision add column public_id uuid not null unique default gen_random_uuid();
alter table jurisdiction.decision add column withdrawn_by text;
drop policy of_threats on jurisdiction.decision;
create policy desk on jurisdiction.decision to muster_app
  using (exists (select from threats.threat where threat.id = decision.threat
                    and threat.operation in (select platform.caller_numbers('desk'))))
  with check (exists (select from threats.threat where threat.id = decision.threat
                         and threat.operation in (select platform.caller_numbers('desk'))));
create policy named on jurisdiction.decision for select to muster_app
  using (exists (select from threats.threat where threat.id = decision.threat
                    and threat.operation || ':' || decision.country in (select platform.caller_words('countries'))));

alter table threats.merge add column public_id uuid not null unique default gen_random_uuid();

-- packages: composing and releasing are two acts. The signer signs only what an officer ordered to be released; a draft
-- that nobody ordered may be replaced, so that the versions a country receives have no gaps.
alter table packages.country_package add column key_figures jsonb;
create table packages.release_order (
  package integer primary key references packages.country_package,
  -- Public id of the officer.
  ordered_by uuid,
  ordered_at timestamptz not null default now()
);
-- Until now composing was ordering.
insert into packages.release_order (package) select id from packages.country_package;
alter table packages.release_order enable row level security;
create policy desk on packages.release_order to muster_app
  using (package in (select id from packages.country_package
                      where operation in (select platform.caller_numbers('desk'))))
  with check (package in (select id from packages.country_package
                           where operation in (select platform.caller_numbers('desk'))));
create policy signer on packages.release_order for select to muster_signer using (true);

-- outcomes: figures are named by a public id; what one counts lies in the file store, a line of JSON for each object.
alter table outcomes.figure add column public_id uuid not null unique default gen_random_uuid();
alter table outcomes.figure add column objects_file text;
