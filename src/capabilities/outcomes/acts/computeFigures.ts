import type pg from "pg";
import { listDeliveries, listSources } from "#capabilities/feeds/index.ts";
import { type PublicTables, streamResponsibleThreats } from "#capabilities/jurisdiction/index.ts";
import type { Operation, Reader } from "#capabilities/operations/index.ts";
import { listSharedThreats } from "#capabilities/packages/index.ts";
import { COUNTING_RULES, type VisibleThreat } from "#capabilities/threats/index.ts";
import { countActivity, countFindings } from "../model/activity.ts";
import { countFigures, type Figure } from "../model/figures.ts";

/** All figures of an operation at an instant, for one reader. */
export interface StatedFigures {
  readonly operation: string;
  /** ISO 8601, UTC. */
  readonly asOf: string;
  readonly rules: string;
  /** Over every assertion the figures rest on: equal inputs, equal hash, equal figures (C-23). */
  readonly inputsSha256: string;
  readonly figures: readonly Figure[];
}

/**
 * Computes the figures from what the reader may see, in one pass over the operation's threats.
 * @param db inside a repeatable-read transaction, so that all figures are of one moment
 * @param visit called with every threat as it is counted, for lists that must agree with the figures
 */
export async function computeFigures(
  db: pg.ClientBase,
  tables: PublicTables,
  operation: Operation,
  reader: Reader,
  asOf: number,
  visit: (threat: VisibleThreat) => void = () => undefined,
): Promise<StatedFigures> {
  const counter = countFigures();
  const findings = new Set<string>();
  const stream = streamResponsibleThreats(db, tables, operation, reader, asOf, COUNTING_RULES);
  let step = await stream.next();
  while (!step.done) {
    const threat = step.value;
    counter.add(threat);
    for (const { country } of threat.countries) findings.add(country);
    visit(threat);
    step = await stream.next();
  }
  const activity = countActivity({
    participants: operation.countries,
    contributors: await contributors(db, operation, reader),
    reports: (await listSharedThreats(db, operation.id)).filter((report) =>
      mayKnowReport(reader, report.country),
    ),
  });
  return {
    operation: operation.code,
    asOf: new Date(asOf).toISOString(),
    rules: COUNTING_RULES,
    inputsSha256: step.value,
    figures: [...counter.figures(), ...activity, countFindings(findings)],
  };
}

/** Who else contributes is the desk's to know; a source knows of itself. */
async function contributors(db: pg.ClientBase, operation: Operation, reader: Reader) {
  const done = new Set(
    (await listDeliveries(db, operation.id))
      .filter(({ state }) => state === "done")
      .map(({ source }) => source),
  );
  return (await listSources(db, operation.id)).filter(
    (source) =>
      done.has(source.id) &&
      (reader.kind === "desk" ||
        (reader.kind === "source" && source.externalId === reader.source) ||
        (reader.kind === "country" && source.kind === "country" && source.country === reader.country)),
  );
}

function mayKnowReport(reader: Reader, country: string): boolean {
  return reader.kind === "desk" || (reader.kind === "country" && reader.country === country);
}
