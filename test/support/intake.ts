import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll } from "vitest";
import type { RefusedRow } from "../../src/capabilities/feeds/index.ts";
import {
  type Delivery,
  findDelivery,
  listRefusedRows,
  receiveDelivery,
  registerSource,
} from "../../src/capabilities/feeds/index.ts";
import { loadPublicData } from "../../src/capabilities/jurisdiction/index.ts";
import { OperationFile, type SourceDeclaration } from "../../src/capabilities/operations/contract.ts";
import {
  type DeliveryDeclaration,
  findOperation,
  insertOperation,
  type Operation,
} from "../../src/capabilities/operations/index.ts";
import { type IntakeSurroundings, takeDelivery } from "../../src/capabilities/threats/index.ts";
import { type FileStore, localFileStore } from "../../src/platform/files/store.ts";
import type { Database } from "../../src/platform/postgres/database.ts";
import { transaction } from "../../src/platform/postgres/transaction.ts";
import { createTestDatabase } from "./database.ts";

/** A fictional operation; addresses of the exercise ranges count as allocated in it, to nobody. */
export function anOperationFile(changes: Partial<Record<keyof OperationFile, unknown>> = {}): OperationFile {
  return OperationFile.parse({
    id: "harbour",
    name: "Operation Harbour",
    from: "2026-09-01",
    to: "2026-11-30",
    asOf: "2026-11-15T00:00:00Z",
    mode: "remote",
    purpose: "disruption of a fictional botnet",
    legalBasis: "article 1 of a fictional agreement",
    countries: ["ID", "MY", "SG"],
    defaults: { tlp: "AMBER", method: "sensors" },
    exercise: { allocations: [] },
    sources: [],
    ...changes,
  });
}

export function aSource(id: string, changes: Partial<SourceDeclaration> = {}): SourceDeclaration {
  return {
    id,
    name: `Example Partner ${id}`,
    kind: "partner",
    reliability: "B",
    credibility: 2,
    mayBeNamed: false,
    deliveries: [],
    ...changes,
  };
}

/** Everything that takes deliveries in, around one database, without the job queue. */
export interface Intake {
  readonly database: Database;
  readonly here: IntakeSurroundings;
  /** For files that a test writes. */
  readonly folder: string;
  operation(): Promise<Operation>;
  /** Receives one file; text and bytes are written to a file of that name first. */
  receive(
    source: string | SourceDeclaration,
    name: string,
    content: FileContent,
    declared?: Declared,
  ): Promise<number>;
  /** Receives and takes in. */
  deliver(
    source: string | SourceDeclaration,
    name: string,
    content: FileContent,
    declared?: Declared,
  ): Promise<Taken>;
  take(delivery: number): Promise<Taken>;
  close(): Promise<void>;
}

export type FileContent = string | Uint8Array | { readonly path: string; readonly sizeBytes: number };
type Declared = Omit<DeliveryDeclaration, "file">;
export type Taken = Delivery & { readonly refusedRows: readonly RefusedRow[] };

export interface IntakeOptions {
  readonly claimsPerBatch?: number;
  readonly timeLimitMs?: number;
  readonly file?: OperationFile;
  /** "none" where a test is not about countries or refused ranges. Default: those of the product. */
  readonly tables?: "none";
  /** Default: a folder of its own. */
  readonly store?: FileStore;
  /** Default: a folder of its own. */
  readonly workFolder?: string;
}

