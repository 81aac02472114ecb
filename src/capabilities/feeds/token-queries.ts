import type pg from "pg";

type Db = pg.ClientBase | pg.Pool;

/** A token of a partner's machine, without what makes it one. Instants in milliseconds since the epoch, UTC. */
export interface Token {
  readonly publicId: string;
  readonly label: string;
  readonly givenAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
  /** ISO date. */
  readonly lastUsedOn: string | null;
}

const TOKEN = `public_id as "publicId", label, (extract(epoch from given_at) * 1000)::float8 as "givenAt",
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAt",
  (extract(epoch from revoked_at) * 1000)::float8 as "revokedAt", last_used_on::text as "lastUsedOn"`;

export async function insertToken(
  db: Db,
  token: {
    readonly source: number;
    readonly label: string;
    readonly sha256: Buffer;
    readonly days: number;
  },
): Promise<Token> {
  const inserted = await db.query<Token>(
    `/* feeds.insertToken */
     insert into feeds.token (source, label, token_sha256, expires_at)
     values ($1, $2, $3, now() + make_interval(days => $4)) returning ${TOKEN}`,
    [token.source, token.label, token.sha256, token.days],
  );
  const row = inserted.rows[0];
  if (row === undefined) throw new Error("feeds.insertToken returned no row");
  return row;
}

export async function listTokens(db: Db, source: number): Promise<Token[]> {
  const found = await db.query<Token>(
    `/* feeds.listTokens */ select ${TOKEN} from feeds.token where source = $1 order by given_at, public_id`,
    [source],
  );
  return found.rows;
}

/** The token as it is now, revoked; null when this source has none of this id. The first moment of revoking stands. */
export async function updateTokenRevoked(db: Db, source: number, publicId: string): Promise<Token | null> {
  const updated = await db.query<Token>(
    `/* feeds.updateTokenRevoked */
     update feeds.token set revoked_at = coalesce(revoked_at, now()) where source = $1 and public_id = $2
     returning ${TOKEN}`,
    [source, publicId],
  );
  return updated.rows[0] ?? null;
}

/** For whom a machine comes in. */
export interface TokenHolder {
  readonly id: number;
  readonly publicId: string;
  readonly operation: number;
  readonly operationCode: string;
  readonly source: number;
  /** Id of the source within the operation. */
  readonly externalId: string;
}

/** The holder of a token in force. Asked as `muster_gate`, which alone reads hashes; notes the day. */
export async function useToken(gate: Db, sha256: Buffer): Promise<TokenHolder | null> {
  const found = await gate.query<TokenHolder & { isNoted: boolean }>(
    `/* feeds.useToken find */
     select token.id, token.public_id as "publicId", source.operation, operation.code as "operationCode",
            source.id as source, source.external_id as "externalId", coalesce(last_used_on = current_date, false) as "isNoted"
       from feeds.token join feeds.source on source.id = token.source
       join operations.operation on operation.id = source.operation
      where token_sha256 = $1 and revoked_at is null and expires_at > now()`,
    [sha256],
  );
  const row = found.rows[0];
  if (row === undefined) return null;
  const { isNoted, ...holder } = row;
  if (!isNoted)
    await gate.query(
      "/* feeds.useToken note */ update feeds.token set last_used_on = current_date where id = $1",
      [holder.id],
    );
  return holder;
}
