-- Need-to-know in the database. Each transaction of `muster_app` says for whom it reads, in settings named `muster.*`
-- (feeds.entitle works them out as `muster_gate`, which sees people and audiences but no content). Without settings there is
-- nothing to see: deny by default. Policies compare plain columns with sets that are read once per statement.
-- `muster_worker` passes policies by, because COPY demands it; it has no socket for people.
--
--   muster.officer      number of the officer
--   muster.operations   operations he is a member of
--   muster.desk         of these, the ones he coordinates or analyses: there he reads all that was contributed
--   muster.audiences    audiences he belongs to elsewhere
--   muster.sources      sources whose deliveries are his own
--   muster.heard_sources  sources whose words he sees, so that he sees their code
--   muster.recipients   countries he receives packages for, as operation:country

create function platform.caller_numbers(setting text) returns setof integer
  language sql stable parallel safe
  return unnest(coalesce(nullif(current_setting('muster.' || setting, true), ''), '{}')::integer[]);
create function platform.caller_words(setting text) returns setof text
  language sql stable parallel safe
  return unnest(coalesce(nullif(current_setting('muster.' || setting, true), ''), '{}')::text[]);
create function platform.caller_officer() returns integer
  language sql stable parallel safe
  return nullif(current_setting('muster.officer', true), '')::integer;

-- people: an officer sees himself; all else about people is the gate's.
alter table people.officer enable row level security;
create policy everybody on people.officer to muster_gate using (true) with check (true);
create policy himself on people.officer for select to muster_app using (id = (select platform.caller_officer()));

-- operations: whoever opened one sees it, before he is its member.
alter table operations.operation add column opened_by integer default platform.caller_officer();
alter table operations.operation enable row level security;
create policy members on operations.operation for select to muster_app
  using (id in (select platform.caller_numbers('operations')) or opened_by = (select platform.caller_officer()));
create policy opening on operations.operation for insert to muster_app
  with check (opened_by = (select platform.caller_officer()));
create policy programs on operations.operation for select to muster_gate, muster_signer using (true);

-- feeds
alter table feeds.source enable row level security;
create policy desk on feeds.source to muster_app
  using (operation in (select platform.caller_numbers('desk')))
  with check (operation in (select platform.caller_numbers('desk')));
create policy own on feeds.source for select to muster_app using (id in (select platform.caller_numbers('sources')));
create policy programs on feeds.source for select to muster_gate, muster_signer using (true);

alter table feeds.audience enable row level security;
create policy desk on feeds.audience for select to muster_app
  using (source in (select id from feeds.source where operation in (select platform.caller_numbers('desk'))));
create policy readers on feeds.audience for select to muster_app using (id in (select platform.caller_numbers('audiences')));
create policy programs on feeds.audience for select to muster_gate, muster_signer using (true);
-- Whose words a reader sees, he sees the code of.
create policy heard on feeds.source for select to muster_app
  using (id in (select platform.caller_numbers('heard_sources')));

alter table feeds.delivery enable row level security;
create policy desk on feeds.delivery to muster_app
  using (operation in (select platform.caller_numbers('desk')))
  with check (operation in (select platform.caller_numbers('desk')));
create policy own on feeds.delivery to muster_app
  using (source in (select platform.caller_numbers('sources')))
  with check (source in (select platform.caller_numbers('sources')));
create policy programs on feeds.delivery for select to muster_signer using (true);

alter table feeds.delivery_part enable row level security;
create policy of_deliveries on feeds.delivery_part for select to muster_app
  using (delivery in (select id from feeds.delivery));
alter table feeds.refused_row enable row level security;
create policy of_deliveries on feeds.refused_row for select to muster_app
  using (delivery in (select id from feeds.delivery));
alter table feeds.mapping enable row level security;
create policy of_sources on feeds.mapping to muster_app
  using (source in (select platform.caller_numbers('sources'))
    or source in (select id from feeds.source where operation in (select platform.caller_numbers('desk'))))
  with check (source in (select platform.caller_numbers('sources'))
    or source in (select id from feeds.source where operation in (select platform.caller_numbers('desk'))));

-- threats: an assertion is seen by its audience; a threat, and whatever counts or lists it, by whoever sees one of its assertions.
alter table threats.assertion enable row level security;
create policy readers on threats.assertion for select to muster_app using (audience in (select id from feeds.audience));
alter table threats.audience_set enable row level security;
create policy readers on threats.audience_set for select to muster_app
  using (audiences && (select coalesce(array_agg(id), '{}') from feeds.audience));
alter table threats.threat enable row level security;
create policy readers on threats.threat for select to muster_app
  using (audience_set in (select id from threats.audience_set));
create policy merging on threats.threat for update to muster_app
  using (operation in (select platform.caller_numbers('desk')))
  with check (operation in (select platform.caller_numbers('desk')));
alter table threats.counter enable row level security;
create policy readers on threats.counter for select to muster_app
  using (audience_set in (select id from threats.audience_set));
alter table threats.listing enable row level security;
create policy readers on threats.listing for select to muster_app
  using (audience_set in (select id from threats.audience_set));
-- A merge joins two threats: it is told to nobody who may not know both.
alter table threats.merge enable row level security;
create policy desk on threats.merge to muster_app
  using (operation in (select platform.caller_numbers('desk')))
  with check (operation in (select platform.caller_numbers('desk')));

-- jurisdiction
alter table jurisdiction.decision enable row level security;
create policy of_threats on jurisdiction.decision to muster_app
  using (exists (select from threats.threat where threat.id = decision.threat))
  with check (exists (select from threats.threat where threat.id = decision.threat));

-- packages: the desk sees all, a country those that were released to it.
create function packages.is_released(package integer) returns boolean
  language sql stable security definer set search_path = ''
  return exists (select from packages.release where release.package = is_released.package);
alter table packages.country_package enable row level security;
create policy desk on packages.country_package for select to muster_app
  using (operation in (select platform.caller_numbers('desk')));
create policy recipients on packages.country_package for select to muster_app
  using (operation || ':' || country in (select platform.caller_words('recipients'))
    and packages.is_released(id));
create policy signer on packages.country_package for select to muster_signer using (true);
alter table packages.package_file enable row level security;
create policy of_packages on packages.package_file for select to muster_app
  using (package in (select id from packages.country_package));
create policy signer on packages.package_file for select to muster_signer using (true);
alter table packages.release enable row level security;
create policy of_packages on packages.release for select to muster_app
  using (package in (select id from packages.country_package));
create policy signer on packages.release to muster_signer using (true) with check (true);
alter table packages.package_threat enable row level security;
create policy of_packages on packages.package_threat for select to muster_app
  using (package in (select id from packages.country_package));
create policy signer on packages.package_threat for select to muster_signer using (true);

-- outcomes: what was stated for the desk is the desk's; what was stated for a country is that country's as well.
alter table outcomes.figure enable row level security;
create policy desk on outcomes.figure to muster_app
  using (operation in (select platform.caller_numbers('desk')))
  with check (operation in (select platform.caller_numbers('desk')));
create policy recipients on outcomes.figure for select to muster_app
  using (operation || ':' || reader in (select platform.caller_words('recipients')));

alter table jurisdiction.table_edition enable row level security;
create policy members on jurisdiction.table_edition to muster_app
  using (operation in (select platform.caller_numbers('operations')))
  with check (operation in (select platform.caller_numbers('operations')));
