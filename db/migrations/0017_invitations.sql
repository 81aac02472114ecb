-- Whom an operation asks to take part, what came of it, and what a country says of itself. Organisations, members and
-- invitations are filtered for `muster_app` by the policies below; `muster_gate` writes them and passes.

-- An address book entry: its kind and country never change, because roles were given for them.
alter table people.organisation add column version integer not null default 1;
-- The national central bureau: the one of its country to whom an invitation of the country goes.
alter table people.organisation add column is_bureau boolean not null default false
  check (not is_bureau or (kind = 'police' and country is not null));
create unique index organisation_bureau on people.organisation (country) where is_bureau;

alter table people.officer add column version integer not null default 1;
alter table people.officer add column ended_by integer references people.officer;
alter table people.officer add column end_reason text;
alter table people.duty add column ended_by integer references people.officer;

alter table people.membership add column ended_by integer references people.officer;
alter table people.membership add column end_reason text;
-- One that is ended before it began ends as it begins: it was never in force.
alter table people.membership drop constraint membership_check2;
alter table people.membership add constraint membership_ends_after_it_begins check (until_time >= from_time);

create table people.invitation (
  id integer generated always as identity primary key,
  public_id uuid not null unique default gen_random_uuid(),
  operation smallint not null,
  -- As the invitation said them, because whoever is invited does not see the operation yet.
  operation_code text not null,
  operation_name text not null,
  role text not null check (role in ('coordinator', 'lead', 'analyst', 'national-officer', 'field', 'partner', 'csirt',
    'prosecutor', 'fiu', 'data-protection', 'communications')),
  country text check (country ~ '^[A-Z]{2}$'),
  source text,
  message text not null,
  invited_by integer not null references people.officer,
  invited_at timestamptz not null default now(),
  -- Unanswered at this instant, it has expired; no row says so, because time does.
  answer_until timestamptz not null check (answer_until > invited_at),
  member_until timestamptz check (member_until > answer_until),
  -- Who is asked now: an organisation, and the colleague to whom it gave the answer. Set in the statement that makes
  -- the row, so that at no moment anybody else sees it.
  organisation integer not null references people.organisation,
  officer integer references people.officer,
  state text not null default 'open' check (state in ('open', 'accepted', 'declined', 'withdrawn')),
  check ((role in ('national-officer', 'field', 'csirt', 'prosecutor', 'fiu')) = (country is not null)),
  check ((role = 'partner') = (source is not null))
);
create index invitation_by_operation on people.invitation (operation);
create index invitation_by_organisation on people.invitation (organisation);

-- Every transition with actor, time and reason; where it was passed on, to whom.
create table people.invitation_event (
  id integer generated always as identity primary key,
  invitation integer not null references people.invitation,
  event text not null check (event in ('invite', 'accept', 'decline', 'delegate', 'withdraw')),
  actor integer not null references people.officer,
  at timestamptz not null default now(),
  reason text,
  to_organisation integer references people.organisation,
  to_officer integer references people.officer,
  check ((event in ('invite', 'delegate')) = (to_organisation is not null)),
  check (event not in ('decline', 'withdraw') or reason <> '')
);
create index invitation_event_by_invitation on people.invitation_event (invitation);

-- Each change is a row of its own; the one with the highest version holds.
create table people.country_profile (
  country text not null check (country ~ '^[A-Z]{2}$'),
  version integer not null check (version > 0),
  contacts jsonb not null,
  languages text[] not null,
  treaties jsonb not null,
  -- How long a provisional freeze of money holds there.
  freeze_length integer check (freeze_length > 0),
  freeze_unit text check (freeze_unit in ('hours', 'days')),
  notice_rules text not null,
  changed_by integer not null references people.officer default platform.caller_officer(),
  changed_at timestamptz not null default now(),
  check ((freeze_length is null) = (freeze_unit is null)),
  primary key (country, version)
);

-- What the policies need to know of the caller beyond his settings. As the tables' owner, because a policy that reads
-- its own table would ask itself; each is asked once per statement.
create function people.caller_organisation() returns integer
  language sql stable security definer set search_path = ''
  return (select organisation from people.officer where id = platform.caller_officer() and ended_at is null);
create function people.caller_coordinates() returns setof integer
  language sql stable security definer set search_path = ''
  begin atomic
    select operation::integer from people.membership
     where officer = platform.caller_officer() and role = 'coordinator'
       and from_time <= now() and (until_time is null or until_time > now());
  end;
-- As operation:country.
create function people.caller_countries() returns setof text
  language sql stable security definer set search_path = ''
  begin atomic
    select operation || ':' || country from people.membership
     where officer = platform.caller_officer() and country is not null
       and from_time <= now() and (until_time is null or until_time > now());
  end;

-- That somebody is there is intelligence: the desk sees all members of its operations, ended ones too; a country's
-- officers their compatriots; every member the coordinators; nobody else anybody.
alter table people.membership enable row level security;
create policy everybody on people.membership to muster_gate using (true) with check (true);
create policy desk on people.membership for select to muster_app
  using (operation in (select platform.caller_numbers('desk')));
create policy coordinators on people.membership for select to muster_app
  using (role = 'coordinator' and operation in (select platform.caller_numbers('operations'))
    and from_time <= now() and (until_time is null or until_time > now()));
create policy compatriots on people.membership for select to muster_app
  using (operation || ':' || country in (select people.caller_countries())
    and from_time <= now() and (until_time is null or until_time > now()));

-- An invitation is its operation's coordinators' and the invited organisation's.
alter table people.invitation enable row level security;
create policy everybody on people.invitation to muster_gate using (true) with check (true);
create policy coordinators on people.invitation for select to muster_app
  using (operation in (select people.caller_coordinates()));
create policy invited on people.invitation for select to muster_app
  using (organisation = (select people.caller_organisation()));
alter table people.invitation_event enable row level security;
create policy everybody on people.invitation_event to muster_gate using (true) with check (true);
create policy of_invitations on people.invitation_event for select to muster_app
  using (invitation in (select id from people.invitation));

-- A profile is read by every desk and by its own country's officers, and written by its national officers.
alter table people.country_profile enable row level security;
create policy desk on people.country_profile for select to muster_app
  using (exists (select from platform.caller_numbers('desk')));
create policy compatriots on people.country_profile for select to muster_app
  using (country in (select split_part(word, ':', 2) from people.caller_countries() as word));
create policy national_officers on people.country_profile for insert to muster_app
  with check (changed_by = (select platform.caller_officer())
    and country in (select split_part(word, ':', 2) from platform.caller_words('recipients') as word));

-- Whose membership, act or word he sees, he sees the name of, and the organisation.
revoke select on people.officer from muster_app;
create policy of_members on people.officer for select to muster_app
  using (id in (select officer from people.membership));
create policy of_invitations on people.officer for select to muster_app
  using (id in (select actor from people.invitation_event) or id in (select to_officer from people.invitation_event));
create policy of_profiles on people.officer for select to muster_app
  using (id in (select changed_by from people.country_profile));
alter table people.organisation enable row level security;
create policy everybody on people.organisation to muster_gate using (true) with check (true);
create policy of_officers on people.organisation for select to muster_app
  using (id in (select organisation from people.officer));
create policy of_invitations on people.organisation for select to muster_app
  using (id in (select to_organisation from people.invitation_event));
