import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { receiveDelivery, registerSource, type Source } from "../../../src/capabilities/feeds/index.ts";
import { insertOperation, type Operation } from "../../../src/capabilities/operations/index.ts";
import { openSession } from "../../../src/capabilities/people/index.ts";
import { updateSearch } from "../../../src/capabilities/threats/acts/updateSearch.ts";
import { type AssignPublic, mergeThreats } from "../../../src/capabilities/threats/index.ts";
import { SESSION_COOKIE } from "../../../src/main/gatekeeper.ts";
import type { FileStore } from "../../../src/platform/files/store.ts";
import { asCaller } from "../../../src/platform/postgres/caller.ts";
import type { Database } from "../../../src/platform/postgres/database.ts";
import { transaction } from "../../../src/platform/postgres/transaction.ts";
import { anOperationFile, aSource } from "../intake.ts";
import { insertFact } from "./facts.ts";
import { takeSmallDelivery } from "./fast-intake.ts";
import { uuidOf } from "./names.ts";
import {
  COUNTRIES,
  type DeliveryScript,
  type OperationScript,
  type RowScript,
  type Script,
  type ThreatName,
} from "./script.ts";

export interface WorldSite {
  readonly database: Database;
  readonly store: FileStore;
  /** For files under way. */
  readonly folder: string;
}

/** A database in which everything of the script happened. */
export interface BuiltWorld {
  /** Cookie of each officer's session, stepped up, by name. */
  readonly cookies: ReadonlyMap<string, string>;
}

/** An instant before any that the clock will show, the same in every world. */
const T0 = Date.parse("2026-10-29T08:00:00Z");

/** Makes the database's content that of the script, whatever was there. */
export async function buildWorld(site: WorldSite, script: Script): Promise<BuiltWorld> {
  const owner = site.database.pool("owner");
  await emptyAll(owner);
  await insertPeople(owner, script);
  const numbers = new Map<string, number>();
  for (const operation of script.operations) {
    const opened = await transaction(owner, (db) =>
      insertOperation(db, {
        ...anOperationFile({
          id: operation.code,
          name: `Operation ${operation.code}`,
          countries: operation.countries,
        }),
      }),
    );
    numbers.set(operation.code, opened.id);
    const desk = { officer: "1", operations: `{${opened.id}}`, desk: `{${opened.id}}` };
    await asCaller(desk, () => fillOperation(site, opened, operation));
  }
  await insertMemberships(owner, script, numbers);
  await insertWordsOfPeople(owner, script);
  await owner.query("delete from graphile_worker._private_jobs");
  return { cookies: await openSessions(site, script) };
}

/** Tables that a migration fills are kept: they are the same everywhere. */
const kept = new WeakMap<pg.Pool, Promise<string>>();

async function emptyAll(owner: pg.Pool): Promise<void> {
  const list =
    kept.get(owner) ??
    owner
      .query<{ tables: string }>(
        `select string_agg(format('%I.%I', schemaname, tablename), ', ') as tables from pg_tables
          where schemaname not in ('pg_catalog', 'information_schema', 'graphile_worker')
            and (xpath('/row/n/text()', query_to_xml(format('select count(*) as n from %I.%I', schemaname, tablename), false, true, '')))[1]::text = '0'`,
      )
      .then(({ rows }) => rows[0]?.tables ?? "");
  kept.set(owner, list);
  await owner.query(`truncate ${await list} restart identity cascade`);
}

async function insertPeople(owner: pg.Pool, { organisations, officers }: Script): Promise<void> {
  for (const { code, kind, country } of organisations)
    await owner.query("insert into people.organisation (code, name, kind, country) values ($1, $2, $3, $4)", [
      code,
      `Organisation ${code}`,
      kind,
      country,
    ]);
  for (const { name, organisation, duties } of officers) {
    await owner.query(
      `insert into people.officer (organisation, name, public_id, enrolled_at)
       select id, $2, $3, $4 from people.organisation where code = $1`,
      [organisation, name, uuidOf("officer", name), new Date(T0)],
    );
    for (const duty of duties)
      await owner.query(
        "insert into people.duty (officer, duty, given_at) select id, $2, $3 from people.officer where name = $1",
        [name, duty, new Date(T0)],
      );
  }
}

