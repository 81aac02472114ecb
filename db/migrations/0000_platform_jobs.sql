-- Worker processes that may hold jobs. A row is written before a process takes its first job; one whose `beat_at` is
-- older than 30 seconds counts as dead (on its own machine the process table is asked instead).
create table platform.worker_process (
  id text primary key,
  started_at timestamptz not null default now(),
  beat_at timestamptz not null default now()
);

-- The only way for a program to ask for work. As definer, so that a program that faces people can add a job
-- and can neither read nor take one.
create function platform.add_job(name text, payload json, queue text, key text, max_attempts integer, run_at timestamptz)
  returns bigint
  language sql
  security definer
  set search_path = pg_catalog
as $$
  select job.id
    from graphile_worker.add_job(
      identifier => name, payload => payload, queue_name => queue, job_key => key,
      max_attempts => max_attempts, run_at => run_at) as job
$$;
revoke all on function platform.add_job from public;

-- The queue's tables come with row-level security and no policy. The worker passes it by; the signer needs these.
create policy signer on graphile_worker._private_jobs to muster_signer using (true) with check (true);
create policy signer on graphile_worker._private_job_queues to muster_signer using (true) with check (true);
create policy signer on graphile_worker._private_tasks to muster_signer using (true) with check (true);
