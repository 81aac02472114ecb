import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asCaller } from "#platform/postgres/caller.ts";
import { loadSigner, type Signer } from "#platform/signing/signer.ts";
import { ensureSigningKey } from "#platform/signing/signing-key.ts";
import { openTestServer, type SignedIn, type TestServer } from "../../../test/support/http.ts";
import { type Intake, withIntake } from "../../../test/support/intake.ts";
import { composePackages } from "./acts/composePackages.ts";
import { signRelease } from "./acts/signRelease.ts";

const intake = withIntake({ tables: "none" });
const keys = mkdtempSync(join(tmpdir(), "package-keys-"));
const defects: unknown[] = [];
let http: TestServer;
let signer: Signer;
let desk: SignedIn;
let hasty: SignedIn;
let indonesia: SignedIn;
let malaysia: SignedIn;

const BASE = "/operations/harbour/packages";
const REFERENCE = "MST-HARBOUR-ID-C2-001";
const asOf = "2026-11-15T00:00:00.000Z";

beforeAll(async () => {
  const files = { privateKeyFile: join(keys, "private.asc"), publicKeyFile: join(keys, "signing-key.asc") };
  await ensureSigningKey(files, "Test Desk", new Date("2026-01-01T00:00:00Z"));
  signer = await loadSigner(files.privateKeyFile);
  const { id } = await intake().operation();
  await deliver("a.example,ID,alpha\nb.example,MY,beta\n");
  http = await openTestServer(intake().database, defects, join(intake().folder, "files"));
  desk = await http.officer({ roles: [{ operation: id, role: "coordinator" }], steppedUp: true });
  hasty = await http.officer({ roles: [{ operation: id, role: "coordinator" }] });
  const bureau = (country: string) =>
    http.officer({ roles: [{ operation: id, role: "national-officer", country }] });
  [indonesia, malaysia] = [await bureau("ID"), await bureau("MY")];
}, 60_000);
afterAll(async () => {
  await http.close();
  rmSync(keys, { recursive: true });
  expect(defects).toEqual([]);
});

let delivered = 0;
const every = `{${Array.from({ length: 9 }, (_, at) => at + 1).join(",")}}`;
/** As the desk: a connection that a request used before belongs to nobody. */
const deliver = (rows: string): Promise<unknown> =>
  asCaller({ desk: every, operations: every, officer: "1" }, () =>
    intake().deliver("partner-a", `${++delivered}.csv`, `indicator,country,malware\n${rows}`, {
      role: "c2",
      tlp: "AMBER",
    }),
  );

const compose = (country = "ID") =>
  composePackages(
    { pool: intake().database.pool("worker"), store: intake().here.store, ownTables: null },
    { operation: "harbour", country, asOf: Date.parse(asOf) },
  );

/** As the signer's program would take its job. */
async function sign({ database, here }: Intake, version: number): Promise<void> {
  const { rows } = await database
    .pool("owner")
    .query<{ id: number }>("select id from packages.country_package where reference = $1 and version = $2", [
      REFERENCE,
      version,
    ]);
  const now = () => new Date("2026-11-16T00:00:00Z");
  await signRelease({ pool: database.pool("signer"), store: here.store, signer, now }, rows[0]?.id ?? 0);
}

const listOf = async (officer: SignedIn) =>
  (await officer.get(BASE)).body as { packages: { reference: string; version: number; state: string }[] }; // by its schema
const one = (version: number) => `${BASE}/${REFERENCE}/${version}`;
const hashOf = async (version: number) =>
  ((await desk.get(one(version))).body as { manifestSha256: string }).manifestSha256; // by its schema

