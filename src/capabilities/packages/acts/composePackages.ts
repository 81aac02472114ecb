import { createHash } from "node:crypto";
import type pg from "pg";
import { type DeletionMark, findDeletionMark, lockDeletionMark } from "#capabilities/feeds/index.ts";
import {
  type OwnTables,
  openPublicTables,
  type PublicTables,
  streamResponsibleThreats,
} from "#capabilities/jurisdiction/index.ts";
import { findOperation, type Operation } from "#capabilities/operations/index.ts";
import {
  COUNTING_RULES,
  LIVENESS_WINDOW_DAYS,
  listThreatCountries,
  type VisibleThreat,
} from "#capabilities/threats/index.ts";
import type { FileStore } from "#platform/files/store.ts";
import { addJob } from "#platform/jobs/add-job.ts";
import { inOneMoment } from "#platform/postgres/one-moment.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { correspondenceLanguage } from "#reference/countries/correspondence-language.ts";
import { composeReports } from "../compose-reports.ts";
import { MANIFEST_FILE, type PackageFile } from "../model/manifest.ts";
import type { ReportContent } from "../model/report.ts";
import {
  type CountryPackage,
  deleteDraft,
  insertPackage,
  listLatestPackages,
  lockCountryPackages,
} from "../queries.ts";
import { type PdfPrinter, pdfPrinter } from "../render/pdf/pdf-printer.ts";
import { renderPackage } from "../render/render-package.ts";

export interface CompositionOrder {
  readonly operation: string;
  readonly country: string;
  /** Milliseconds since the epoch, UTC. */
  readonly asOf: number;
}

/**
 * Asks for the packages of these countries; without a list, of every country of the operation and every other one with
 * findings. What a country outside the operation may see is for need-to-know to decide, and is often nothing.
 */
export async function requestPackages(
  pool: pg.Pool,
  operation: Operation,
  asOf: number,
  only?: readonly string[],
): Promise<readonly string[]> {
  const countries =
    only ?? [...new Set([...operation.countries, ...(await listThreatCountries(pool, operation.id))])].sort();
  await transaction(pool, async (db) => {
    for (const country of countries) {
      const order: CompositionOrder = { operation: operation.code, country, asOf };
      await addJob(
        db,
        "packages.composePackages",
        { ...order },
        { key: `compose-${operation.code}-${country}` },
      );
    }
  });
  return countries;
}

/**
 * Composes the reports of one country from what that country may know and renders them. They are drafts until an
 * officer orders their release. A report that says what its latest version says is left as it is; a draft is replaced
 * and keeps its version, so that the versions a country receives have no gaps.
 * @returns how many reports were printed: the printer keeps some memory of each, and the program may count them
 */
export async function composePackages(
  here: { readonly pool: pg.Pool; readonly store: FileStore; readonly ownTables: OwnTables | null },
  order: CompositionOrder,
): Promise<number> {
  const operation = await findOperation(here.pool, order.operation);
  if (operation === null) throw new Error(`there is no operation ${order.operation} to compose packages for`);
  const tables = await openPublicTables(operation.exercise, here.ownTables);
  const { threats, deletions } = await inOneMoment(here.pool, async (db) => ({
    threats: await threatsFor(db, tables, operation, order),
    deletions: await findDeletionMark(db, operation.id),
  }));
  const latest = new Map(
    (await listLatestPackages(here.pool, operation.id)).map((known) => [known.reference, known]),
  );
  const idOf = new Map(threats.map((threat) => [`${threat.role} ${threat.type} ${threat.value}`, threat.id]));
  let printed = 0;
  for (const report of reportsOf(operation, order, threats, 1)) {
    const known = latest.get(report.reference);
    printed += await storeReport(here, operation, known ?? null, report, idOf, deletions);
  }
  return printed;
}