export async function openIntake(database: Database, options: IntakeOptions = {}): Promise<Intake> {
  const folder = await mkdtemp(join(tmpdir(), "muster-intake-"));
  const store = options.store ?? localFileStore(join(folder, "files"));
  const app = database.pool("app");
  const file = options.file ?? anOperationFile();
  const here: IntakeSurroundings = {
    pool: database.pool("worker"),
    connect: () => database.connect("worker"),
    store,
    workFolder: options.workFolder ?? folder,
    threadModule: new URL(
      options.tables === "none" ? "./bare-intake-thread.ts" : "../../src/main/intake-thread.ts",
      import.meta.url,
    ),
    loadPublicData: options.tables === "none" ? async () => null : loadPublicData,
    timeLimitMs: options.timeLimitMs ?? 120_000,
    claimsPerBatch: options.claimsPerBatch,
  };
  const operation = () =>
    transaction(app, async (db) => (await findOperation(db, file.id)) ?? (await insertOperation(db, file)));
  const intake: Intake = {
    database,
    here,
    folder,
    operation,
    async receive(source, name, content, declared = {}) {
      const declaration = typeof source === "string" ? aSource(source) : source;
      const opened = await operation();
      const registered = await transaction(app, (db) => registerSource(db, opened, declaration));
      const written = isPath(content) ? content : await writeContent(folder, content);
      const received = { path: written.path, name, sizeBytes: written.sizeBytes };
      const standing = { pool: app, store };
      const receipt = await receiveDelivery(
        standing,
        opened,
        registered,
        { file: name, ...declared },
        received,
      );
      return receipt.delivery;
    },
    async deliver(source, name, content, declared) {
      return intake.take(await intake.receive(source, name, content, declared));
    },
    async take(id) {
      await takeDelivery(here, id);
      const delivery = await findDelivery(app, id);
      if (delivery === null) throw new Error(`delivery ${id} is gone`);
      return { ...delivery, refusedRows: await listRefusedRows(app, id) };
    },
    close: () => rm(folder, { recursive: true, force: true }),
  };
  return intake;
}

/** An intake on a database of its own, for the tests of one `describe`. */
export function withIntake(options: IntakeOptions = {}): () => Intake {
  let intake: Intake | undefined;
  beforeAll(async () => {
    intake = await openIntake(await createTestDatabase(), options);
  }, 60_000);
  afterAll(async () => {
    await intake?.close();
    await intake?.database.close();
  });
  return () => {
    if (intake === undefined) throw new Error("the intake is there only inside tests");
    return intake;
  };
}

function isPath(content: FileContent): content is { readonly path: string; readonly sizeBytes: number } {
  return typeof content === "object" && "path" in content;
}

let written = 0;

async function writeContent(folder: string, content: string | Uint8Array) {
  const path = join(folder, `delivered-${++written}`);
  const bytes = Buffer.from(content);
  await writeFile(path, bytes);
  return { path, sizeBytes: bytes.length };
}

type Db = pg.Pool | pg.ClientBase;

/**
 * All that intake has stored, without what may differ between two equal intakes (numbers of deliveries, audiences and
 * the commit sequence; receipts for a repeat hold nothing): equal states have equal content. Digests, so that a difference stays readable.
 */
export async function storedState(db: Db): Promise<Record<string, unknown>> {
  const found = await db.query<{ state: Record<string, unknown> }>(STORED_STATE);
  return found.rows[0]?.state ?? {};
}