describe("packages over the API", () => {
  it("composes drafts that only the desk sees", async () => {
    const asked = await desk.send("POST", BASE, { countries: ["ID"], asOf });
    expect(asked).toMatchObject({ status: 200, body: { asked: ["ID"], asOf } });
    await compose();
    expect((await listOf(desk)).packages).toMatchObject([
      { reference: REFERENCE, version: 1, state: "composed", releasedAt: null },
    ]);
    expect(await listOf(indonesia)).toEqual({ packages: [], next: null });
    const hidden = await indonesia.get(one(1));
    const absent = await indonesia.get(`${BASE}/MST-HARBOUR-ID-C2-002/1`);
    expect(hidden.status).toBe(404);
    expect(hidden.text).toBe(absent.text);
    expect((await indonesia.get(`${one(1)}/files/report.json`)).text).toBe(absent.text);
  });

  it("keeps the version of a draft that nobody released while it is composed anew", async () => {
    const before = await hashOf(1);
    await deliver("c.example,ID,alpha\n");
    await compose();
    expect((await listOf(desk)).packages).toMatchObject([{ version: 1, state: "composed" }]);
    expect(await hashOf(1)).not.toBe(before);
    const outdated = await desk.send("POST", `${one(1)}/release`, { manifestSha256: before });
    expect(outdated).toMatchObject({ status: 409, body: { code: "packages.draft_changed" } });
  });

  it("is released by whoever confirms that it is he, and never by a country", async () => {
    const body = { manifestSha256: await hashOf(1) };
    expect(await hasty.send("POST", `${one(1)}/release`, body)).toMatchObject({
      status: 403,
      body: { code: "people.step_up" },
    });
    expect((await indonesia.send("POST", `${one(1)}/release`, body)).status).toBe(403);
  });

  it("is not signed before its release is ordered", async () => {
    await expect(sign(intake(), 1)).rejects.toThrow("nobody ordered its release");
  });

  it("is released once when two press together, and then its country sees it and no other does", async () => {
    const body = { manifestSha256: await hashOf(1) };
    const pressed = await Promise.all([1, 2].map(() => desk.send("POST", `${one(1)}/release`, body)));
    expect(pressed.map(({ status, body: answered }) => [status, answered])).toMatchObject([
      [200, { state: "releasing" }],
      [200, { state: "releasing" }],
    ]);
    expect((await listOf(indonesia)).packages).toEqual([]);
    await sign(intake(), 1);
    expect((await listOf(indonesia)).packages).toMatchObject([{ version: 1, state: "released" }]);
    expect((await listOf(malaysia)).packages).toEqual([]);
    expect((await malaysia.get(one(1))).status).toBe(404);
  });

  it("shows manifest, files and key figures, and streams each file as what it is", async () => {
    const shown = await indonesia.get(one(1));
    expect(shown).toMatchObject({
      status: 200,
      body: {
        manifest: { reference: REFERENCE, country: "ID", marking: { tlp: "AMBER" }, threats: 2 },
        keyFigures: { threats: 2, byType: { "domain-name": 2 } },
      },
    });
    expect(shown.text).not.toContain("b.example");
    for (const [name, type] of [
      ["report.pdf", "application/pdf"],
      ["indicators.csv", "text/csv; charset=utf-8"],
      ["manifest.json", "application/json"],
      ["manifest.sig", "application/pgp-signature"],
    ] as const) {
      const file = await indonesia.get(`${one(1)}/files/${name}`);
      expect(file).toMatchObject({
        status: 200,
        headers: {
          "content-type": type,
          "content-disposition": `attachment; filename="${REFERENCE}-v1-${name}"`,
          "x-content-type-options": "nosniff",
        },
      });
      expect(file.text.length).toBeGreaterThan(100);
    }
    expect((await indonesia.get(`${one(1)}/files/..%2F..%2Fsecret`)).status).toBe(400);
    expect((await indonesia.get(`${one(1)}/files/other.json`)).status).toBe(404);
  });

  it("gives what is composed after a release a version of its own, which its country does not see yet", async () => {
    await deliver("d.example,ID,alpha\n");
    await compose();
    expect((await listOf(desk)).packages).toMatchObject([{ version: 2, state: "composed" }]);
    expect((await listOf(indonesia)).packages).toMatchObject([{ version: 1, state: "released" }]);
    expect((await indonesia.get(one(2))).status).toBe(404);
    expect((await indonesia.get(one(1))).status).toBe(200);
  });

  it("shows that a package was recalled, hands nothing of it out, and releases no recalled draft", async () => {
    const body = { manifestSha256: await hashOf(2) };
    await intake()
      .database.pool("owner")
      .query(
        "insert into packages.recall (package, deletion) select id, gen_random_uuid() from packages.country_package",
      );
    const release = await desk.send("POST", `${one(2)}/release`, body);
    expect(release).toMatchObject({ status: 409, body: { code: "packages.recalled" } });
    expect((await indonesia.get(one(1))).body).toMatchObject({ state: "recalled", manifest: null });
    expect((await indonesia.get(`${one(1)}/files/report.json`)).status).toBe(404);
    await compose();
    expect((await listOf(desk)).packages).toMatchObject([{ version: 2, state: "recalled" }]);
  });
});
