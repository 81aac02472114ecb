import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedServer, startEmbedded } from "./embedded.ts";
import { endPostmaster, findPostmaster } from "./postmaster.ts";
import { isUnavailable, retryWhileUnavailable } from "./transaction.ts";

const PASSWORD = "only for these tests";
const options = { superuserPassword: PASSWORD };
const folders: string[] = [];
const servers: EmbeddedServer[] = [];
const children: ChildProcess[] = [];

function newFolder(parent = tmpdir(), name = "muster-embedded-"): string {
  const folder = mkdtempSync(join(parent, name));
  // As folders usually are: the server's account may pass.
  chmodSync(folder, 0o711);
  folders.push(folder);
  return folder;
}

/** One data folder serves most tests, one after another: making a cluster takes a second. */
let shared = "";
beforeAll(() => {
  shared = join(newFolder(), "data");
});

const clusterOf = (dataDir: string) => join(dataDir, "postgres", "db");

async function start(dataDir = shared): Promise<EmbeddedServer> {
  const server = await startEmbedded(dataDir, options);
  servers.push(server);
  return server;
}

async function client(server: EmbeddedServer): Promise<pg.Client> {
  const made = new pg.Client({
    host: server.socketFolder,
    user: "postgres",
    password: PASSWORD,
    database: "postgres",
  });
  made.on("error", () => undefined);
  await made.connect();
  return made;
}

async function query<Row extends pg.QueryResultRow>(server: EmbeddedServer, text: string): Promise<Row[]> {
  const one = await client(server);
  try {
    return (await one.query<Row>(text)).rows;
  } finally {
    await one.end();
  }
}

async function until(condition: () => boolean, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error("waited too long");
    await sleep(10);
  }
}

