import { existsSync } from "node:fs";
import { glob, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import {
  type Delivery,
  entitle,
  listDeliveries,
  listDeliveryParts,
  listRefusedRows,
  listSources,
  receiveDelivery,
  registerSource,
} from "#capabilities/feeds/index.ts";
import { openPublicTables } from "#capabilities/jurisdiction/index.ts";
import {
  findOperation,
  insertOperation,
  type Operation,
  type OperationFile,
  type Reader,
  readOperationFile,
} from "#capabilities/operations/index.ts";
import {
  computeFigures,
  type DeliveryLine,
  openThreatList,
  openUnassignedList,
  type StatedFigures,
  stateFigures,
  writeFigures,
  writeRefused,
} from "#capabilities/outcomes/index.ts";
import {
  listLatestPackages,
  orderReleases,
  requestPackages,
  writePackages,
} from "#capabilities/packages/index.ts";
import { ensureMembership, type Officer } from "#capabilities/people/index.ts";
import { countJobs } from "#platform/jobs/count-jobs.ts";
import { renewCaller } from "#platform/postgres/caller.ts";
import { inOneMoment } from "#platform/postgres/one-moment.ts";
import { retryWhileUnavailable, transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import type { Children } from "./children.ts";
import type { House } from "./house.ts";
import type { Progress } from "./progress.ts";

/** What a run of an operation came to; the command prints it, files hold the rest. */
export interface RunResult {
  readonly operation: Operation;
  readonly figures: StatedFigures;
  readonly deliveries: readonly DeliveryLine[];
  readonly packages: readonly {
    readonly reference: string;
    readonly country: string;
    readonly folder: string;
  }[];
}

/**
 * An operation folder end to end: opens the operation, takes its deliveries, composes and signs the packages, states
 * the figures and writes everything below `outDir`. Run again on the same folder and data, it repeats nothing.
 */
export async function runOperation(
  house: House,
  officer: Officer,
  children: Children,
  folder: string,
  outDir: string,
  progress: Progress,
): Promise<RunResult> {
  const file = await readOperationFile(folder);
  const operation = await openOperation(house, officer, file, folder);
  await receiveAll(house, operation, file, folder, progress);
  await waitForDeliveries(house, children, operation, progress);
  const asOf = operation.asOf ?? Date.now();

  const countries = await requestPackages(house.database.pool("app"), operation, asOf);
  await waitForPackages(house, children, operation, countries, progress);
  await orderReleases(house.database.pool("app"), operation, officer.publicId, countries);
  await waitForPackages(house, children, operation, countries, progress);

  progress.step("Stating the figures");
  await mkdir(outDir, { recursive: true });
  const figures = await writeLists(house, operation, asOf, outDir);
  const deliveries = await describeDeliveries(house, operation);
  await writeFigures(outDir, figures, deliveries);
  await rm(join(outDir, "refused"), { recursive: true, force: true });
  await writeAllRefused(house, operation, outDir);
  await writeFile(join(outDir, "signing-key.asc"), await readFile(house.signingKey.publicKeyFile));
  const packages = await writePackages(
    { pool: house.database.pool("app"), store: house.store },
    operation,
    join(outDir, "packages"),
  );
  return { operation, figures, deliveries, packages };
}

/** Opens the operation, or takes up the one of this id when it is the same. Whoever opens one coordinates it. */
export async function openOperation(
  house: House,
  officer: Officer,
  file: OperationFile,
  folder: string,
): Promise<Operation> {
  const absolute = (path: string) => (isAbsolute(path) ? path : resolve(folder, path));
  const anchored: OperationFile =
    file.exercise === undefined
      ? file
      : {
          ...file,
          exercise: {
            allocations: file.exercise.allocations.map((table) => ({ ...table, file: absolute(table.file) })),
            ...(file.exercise.governmentSuffixes === undefined
              ? {}
              : { governmentSuffixes: absolute(file.exercise.governmentSuffixes) }),
          },
        };
  const opened = await transaction(house.database.pool("app"), async (db) => {
    const known = await findOperation(db, file.id);
    if (known === null) return insertOperation(db, anchored);
    const same =
      known.name === file.name &&
      known.from === file.from &&
      known.to === file.to &&
      known.purpose === file.purpose &&
      known.countries.join() === file.countries.join();
    if (same) return known;
    throw new Problem("conflict", {
      code: "operations.other_operation",
      say: `The data folder holds an operation "${file.id}" with another name, period, purpose or list of countries. Give this one another id, or use another --data folder.`,
    });
  });
  const gate = house.database.pool("gate");
  await transaction(gate, (db) =>
    ensureMembership(db, {
      officer: officer.id,
      operation: opened.id,
      role: "coordinator",
      country: null,
      source: null,
      givenBy: officer.id,
    }),
  );
  renewCaller(await entitle(gate, officer.id));
  return opened;
}

/** Registers the sources and hands in their files. What was received before is not received again. */
export async function receiveAll(
  house: House,
  operation: Operation,
  file: OperationFile,
  folder: string,
  progress: Progress,
): Promise<void> {
  const pool = house.database.pool("app");
  for (const declared of file.sources) {
    const source = await transaction(pool, (db) => registerSource(db, operation, declared));
    for (const delivery of declared.deliveries) {
      for (const name of await filesOf(folder, delivery.file)) {
        const path = join(folder, name);
        const receipt = await receiveDelivery({ pool, store: house.store }, operation, source, delivery, {
          path,
          name,
          sizeBytes: (await stat(path)).size,
        });
        if (receipt.defaultsTaken.length > 0) {
          progress.note(
            `${declared.id}: ${name} takes the operation's default for ${receipt.defaultsTaken.join(", ")}`,
          );
        }
        if (receipt.isRepeat)
          progress.note(`${declared.id}: ${name} was delivered before, byte for byte; nothing is read again`);
      }
    }
  }
}

/** The files a declaration names, in a fixed order. A name outside the operation's folder is refused. */
async function filesOf(folder: string, pattern: string): Promise<string[]> {
  if (existsSync(join(folder, pattern))) return [assertInside(folder, pattern)];
  const found: string[] = [];
  for await (const name of glob(pattern, { cwd: folder })) found.push(assertInside(folder, name));
  if (found.length > 0) return found.sort();
  throw new Problem("invalid", {
    code: "feeds.no_such_file",
    say: `${join(folder, "operation.json")} names the file "${pattern}", and there is none. Correct the name or put the file there.`,
  });
}

function assertInside(folder: string, name: string): string {
  const inside = relative(folder, resolve(folder, name));
  if (!inside.startsWith("..") && !isAbsolute(inside)) return inside;
  throw new Problem("invalid", {
    code: "feeds.file_outside",
    say: `The delivery "${name}" lies outside the operation's folder. Put the file into the folder.`,
  });
}

const POLL_MS = 100;

/** A database that restarts or fails over does not end the command that waits for its programs. */
const PATIENCE_SECONDS = 60;

export async function waitForDeliveries(
  house: House,
  children: Children,
  operation: Operation,
  progress: Progress,
): Promise<void> {
  const pool = house.database.pool("app");
  for (;;) {
    const deliveries = await retryWhileUnavailable(
      () => listDeliveries(pool, operation.id),
      PATIENCE_SECONDS,
    );
    const waiting = deliveries.filter(({ state }) => state === "received" || state === "reading");
    progress.count(
      "Reading deliveries",
      deliveries.length - waiting.length,
      deliveries.length,
      `${deliveries.reduce((rows, delivery) => rows + delivery.rows, 0)} rows`,
    );
    if (waiting.length === 0) return;
    await Promise.race([sleep(POLL_MS), children.trouble]);
  }
}

export async function waitForPackages(
  house: House,
  children: Children,
  operation: Operation,
  countries: readonly string[],
  progress: Progress,
): Promise<void> {
  const pool = house.database.pool("app");
  for (;;) {
    const { waiting, packages } = await retryWhileUnavailable(
      async () => ({
        waiting: await countJobs(pool, ["packages.composePackages", "packages.signRelease"]),
        packages: await listLatestPackages(pool, operation.id),
      }),
      PATIENCE_SECONDS,
    );
    const signed = packages.filter(({ signature }) => signature !== null).length;
    progress.count(
      "Composing and signing packages",
      signed,
      packages.length,
      `${countries.length} countries`,
    );
    if (waiting === 0) return;
    await Promise.race([sleep(POLL_MS), children.trouble]);
  }
}

/** Figures for the desk, with the lists that agree with them. */
async function writeLists(
  house: House,
  operation: Operation,
  asOf: number,
  outDir: string,
): Promise<StatedFigures> {
  const tables = await openPublicTables(operation.exercise, house.ownTables);
  const threats = await openThreatList(join(outDir, "threats.csv"));
  const unassigned = await openUnassignedList(join(outDir, "unassigned.csv"));
  const desk: Reader = { kind: "desk" };
  const figures = await inOneMoment(house.database.pool("app"), (db) =>
    computeFigures(db, tables, operation, desk, asOf, (threat) => {
      threats.add(threat);
      unassigned.add(threat);
    }),
  );
  await stateFigures({ pool: house.database.pool("app"), store: house.store }, operation, desk, figures);
  await threats.finish();
  await unassigned.finish();
  return figures;
}

export async function describeDeliveries(house: House, operation: Operation): Promise<DeliveryLine[]> {
  const pool = house.database.pool("app");
  const sources = new Map(
    (await listSources(pool, operation.id)).map((source) => [source.id, source.externalId]),
  );
  const lines: DeliveryLine[] = [];
  for (const delivery of await listDeliveries(pool, operation.id)) {
    const parts = await listDeliveryParts(pool, delivery.id);
    const formats = [...new Set(parts.flatMap(({ format }) => format ?? []))];
    lines.push({
      source: sources.get(delivery.source) ?? "",
      file: delivery.fileName,
      sha256: delivery.sha256,
      format: formats.length === 0 ? null : formats.join("+"),
      rows: delivery.rows,
      accepted: delivery.accepted,
      repeated: delivery.repeated,
      refused: delivery.refused,
      newThreats: delivery.newThreats,
      state: delivery.state,
      ...(delivery.refusalCode === null
        ? {}
        : { refusal: { code: delivery.refusalCode, reason: delivery.refusalReason ?? "" } }),
      ...(delivery.defaultsTaken.length === 0 ? {} : { defaultsTaken: delivery.defaultsTaken }),
      ...(delivery.difference === null ? {} : { difference: delivery.difference }),
    });
  }
  return lines;
}

async function writeAllRefused(house: House, operation: Operation, outDir: string): Promise<void> {
  const pool = house.database.pool("app");
  const sources = new Map(
    (await listSources(pool, operation.id)).map((source) => [source.id, source.externalId]),
  );
  for (const delivery of await readOnce(pool, operation)) {
    await writeRefused(
      outDir,
      sources.get(delivery.source) ?? "",
      delivery.fileName,
      await listRefusedRows(pool, delivery.id),
    );
  }
}

async function readOnce(pool: pg.Pool, operation: Operation): Promise<Delivery[]> {
  return (await listDeliveries(pool, operation.id)).filter(({ state }) => state !== "repeated");
}