/** Of each officer a passkey; profiles of countries; ways in that were lost. */
async function insertWordsOfPeople(
  owner: pg.Pool,
  { officers, profiles, recoveries }: Script,
): Promise<void> {
  for (const { name } of officers)
    await owner.query(
      `insert into people.passkey (public_id, officer, credential, public_key, counter, transports, label, added_at)
       select $2, id, $1, '\\x00', 0, '{usb}', 'blue key', $3 from people.officer where name = $1`,
      [name, uuidOf("passkey", name), new Date(T0)],
    );
  for (const { country, by } of profiles)
    await owner.query(
      `insert into people.country_profile (country, version, contacts, languages, treaties, notice_rules, changed_by, changed_at)
       select $1, 1, '[]', '{en}', '[]', 'none', id, $3 from people.officer where name = $2`,
      [country, by, new Date(T0)],
    );
  for (const { officer, by } of recoveries)
    await owner.query(
      `insert into people.recovery (public_id, officer, reason, requested_by, requested_at, expires_at)
       select $3, one.id, 'lost it', other.id, $4, '2030-01-01' from people.officer one, people.officer other
        where one.name = $1 and other.name = $2`,
      [officer, by, uuidOf("recovery", officer), new Date(T0)],
    );
}

async function insertMemberships(
  owner: pg.Pool,
  { officers }: Script,
  operations: ReadonlyMap<string, number>,
): Promise<void> {
  for (const { name, roles } of officers)
    for (const { operation, role, country, source } of roles)
      await owner.query(
        `insert into people.membership (officer, operation, role, country, source, public_id, from_time)
         select id, $2, $3, $4, $5, $6, $7 from people.officer where name = $1`,
        [
          name,
          operations.get(operation),
          role,
          country,
          source,
          uuidOf("membership", `${name} ${operation} ${role}`),
          new Date(T0),
        ],
      );
}

async function openSessions({ database }: WorldSite, { officers }: Script): Promise<Map<string, string>> {
  const cookies = new Map<string, string>();
  for (const { name } of officers) {
    const { rows } = await database
      .pool("owner")
      .query<{ id: number }>("select id from people.officer where name = $1", [name]);
    const token = await openSession(database.pool("gate"), rows[0]?.id ?? 0, "passkey");
    cookies.set(name, `${SESSION_COOKIE}=${token}`);
  }
  await database
    .pool("owner")
    .query("update people.session set stepped_up_until = now() + interval '1 hour'");
  return cookies;
}

async function fillOperation(site: WorldSite, operation: Operation, script: OperationScript): Promise<void> {
  const owner = site.database.pool("owner");
  await owner.query("insert into feeds.code_salt (operation, salt) values ($1, $2)", [
    operation.id,
    uuidOf("salt", script.code),
  ]);
  const sources = new Map<string, Source>();
  for (const { id, kind, country } of script.sources) {
    const declared = aSource(id, { kind, ...(country === null ? {} : { country }) });
    sources.set(id, await transaction(owner, (db) => registerSource(db, operation, declared)));
  }
  for (const delivery of script.deliveries) {
    const source = sources.get(delivery.source);
    if (source === undefined) throw new Error(`no source ${delivery.source}`);
    await deliver(site, operation, source, delivery);
  }
  await updateSearch(site.database.pool("worker"), operation.id);
  const idOf = await threatIds(owner, operation.id);
  for (const [kept, merged] of script.merges) {
    const merge = await mergeThreats(owner, {
      operation: operation.id,
      kept: idOf(kept),
      merged: idOf(merged),
      reason: "the same machine",
      officer: uuidOf("officer", "Ben Analyst"),
    });
    await owner.query("update threats.merge set public_id = $2, merged_at = $3 where public_id = $1", [
      merge,
      uuidOf("merge", `${idOf(kept)} ${idOf(merged)}`),
      new Date(T0),
    ]);
  }
  for (const { threat, country, reason } of script.decisions)
    await owner.query(
      `insert into jurisdiction.decision (threat, country, country_role, reason, decided_by, decided_at, public_id)
       values ($1::uuid, $2, 'hosting', $3, $4, $5, $6)`,
      [
        idOf(threat),
        country,
        reason,
        uuidOf("officer", "Ben Analyst"),
        new Date(T0),
        uuidOf("decision", idOf(threat)),
      ],
    );
  await insertPackages(site, operation, script, idOf);
  for (const fact of script.facts)
    await insertFact(owner, operation, fact, sources.get(fact.source)?.id, new Date(T0));
  for (const { figure, reader, value } of script.figures)
    await owner.query(
      `insert into outcomes.figure (operation, figure, rules, as_of, reader, value, qualifier, by_country, inputs_sha256, objects_sha256, stated_at, public_id)
       values ($1, $2, '1', $3, $4, $5, 'exact', '{"ID": 1}', $6, $6, $3, $7)`,
      [
        operation.id,
        figure,
        new Date(T0),
        reader,
        value,
        "0".repeat(64),
        uuidOf("figure", `${script.code} ${figure} ${reader}`),
      ],
    );
}