afterEach(async () => {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

afterAll(() => {
  for (const folder of folders) {
    // Only a test that failed leaves a server.
    endPostmaster(clusterOf(folder), "at-once");
    endPostmaster(clusterOf(join(folder, "data")), "at-once");
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Another process of ours that uses the data folder, prints "ready", and stays until killed. */
async function startChild(program = "", dataDir = shared): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [
      "--input-type=module",
      "--eval",
      `import pg from "pg";
       import { startEmbedded } from ${JSON.stringify(new URL("./embedded.ts", import.meta.url).href)};
       const server = await startEmbedded(process.env.DATA, { superuserPassword: process.env.PASSWORD });
       process.send("ready");
       setInterval(() => {}, 1000);
       process.on("message", async () => { await server.stop(); process.exit(0); });
       ${program}`,
    ],
    { env: { DATA: dataDir, PASSWORD }, stdio: ["ignore", "inherit", "inherit", "ipc"] },
  );
  children.push(child);
  await once(child, "message");
  return child;
}

describe("startEmbedded", () => {
  it("starts a server on a private socket alone, and stopping waits until it is gone", async () => {
    const server = await start();
    const [settings] = await query(
      server,
      `select current_setting('listen_addresses') as listen, current_setting('data_checksums') as checksums,
              current_setting('fsync') as fsync, current_setting('wal_level') as wal,
              (select datlocprovider::text || ' ' || datlocale from pg_database where datname = 'postgres') as locale`,
    );
    expect(settings).toEqual({
      listen: "",
      checksums: "on",
      fsync: "on",
      wal: "minimal",
      locale: "b C.UTF-8",
    });
    expect(statSync(server.socketFolder).mode & 0o777).toBe(0o700);
    await server.stop();
    servers.pop();
    expect(findPostmaster(clusterOf(shared))).toBeUndefined();
    expect(existsSync(join(clusterOf(shared), "postmaster.pid"))).toBe(false);
  });

  it("does not run as root", async () => {
    const pid = (await start()).pid();
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
  });

  it("refuses a wrong password", async () => {
    const server = await start();
    const stranger = new pg.Client({
      host: server.socketFolder,
      user: "postgres",
      password: "guess",
      database: "postgres",
    });
    await expect(stranger.connect()).rejects.toThrow("password authentication failed");
  });

  it("works when the path is too long for a socket", async () => {
    const dataDir = join(newFolder(), "d".repeat(100), "e".repeat(60));
    const server = await startEmbedded(dataDir, { ...options, durability: "lost-on-power-cut" });
    try {
      expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
      expect(lstatSync(server.socketFolder).mode & 0o777).toBe(0o700);
    } finally {
      await server.stop();
    }
    expect(existsSync(server.socketFolder)).toBe(false);
  });

  const isRoot = process.getuid?.() === 0;
  it.skipIf(!isRoot)("works in a folder that only root may enter", async () => {
    const closed = newFolder(homedir(), ".muster-test-");
    chmodSync(closed, 0o700);
    const server = await startEmbedded(join(closed, "data"), { ...options, durability: "lost-on-power-cut" });
    try {
      expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
    } finally {
      await server.stop();
    }
    expect(existsSync(server.socketFolder)).toBe(false);
  });

  it("takes up a cluster whose making was broken off", async () => {
    const dataDir = newFolder();
    const half = join(dataDir, "postgres", "db.new-broken");
    mkdirSync(half, { recursive: true });
    const { uid, gid } = statSync(join(shared, "postgres"));
    chownSync(join(dataDir, "postgres"), uid, gid);
    utimesSync(half, 0, 0);
    const server = await startEmbedded(dataDir, { ...options, durability: "lost-on-power-cut" });
    try {
      expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
      expect(existsSync(half)).toBe(false);
    } finally {
      await server.stop();
    }
  });
});

describe("several processes on one data folder", () => {
  it("share one server when they start at once on an empty folder", async () => {
    const dataDir = join(newFolder(), "data");
    const begun = await Promise.all(
      [1, 2, 3].map(() => startEmbedded(dataDir, { ...options, durability: "lost-on-power-cut" })),
    );
    expect(new Set(begun.map((server) => server.pid())).size).toBe(1);
    await Promise.all(begun.map((server) => server.stop()));
    expect(findPostmaster(clusterOf(dataDir))).toBeUndefined();
  });

  it("the first leaves, the second goes on; the last to leave ends the server", async () => {
    const child = await startChild();
    const server = await start();
    const pid = server.pid();
    child.send("stop");
    await once(child, "exit");
    await sleep(300);
    expect(findPostmaster(clusterOf(shared))?.pid).toBe(pid);
    expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
    await server.stop();
    servers.pop();
    expect(findPostmaster(clusterOf(shared))).toBeUndefined();
  });

  it("the one that started it is killed: the server goes on for the other", async () => {
    const child = await startChild();
    const server = await start();
    child.kill("SIGKILL");
    await once(child, "exit");
    await sleep(300);
    expect(await query(server, "select 1 as one")).toEqual([{ one: 1 }]);
  });
});

describe("kill -9", () => {
  let server: EmbeddedServer;
  beforeEach(async () => {
    server = await start();
    await query(server, "create table if not exists written (n int primary key)");
    await query(server, "truncate written");
  });

  it("of the only process: the server follows it at once", async () => {
    await server.stop();
    servers.pop();
    const child = await startChild();
    expect(findPostmaster(clusterOf(shared))?.status).toBe("ready");
    child.kill("SIGKILL");
    await until(() => !findPostmaster(clusterOf(shared)), 8000);
  });

  it("of the server during writes: it comes back, no acknowledged row is lost", async () => {
    let last = 0;
    const acknowledged: number[] = [];
    for (let round = 0; round < 3; round++) {
      const killing = sleep(100 + round * 70).then(() => process.kill(server.pid() ?? 0, "SIGKILL"));
      const deadline = Date.now() + 700;
      let writer: pg.Client | undefined;
      while (Date.now() < deadline) {
        await retryWhileUnavailable(async () => {
          writer ??= await client(server);
          const n = ++last;
          try {
            await writer.query("insert into written values ($1)", [n]);
            acknowledged.push(n);
          } catch (error) {
            expect(isUnavailable(error)).toBe(true);
            await writer.end().catch(() => undefined);
            writer = undefined;
            throw error;
          }
        }, 15);
      }
      await writer?.end();
      await killing;
    }
    expect(acknowledged.length).toBeGreaterThan(10);
    const kept = new Set((await query<{ n: number }>(server, "select n from written")).map((row) => row.n));
    expect(acknowledged.filter((n) => !kept.has(n))).toEqual([]);
  });

  it("of the process that writes: the next start has every row it was told of", async () => {
    await server.stop();
    servers.pop();
    for (let round = 0; round < 2; round++) {
      const child = await startChild(
        `const client = new pg.Client({ host: server.socketFolder, user: "postgres", password: process.env.PASSWORD, database: "postgres" });
         await client.connect();
         for (let n = ${(round + 1) * 1_000_000}; ; n++) { await client.query("insert into written values ($1)", [n]); process.send(n); }`,
      );
      const told: number[] = [];
      child.on("message", (n) => told.push(Number(n)));
      await until(() => told.length > 20 + round * 30);
      child.kill("SIGKILL");
      await once(child, "close");
      const again = await start();
      const kept = new Set((await query<{ n: number }>(again, "select n from written")).map((row) => row.n));
      expect(told.filter((n) => !kept.has(n))).toEqual([]);
      await again.stop();
      servers.pop();
    }
  });

  it("of the watcher alone: the server can still be joined, and stopping ends it", async () => {
    const watcher = parentOf(server.pid() ?? 0);
    const readers = readdirSync("/proc").filter(
      (pid) => /^\d+$/.test(pid) && parentOf(Number(pid)) === watcher,
    );
    for (const pid of [watcher, ...readers.map(Number)])
      if (pid !== server.pid()) process.kill(pid, "SIGKILL");
    const second = await start();
    expect(await query(second, "select 1 as one")).toEqual([{ one: 1 }]);
    await Promise.all(servers.splice(0).map((each) => each.stop()));
    expect(findPostmaster(clusterOf(shared))).toBeUndefined();
  });
});

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  } catch {
    // It ended while we looked.
    return 0;
  }
}
