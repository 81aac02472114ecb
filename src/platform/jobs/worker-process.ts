import { createHash, randomBytes } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import type { ClientBase, Pool } from "pg";

/**
 * The name under which this process holds jobs: `muster <machine> <pid> <start> <random>`. Machine is one boot and one
 * process space (containers number their processes apart); start is the process' start time, because numbers are given anew.
 */
export function workerProcessId(): string {
  return `muster ${thisMachine()} ${process.pid} ${startOf(process.pid) ?? "0"} ${randomBytes(4).toString("hex")}`;
}

/** Silence after which a worker of another machine counts as dead. It beats every 10 seconds. */
const EXPIRY_SECONDS = 30;
export const BEAT_SECONDS = 10;

/** Enters the process before its first job and keeps its row fresh afterwards. */
export async function beat(pool: Pool, id: string): Promise<void> {
  await pool.query(
    `/* platform.beat */
     insert into platform.worker_process (id) values ($1)
         on conflict (id) do update set beat_at = now()`,
    [id],
  );
}

/** The process has ended in order and holds nothing. */
export async function signOff(pool: Pool, id: string): Promise<void> {
  await pool.query("/* platform.signOff */ delete from platform.worker_process where id = $1", [id]);
}

/**
 * Frees the jobs of workers that are dead, so that they run again at once; the queue by itself waits four hours. On
 * this machine a worker is dead when its process is gone, elsewhere after 30 seconds of silence. A worker that was only
 * cut off may thus run its job beside the second one: a job must bear that. Gives the ids of the dead.
 */
export async function releaseDeadWorkers(database: Pool | ClientBase): Promise<string[]> {
  const { rows } = await database.query<{ id: string; silent: boolean }>(HOLDERS, [EXPIRY_SECONDS]);
  const dead = rows.filter((holder) => isDead(holder.id, holder.silent)).map((holder) => holder.id);
  if (dead.length === 0) return dead;
  await unlockJobs(database, dead);
  await database.query(
    "/* platform.forgetWorkers */ delete from platform.worker_process where id = any($1)",
    [dead],
  );
  return dead;
}

/** Frees all that these workers hold. Only for the dead: a living one's job would run twice. */
export async function unlockJobs(database: Pool | ClientBase, ids: readonly string[]): Promise<void> {
  await database.query("/* platform.unlockJobs */ select graphile_worker.force_unlock_workers($1)", [ids]);
}

/**
 * Tries at once, with attempts counted anew, what waits after failures or was given up. For the start of a worker, which
 * is an operator's act and often follows a repair: the queue by itself waits hours after ten failures and for ever
 * after the last, and the same file handed in again is only a repeat.
 * @param tasks names of the jobs that this worker takes
 */
export async function retryFailedJobs(database: Pool | ClientBase, tasks: readonly string[]): Promise<void> {
  await database.query(
    `/* platform.retryFailedJobs */
     select graphile_worker.reschedule_jobs(
       array(select job.id from graphile_worker._private_jobs job
               join graphile_worker._private_tasks task on task.id = job.task_id
              where task.identifier = any($1) and job.attempts > 0 and job.locked_at is null
                and (job.run_at > now() or job.attempts >= job.max_attempts)),
       run_at => now(), attempts => 0)`,
    [tasks],
  );
}

/** Everyone who is entered or holds something; a holder without a row is silent. */
const HOLDERS = `/* platform.listJobHolders */
  with holder as (
    select id from platform.worker_process
    union select locked_by from graphile_worker._private_jobs where locked_by is not null
    union select locked_by from graphile_worker._private_job_queues where locked_by is not null
  )
  select holder.id, coalesce(worker.beat_at < now() - make_interval(secs => $1), true) as silent
    from holder left join platform.worker_process worker using (id)
   where holder.id like 'muster %'`;

function isDead(id: string, isSilent: boolean): boolean {
  const [, machine, pid, start] = id.split(" ");
  if (machine !== thisMachine()) return isSilent;
  return startOf(Number(pid)) !== start;
}

let machine: string | undefined;

function thisMachine(): string {
  machine ??= createHash("sha256")
    .update(readFileSync("/proc/sys/kernel/random/boot_id"))
    .update(readlinkSync("/proc/self/ns/pid"))
    .digest("hex")
    .slice(0, 12);
  return machine;
}

/** Start time in clock ticks since boot; undefined when there is no such process or only its remains. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the program's name in parentheses and may hold anything.
    const [state, ...rest] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return state === "Z" || state === "X" ? undefined : rest[18];
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) {
      return undefined;
    }
    throw error;
  }
}
