import type { ExerciseTables } from "#capabilities/operations/index.ts";
import { type AssignPublic, type PublicFacts, THREAT_FLAGS } from "#capabilities/threats/index.ts";
import { countryZones } from "#reference/countries/country-zones.ts";
import { SHIPPED_GOVERNMENT_DOMAINS } from "#reference/government-domains/government-domains.ts";
import {
  type AllocationColumns,
  type AllocationTable,
  layAllocationsOver,
  openAllocationTable,
} from "#reference/ip-allocations/allocation-table.ts";
import { allowedRanges, EXERCISE_RANGES, reservedRange } from "#reference/reserved-ranges/ranges.ts";
import { layShields } from "#reference/shared-infrastructure/shield-tables.ts";
import {
  buildShields,
  findShield,
  type Shield,
  type Shields,
} from "#reference/shared-infrastructure/shields.ts";
import type { ObservableType } from "#standards/observable/types.ts";
import { assignPublic, emptyAssignment, FRONT, type Front } from "../model/assign-public.ts";
import type { PublicReference } from "../model/public-evidence.ts";
import { loadPublicData, type PublicData } from "./loadPublicData.ts";
import { oncePerProcess } from "./once-per-process.ts";
import type { OwnTables } from "./readOwnTables.ts";

/** The public tables of one operation, opened once per process and operation. */
export interface PublicTables {
  readonly reference: PublicReference;
  /** The shield a value lies on, for explaining. */
  shieldOf(type: ObservableType, value: string, host: string | null): Shield | null;
  /** What a front means for the place of an address. */
  frontOf(type: ObservableType, value: string, host: string | null): Front;
  /** For intake, asked a million times: fills and returns one and the same object. */
  readonly assignPublic: AssignPublic;
  /** SHA-256 that changes with any of the tables: part of what a figure rests on. */
  readonly edition: string;
}

/** Opens the tables, once per process and operation. @param own an operator's own tables */
export const openPublicTables: (
  exercise: ExerciseTables | null,
  own?: OwnTables | null,
) => Promise<PublicTables> = oncePerProcess(async (exercise, own) =>
  tablesFrom(await loadPublicData(exercise, own)),
);

/** The tables over data that is loaded already, also in another thread. */
export function tablesFrom(data: PublicData): PublicTables {
  const reference = {
    registry: layered(data.registry),
    second: layered(data.second),
    government: SHIPPED_GOVERNMENT_DOMAINS.withSuffixes(data.suffixes.government),
    countryOfHost: countryZones(data.suffixes.countryZones),
  };
  const shields = buildShields(layShields(data.shields));
  const allowed = data.isExercise ? allowedRanges(EXERCISE_RANGES) : null;
  return { ...tablesOver(reference, shields, allowed), edition: data.edition };
}

function layered(layers: readonly AllocationColumns[]): AllocationTable {
  return layers.map(openAllocationTable).reduce((base, over) => layAllocationsOver(over, base));
}

function tablesOver(
  reference: PublicReference,
  shields: Shields,
  allowed: ReturnType<typeof allowedRanges> | null,
): Omit<PublicTables, "edition"> {
  const shieldOf: PublicTables["shieldOf"] = (type, value, host) =>
    findShield({ type, value }, host, shields);
  const frontOf: PublicTables["frontOf"] = (type, value, host) => frontOfShield(shieldOf(type, value, host));
  const assignment = emptyAssignment();
  const facts: PublicFacts = { country: null, basis: 0, flags: 0, refusal: null };
  return {
    reference,
    shieldOf,
    frontOf,
    assignPublic(type, value, host) {
      const shield = shieldOf(type, value, host);
      facts.refusal = refusalOf(type, value, shield, allowed);
      if (facts.refusal !== null) return facts;
      assignPublic(type, value, host, frontOfShield(shield), reference, assignment);
      facts.country = assignment.country;
      facts.basis = assignment.basis;
      facts.flags =
        (assignment.flags & STORED_FLAGS) | (shield === null ? 0 : THREAT_FLAGS.sharedInfrastructure);
      return facts;
    },
  };
}

const STORED_FLAGS =
  THREAT_FLAGS.sharedInfrastructure |
  THREAT_FLAGS.government |
  THREAT_FLAGS.tablesDisagree |
  THREAT_FLAGS.governmentLookAlike;

/** Only a content network hides where its customers are; a shared host or a shortener stands where it stands. */
function frontOfShield(shield: Shield | null): Front {
  return shield !== null && shield.kind === "cdn" ? FRONT.sharedInfrastructure : FRONT.none;
}

function refusalOf(
  type: ObservableType,
  value: string,
  shield: Shield | null,
  allowed: ReturnType<typeof allowedRanges> | null,
): PublicFacts["refusal"] {
  if (shield !== null && shield.effect === "refuse") {
    return {
      code: "shielded",
      reason: `This is ${shield.name} (${shield.kind}), not a threat. If it is one all the same, hand it in with proof.`,
    };
  }
  if (type !== "ipv4-addr" && type !== "ipv6-addr" && type !== "ipv4-cidr" && type !== "ipv6-cidr")
    return null;
  const range = reservedRange(value, allowed);
  if (range === null) return null;
  return {
    code: "reserved-range",
    reason: `The address belongs to nobody on the internet (${range}). Check whether a test or inner address got in.`,
  };
}
