-- Data protection: how long what was delivered is kept, what is deleted and who said so, how persons are described, and
-- what a person who asks is answered. Nothing here holds a deleted value.

-- operations: {"days": 1826, "victimDays": 365, "sources": {"partner-a": 730}}; what is not said is the longest allowed.
alter table operations.operation add column retention jsonb not null default '{}';

-- feeds. Set at intake when a row of the delivery speaks of a victim, whose data are kept shorter.
alter table feeds.delivery add column holds_victims boolean not null default false;
update feeds.delivery set holds_victims = true
 where role = 'victim' or id in (select assertion.delivery from threats.assertion
   join threats.threat on threat.id = assertion.threat and threat.role = 10);

create table feeds.postponement (
  id integer generated always as identity primary key,
  delivery integer not null references feeds.delivery on delete cascade,
  until date not null,
  reason text not null check (reason <> ''),
  postponed_by uuid not null,
  postponed_at timestamptz not null default now()
);
create index postponement_by_delivery on feeds.postponement (delivery);
alter table feeds.postponement enable row level security;
create policy desk on feeds.postponement to muster_app
  using (delivery in (select id from feeds.delivery where operation in (select platform.caller_numbers('desk'))))
  with check (delivery in (select id from feeds.delivery where operation in (select platform.caller_numbers('desk'))));

-- One deletion of one delivery: who asked, who approved, how far it is, and the certificate. Stays when the delivery is gone.
create table feeds.deletion (
  id integer generated always as identity primary key,
  public_id uuid not null unique default gen_random_uuid(),
  operation smallint not null references operations.operation,
  source integer not null references feeds.source,
  -- No reference: it outlives the delivery.
  delivery integer not null,
  delivery_public_id uuid not null,
  sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  received_at timestamptz not null,
  ground text not null check (ground in ('retention', 'owner', 'protection')),
  reason text not null check (reason <> ''),
  forget_mapping boolean not null default false,
  state text not null check (state in ('asked', 'declined', 'approved', 'running', 'deleted', 'certified')),
  asked_by uuid not null,
  asked_at timestamptz not null default now(),
  decided_by uuid,
  decided_at timestamptz,
  decline_reason text,
  begun_at timestamptz,
  -- What is deleted so far, by kind; audiences that lose something; names in the file store that are to go.
  counts jsonb not null default '{}',
  audiences integer[] not null default '{}',
  files text[] not null default '{}',
  deleted_at timestamptz,
  -- Canonical JSON, and the signer's detached signature over its bytes.
  certificate text,
  signature text,
  key_fingerprint text,
  certified_at timestamptz,
  check ((decided_by is null) = (decided_at is null)),
  check (state in ('asked') or decided_by is not null),
  check ((state = 'declined') = (decline_reason is not null)),
  check (state not in ('deleted', 'certified') or (deleted_at is not null and certificate is not null)),
  check ((state = 'certified') = (signature is not null))
);
create unique index deletion_under_way on feeds.deletion (delivery) where state <> 'declined';
create index deletion_by_operation on feeds.deletion (operation);
alter table feeds.deletion enable row level security;
create policy desk on feeds.deletion to muster_app
  using (operation in (select platform.caller_numbers('desk')))
  with check (operation in (select platform.caller_numbers('desk')));
create policy own on feeds.deletion to muster_app
  using (source in (select platform.caller_numbers('sources')))
  with check (source in (select platform.caller_numbers('sources')));
create policy signer on feeds.deletion to muster_signer using (true) with check (true);

