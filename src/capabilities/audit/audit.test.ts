import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asCaller } from "#platform/postgres/caller.ts";
import { loadSigner, type Signer } from "#platform/signing/signer.ts";
import { ensureSigningKey } from "#platform/signing/signing-key.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import { withDatabase } from "../../../test/support/database.ts";
import { exportLog, proveConsistency, proveEntry } from "./acts/exportLog.ts";
import { openRecorder } from "./acts/recordEntry.ts";
import { signCheckpoint } from "./acts/signCheckpoint.ts";
import type { NewEntry } from "./model/entry.ts";
import { verifyLog } from "./verify.ts";

const database = withDatabase();
const folder = mkdtempSync(join(tmpdir(), "audit-"));
let signer: Signer;
let publicKey = "";
let auditor = 0;

beforeAll(async () => {
  const files = {
    privateKeyFile: join(folder, "private.asc"),
    publicKeyFile: join(folder, "signing-key.asc"),
  };
  await ensureSigningKey(files, "Example Desk", new Date("2026-01-01T00:00:00Z"));
  signer = await loadSigner(files.privateKeyFile);
  publicKey = readFileSync(files.publicKeyFile, "utf8");
  const { rows } = await database()
    .pool("owner")
    .query<{ id: number }>(
      `with organisation as (
         insert into people.organisation (code, name, kind) values ('inspectorate', 'Inspectorate', 'police') returning id),
       officer as (insert into people.officer (organisation, name) select id, 'Auditor' from organisation returning id)
       insert into people.duty (officer, duty) select id, 'auditor' from officer returning officer as id`,
    );
  auditor = rows[0]?.id ?? 0;
});
afterAll(() => rmSync(folder, { recursive: true }));

const entry = (change: Partial<NewEntry> = {}): NewEntry => ({
  officer: "00000000-0000-4000-8000-000000000001",
  session: null,
  operation: "harbour",
  act: "threats.findThreat",
  subject: { kind: "threat", id: "abc" },
  purpose: "investigation",
  outcome: "done",
  code: null,
  detail: { from: "192.0.2.1" },
  ...change,
});

const record = (...entries: NewEntry[]) => {
  const recorder = openRecorder(database().pool("gate"));
  return Promise.all(entries.map((each) => recorder.record(each)));
};
const sign = () =>
  signCheckpoint({ pool: database().pool("signer"), signer, now: () => new Date("2026-06-01T00:00:00Z") });
const asAuditor = <T>(work: () => Promise<T>) => asCaller({ officer: String(auditor) }, work);
const exported = () =>
  asAuditor(async () => {
    let text = "";
    for await (const piece of await exportLog(database().pool("app"))) text += piece;
    return Buffer.from(text);
  });

function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, from)) {
    lines.push(bytes.subarray(from, at));
    from = at + 1;
  }
  return [...lines, bytes.subarray(from)];
}
const verify = (bytes: Buffer) => verifyLog(linesOf(bytes), publicKey);

describe("the log in the database", () => {
  it("numbers without a gap and keeps the chain while many write at once", async () => {
    const one = openRecorder(database().pool("gate"));
    const another = openRecorder(database().pool("app"));
    await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        (at % 2 === 0 ? one : another).record(entry({ detail: { turn: at } })),
      ),
    );
    await sign();
    const report = await verify(await exported());
    expect(report).toMatchObject({ good: true, kind: "log", entries: 60, checkpoints: 1, faults: [] });
  });

  it("sorts by time and id as it was written, within a millisecond as well", async () => {
    const { rows } = await database()
      .pool("owner")
      .query<{ number: string }>("select number from audit.entry order by at, id");
    expect(rows.map(({ number }) => Number(number))).toEqual(rows.map((_, at) => at + 1));
  });

  it("writes text in the form of RFC 8785, whatever it is", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
        const plain = text.replaceAll("\0", "").toWellFormed();
        const { rows } = await database()
          .pool("owner")
          .query<{ json: string; detail: string }>(
            "select audit.json($1::text) as json, audit.json($2::jsonb) as detail",
            [plain, JSON.stringify({ zone: plain, Area: 7, b: null, a: true })],
          );
        expect(rows[0]).toEqual({
          json: canonicalJson(plain),
          detail: canonicalJson({ zone: plain, Area: 7, b: null, a: true }),
        });
      }),
      { numRuns: 200 },
    );
  });

  it("takes whatever a stranger put into an address", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: "binary", maxLength: 900 }),
        fc.constantFrom("\0", "\ud800", '"', "\u2028", "\n", ""),
        async (text, hostile) => {
          const sent = `${hostile}${text}`;
          await record(
            entry({ operation: sent, subject: { kind: "threat", id: sent }, detail: { query: sent } }),
          );
        },
      ),
      { numRuns: 50 },
    );
    await sign();
    expect((await verify(await exported())).good).toBe(true);
  });

  it("lets no program change, remove or add an entry by another way", async () => {
    await record(entry());
    for (const role of ["app", "gate", "signer", "worker"] as const) {
      for (const statement of [
        "update audit.entry set act = 'x.y'",
        "delete from audit.entry",
        "truncate audit.entry",
        "insert into audit.entry select * from audit.entry limit 1",
        "update audit.checkpoint set size = 1",
        "delete from audit.checkpoint",
      ]) {
        await expect(database().pool(role).query(statement)).rejects.toThrow("permission denied");
      }
    }
  });

  it("is read by auditors, and by nobody else", async () => {
    const app = database().pool("app");
    const count = async () =>
      (await app.query<{ n: number }>("select count(*)::int as n from audit.entry")).rows[0]?.n;
    expect(await asAuditor(count)).toBeGreaterThan(0);
    expect(await asCaller({ officer: String(auditor + 1), operations: "{1}", desk: "{1}" }, count)).toBe(0);
    await expect(database().pool("gate").query("select from audit.entry")).rejects.toThrow(
      "permission denied",
    );
  });

  it("is not signed any more once its owner has changed an entry", async () => {
    const owner = database().pool("owner");
    await record(entry(), entry(), entry());
    const { rows } = await owner.query<{ number: string }>(
      "select max(number) - 1 as number from audit.entry",
    );
    const number = rows[0]?.number;
    await owner.query("update audit.entry set purpose = 'quality' where number = $1", [number]);
    await expect(sign()).rejects.toThrow(`entry ${number} is not what was written`);
    await owner.query("update audit.entry set purpose = 'investigation' where number = $1", [number]);
    await sign();
  });
});

