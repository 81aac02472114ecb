import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { type FoundThreat, findKnownThreat, openCallerScope, viewOf } from "#capabilities/threats/index.ts";
import { readSettings } from "#platform/config/settings.ts";
import type { ResponseOf } from "#platform/http/route.ts";
import { inOneMoment } from "#platform/postgres/one-moment.ts";
import { Problem } from "#platform/problem.ts";
import type { explainThreat as contract } from "../contract.ts";
import { explain } from "../model/explain.ts";
import { listDecisionsOn } from "../queries.ts";
import { openPublicTables } from "./openPublicTables.ts";
import { readOwnTables } from "./readOwnTables.ts";
import { responsibilityOf } from "./responsibility.ts";

type Answer = ResponseOf<typeof contract>;

/**
 * One threat with everything that the officer may see of it, and why which country is responsible, in his language.
 * @throws Problem `not-found`, whether it is hidden from him or was never there
 */
export async function explainThreat(caller: Caller, id: string): Promise<Answer> {
  const { scope, found, decided } = await inOneMoment(caller.app, async (db) => {
    const opened = await openCallerScope(db, operationOf(caller).id, caller.clock.now());
    const known = await findKnownThreat(db, opened, id);
    if (known === null)
      throw new Problem("not-found", {
        code: "http.not_found",
        say: "There is nothing here that you may see.",
      });
    return { scope: opened, found: known, decided: await listDecisionsOn(db, known.threat.id) };
  });
  const { tablesFile } = readSettings();
  const own = tablesFile === undefined ? null : await readOwnTables(tablesFile, caller.clock.now());
  const tables = await openPublicTables(scope.operation.exercise, own);
  const { evidence, decision, government, sharedInfrastructure } = responsibilityOf(
    found.threat,
    tables,
    decided,
  );
  const view = viewOf(found.threat, scope.frame);
  const why = explain(decision, officerOf(caller).language);
  return {
    id: view.id,
    type: view.type,
    role: view.role,
    value: view.value,
    host: view.host,
    asOf: new Date(scope.frame.asOf).toISOString(),
    liveness: view.liveness,
    seenInOperation: view.seenInOperation,
    firstSeen: instant(view.firstSeen),
    lastSeen: instant(view.lastSeen),
    families: [...view.families],
    ports: [...view.ports],
    targets: [...view.targets],
    confidence: view.confidence,
    origins: view.origins,
    handling: { ...view.handling, codes: [...view.handling.codes] },
    sources: [...view.sources],
    evidence: [...evidence],
    countries: decision.roles.map((role) => ({
      ...role,
      corroboration: [...role.corroboration],
      disagreement: [...role.disagreement],
    })),
    unassigned: decision.unassigned,
    review: [...decision.review],
    why: {
      decided: [...why.decided],
      corroboration: [...why.corroboration],
      disagreement: [...why.disagreement],
      caveats: [...why.caveats],
    },
    government,
    sharedInfrastructure,
    assertions: statementsOf(found),
    mergedInto: found.mergedInto,
    merged: found.merged.map((part) => ({ ...part, mergedAt: instant(part.mergedAt?.getTime() ?? null) })),
  };
}

function statementsOf({ threat, deliveries }: FoundThreat): Answer["assertions"] {
  return threat.assertions.map((said) => {
    const { tlp, pap, codes, expiresOn, mayBeNamed } = said.handling;
    const delivery = deliveries.get(said.delivery);
    return {
      source: said.source.code,
      name: mayBeNamed ? said.source.name : null,
      handling: { tlp, pap, codes: [...codes], expiresOn },
      positive: said.isPositive,
      firstSeen: instant(said.firstSeen),
      lastSeen: instant(said.lastSeen),
      validUntil: instant(said.validUntil),
      country: said.country,
      families: [...said.families],
      port: said.port,
      confidence: said.confidence,
      target: said.target,
      reference: said.reference,
      raw: said.raw,
      row: delivery === undefined ? null : { delivery, part: said.part, row: said.row },
    };
  });
}

function instant(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