const STORED_STATE = `/* test.storedState */
  with audience as (
    select audience.id, source.external_id || ' ' || handling.tlp || ' ' || coalesce(handling.pap, '') as name
      from feeds.audience join feeds.source on source.id = audience.source
      join operations.handling on handling.id = audience.handling
  ), audience_set as (
    select audience_set.id, string_agg(audience.name, ',' order by audience.name) as names
      from threats.audience_set join audience on audience.id = any(audience_set.audiences) group by audience_set.id
  ), threat as (
    select concat_ws('|', threat.id, type, role, country, basis, flags, value, host, names) as line
      from threats.threat join audience_set on audience_set.id = threat.audience_set
  ), assertion as (
    select concat_ws('|', threat, content, audience.name, delivery.file_name, part, assertion.row, status, port, confidence,
             country, first_seen, last_seen, valid_until, raw, families::text, target, reference) as line
      from threats.assertion join audience on audience.id = assertion.audience
      join feeds.delivery on delivery.id = assertion.delivery
  ), refused as (
    select concat_ws('|', file_name, part, refused_row.row, ordinal, code, reason, raw) as line
      from feeds.refused_row join feeds.delivery on delivery.id = refused_row.delivery
  )
  select json_build_object(
    'threats', (select json_build_array(count(*), md5(string_agg(line, e'\\n' order by line collate "C"))) from threat),
    'assertions', (select json_build_array(count(*), md5(string_agg(line, e'\\n' order by line collate "C"))) from assertion),
    'refused rows', (select json_build_array(count(*), md5(string_agg(line, e'\\n' order by line collate "C"))) from refused),
    'new threats', (select sum(new_threats) from feeds.delivery),
    'deliveries', (select json_agg(json_build_object('file', file_name, 'state', state, 'batches', batches, 'rows', rows,
        'accepted', accepted, 'repeated', repeated, 'refused', refused, 'new assertions', new_assertions,
        'keys', keys_sha256, 'difference', difference) order by file_name) from feeds.delivery where state <> 'repeated'),
    'parts', (select json_agg(json_build_object('part', part, 'name', name, 'format', format, 'rows', delivery_part.rows)
        order by file_name, part) from feeds.delivery_part join feeds.delivery on delivery.id = delivery_part.delivery)
  ) as state`;

/** Contradictions between what intake keeps and what it counts, in words; empty when everything agrees. */
export async function listContradictions(db: Db): Promise<string[]> {
  const found = await db.query<{ what: string; found: number }>(CONTRADICTIONS);
  return found.rows.filter((row) => row.found !== 0).map((row) => `${row.found} ${row.what}`);
}

const CONTRADICTIONS = `/* test.listContradictions */
  with recount as (
    select operation, role, type, coalesce(country, '') as country, audience_set, count(*) as threats
      from threats.threat group by 1, 2, 3, 4, 5
  )
  select what, found::integer from (
  select 'counters that are wrong' as what, count(*)::integer as found
    from (select * from threats.counter where threats <> 0) counter
    full join recount using (operation, role, type, country, audience_set)
   where counter.threats is distinct from recount.threats
  union all
  select 'threats that are not listed where they belong', count(*)::integer
    from (select operation, role, type, coalesce(country, '') as country, audience_set, id from threats.threat
          except
          select operation, role, type, country, audience_set, unnest(threats) from threats.listing) unlisted
  union all
  select 'listed ids that are no threat of that role, type and country', count(*)::integer
    from (select operation, role, type, country, unnest(threats) from threats.listing
          except
          select operation, role, type, coalesce(country, ''), id from threats.threat) stray
  union all
  select 'threats without an assertion', count(*)::integer from threats.threat
   where not exists (select from threats.assertion where assertion.threat = threat.id)
  union all
  select 'assertions without a threat', count(*)::integer from threats.assertion
   where not exists (select from threats.threat where threat.id = assertion.threat)
  union all
  select 'threats whose audiences are not those of their assertions', count(*)::integer
    from threats.threat join threats.audience_set on audience_set.id = threat.audience_set
   where audiences <> array(select distinct audience from threats.assertion where assertion.threat = threat.id order by 1)
  union all
  select 'places in the order that two threats share', count(*) - count(distinct sequence) from threats.threat
  union all
  select 'deliveries whose rows do not add up', count(*)::integer from feeds.delivery
   where rows <> accepted + repeated + (select coalesce(sum(value::bigint), 0) from jsonb_each_text(refused))
  union all
  select 'threats that no delivery counts as new', count(*) - (select coalesce(sum(new_threats), 0) from feeds.delivery)
    from threats.threat
  union all
  select 'assertions that no delivery counts as new',
         count(*) - (select coalesce(sum(new_assertions), 0) from feeds.delivery) from threats.assertion
  union all
  select 'deliveries that count other assertions than they brought', count(*)::integer from feeds.delivery
   where new_assertions <> (select count(*) from threats.assertion where assertion.delivery = delivery.id)
  ) checks`;
