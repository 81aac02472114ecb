import type pg from "pg";
import type { Operation, Reader } from "#capabilities/operations/index.ts";
import {
  hashInputs,
  type KnownThreat,
  openReadingScope,
  streamThreats,
  type VisibleCountry,
  type VisibleThreat,
  viewOf,
} from "#capabilities/threats/index.ts";
import { explain } from "../model/explain.ts";
import type { CountryDecision } from "../model/weigh.ts";
import { type DecidedCountry, hasOtherEditions, listDecisions } from "../queries.ts";
import type { PublicTables } from "./openPublicTables.ts";
import { responsibilityOf } from "./responsibility.ts";

const DAY_MS = 86_400_000;

/**
 * Every threat of the operation as the reader may know it, with the countries responsible and why. Returns, at the
 * end, the hash of all inputs. The public tables say what they say to everybody; what sources say counts only from
 * the assertions this reader may see, so that a country never follows from what is hidden.
 * @param rules version of the counting rules, part of the hash
 * @param country leaves out what can only be another country's; the rest must still be filtered by `countries`
 */
export async function* streamResponsibleThreats(
  db: pg.ClientBase,
  tables: PublicTables,
  operation: Operation,
  reader: Reader,
  asOf: number,
  rules: string,
  country?: string,
): AsyncGenerator<VisibleThreat, string> {
  const scope = await openReadingScope(db, operation, reader, asOf);
  const decisions = await listDecisions(db, operation.id, reader);
  const inputs = hashInputs(`${rules}\n${tables.edition}`, asOf);
  const frame = { asOf, from: Date.parse(operation.from), to: Date.parse(operation.to) + DAY_MS - 1 };
  // What was assigned by other tables may carry another country than it has today: then every row is looked at.
  const isOnTheRow = country !== undefined && !(await hasOtherEditions(db, operation.id, tables.edition));
  const only = isOnTheRow ? { country, alsoThreats: [...decisions.keys()] } : null;
  for await (const threat of streamThreats(db, scope, only)) {
    inputs.add(threat);
    yield {
      ...viewOf(threat, frame),
      ...visibleResponsibility(threat, tables, decisions.get(threat.id) ?? []),
    };
  }
  return inputs.digest();
}

function visibleResponsibility(
  threat: KnownThreat,
  tables: PublicTables,
  decided: readonly DecidedCountry[],
): Pick<VisibleThreat, "countries" | "disagreements" | "government" | "sharedInfrastructure"> {
  const { decision, government, sharedInfrastructure } = responsibilityOf(threat, tables, decided);
  const words = explain(decision, "en");
  return {
    countries: countriesOf(decision),
    disagreements: decision.unassigned === null ? words.disagreement : words.decided,
    government,
    sharedInfrastructure,
  };
}

function countriesOf(decision: CountryDecision): VisibleCountry[] {
  return decision.countries.map((country) => ({
    country,
    basis: [
      ...new Set(
        decision.roles
          .filter((role) => role.country === country)
          .flatMap((role) => [role.decidedBy.basis, ...role.corroboration.map(({ basis }) => basis)]),
      ),
    ],
  }));
}
