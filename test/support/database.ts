import { randomBytes } from "node:crypto";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, inject } from "vitest";
import { readOrMakeCredentials } from "#platform/postgres/credentials.ts";
import { connectTo, type Database, openDatabase } from "#platform/postgres/database.ts";
import { migrate } from "#platform/postgres/migrate.ts";
import { DATABASE_ROLES, type DatabaseRole, ensureRoles, roleName } from "#platform/postgres/roles.ts";

/**
 * A migrated, empty database of its own for the tests of one file, dropped after them. Call it at the top of the file
 * or of a `describe`; the function it gives hands the database out inside tests.
 */
export function withDatabase(): () => Database {
  let database: Database | undefined;
  beforeAll(async () => {
    database = await createTestDatabase();
  }, 60_000);
  afterAll(async () => {
    await database?.close();
  });
  return () => {
    if (!database) throw new Error("the test database is there only inside tests");
    return database;
  };
}

/**
 * A migrated, empty database cloned from the run's template. `close()` drops it. The server is the run's own embedded
 * one (nothing flushed to disk), or that of MUSTER_TEST_DATABASE_URL, a superuser's address.
 */
export async function createTestDatabase(): Promise<Database> {
  serverOfThisProcess ??= openServer();
  const server = await serverOfThisProcess;
  const name = `test_${process.pid}_${randomBytes(6).toString("hex")}`;
  await asSuperuser(server, async (client) => {
    await client.query(`create database ${name} template ${TEMPLATE} owner ${roleName("owner")}`);
    // Tests that are not about who may see what read as the desk of whatever operation they open.
    await client.query(`alter database ${name} set muster.desk = '{${ANY_OPERATION.join(",")}}'`);
    await client.query(`alter database ${name} set muster.operations = '{${ANY_OPERATION.join(",")}}'`);
    await client.query(`alter database ${name} set muster.officer = '1'`);
  });
  const database = connectTo(
    (role) => server.urlFor(role, name),
    () => undefined,
  );
  return {
    ...database,
    async close() {
      await database.close();
      await asSuperuser(server, (client) => client.query(`drop database ${name} with (force)`));
    },
  };
}

const ANY_OPERATION = Array.from({ length: 100 }, (_, at) => at + 1);

interface TestServer {
  readonly superuserUrl: string;
  /** To be given to the roles, where they have none yet. */
  readonly password?: string;
  urlFor(role: DatabaseRole, database: string): string;
}

/** Kept for the life of the process; the server goes when the last process of the run has gone. */
let serverOfThisProcess: Promise<TestServer> | undefined;

async function openServer(): Promise<TestServer> {
  const given = process.env.MUSTER_TEST_DATABASE_URL;
  const server = given === undefined ? await embeddedServer(inject("databaseFolder")) : externalServer(given);
  await makeTemplate(server);
  return server;
}

async function embeddedServer(dataDir: string): Promise<TestServer> {
  // Never closed: leaving is the end of the process.
  const database = await openDatabase({ dataDir, durability: "lost-on-power-cut" });
  const credentials = readOrMakeCredentials(join(dataDir, "credentials.json"));
  const address = new URL(database.urlFor("owner").replace("@/", "@localhost/"));
  const named = (user: string, password: string, name: string) =>
    `postgresql://${user}:${password}@/${name}${address.search}`;
  return {
    superuserUrl: named("postgres", credentials.superuser, "postgres"),
    urlFor: (role, name) => named(roleName(role), credentials.roles[role], name),
  };
}

/** The roles can log in there as on the embedded server, with a password that protects nothing. */
function externalServer(superuserUrl: string): TestServer {
  const [, scheme, , host, , query = ""] =
    /^(postgres(?:ql)?:\/\/)([^@/]*@)?([^/?]*)(\/[^?]*)?(\?.*)?$/.exec(superuserUrl) ?? [];
  return {
    superuserUrl,
    password: "only for tests",
    urlFor: (role, name) => `${scheme}${roleName(role)}:only%20for%20tests@${host}/${name}${query}`,
  };
}

/** Of an external server the template is made anew in each run, or a changed migration would be refused. */
const TEMPLATE = `muster_template_${inject("testRun")}`;

async function makeTemplate(server: TestServer): Promise<void> {
  await asSuperuser(server, async (client) => {
    await client.query("select pg_advisory_lock(hashtext($1))", [TEMPLATE]);
    const found = await client.query("select from pg_database where datname = $1", [TEMPLATE]);
    if (found.rowCount !== 0) return;
    await ensureRoles(client);
    if (server.password !== undefined) {
      const password = client.escapeLiteral(server.password);
      for (const role of DATABASE_ROLES)
        await client.query(`alter role ${roleName(role)} login password ${password}`);
    }
    const building = `${TEMPLATE}_building`;
    await client.query(`drop database if exists ${building} with (force)`);
    await client.query(`create database ${building} owner ${roleName("owner")}`);
    const database = connectTo(
      (role) => server.urlFor(role, building),
      () => undefined,
    );
    try {
      await migrate(database.pool("owner"));
    } finally {
      await database.close();
    }
    await client.query(`alter database ${building} rename to ${TEMPLATE}`);
  });
}

async function asSuperuser<T>(server: TestServer, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: server.superuserUrl });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
