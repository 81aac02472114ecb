import { readFile } from "node:fs/promises";
import type { ExerciseTables } from "#capabilities/operations/index.ts";
import { type AssignPublic, type PublicFacts, THREAT_FLAGS } from "#capabilities/threats/index.ts";
import { countryZones } from "#reference/countries/country-zones.ts";
import { SHIPPED_GOVERNMENT_DOMAINS } from "#reference/government-domains/government-domains.ts";
import { readSuffixes } from "#reference/government-domains/read-suffixes.ts";
import { type AllocationTable, layAllocationsOver } from "#reference/ip-allocations/allocation-table.ts";
import { loadAllocationTable } from "#reference/ip-allocations/load-allocation-table.ts";
import { shippedAllocationSources } from "#reference/ip-allocations/shipped-tables.ts";
import { allowedRanges, EXERCISE_RANGES, reservedRange } from "#reference/reserved-ranges/ranges.ts";
import {
  findShield,
  loadShields,
  type Shield,
  type Shields,
} from "#reference/shared-infrastructure/shields.ts";
import type { ObservableType } from "#standards/observable/types.ts";
import { assignPublic, emptyAssignment, FRONT, type Front } from "../model/assign-public.ts";
import type { PublicReference } from "../model/public-evidence.ts";

/** The public tables of one operation, opened once per process and operation. */
export interface PublicTables {
  readonly reference: PublicReference;
  /** The shield a value lies on, for explaining. */
  shieldOf(type: ObservableType, value: string, host: string | null): Shield | null;
  /** What a front means for the place of an address. */
  frontOf(type: ObservableType, value: string, host: string | null): Front;
  /** For intake, asked a million times: fills and returns one and the same object. */
  readonly assignPublic: AssignPublic;
}

const opened = new Map<string, Promise<PublicTables>>();

/** Opens the tables; an exercise's own allocations and suffixes are asked first. About half a second at first use. */
export function openPublicTables(exercise: ExerciseTables | null): Promise<PublicTables> {
  const key = JSON.stringify(exercise);
  let tables = opened.get(key);
  if (tables === undefined) {
    tables = loadTables(exercise);
    opened.set(key, tables);
  }
  return tables;
}

async function loadTables(exercise: ExerciseTables | null): Promise<PublicTables> {
  const shipped = shippedAllocationSources();
  const [registry, second, suffixes] = await Promise.all([
    withExercise(loadAllocationTable(shipped.registry), exercise, 0),
    withExercise(loadAllocationTable(shipped.second), exercise, 1),
    exerciseSuffixes(exercise),
  ]);
  const government = SHIPPED_GOVERNMENT_DOMAINS.withSuffixes(suffixes.government);
  const reference = { registry, second, government, countryOfHost: countryZones(suffixes.countryZones) };
  return tablesOver(reference, loadShields(), exercise === null ? null : allowedRanges(EXERCISE_RANGES));
}

async function withExercise(
  base: Promise<AllocationTable>,
  exercise: ExerciseTables | null,
  place: number,
): Promise<AllocationTable> {
  const own = exercise?.allocations[place];
  if (own === undefined) return base;
  const table = await loadAllocationTable({ name: own.name, files: [own.file], asOf: own.asOf });
  return layAllocationsOver(table, await base);
}

async function exerciseSuffixes(exercise: ExerciseTables | null) {
  const file = exercise?.governmentSuffixes;
  return file === undefined
    ? { government: [], countryZones: [] }
    : readSuffixes(await readFile(file, "utf8"), file);
}

function tablesOver(
  reference: PublicReference,
  shields: Shields,
  allowed: ReturnType<typeof allowedRanges> | null,
): PublicTables {
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