describe("an export", () => {
  let bytes: Buffer;
  let lines: Buffer[];
  beforeAll(async () => {
    const owner = database().pool("owner");
    await owner.query("truncate audit.checkpoint, audit.entry");
    await record(entry(), entry({ subject: null }), entry({ outcome: "refused", code: "people.step_up" }));
    await sign();
    await record(entry({ operation: null }), entry({ detail: { query: "q=caf\u00e9" } }));
    await sign();
    bytes = await exported();
    lines = linesOf(bytes);
  });

  it("holds, and is the same each time", async () => {
    expect(await verify(bytes)).toMatchObject({ good: true, entries: 5, checkpoints: 2, faults: [] });
    expect(await exported()).toEqual(bytes);
  });

  it("is found out, at its line, when any byte of it is flipped", async () => {
    let line = 1;
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8));
      const report = await verify(flipped);
      expect({ at, good: report.good, line: report.faults[0]?.line }).toEqual({ at, good: false, line });
      if (bytes[at] === 10) line += 1;
    }
  }, 60_000);

  it("is found out, at its line, when any line is removed, repeated or moved", async () => {
    const join = (changed: readonly Buffer[]) => Buffer.from(changed.map(String).join("\n"));
    const last = lines.length - 1; // what follows the last line feed is empty
    const firstFault = async (changed: readonly Buffer[]) => (await verify(join(changed))).faults[0]?.line;
    for (let at = 0; at < last; at++) {
      // That a checkpoint is gone, only the head tells; moved, it is found where it then stands.
      const isCheckpoint = lines[at]?.includes("signatureSha256") === true;
      expect({ at, line: await firstFault(lines.toSpliced(at, 1)) }).toEqual({
        at,
        line: isCheckpoint ? 1 : at + 1,
      });
      const twice = lines.toSpliced(at, 0, lines[at] ?? Buffer.alloc(0));
      expect({ at, line: await firstFault(twice) }).toEqual({ at, line: isCheckpoint ? 1 : at + 2 });
      for (let to = at + 1; to < last; to++) {
        const moved = lines.toSpliced(at, 1).toSpliced(to, 0, lines[at] ?? Buffer.alloc(0));
        expect({ at, to, line: await firstFault(moved) }).toEqual({
          at,
          to,
          line: isCheckpoint ? to + 1 : at + 1,
        });
      }
    }
  });

  it("names the entry that somebody rewrote together with its hash", async () => {
    const changed = String(lines[2]).replace("harbour", "seaside");
    const inner = changed.slice('{"entry":'.length, -',"hash":""}'.length - 64);
    const forged = `{"entry":${inner},"hash":"${createHash("sha256").update(inner).digest("hex")}"}`;
    const report = await verify(Buffer.from(lines.with(2, Buffer.from(forged)).map(String).join("\n")));
    expect(report.faults[0]).toEqual({
      line: 4,
      say: "entry 3 does not follow the entry before it: one of the two was changed",
    });
  });

  it("of one entry is proven without the rest, and of nothing else", async () => {
    for (let number = 1; number <= 5; number++) {
      const proof = Buffer.from(await asAuditor(() => proveEntry(database().pool("app"), number)));
      expect(await verify(proof)).toMatchObject({ good: true, kind: "entry", entries: number });
      for (let at = 0; at < proof.length; at += 7) {
        const flipped = Buffer.from(proof);
        flipped[at] = (flipped[at] ?? 0) ^ 2;
        expect({ at, good: (await verify(flipped)).good }).toEqual({ at, good: false });
      }
    }
    await expect(asAuditor(() => proveEntry(database().pool("app"), 6))).rejects.toThrow("No checkpoint");
  }, 60_000);

  it("of an earlier day is shown to be the beginning of the log of today", async () => {
    const proof = await asAuditor(() => proveConsistency(database().pool("app"), 3));
    expect(await verify(Buffer.from(proof))).toMatchObject({ good: true, kind: "consistency", entries: 5 });
    const { rows } = await database()
      .pool("owner")
      .query<{ root: string }>("select encode(root, 'hex') as root from audit.checkpoint where size = 3");
    const root = rows[0]?.root ?? "";
    const bent = proof.replaceAll(root, `${root.startsWith("0") ? "1" : "0"}${root.slice(1)}`);
    expect((await verify(Buffer.from(bent))).good).toBe(false);
  });
});
