import type pg from "pg";

type Db = pg.ClientBase | pg.Pool;

/**
 * Appends entries, in order, in a transaction of their own. It does not wait for the disk: the lock on the log would be
 * held meanwhile, and everybody would wait for everybody. A power cut can therefore lose what was *read* in its last half
 * second; it cannot lose an act's beginning and keep the act, whose own commit flushes all that was written before it.
 */
export async function appendEntries(
  db: pg.Pool,
  entries: readonly Readonly<Record<string, unknown>>[],
): Promise<void> {
  await db.query(
    "/* audit.appendEntries */ select audit.append($1::jsonb) from set_config('synchronous_commit', 'off', true)",
    [JSON.stringify(entries)],
  );
}

/** An entry with the bytes that were hashed (canonical JSON) and their hash in hex. */
export interface StoredEntry {
  readonly number: number;
  readonly line: string;
  readonly hash: string;
}

/** Entries of these numbers, both included, in order. */
export async function listStoredEntries(db: Db, from: number, to: number): Promise<StoredEntry[]> {
  const found = await db.query<StoredEntry>(
    `/* audit.listStoredEntries */
     select number::float8 as number, audit.line(entry) as line, encode(hash, 'hex') as hash
       from audit.entry where number between $1 and $2 order by number`,
    [from, to],
  );
  return found.rows;
}

/** Hashes of the first `size` entries, in order: 32 bytes each. */
export async function listHashes(db: Db, size: number): Promise<Buffer[]> {
  const found = await db.query<{ hash: Buffer }>(
    "/* audit.listHashes */ select hash from audit.entry where number <= $1 order by number",
    [size],
  );
  return found.rows.map(({ hash }) => hash);
}

/** Number of the last entry; 0 before there is one. */
export async function countEntries(db: Db): Promise<number> {
  const found = await db.query<{ number: number }>(
    "/* audit.countEntries */ select coalesce(max(number), 0)::float8 as number from audit.entry",
  );
  return found.rows[0]?.number ?? 0;
}

export interface Checkpoint {
  /** How many entries it covers. */
  readonly size: number;
  readonly root: Buffer;
  readonly at: Date;
  readonly signature: string;
  readonly keyFingerprint: string;
  /** Roots of the full subtrees, from the left. */
  readonly frontier: readonly Buffer[];
}

/** All checkpoints, the earliest first. */
export async function listCheckpoints(db: Db): Promise<Checkpoint[]> {
  const found = await db.query<Checkpoint>(
    `/* audit.listCheckpoints */
     select size::float8 as size, root, at, signature, key_fingerprint as "keyFingerprint", frontier
       from audit.checkpoint order by size`,
  );
  return found.rows;
}

export async function findLatestCheckpoint(db: Db): Promise<Checkpoint | null> {
  const found = await db.query<Checkpoint>(
    `/* audit.findLatestCheckpoint */
     select size::float8 as size, root, at, signature, key_fingerprint as "keyFingerprint", frontier
       from audit.checkpoint order by size desc limit 1`,
  );
  return found.rows[0] ?? null;
}

/** Of two signers who sign the same size, the first one's stays. */
export async function insertCheckpoint(db: Db, checkpoint: Checkpoint): Promise<void> {
  await db.query(
    `/* audit.insertCheckpoint */
     insert into audit.checkpoint (size, root, at, signature, key_fingerprint, frontier)
     values ($1, $2, $3, $4, $5, $6) on conflict (size) do nothing`,
    [
      checkpoint.size,
      checkpoint.root,
      checkpoint.at,
      checkpoint.signature,
      checkpoint.keyFingerprint,
      checkpoint.frontier,
    ],
  );
}

/** An entry as it is read on a screen. */
export interface Entry {
  readonly number: number;
  readonly id: string;
  readonly at: Date;
  readonly officer: string | null;
  readonly session: string | null;
  readonly operation: string | null;
  readonly act: string;
  readonly subjectKind: string | null;
  readonly subjectId: string | null;
  readonly purpose: string | null;
  readonly outcome: "begun" | "done" | "refused" | "failed";
  readonly code: string | null;
  readonly detail: Record<string, string | number | boolean | null>;
  /** Hex. */
  readonly hash: string;
}

export interface EntryFilter {
  readonly officer: string | null;
  readonly operation: string | null;
  readonly act: string | null;
  readonly from: string | null;
  readonly to: string | null;
}

const ENTRY = `entry.number::float8 as number, entry.id, entry.at, entry.officer, entry.session, entry.operation, entry.act,
  entry.subject_kind as "subjectKind", entry.subject_id as "subjectId", entry.purpose, entry.outcome, entry.code,
  entry.detail, encode(entry.hash, 'hex') as hash`;

/**
 * The latest entries that the caller may see, newest first, older than the entry `before` when that is given. Ordered by
 * what the entries themselves say and not by their numbers, so that who sees a part of the log learns nothing of the rest.
 */
export async function listEntries(
  db: Db,
  filter: EntryFilter,
  before: string | null,
  limit: number,
): Promise<Entry[]> {
  const found = await db.query<Entry>(
    `/* audit.listEntries */
     select ${ENTRY} from audit.entry
      where ($1::uuid is null or officer = $1) and ($2::text is null or operation = $2) and ($3::text is null or act = $3)
        and ($4::timestamptz is null or at >= $4) and ($5::timestamptz is null or at < $5)
        and ($6::uuid is null or (at, id) < (select last.at, last.id from audit.entry as last where last.id = $6))
      order by at desc, id desc limit $7`,
    [filter.officer, filter.operation, filter.act, filter.from, filter.to, before, limit],
  );
  return found.rows;
}
