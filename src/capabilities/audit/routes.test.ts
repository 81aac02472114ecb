import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { insertOperation } from "#capabilities/operations/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { loadSigner } from "#platform/signing/signer.ts";
import { ensureSigningKey } from "#platform/signing/signing-key.ts";
import { withDatabase } from "../../../test/support/database.ts";
import { openTestServer, type SignedIn, type TestServer } from "../../../test/support/http.ts";
import { signCheckpoint } from "./acts/signCheckpoint.ts";
import { verifyLog } from "./verify.ts";

const database = withDatabase();
const defects: unknown[] = [];
const folder = mkdtempSync(join(tmpdir(), "audit-routes-"));
let http: TestServer;
let harbour = 0;
let quay = 0;
let auditor: SignedIn;
let protector: SignedIn;
let coordinator: SignedIn;
let publicKey = "";

const operation = (id: string) =>
  transaction(database().pool("app"), (db) =>
    insertOperation(db, {
      ...{ id, name: id, from: "2026-09-01", to: "2026-11-30", mode: "remote", purpose: "test" },
      ...{ legalBasis: "none", countries: ["ID", "MY"], sources: [] },
    }),
  );

beforeAll(async () => {
  harbour = (await operation("harbour")).id;
  quay = (await operation("quay")).id;
  http = await openTestServer(database(), defects);
  auditor = await http.officer({ duties: ["auditor"], steppedUp: true });
  protector = await http.officer({ roles: [{ operation: harbour, role: "data-protection" }] });
  coordinator = await http.officer({ roles: [{ operation: harbour, role: "coordinator" }], steppedUp: true });
  const files = {
    privateKeyFile: join(folder, "private.asc"),
    publicKeyFile: join(folder, "signing-key.asc"),
  };
  await ensureSigningKey(files, "Example Desk", new Date("2026-01-01T00:00:00Z"));
  publicKey = readFileSync(files.publicKeyFile, "utf8");
  const signer = await loadSigner(files.privateKeyFile);
  sign = () => signCheckpoint({ pool: database().pool("signer"), signer, now: () => new Date() });
});
afterAll(async () => {
  await http.close();
  rmSync(folder, { recursive: true });
  expect(defects).toEqual([]);
});
let sign: () => Promise<void>;

let keys = 0;
const withKey = () => ({ "idempotency-key": `audit-routes-test-${++keys}` });
const ask = (officer: SignedIn, code: string, reason = "An arrest is planned for tonight") =>
  officer.send("POST", "/break-glass", { operation: code, reason, hours: 2 }, withKey());
const idIn = (answer: { readonly body: unknown }) => JSON.parse(JSON.stringify(answer.body)).id as string;

interface Page {
  readonly entries: readonly {
    readonly id: string;
    readonly act: string;
    readonly operation: string | null;
  }[];
  readonly next: string | null;
}
// Answers were encoded by the route's own schema.
const page = async (officer: SignedIn, url: string) => (await officer.get(url)).body as Page;

describe("access in an emergency", () => {
  it("is given by a coordinator, ends by itself, and is reviewed by somebody else", async () => {
    const stranger = await http.officer({ steppedUp: true });
    expect((await stranger.get("/operations/harbour")).status).toBe(404);
    const asked = await ask(stranger, "harbour");
    expect(asked.status).toBe(201);
    const path = `/operations/harbour/break-glass/${idIn(asked)}`;
    expect((await stranger.get("/operations/harbour")).status).toBe(404);
    expect((await protector.send("POST", `${path}/review`, { finding: "Nothing to review" })).status).toBe(
      409,
    );

    const confirmed = await coordinator.send("POST", `${path}/confirm`);
    expect(confirmed.status).toBe(200);
    expect((await stranger.get("/operations/harbour")).body).toMatchObject({ you: { role: "analyst" } });
    expect((await coordinator.send("POST", `${path}/confirm`)).status).toBe(409);
    expect((await stranger.get("/break-glass")).body).toMatchObject({
      requests: [{ operation: "harbour", until: JSON.parse(confirmed.text).until }],
    });

    expect((await protector.get("/operations/harbour/break-glass")).body).toMatchObject({
      requests: [{ id: idIn(asked), hours: 2, review: { closedAt: null } }],
    });
    const finding = { finding: "The arrest was real; nothing else was read." };
    expect((await coordinator.send("POST", `${path}/review`, finding)).status).toBe(403);
    expect((await protector.send("POST", `${path}/review`, finding)).status).toBe(200);
    expect((await protector.send("POST", `${path}/review`, finding)).status).toBe(409);

    await database()
      .pool("owner")
      .query("update people.membership set until_time = now() where officer = $1", [stranger.id]);
    expect((await stranger.get("/operations/harbour")).status).toBe(404);
    const { rows } = await database()
      .pool("owner")
      .query<{ act: string }>(
        "select act from audit.entry where act like 'audit.%' and outcome = 'done' and act not like '%list%' order by number",
      );
    expect(rows.map(({ act }) => act)).toEqual([
      "audit.breakGlass",
      "audit.confirmBreakGlass",
      "audit.closeReview",
    ]);
  });

  it("tells nobody whether the operation exists", async () => {
    const stranger = await http.officer({ steppedUp: true });
    const answers = [await ask(stranger, "quay"), await ask(stranger, "nowhere")];
    const shapes = answers.map(({ status, text }) => [status, text.replace(/[0-9a-f-]{36}/, "")]);
    expect(shapes[0]).toEqual(shapes[1]);
    const { rows } = await database()
      .pool("owner")
      .query("select from operations.operation where id = $1", [quay]);
    expect(rows).toHaveLength(1);
    // A request to another operation is none here.
    const path = `/operations/harbour/break-glass/${idIn(answers[0] ?? { body: null })}/confirm`;
    expect((await coordinator.send("POST", path)).status).toBe(404);
  });

  it("is not for who is a member, not confirmed by who asked, and not without proving it once more", async () => {
    expect((await ask(coordinator, "harbour")).status).toBe(409);
    expect((await ask(await http.officer({}), "harbour")).status).toBe(403);
    const asking = await http.officer({ steppedUp: true });
    const id = idIn(await ask(asking, "harbour"));
    await database()
      .pool("owner")
      .query("insert into people.membership (officer, operation, role) values ($1, $2, 'coordinator')", [
        asking.id,
        harbour,
      ]);
    const answer = await asking.send("POST", `/operations/harbour/break-glass/${id}/confirm`);
    expect(answer.body).toMatchObject({ code: "audit.second_person" });
  });

  it("waits five times at most, and a day", async () => {
    const asking = await http.officer({ steppedUp: true });
    const first = idIn(await ask(asking, "harbour"));
    for (let turn = 0; turn < 4; turn++) await ask(asking, "nowhere");
    expect((await ask(asking, "harbour")).status).toBe(409);
    await database()
      .pool("owner")
      .query("update audit.break_glass set asked_at = now() - interval '25 hours' where public_id = $1", [
        first,
      ]);
    const late = await coordinator.send("POST", `/operations/harbour/break-glass/${first}/confirm`);
    expect(late.body).toMatchObject({ code: "audit.request_over" });
  });
});

