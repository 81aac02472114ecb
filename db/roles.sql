-- Who may do what. Applied after every migration, so it only says what holds now, each statement repeatable.
-- How to read it: every program has its own role (src/platform/postgres/roles.ts creates them).
--   muster_owner   owns all tables and migrates; no program runs as it, or the grants below would mean nothing
--   muster_gate    http and cli: who is there and what may he see; reads people and audiences, no content
--   muster_app     http and cli: does what that person asked, held by row-level security
--   muster_worker  takes deliveries in; passes row-level security by, because COPY demands it
--   muster_signer  reads releases and adds signatures
-- What may not change is not granted: a table without `update` and `delete` here is append-only.
-- A room's grants stand under its own heading, in the order of the rooms.

revoke all on schema public from public;

-- platform -----------------------------------------------------------------------------------------------------------
grant usage on schema platform to muster_gate, muster_app, muster_worker, muster_signer;
grant select on platform.migration to muster_gate, muster_app, muster_worker, muster_signer;
grant select on platform.house_secret to muster_gate;
grant execute on function platform.add_job to muster_app, muster_worker, muster_signer;
grant execute on function platform.count_jobs to muster_app;
grant select, insert, update, delete on platform.worker_process to muster_worker, muster_signer;
grant select, insert, delete on platform.answered_request, platform.change_under_way to muster_app;
grant update (request_sha256, status, answer, alive_at) on platform.answered_request to muster_app;
revoke all on function platform.forget_answers from public;
grant execute on function platform.forget_answers to muster_app;

-- graphile_worker: the job queue, for the two that take jobs ----------------------------------------------------------
grant usage on schema graphile_worker to muster_worker, muster_signer;
grant select, insert, update, delete on all tables in schema graphile_worker to muster_worker, muster_signer;
grant usage on all sequences in schema graphile_worker to muster_worker, muster_signer;
grant execute on all functions in schema graphile_worker to muster_worker, muster_signer;

-- people: the gate writes; the app sees whom its officer may know of, and none of their ways to sign in ----------------
grant usage on schema people to muster_gate, muster_app;
grant select, insert on people.organisation, people.officer to muster_gate;
grant update (name, is_bureau, version) on people.organisation to muster_gate;
grant update (name, language, version, ended_at, ended_by, end_reason) on people.officer to muster_gate;
grant select, insert on people.duty, people.membership to muster_gate;
grant update (ended_at, ended_by) on people.duty to muster_gate;
grant update (until_time, ended_by, end_reason) on people.membership to muster_gate;
grant select, insert on people.invitation, people.invitation_event to muster_gate;
grant update (state, organisation, officer) on people.invitation to muster_gate;
grant select, insert on people.session to muster_gate;
grant update (stepped_up_until, ended_at) on people.session to muster_gate;
grant update (account) on people.officer to muster_gate;
grant select, insert on people.enrolment, people.passkey, people.oidc_identity, people.recovery to muster_gate;
grant update (used_at, withdrawn_at) on people.enrolment to muster_gate;
grant update (counter, used_at, ended_at) on people.passkey to muster_gate;
grant delete on people.oidc_identity to muster_gate;
grant update (decided_by, decided_at, outcome) on people.recovery to muster_gate;
grant select, insert, update, delete on people.password, people.totp_offer to muster_gate;
grant select, insert, delete on people.challenge, people.oidc_flow, people.failed_attempt to muster_gate;
grant select (id, public_id, organisation, name, language, ended_at) on people.officer to muster_app;
grant select (id, code, name, kind, country) on people.organisation to muster_app;
grant select on people.membership, people.invitation, people.invitation_event to muster_app;
grant select, insert on people.country_profile to muster_app;
revoke all on function people.caller_organisation, people.caller_coordinates, people.caller_countries from public;
grant execute on function people.caller_organisation, people.caller_coordinates, people.caller_countries to muster_app;

-- audit: everybody appends by one function, nobody changes or removes; who may read is row-level security's ------------
grant usage on schema audit to muster_gate, muster_app, muster_signer;
revoke all on all functions in schema audit from public;
grant execute on function audit.append to muster_gate, muster_app;
grant select on audit.entry to muster_app, muster_signer;
grant select on audit.checkpoint to muster_app;
grant select, insert on audit.checkpoint to muster_signer;
grant execute on function audit.line, audit.json(text), audit.json(jsonb) to muster_app, muster_signer;
grant execute on function audit.caller_is_auditor, audit.caller_operations to muster_app;
grant select, insert on audit.break_glass, audit.review to muster_gate;
grant update (confirmed_by, confirmed_at, until_time) on audit.break_glass to muster_gate;
grant update (closed_at, closed_by, finding) on audit.review to muster_gate;

-- operations ---------------------------------------------------------------------------------------------------------
grant usage on schema operations to muster_gate, muster_app, muster_worker, muster_signer;
grant select, insert on operations.operation to muster_app;
grant select on operations.operation to muster_gate, muster_worker, muster_signer;
grant select, insert on operations.handling to muster_app, muster_worker;
grant select on operations.handling to muster_gate, muster_signer;