-- threats: what an analyst says of a personal value stands above what follows from its role and its deliveries.
create table threats.personal_review (
  threat uuid primary key,
  operation smallint not null,
  category text not null check (category in ('suspect', 'victim', 'witness', 'contact', 'officer', 'other')),
  standing text not null check (standing in ('fact', 'assessment')),
  purpose text not null check (purpose <> ''),
  review_on date not null,
  decided_by uuid not null,
  decided_at timestamptz not null default now()
);
create index personal_review_by_date on threats.personal_review (operation, review_on);
alter table threats.personal_review enable row level security;
create policy desk on threats.personal_review to muster_app
  using (operation in (select platform.caller_numbers('desk')) and threat in (select id from threats.threat))
  with check (operation in (select platform.caller_numbers('desk')) and threat in (select id from threats.threat));

-- Requests of persons about their own data: for the data-protection officers of the operation and nobody else.
--   muster.data_protection  operations in which the officer is its data-protection officer
create table threats.subject_request (
  id integer generated always as identity primary key,
  public_id uuid not null unique default gen_random_uuid(),
  operation smallint not null,
  kind text not null check (kind in ('access', 'correction', 'erasure')),
  state text not null check (state in ('registered', 'searched', 'consulting', 'decided', 'answered', 'withdrawn')),
  subject text not null check (subject <> ''),
  -- [{"type": "email-addr", "value": ...}] in normal form, and free words that are searched for in texts.
  identifiers jsonb not null,
  words text[] not null,
  received_on date not null,
  due_on date not null check (due_on >= received_on),
  consultation_due_on date,
  registered_by uuid not null,
  registered_at timestamptz not null default now(),
  outcome text check (outcome in ('granted', 'granted-in-part', 'refused', 'nothing-held')),
  grounds text check (grounds <> ''),
  decided_by uuid,
  decided_at timestamptz,
  answered_at timestamptz,
  revision integer not null default 1,
  check ((outcome is null) = (grounds is null)),
  check ((outcome is null) = (decided_by is null)),
  check (state not in ('decided', 'answered') or outcome is not null)
);
alter table threats.subject_request enable row level security;
create policy data_protection on threats.subject_request to muster_app
  using (operation in (select platform.caller_numbers('data_protection')))
  with check (operation in (select platform.caller_numbers('data_protection')));

create table threats.subject_consultation (
  request integer not null references threats.subject_request,
  source integer not null,
  asked_at timestamptz not null default now(),
  answer text check (answer in ('no-objection', 'objects')),
  grounds text,
  answered_at timestamptz,
  primary key (request, source),
  check ((answer is null) = (answered_at is null)),
  check (answer is distinct from 'objects' or grounds <> '')
);
alter table threats.subject_consultation enable row level security;
create policy of_requests on threats.subject_consultation to muster_app
  using (request in (select id from threats.subject_request))
  with check (request in (select id from threats.subject_request));

-- packages: one that told of what was deleted. The desk and the country it went to see it, and must destroy it.
create table packages.recall (
  package integer primary key references packages.country_package,
  deletion uuid not null,
  recalled_at timestamptz not null default now()
);
alter table packages.recall enable row level security;
create policy of_packages on packages.recall for select to muster_app
  using (package in (select id from packages.country_package));
create policy signer on packages.recall for select to muster_signer using (true);

-- outcomes: a stated figure stays; this says that inputs of it were deleted since.
create table outcomes.deleted_input (
  figure integer not null references outcomes.figure,
  deletion uuid not null,
  noted_at timestamptz not null default now(),
  primary key (figure, deletion)
);
alter table outcomes.deleted_input enable row level security;
create policy of_figures on outcomes.deleted_input for select to muster_app
  using (figure in (select id from outcomes.figure));

-- What a planner's statistics sample would lie in the catalogue after the rows are gone, and nothing plans by it: rows
-- are found by the hash of a value.
alter table threats.threat alter column value set statistics 0, alter column host set statistics 0;
alter table threats.assertion alter column raw set statistics 0, alter column target set statistics 0,
  alter column reference set statistics 0;
alter table feeds.refused_row alter column raw set statistics 0, alter column reason set statistics 0;
alter table feeds.delivery alter column file_name set statistics 0;
alter table feeds.delivery_part alter column name set statistics 0;
