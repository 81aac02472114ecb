import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerSource } from "#capabilities/feeds/index.ts";
import { insertOperation } from "#capabilities/operations/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { withDatabase } from "../support/database.ts";
import { openTestServer, type SignedIn, type TestServer } from "../support/http.ts";
import { anOperationFile, aSource } from "../support/intake.ts";
import { mountSmallDisk, type SmallDisk } from "../support/small-disk.ts";

const MEBIBYTE = 1 << 20;
const database = withDatabase();
const folder = mkdtempSync(join(tmpdir(), "muster-upload-"));
const defects: unknown[] = [];
let http: TestServer;
let address = "";
let partner: SignedIn;

const URL_OF_DELIVERIES = "/operations/harbour/deliveries?source=partner-a&file=large.csv&role=c2";

async function open(storeFolder: string): Promise<[TestServer, string]> {
  const opened = await openTestServer(database(), defects, storeFolder, 256 * MEBIBYTE);
  return [opened, await opened.server.listen({ host: "127.0.0.1", port: 0 })];
}

beforeAll(async () => {
  const operation = await transaction(database().pool("app"), async (db) => {
    const inserted = await insertOperation(db, anOperationFile());
    await registerSource(db, inserted, aSource("partner-a"));
    return inserted;
  });
  [http, address] = await open(join(folder, "files"));
  partner = await http.officer({
    roles: [{ operation: operation.id, role: "partner", source: "partner-a" }],
  });
});
afterAll(async () => {
  await http.close();
  rmSync(folder, { recursive: true, force: true });
  expect(defects).toEqual([]);
});

const filesIn = (path: string) =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name);

async function deliveries(): Promise<number> {
  const { rows } = await database().pool("owner").query("select count(*)::integer as n from feeds.delivery");
  return rows[0].n;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends so many mebibytes of lines, all from the same buffer, so that the sender needs no memory either. */
async function upload(to: string, mebibytes: number, key: string): Promise<Answer> {
  const lines = Buffer.alloc(MEBIBYTE, `198.18.0.1,${key}\n`);
  const sending = request(`${to}${URL_OF_DELIVERIES}`, {
    method: "POST",
    headers: {
      cookie: partner.cookie,
      "content-type": "application/octet-stream",
      "idempotency-key": key,
    },
  });
  const answered = new Promise<Answer>((resolve, reject) => {
    sending.once("error", reject);
    sending.once("response", (response) => {
      json(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
  });
  const sent = pipeline(Readable.from(times(lines, mebibytes), { highWaterMark: 1 }), sending);
  // Whoever is refused while sending cannot finish; what counts is the answer.
  await Promise.race([sent.catch(() => undefined), answered.catch(() => undefined)]);
  return answered;
}

function* times(buffer: Buffer, count: number): Generator<Buffer> {
  for (let left = count; left > 0; left--) yield buffer;
}

describe("an upload", () => {
  it("of 200 MB goes into the store piece by piece: memory stays where it was", async () => {
    await upload(address, 1, "warm");
    const before = process.memoryUsage().rss;
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 10);
    const answer = await upload(address, 200, "large");
    clearInterval(watch);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ sizeBytes: 200 * MEBIBYTE, state: "received" });
    expect(peak - before).toBeLessThan(100 * MEBIBYTE);
  }, 60_000);

  it("that breaks off leaves nothing, and the same request may be sent again", async () => {
    const before = [await deliveries(), filesIn(join(folder, "files"))];
    const { port } = new URL(address);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write(
      `POST ${URL_OF_DELIVERIES} HTTP/1.1\r\nhost: x\r\ncookie: ${partner.cookie}\r\ncontent-type: application/octet-stream\r\nidempotency-key: broken\r\ncontent-length: 1048576\r\n\r\n`,
    );
    socket.write(Buffer.alloc(500_000, "x"));
    while (filesIn(join(folder, "files", "incoming")).length === 0) await sleep(10);
    socket.destroy();
    await once(socket, "close");
    while (filesIn(join(folder, "files", "incoming")).length > 0) await sleep(10);
    expect([await deliveries(), filesIn(join(folder, "files"))]).toEqual(before);
    let answer = await upload(address, 1, "broken");
    while (answer.status === 409) {
      await sleep(20);
      answer = await upload(address, 1, "broken");
    }
    expect(answer.status).toBe(201);
  }, 30_000);

  it("that is too large is refused while it arrives, and nothing is kept", async () => {
    const before = [await deliveries(), filesIn(join(folder, "files"))];
    const answer = await upload(address, 260, "too-large").catch(() => null);
    // A sender that is still writing may see the connection end before it reads the answer.
    if (answer !== null) expect(answer.body).toMatchObject({ code: "feeds.delivery_too_large" });
    expect([await deliveries(), filesIn(join(folder, "files"))]).toEqual(before);
  }, 60_000);

  it("by nobody is not read", async () => {
    const answer = await fetch(`${address}${URL_OF_DELIVERIES}`, {
      method: "POST",
      headers: { "content-type": "application/octet-stream" },
      body: new Uint8Array(MEBIBYTE),
    });
    expect([answer.status, answer.headers.get("connection")]).toEqual([401, "close"]);
  });
});

describe("a full disk", () => {
  let disk: SmallDisk | null = null;
  afterAll(() => disk?.unmount());

  it("is said plainly, leaves nothing, and the same request is taken once there is room", async (context) => {
    disk = mountSmallDisk(join(folder, "small"), 8);
    if (disk === null) return context.skip();
    const [small, there] = await open(disk.folder);
    try {
      await disk.fillUp(2 * MEBIBYTE);
      const before = await deliveries();
      const answer = await upload(there, 4, "full");
      expect([answer.status, answer.body]).toMatchObject([503, { code: "files.disk_full" }]);
      expect(filesIn(disk.folder)).toEqual(["ballast"]);
      expect(await deliveries()).toBe(before);
      disk.makeRoom();
      expect((await upload(there, 4, "full")).status).toBe(201);
      expect(defects.splice(0)).toMatchObject([{ err: { code: "files.disk_full" } }]);
      expect(JSON.stringify(answer.body)).not.toContain(folder);
    } finally {
      await small.close();
    }
  }, 30_000);
});
