import type { KnownThreat } from "#capabilities/threats/index.ts";
import { frontName } from "../model/assign-public.ts";
import { type Evidence, evidenceOf } from "../model/evidence.ts";
import { gatherPublicEvidence } from "../model/public-evidence.ts";
import { type CountryDecision, decideCountries } from "../model/weigh.ts";
import type { DecidedCountry } from "../queries.ts";
import type { PublicTables } from "./openPublicTables.ts";

/** Who is responsible for one threat, as one reader may know it. */
export interface Responsibility {
  /** All that was weighed, also where it decided nothing. */
  readonly evidence: readonly Evidence[];
  readonly decision: CountryDecision;
  readonly government: {
    readonly country: string;
    readonly suffix: string;
    readonly level: string | null;
  } | null;
  /** Name of the shield it lies on. */
  readonly sharedInfrastructure: string | null;
}

/**
 * Weighs what the public tables say to everybody, what sources say in the assertions that this reader may see, and
 * what persons decided.
 */
export function responsibilityOf(
  threat: KnownThreat,
  tables: PublicTables,
  decided: readonly DecidedCountry[],
): Responsibility {
  const { type, value, host } = threat;
  const shield = tables.shieldOf(type, value, host);
  const { evidence: known, silence } = gatherPublicEvidence(type, value, host, tables.reference);
  const evidence = [...known, ...wordsOf(threat), ...decided.map(evidenceOfDecision)];
  const decision = decideCountries(evidence, {
    front: frontName(tables.frontOf(type, value, host)),
    silence,
  });
  const name = host ?? (type === "domain-name" ? value : null);
  const government = name === null ? null : tables.reference.government.find(name);
  return {
    evidence,
    decision,
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
