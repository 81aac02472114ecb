import { readFile } from "node:fs/promises";
import type { ExerciseTables } from "#capabilities/operations/index.ts";
import { type AssignPublic, type PublicFacts, THREAT_FLAGS } from "#capabilities/threats/index.ts";
import { countryZones } from "#reference/countries/country-zones.ts";
import { SHIPPED_GOVERNMENT_DOMAINS } from "#reference/government-domains/government-domains.ts";
import { readSuffixes, type SuffixList } from "#reference/government-domains/read-suffixes.ts";
import {
  type AllocationColumns,
  type AllocationTable,
  layAllocationsOver,
  openAllocationTable,
} from "#reference/ip-allocations/allocation-table.ts";
import { loadAllocationColumns } from "#reference/ip-allocations/load-allocation-table.ts";
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

/**
 * The data of the tables: plain, and the large parts in shared memory, so that a thread gets it without a copy and
 * without reading the files again (half a second for each delivery otherwise).
 */
export interface PublicData {
  readonly registry: AllocationColumns;
  readonly second: AllocationColumns;
  readonly exercise: {
    readonly registry: AllocationColumns | null;
    readonly second: AllocationColumns | null;
    readonly suffixes: SuffixList;
  } | null;
}

const loaded = new Map<string, Promise<PublicData>>();
const opened = new Map<string, Promise<PublicTables>>();

/** Loads the data once per process and operation; an exercise's own allocations and suffixes come with it. */
export function loadPublicData(exercise: ExerciseTables | null): Promise<PublicData> {
  return remembered(loaded, exercise, async () => {
    const shipped = shippedAllocationSources();
    const [registry, second] = await Promise.all([
      loadAllocationColumns(shipped.registry),
      loadAllocationColumns(shipped.second),
    ]);
    return { registry, second, exercise: exercise === null ? null : await loadExercise(exercise) };
  });
}

/** Opens the tables, once per process and operation. */
export function openPublicTables(exercise: ExerciseTables | null): Promise<PublicTables> {
  return remembered(opened, exercise, async () => tablesFrom(await loadPublicData(exercise)));
}

function remembered<T>(
  memory: Map<string, Promise<T>>,
  exercise: ExerciseTables | null,
  make: () => Promise<T>,
): Promise<T> {
  const key = JSON.stringify(exercise);
  const known = memory.get(key) ?? make();
  memory.set(key, known);
  return known;
}

/** The tables over data that is loaded already, also in another thread. An exercise's own are asked first. */
export function tablesFrom({ registry, second, exercise }: PublicData): PublicTables {
  const over = (own: AllocationColumns | null | undefined, base: AllocationColumns): AllocationTable =>
    own ? layAllocationsOver(openAllocationTable(own), openAllocationTable(base)) : openAllocationTable(base);
  const reference = {
    registry: over(exercise?.registry, registry),
    second: over(exercise?.second, second),
    government: SHIPPED_GOVERNMENT_DOMAINS.withSuffixes(exercise?.suffixes.government ?? []),
    countryOfHost: countryZones(exercise?.suffixes.countryZones ?? []),
  };
  return tablesOver(reference, loadShields(), exercise === null ? null : allowedRanges(EXERCISE_RANGES));
}

async function loadExercise(exercise: ExerciseTables): Promise<NonNullable<PublicData["exercise"]>> {
  const [registry, second] = await Promise.all(
    [0, 1].map(async (place) => {
      const own = exercise.allocations[place];
      return own === undefined
        ? null
        : loadAllocationColumns({ name: own.name, files: [own.file], asOf: own.asOf });
    }),
  );
  return { registry: registry ?? null, second: second ?? null, suffixes: await exerciseSuffixes(exercise) };
}

async function exerciseSuffixes({ governmentSuffixes: file }: ExerciseTables): Promise<SuffixList> {
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