async function threatsFor(
  db: pg.ClientBase,
  tables: PublicTables,
  operation: Operation,
  order: CompositionOrder,
): Promise<VisibleThreat[]> {
  const threats: VisibleThreat[] = [];
  const reader = { kind: "country", country: order.country } as const;
  const stream = streamResponsibleThreats(
    db,
    tables,
    operation,
    reader,
    order.asOf,
    COUNTING_RULES,
    order.country,
  );
  for await (const threat of stream) threats.push(threat);
  return threats;
}

/** The desk that issues the reports. Its contact details are the operation's to set; until then only its name stands. */
function reportsOf(
  operation: Operation,
  order: CompositionOrder,
  threats: readonly VisibleThreat[],
  version: number,
): ReportContent[] {
  return composeReports({
    operation: {
      id: operation.code,
      name: operation.name,
      from: operation.from,
      to: operation.to,
      purpose: operation.purpose,
      legalBasis: operation.legalBasis,
    },
    desk: { name: `Coordination desk, ${operation.name}` },
    asOf: order.asOf,
    rules: COUNTING_RULES,
    version,
    activeWindowDays: LIVENESS_WINDOW_DAYS,
    readers: [{ country: order.country, language: correspondenceLanguage(order.country), threats }],
  });
}

/** Made once per program: it holds the fonts and what it has laid out before. */
let printer: PdfPrinter | null = null;

/** Answers how often the report was printed to learn whether it is new and, if so, to store it. */
async function storeReport(
  here: { readonly pool: pg.Pool; readonly store: FileStore },
  operation: Operation,
  known: CountryPackage | null,
  report: ReportContent,
  idOf: ReadonlyMap<string, string>,
  deletions: DeletionMark,
): Promise<number> {
  printer ??= pdfPrinter();
  // Rendered as the version it would be if nothing changed: equal bytes mean that nothing did.
  const asKnown = known === null ? null : renderPackage({ ...report, version: known.version }, printer);
  if (asKnown !== null && manifestHash(asKnown) === known?.manifestSha256) return 1;
  const draft = known === null || known.isOrdered || known.isRecalled ? null : known;
  const version = draft?.version ?? (known?.version ?? 0) + 1;
  const files = draft !== null && asKnown !== null ? asKnown : renderPackage({ ...report, version }, printer);
  const stored: { name: string; sha256: string; sizeBytes: number }[] = [];
  for (const file of files) stored.push({ name: file.name, ...(await here.store.put([file.bytes])) });
  await transaction(here.pool, async (db) => {
    await refuseDuringDeletion(db, operation, deletions);
    await lockCountryPackages(db, operation.id, report.country);
    if (draft !== null) await deleteDraft(db, draft.id);
    await insertPackage(db, {
      operation: operation.id,
      reference: report.reference,
      version,
      country: report.country,
      subject: report.subject.role,
      duty: report.subject.duty,
      language: report.language,
      asOf: report.asOf,
      tlp: report.marking.tlp,
      manifestSha256: manifestHash(files),
      keyFigures: report.keyFigures,
      files: stored,
      threats: report.threats.flatMap(
        ({ type, value }) => idOf.get(`${report.subject.role} ${type} ${value}`) ?? [],
      ),
    });
  });
  return known === null || draft !== null ? 1 : 2;
}

/** What was read before a deletion began must not be stored after it: nobody would recall it. The job is tried again. */
async function refuseDuringDeletion(
  db: pg.ClientBase,
  operation: Operation,
  read: DeletionMark,
): Promise<void> {
  const now = await lockDeletionMark(db, operation.id);
  if (!now.isUnderWay && now.begun === read.begun) return;
  throw new Problem("unavailable", {
    code: "packages.deletion_under_way",
    say: "A delivery of this operation is being deleted. The packages are composed again after it.",
  });
}

function manifestHash(files: readonly PackageFile[]): string {
  const manifest = files.find(({ name }) => name === MANIFEST_FILE);
  if (manifest === undefined) throw new Error("a rendered package has no manifest");
  return createHash("sha256").update(manifest.bytes).digest("hex");
}
