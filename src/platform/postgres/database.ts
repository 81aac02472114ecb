import { join, resolve } from "node:path";
import pg from "pg";
import { CallerPool } from "./caller.ts";
import { readOrMakeCredentials } from "./credentials.ts";
import { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { DATABASE_ROLES, type DatabaseRole, ensureRoles, roleName } from "./roles.ts";
import { valueTypes } from "./value-types.ts";

export interface DatabaseOptions {
  /** Folder of the embedded server and its credentials. Not touched when `databaseUrl` is given. */
  readonly dataDir: string;
  /** `postgresql://` of any PostgreSQL 15 or newer instead of the embedded server. */
  readonly databaseUrl?: string | undefined;
  /** Separate addresses of single roles; a role without one uses `databaseUrl` and takes on the role when connecting. */
  readonly roleUrls?: Partial<Readonly<Record<DatabaseRole, string>>> | undefined;
  readonly durability?: EmbeddedOptions["durability"];
  /** Told of lost idle connections and of a server that does not come back. Default: a process warning. */
  readonly onTrouble?: ((error: unknown) => void) | undefined;
}

/** Connections of this process, each role with its own. Nobody but `main/` and tests may open one. */
export interface Database {
  /** Pooled connections of a role, made at first use. */
  pool(role: DatabaseRole): pg.Pool;
  /** A connection of its own for COPY, LISTEN or session settings; the caller ends it. */
  connect(role: DatabaseRole): Promise<pg.Client>;
  /** How a child process or a library reaches the database as this role. Holds a password: never in an argument or a log. */
  urlFor(role: DatabaseRole): string;
  /** Ends all pooled connections, then gives up the embedded server. */
  close(): Promise<void>;
}

/**
 * Opens the database: the embedded server of the data folder (made and started as needed), or the given one.
 * It is not migrated here: see `migrate`. Throws a Problem when no server can be reached or started.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const onTrouble = options.onTrouble ?? ((error) => process.emitWarning(describeTrouble(error)));
  if (options.databaseUrl !== undefined)
    return connectTo(externalUrls(options, options.databaseUrl), onTrouble);

  const dataDir = resolve(options.dataDir);
  const credentials = readOrMakeCredentials(join(dataDir, "credentials.json"));
  const server = await startEmbedded(dataDir, {
    superuserPassword: credentials.superuser,
    durability: options.durability,
    onTrouble,
  });
  const urlOf = (user: string, password: string, database: string) =>
    embeddedUrl(server, user, password, database);
  try {
    await prepareCluster(urlOf("postgres", credentials.superuser, "postgres"), credentials.roles);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const urlFor = (role: DatabaseRole) => urlOf(roleName(role), credentials.roles[role], "muster");
  return connectTo(urlFor, onTrouble, server);
}

/** A `Database` over ready addresses; `server` is given up when it closes. */
export function connectTo(
  urlFor: (role: DatabaseRole) => string,
  onTrouble: (error: unknown) => void,
  server?: Pick<EmbeddedServer, "stop">,
): Database {
  const pools = new Map<DatabaseRole, pg.Pool>();
  let isClosing = false;
  // The server may end sessions before it has read that we end them.
  const onLost = (error: unknown) => {
    if (!isClosing) onTrouble(error);
  };
  let closed: Promise<void> | undefined;
  const close = async () => {
    isClosing = true;
    await Promise.all([...pools.values()].map((pool) => pool.end()));
    await server?.stop();
  };
  return {
    urlFor,
    pool(role) {
      if (isClosing) throw new Error("the database is closed");
      let pool = pools.get(role);
      if (!pool) {
        pool = new CallerPool({
          ...connection(role, urlFor(role)),
          max: POOL_SIZES[role],
          idleTimeoutMillis: 30_000,
        });
        // Without a listener a lost idle connection would end the process.
        pool.on("error", onLost);
        pool.on("connect", (client) => client.on("error", onLost));
        pools.set(role, pool);
      }
      return pool;
    },
    async connect(role) {
      const client = new pg.Client(connection(role, urlFor(role)));
      client.on("error", onLost);
      await client.connect();
      return client;
    },
    close: () => (closed ??= close()),
  };
}

/** Together below the embedded server's 80, with two processes of each kind. */
const POOL_SIZES: Readonly<Record<DatabaseRole, number>> = {
  owner: 4,
  gate: 5,
  app: 10,
  worker: 8,
  signer: 2,
};

function connection(role: DatabaseRole, url: string): pg.ClientConfig {
  return {
    connectionString: url,
    types: valueTypes,
    application_name: `muster ${role}`,
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
  };
}

function embeddedUrl(server: EmbeddedServer, user: string, password: string, database: string): string {
  return `postgresql://${user}:${encodeURIComponent(password)}@/${database}?host=${encodeURIComponent(server.socketFolder)}`;
}

function externalUrls(options: DatabaseOptions, databaseUrl: string): (role: DatabaseRole) => string {
  return (role) => {
    const own = options.roleUrls?.[role];
    // The owner's address is used as it stands: whoever logs in there owns what the migrations make.
    if (own !== undefined || role === "owner") return own ?? databaseUrl;
    return addressInRole(databaseUrl, role);
  };
}

/** The same address, whose sessions begin in `role` and fall back to it on RESET ROLE. Also without a host (Unix socket). */
function addressInRole(databaseUrl: string, role: DatabaseRole): string {
  const [base, query = ""] = databaseUrl.split("?", 2);
  const parameters = new URLSearchParams(query);
  const given = parameters.get("options");
  parameters.set("options", `${given ? `${given} ` : ""}-c role=${roleName(role)}`);
  return `${base}?${parameters.toString().replaceAll("+", "%20")}`;
}

/** Written last, as a comment on the database: a start that was killed half-way is done again, each step may be repeated. */
const PREPARED = `Muster: complete for ${DATABASE_ROLES.join(", ")}`;

/** First start: roles with their passwords and the database. Later: one look, nothing changed. */
async function prepareCluster(
  superuserUrl: string,
  passwords: Readonly<Record<DatabaseRole, string>>,
): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl, connectionTimeoutMillis: 15_000 });
  await client.connect();
  try {
    const found = await client.query<{ ready: boolean }>(
      `/* platform.isClusterPrepared */
       select exists (select from pg_database
                       where datname = 'muster' and shobj_description(oid, 'pg_database') = '${PREPARED}') as ready`,
    );
    if (found.rows[0]?.ready) return;
    // Two starters: the second waits here and finds everything made.
    await client.query(
      "/* platform.lockCluster */ select pg_advisory_lock(hashtext('muster.prepareCluster'))",
    );
    await ensureRoles(client);
    for (const role of DATABASE_ROLES) {
      const password = client.escapeLiteral(passwords[role]);
      await client.query(
        `/* platform.setRolePassword */ alter role ${roleName(role)} login password ${password}`,
      );
    }
    const again = await client.query(
      "/* platform.findDatabase */ select from pg_database where datname = 'muster'",
    );
    if (again.rowCount === 0) {
      await client.query(`/* platform.createDatabase */ create database muster owner ${roleName("owner")}`);
      await client.query(
        "/* platform.closeDatabase */ revoke connect, temporary on database muster from public",
      );
    }
    for (const role of DATABASE_ROLES) {
      await client.query(
        `/* platform.openDatabase */ grant connect, temporary on database muster to ${roleName(role)}`,
      );
    }
  } finally {
    await client.end();
  }
}

function describeTrouble(error: unknown): string {
  return `database: ${error instanceof Error ? error.message : String(error)}`;
}