describe("reading the log", () => {
  it("shows an auditor everything, page by page, each entry once", async () => {
    const seen: string[] = [];
    const wanted = await page(auditor, "/audit/entries?limit=500");
    expect(wanted.entries.length).toBeGreaterThan(10);
    const url = `/audit/entries?limit=3&to=${new Date().toISOString()}`;
    for (let next: string | null = ""; next !== null; ) {
      const one: Page = await page(auditor, next === "" ? url : `${url}&before=${next}`);
      seen.push(...one.entries.map(({ id }) => id));
      next = one.next;
    }
    // What he asked for the first page is itself the newest entry of the later ones.
    expect(seen.filter((id) => wanted.entries.some((entry) => entry.id === id))).toEqual(
      wanted.entries.map(({ id }) => id),
    );
    expect(new Set(seen).size).toBe(seen.length);
  });

  it("filters by officer, operation, act and time", async () => {
    const acts = await page(auditor, "/audit/entries?act=audit.confirmBreakGlass&operation=harbour");
    expect(new Set(acts.entries.map(({ act }) => act))).toEqual(new Set(["audit.confirmBreakGlass"]));
    const { rows } = await database()
      .pool("owner")
      .query<{ id: string }>("select public_id as id from people.officer where id = $1", [protector.id]);
    const own = await page(auditor, `/audit/entries?officer=${rows[0]?.id}`);
    expect(own.entries.every(({ act }) => act.startsWith("audit."))).toBe(true);
    expect((await page(auditor, "/audit/entries?to=2020-01-01T00:00:00Z")).entries).toEqual([]);
  });

  it("shows a data-protection officer his operation's, and nothing that counts the rest", async () => {
    const { entries } = await page(protector, "/operations/harbour/audit/entries");
    expect(entries.length).toBeGreaterThan(0);
    expect(new Set(entries.map((entry) => entry.operation))).toEqual(new Set(["harbour"]));
    expect(JSON.stringify(entries)).not.toContain('"number"');
    const { rows } = await database()
      .pool("owner")
      .query<{ id: string }>("select id from audit.entry where operation is null limit 1");
    const hidden = await protector.get(`/operations/harbour/audit/entries?before=${rows[0]?.id}`);
    const absent = await protector.get(
      "/operations/harbour/audit/entries?before=00000000-0000-4000-8000-000000000000",
    );
    expect(hidden.text).toBe(absent.text);
  });

  it("is not for administrators, coordinators and analysts", async () => {
    const administrator = await http.officer({ duties: ["administrator"], steppedUp: true });
    for (const officer of [administrator, coordinator, protector]) {
      for (const path of ["/audit/entries", "/audit/export", "/audit/entries/1/proof"]) {
        expect((await officer.get(path)).status).toBe(403);
      }
    }
    expect((await administrator.get("/operations/harbour/audit/entries")).status).toBe(404);
    expect((await coordinator.get("/operations/harbour/audit/entries")).status).toBe(403);
  });

  it("ends in a file that is checked with the public key alone", async () => {
    expect((await auditor.get("/audit/export")).body).toMatchObject({ code: "audit.no_checkpoint" });
    await sign();
    const exported = await auditor.get("/audit/export");
    expect(exported.headers["content-disposition"]).toContain("muster-audit.jsonl");
    const lines = exported.text.split("\n").map((line) => Buffer.from(line));
    expect(await verifyLog(lines, publicKey)).toMatchObject({ good: true, kind: "log" });
    const proof = (await auditor.get("/audit/entries/2/proof")).text
      .split("\n")
      .map((line) => Buffer.from(line));
    expect(await verifyLog(proof, publicKey)).toMatchObject({ good: true, kind: "entry", entries: 2 });
    expect((await auditor.get("/audit/entries/999999/proof")).status).toBe(404);
    expect((await auditor.send("POST", "/audit/checkpoints")).body).toEqual({ asked: true });
  });
});