/** Receives and takes in, through the acts that a partner's delivery goes through. */
async function deliver(
  site: WorldSite,
  operation: Operation,
  source: Source,
  script: DeliveryScript,
): Promise<void> {
  const { database, store, folder } = site;
  const owner = database.pool("owner");
  const text = ["indicator;first_seen;last_seen;malware;reference", ...script.rows.map(lineOf), ""].join(
    "\n",
  );
  const path = join(folder, "delivered");
  await writeFile(path, text);
  const { tlp, codes, releasableTo, expiresOn } = script.handling;
  const { delivery } = await receiveDelivery(
    { pool: owner, store },
    operation,
    source,
    {
      file: script.file,
      role: script.role,
      tlp,
      handling: [...codes],
      ...(releasableTo === null ? {} : { releasableTo: [...releasableTo] }),
      ...(expiresOn === null ? {} : { expires: expiresOn }),
    },
    { path, name: script.file, sizeBytes: Buffer.byteLength(text) },
  );
  const here = {
    pool: database.pool("worker"),
    connect: () => database.connect("worker"),
    store,
    workFolder: folder,
  };
  await takeSmallDelivery(here, delivery, assignByValue);
  await owner.query(
    "update feeds.delivery set received_at = $2, done_at = $2, public_id = $3 where id = $1",
    [
      delivery,
      new Date(T0 + script.hour * 3_600_000),
      uuidOf("delivery", `${operation.code} ${script.source} ${script.hour}`),
    ],
  );
}

function lineOf({ value, family, seen, reference }: RowScript): string {
  const day = `2026-10-${String(seen).padStart(2, "0")}`;
  return [value ?? "999.1.2.3", `${day}T02:00:00Z`, `${day}T03:00:00Z`, family, reference].join(";");
}

/** Stands for the public tables: a country, or none, by the last digit. */
const assignByValue: AssignPublic = (_type, value) => ({
  country: [null, ...COUNTRIES][Number(/(\d)\D*$/.exec(value)?.[1] ?? 0) % 4] ?? null,
  basis: 1,
  flags: 0,
  refusal: null,
});

async function insertPackages(
  { database, store }: WorldSite,
  operation: Operation,
  { packages }: OperationScript,
  idOf: (threat: ThreatName) => string,
): Promise<void> {
  const owner = database.pool("owner");
  const report = await store.put([Buffer.from("{}")]);
  for (const { reference, country, subject, isReleased, threats } of packages) {
    const manifest = await store.put([
      Buffer.from(manifestOf(operation.code, reference, country, threats.length)),
    ]);
    const { rows } = await owner.query<{ id: number }>(
      `insert into packages.country_package (operation, reference, version, country, subject, duty, language, as_of, tlp, manifest_sha256, composed_at)
       values ($1, $2, 1, $3, $4, 'act', 'en', $5, 'AMBER', $6, $5) returning id`,
      [operation.id, reference, country, subject, new Date(T0), manifest.sha256],
    );
    const id = rows[0]?.id;
    await owner.query(
      "insert into packages.package_file (package, name, sha256, size_bytes) values ($1, 'report.json', $2, 2)",
      [id, report.sha256],
    );
    for (const threat of threats)
      await owner.query("insert into packages.package_threat (package, threat) values ($1, $2)", [
        id,
        idOf(threat),
      ]);
    if (!isReleased) continue;
    await owner.query(
      "insert into packages.release (package, signature, key_fingerprint, released_at) values ($1, 'signature', 'fingerprint', $2)",
      [id, new Date(T0)],
    );
  }
}

/** Threats of the operation by role and value as the script writes it. */
async function threatIds(owner: pg.Pool, operation: number): Promise<(threat: ThreatName) => string> {
  const { rows } = await owner.query<{ id: string; role: string; value: string }>(
    `select threat.id, role.name as role, value from threats.threat join threats.role on role.id = threat.role
      where operation = $1`,
    [operation],
  );
  const ids = new Map(rows.map(({ id, role, value }) => [`${role} ${value}`, id]));
  // Of a package that a country keeps, a threat may have been known only to others.
  return ({ role, value }) => ids.get(`${role} ${value}`) ?? uuidOf("threat", `${role} ${value}`);
}

function manifestOf(operation: string, reference: string, country: string, threats: number): string {
  return JSON.stringify({
    schema: "muster/package-manifest/1",
    ...{
      reference,
      version: 1,
      operation,
      country,
      rules: "1",
      createdAt: new Date(T0).toISOString(),
      threats,
    },
    marking: { tlp: "AMBER", pap: null, codes: [] },
    files: [],
  });
}
