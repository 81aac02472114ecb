-- How many jobs of these names wait or run: what a command that asked for work waits for. A definer function, because
-- the queue's tables belong to the library and app may not look into payloads.
create function platform.count_jobs(names text[]) returns integer
  language sql stable security definer set search_path = ''
  as $$ select count(*)::integer from graphile_worker.jobs where task_identifier = any(names) and attempts < max_attempts $$;
revoke all on function platform.count_jobs from public;