-- feeds --------------------------------------------------------------------------------------------------------------
grant usage on schema feeds to muster_gate, muster_app, muster_worker, muster_signer;
grant select on feeds.source, feeds.audience, feeds.token to muster_gate;
grant update (last_used_on) on feeds.token to muster_gate;
grant select, insert on feeds.source, feeds.delivery, feeds.code_salt, feeds.token to muster_app;
grant update (revoked_at) on feeds.token to muster_app;
grant select, insert, update on feeds.mapping to muster_app;
grant select on all tables in schema feeds to muster_app;
grant select on all tables in schema feeds to muster_worker;
-- Of tokens nobody but the gate reads the hash.
revoke select on feeds.token from muster_app, muster_worker;
grant select (id, public_id, source, label, scope, given_by, given_at, expires_at, revoked_at, last_used_on) on feeds.token
  to muster_app;
grant update on feeds.delivery to muster_worker;
grant insert, update on feeds.delivery_part to muster_worker;
grant insert on feeds.refused_row, feeds.audience to muster_worker;
grant insert on feeds.postponement, feeds.deletion to muster_app;
grant update (state, decided_by, decided_at, decline_reason) on feeds.deletion to muster_app;
grant update on feeds.deletion to muster_worker;
grant delete on feeds.delivery, feeds.delivery_part, feeds.refused_row, feeds.mapping, feeds.clearance to muster_worker;
grant update (threats, granted_threats) on feeds.clearance to muster_worker;
grant select (id, sha256) on feeds.delivery to muster_signer;
grant select on feeds.deletion to muster_signer;
grant update (state, signature, key_fingerprint, certified_at) on feeds.deletion to muster_signer;
-- The desk asks and the originator answers: policies of feeds.clearance tell them apart.
grant insert on feeds.clearance to muster_app;
grant update (state, granted_countries, granted_threats, granted_until, answer, answered_by, answered_at, withdrawn_by,
  withdrawn_at) on feeds.clearance to muster_app;
grant update (applied_at) on feeds.clearance to muster_worker;
revoke all on function feeds.cleared_countries from public;
grant execute on function feeds.cleared_countries to muster_gate, muster_app, muster_worker;

-- threats: an assertion is only ever added; what a source says is never changed, only said otherwise later. Its readers
-- grow when the source clears it ------------------------------------------------------------------------------------
grant usage on schema threats to muster_app, muster_worker;
grant select on all tables in schema threats to muster_app, muster_worker;
grant insert on threats.threat, threats.assertion, threats.audience_set, threats.counter, threats.listing to muster_worker;
grant update (audience_set) on threats.threat to muster_worker;
grant update (audience) on threats.assertion to muster_worker;
grant update (merged_into) on threats.threat to muster_app;
grant update on threats.counter to muster_worker;
grant usage, update on sequence threats.commit_sequence to muster_worker;
grant insert, update on threats.merge to muster_app;
grant insert, update on threats.personal_review to muster_app;
grant insert on threats.subject_request, threats.subject_consultation to muster_app;
grant update (state, consultation_due_on, outcome, grounds, decided_by, decided_at, answered_at, revision)
  on threats.subject_request to muster_app;
grant update (answer, grounds, answered_at) on threats.subject_consultation to muster_app;
-- Deleting is the worker's alone, when a delivery goes.
grant delete on threats.threat, threats.assertion, threats.counter, threats.listing, threats.merge, threats.personal_review
  to muster_worker;
grant update (merged_into) on threats.threat to muster_worker;
grant update on threats.listing to muster_worker;
grant insert, delete on threats.searchable_value, threats.searchable_reference to muster_worker;
grant insert, update on threats.search_progress to muster_worker;
grant insert, delete on threats.searched_delivery to muster_worker;

-- jurisdiction -------------------------------------------------------------------------------------------------------
grant usage on schema jurisdiction to muster_app, muster_worker;
grant select on jurisdiction.decision to muster_app, muster_worker;
grant select on jurisdiction.table_edition to muster_app, muster_worker;
grant insert on jurisdiction.table_edition to muster_worker;
grant insert on jurisdiction.decision to muster_app;
grant delete on jurisdiction.decision to muster_worker;
grant update (withdrawn_at, withdrawn_by) on jurisdiction.decision to muster_app;

-- packages: composed by the worker, ordered by the desk, released by the signer alone. Nothing of these is ever changed;
-- a draft is replaced while nobody ordered it, which the references to it hold ---------------------------------------
grant usage on schema packages to muster_app, muster_worker, muster_signer;
grant select on all tables in schema packages to muster_app, muster_worker, muster_signer;
grant insert, delete on packages.country_package, packages.package_file, packages.package_threat to muster_worker;
grant insert on packages.release_order to muster_app;
grant insert on packages.release to muster_signer;
-- A package that told of what was deleted is recalled by the worker.
grant insert on packages.recall to muster_worker;
revoke all on function packages.is_released from public;
grant execute on function packages.is_released to muster_app;

-- outcomes: a stated figure is never changed ---------------------------------------------------------------------------
grant usage on schema outcomes to muster_app, muster_worker;
grant select, insert on outcomes.figure to muster_app, muster_worker;
grant select on outcomes.deleted_input to muster_worker;
grant insert on outcomes.deleted_input to muster_worker;
grant select on outcomes.deleted_input to muster_app;

-- After a deletion the worker vacuums what held the rows. Before PostgreSQL 17 that needs the owner: autovacuum does it there.
do $$ begin
  if current_setting('server_version_num')::integer >= 170000 then
    execute 'grant maintain on all tables in schema feeds, threats, jurisdiction, packages to muster_worker';
  end if;
end $$;
