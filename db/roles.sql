-- Who may do what. Applied after every migration, so it only says what holds now, each statement repeatable.
-- How to read it: every program has its own role (src/platform/postgres/roles.ts creates them).
--   muster_owner   owns all tables and migrates; no program runs as it, or the grants below would mean nothing
--   muster_app     http and cli: faces people, held by row-level security
--   muster_worker  takes deliveries in; passes row-level security by, because COPY demands it
--   muster_signer  reads releases and adds signatures
-- What may not change is not granted: a table without `update` and `delete` here is append-only.
-- A room's grants stand under its own heading, in the order of the rooms.

revoke all on schema public from public;

-- platform -----------------------------------------------------------------------------------------------------------
grant usage on schema platform to muster_app, muster_worker, muster_signer;
grant select on platform.migration to muster_app, muster_worker, muster_signer;
