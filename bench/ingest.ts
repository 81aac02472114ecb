import { fork } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { mkdir, mkdtemp, open, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { receiveDelivery, registerSource } from "#capabilities/feeds/index.ts";
import { loadPublicData } from "#capabilities/jurisdiction/index.ts";
import { insertOperation, type Operation, type SourceDeclaration } from "#capabilities/operations/index.ts";
import { takeDelivery } from "#capabilities/threats/index.ts";
import { localFileStore } from "#platform/files/store.ts";
import { copyIn } from "#platform/postgres/copy.ts";
import { type Database, openDatabase } from "#platform/postgres/database.ts";
import { migrate } from "#platform/postgres/migrate.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { peakMemory, serverCpuSeconds, watchServer } from "./processes.ts";

/**
 * Intake beside a bare COPY of the same bytes into an unlogged table without index, on the same server, in the same
 * run. Prints for each case the seconds, the yardstick's seconds and the ratio; absolute times mean nothing here.
 */
export async function benchIngest(rowCount: number, large: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "muster-bench-"));
  const memory = peakMemory();
  try {
    const files = await makeFiles(folder, rowCount, large);
    const database = await openDatabase({ dataDir: join(folder, "data") });
    try {
      await migrate(database.pool("owner"));
      const name = await database.pool("owner").query<{ cluster_name: string }>("show cluster_name");
      watchServer(name.rows[0]?.cluster_name ?? "");
      const intake = await openIntake(database, join(folder, "data"));
      const floor = await bareCopy(database, files.first);
      report("bare COPY of the CSV", floor, floor);
      memory.restart();
      report("a worker's very first, loads the public tables", await intake(files.warm), floor);
      report("first delivery", await intake(files.first), floor);
      report("identical file again", await intake(files.first), floor);
      report("one row in a hundred changed", await intake(files.changed), floor);
      if (files.more.length > 0) {
        for (const path of files.more.slice(0, -1)) report("  (filling)", await intake(path), floor);
        const last = files.more.at(-1) ?? files.first;
        const beside = await bareCopy(database, last);
        report("a million new rows into several million", await intake(last), beside);
      }
      const stix = await intake(files.stix);
      const megabytes = memory.megabytes(); // before the yardstick, which holds the whole bundle in memory
      const parse = await parseAlone(files.stix);
      report("STIX bundle, beside 2 x JSON.parse + bare COPY", stix, 2 * parse + floor);
      console.log(`peak memory of all processes: ${Math.round(megabytes)} MB`);
    } finally {
      await database.close();
    }
  } finally {
    memory.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

let before = { own: process.cpuUsage(), server: 0 };

/** CPU seconds of this process, parse thread included, and of the server: on a busy machine they say more than the clock. */
function report(what: string, seconds: number, yardstick: number): void {
  const { user, system } = process.cpuUsage(before.own);
  const server = serverCpuSeconds();
  const cpu = [user / 1e6, system / 1e6, server - before.server].map((each) => each.toFixed(1));
  const ratio = (seconds / yardstick).toFixed(2).padStart(6);
  console.log(
    `${what.padEnd(48)} ${seconds.toFixed(2).padStart(7)} s   ratio ${ratio}   CPU s: user ${cpu[0]} system ${cpu[1]} server ${cpu[2]}`,
  );
  before = { own: process.cpuUsage(), server };
}

async function makeFiles(folder: string, rowCount: number, large: boolean) {
  const program = new URL("./make-files.ts", import.meta.url);
  const child = fork(program, [folder, String(rowCount), large ? "large" : "no"]);
  await once(child, "exit");
  if (child.exitCode !== 0) throw new Error("the files could not be made");
  const path = (name: string) => join(folder, name);
  const more = large ? [1, 2, 3, 4].map((i) => path(`more-${i}.csv`)) : [];
  return {
    warm: path("warm.csv"),
    first: path("first.csv"),
    changed: path("changed.csv"),
    stix: path("bundle.json"),
    more,
  };
}

async function firstBytes(path: string): Promise<string> {
  const file = await open(path, "r");
  const { buffer, bytesRead } = await file.read(Buffer.alloc(500), 0, 500, 0);
  await file.close();
  return buffer.toString("latin1", 0, bytesRead);
}

async function bareCopy(database: Database, path: string): Promise<number> {
  const client = await database.connect("owner");
  const [header = ""] = (await firstBytes(path)).split("\n", 1);
  const columns = header.split(",").map((name) => `"${name}" text`);
  await client.query("drop table if exists public.bare");
  await client.query(`create unlogged table public.bare (${columns.join(",")})`);
  const best = [];
  for (let i = 0; i < 3; i++) {
    await client.query("truncate public.bare");
    const from = performance.now();
    await copyIn(
      client,
      "copy public.bare from stdin (format csv, header)",
      createReadStream(path, { highWaterMark: 1 << 20 }),
    );
    best.push((performance.now() - from) / 1000);
  }
  await client.query("drop table public.bare");
  await client.end();
  return best.sort((a, b) => a - b)[1] ?? 0;
}

/**
 * JSON.parse of the bundle's objects, in slices of 100,000: the text of a million is longer than a string may be.
 * `writeStix` puts one object on a line.
 */
async function parseAlone(path: string): Promise<number> {
  let seconds = 0;
  let slice: string[] = [];
  const parse = () => {
    const text = `[${slice.join("").replace(/,\s*$/, "")}]`;
    slice = [];
    const from = performance.now();
    JSON.parse(text);
    seconds += (performance.now() - from) / 1000;
  };
  for await (const line of createInterface({ input: createReadStream(path, { highWaterMark: 1 << 20 }) })) {
    if (!line.startsWith('{"type":"') || line.startsWith('{"type":"bundle"')) continue;
    slice.push(line.endsWith(",") ? line : `${line},`);
    if (slice.length === 100_000) parse();
  }
  if (slice.length > 0) parse();
  return seconds;
}

/** Receives a file and takes it in, as `deliver` and the worker do, in this process; returns the seconds. */
async function openIntake(database: Database, dataDir: string): Promise<(path: string) => Promise<number>> {
  const store = localFileStore(join(dataDir, "files"));
  const workFolder = join(dataDir, "work");
  await mkdir(workFolder, { recursive: true });
  const pool = database.pool("app");
  const declared: SourceDeclaration = {
    id: "bench",
    name: "Bench",
    kind: "partner",
    reliability: "B",
    credibility: 2,
    tlp: "AMBER",
    mayBeNamed: false,
    deliveries: [],
  };
  const operation: Operation = await transaction(pool, (db) =>
    insertOperation(db, {
      id: "bench",
      name: "Bench",
      from: "2024-01-01",
      to: "2026-12-31",
      mode: "remote",
      purpose: "measurement",
      legalBasis: "none",
      countries: ["ID"],
      sources: [],
    }),
  );
  const source = await transaction(pool, (db) => registerSource(db, operation, declared));
  const here = {
    pool: database.pool("worker"),
    connect: () => database.connect("worker"),
    store,
    workFolder,
    threadModule: new URL("../src/main/intake-thread.ts", import.meta.url),
    loadPublicData,
    timeLimitMs: 3_600_000,
  };
  return async (path) => {
    const from = performance.now();
    const file = { path, name: basename(path), sizeBytes: (await stat(path)).size };
    const receipt = await receiveDelivery(
      { pool, store },
      operation,
      source,
      { file: file.name, method: "bench" },
      file,
    );
    await takeDelivery(here, receipt.delivery);
    return (performance.now() - from) / 1000;
  };
}
