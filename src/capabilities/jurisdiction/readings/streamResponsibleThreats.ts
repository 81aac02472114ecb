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
import { frontName } from "../model/assign-public.ts";
import { type Evidence, evidenceOf } from "../model/evidence.ts";
import { explain } from "../model/explain.ts";
import { gatherPublicEvidence } from "../model/public-evidence.ts";
import { type CountryDecision, decideCountries } from "../model/weigh.ts";
import { type DecidedCountry, hasOtherEditions, listDecisions } from "../queries.ts";
import type { PublicTables } from "./openPublicTables.ts";

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
  const decisions = await listDecisions(db, operation.id);
  const inputs = hashInputs(`${rules}\n${tables.edition}`, asOf);
  const frame = { asOf, from: Date.parse(operation.from), to: Date.parse(operation.to) + DAY_MS - 1 };
  // What was assigned by other tables may carry another country than it has today: then every row is looked at.
  const isOnTheRow = country !== undefined && !(await hasOtherEditions(db, operation.id, tables.edition));
  const only = isOnTheRow ? { country, alsoThreats: [...decisions.keys()] } : null;
  for await (const threat of streamThreats(db, scope, only)) {
    inputs.add(threat);
    yield { ...viewOf(threat, frame), ...responsibilityFor(threat, tables, decisions.get(threat.id) ?? []) };
  }
  return inputs.digest();
}

type Responsibility = Pick<
  VisibleThreat,
  "countries" | "disagreements" | "government" | "sharedInfrastructure"
>;

function responsibilityFor(
  threat: KnownThreat,
  tables: PublicTables,
  decided: readonly DecidedCountry[],
): Responsibility {
  const { type, value, host } = threat;
  const shield = tables.shieldOf(type, value, host);
  const { evidence, silence } = gatherPublicEvidence(type, value, host, tables.reference);
  const decision = decideCountries([...evidence, ...wordsOf(threat), ...decided.map(evidenceOfDecision)], {
    front: frontName(tables.frontOf(type, value, host)),
    silence,
  });
  const words = explain(decision, "en");
  const name = host ?? (type === "domain-name" ? value : null);
  const government = name === null ? null : tables.reference.government.find(name);
  return {
    countries: countriesOf(decision),
    disagreements: decision.unassigned === null ? words.disagreement : words.decided,
    government:
      government === null
        ? null
        : { country: government.country, suffix: government.suffix, level: government.level },
    sharedInfrastructure: shield === null ? null : shield.name,
  };
}

/** One voice per source and country, in the source's code: outputs of evidence never name a source. */
function wordsOf({ assertions }: KnownThreat): Evidence[] {
  return assertions.flatMap(({ country, source, lastSeen }) =>
    country === null
      ? []
      : [
          evidenceOf("source-word", country, source.code, {
            asOf: lastSeen === null ? null : new Date(lastSeen).toISOString().slice(0, 10),
          }),
        ],
  );
}

/** A person's word on the role a country plays stands above the tables. */
function evidenceOfDecision({ country, reason, decidedBy, decidedOn }: DecidedCountry): Evidence {
  return evidenceOf("owner", country, decidedBy, { asOf: decidedOn, weight: 100, text: reason });
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
