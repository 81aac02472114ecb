import { type Random, seededRandom } from "../../../exercise/random.ts";
import type { Handling } from "../../../src/capabilities/operations/index.ts";
import type { MemberRole } from "../../../src/capabilities/people/index.ts";
import { type FactScript, randomFacts } from "./facts.ts";

/**
 * What happens in a random world, from which databases are built: with all of it, or with only what one reader may know
 * of. Nothing in it has a number that depends on what else is there: things are named by keys.
 */
export interface Script {
  readonly seed: string;
  readonly organisations: readonly OrganisationScript[];
  readonly officers: readonly OfficerScript[];
  readonly operations: readonly OperationScript[];
  /** What countries say of themselves, each by one of its officers. */
  readonly profiles: readonly { readonly country: string; readonly by: string }[];
  /** Ways in that officers lost: of whom, and who asked for another. */
  readonly recoveries: readonly { readonly officer: string; readonly by: string }[];
}

export interface OrganisationScript {
  readonly code: string;
  readonly kind: "secretariat" | "police" | "partner" | "csirt";
  readonly country: string | null;
}

export interface OfficerScript {
  readonly name: string;
  readonly organisation: string;
  readonly duties: readonly ("administrator" | "auditor")[];
  readonly roles: readonly RoleScript[];
}

export interface RoleScript {
  readonly operation: string;
  readonly role: MemberRole;
  readonly country: string | null;
  readonly source: string | null;
}

export interface OperationScript {
  readonly code: string;
  readonly countries: readonly string[];
  readonly sources: readonly SourceScript[];
  readonly deliveries: readonly DeliveryScript[];
  /** Values and roles of the threats that were declared to be one: [kept, merged]. */
  readonly merges: readonly (readonly [ThreatName, ThreatName])[];
  readonly decisions: readonly {
    readonly threat: ThreatName;
    readonly country: string;
    readonly reason: string;
  }[];
  readonly packages: readonly PackageScript[];
  readonly figures: readonly FigureScript[];
  readonly facts: readonly FactScript[];
}

export interface SourceScript {
  readonly id: string;
  readonly kind: "partner" | "country" | "csirt";
  readonly country: string | null;
}

export interface DeliveryScript {
  readonly source: string;
  readonly file: string;
  /** When it was received, in hours after the first. */
  readonly hour: number;
  readonly role: "c2" | "phishing";
  readonly handling: Pick<Handling, "tlp" | "codes" | "releasableTo" | "expiresOn" | "mayBeNamed">;
  readonly rows: readonly RowScript[];
}

export interface RowScript {
  /** Null: a row that is refused. */
  readonly value: string | null;
  readonly family: string;
  /** Day of October 2026. */
  readonly seen: number;
  readonly reference: string;
}

export interface ThreatName {
  readonly role: "c2" | "phishing";
  readonly value: string;
}

export interface PackageScript {
  readonly reference: string;
  readonly country: string;
  readonly subject: string;
  readonly isReleased: boolean;
  readonly threats: readonly ThreatName[];
}

export interface FigureScript {
  readonly figure: string;
  readonly reader: string;
  readonly value: number;
}

export const COUNTRIES = ["ID", "MY", "SG"] as const;
export const FAMILIES = ["alpharat", "bravobot", "charlieloader"] as const;

const FILES = ["sensors.csv", "panels.csv", "kits.csv", "scan.csv"];
const ROLES_OF_COUNTRIES: readonly MemberRole[] = ["national-officer", "field", "csirt", "prosecutor"];

/** @param seed equal seeds give equal scripts */
export function randomScript(seed: string): Script {
  const random = seededRandom(seed);
  const operations = ["harbour", "quay", "pier"].map((code) => randomOperation(random.fork(code), code));
  const organisations: OrganisationScript[] = [
    { code: "secretariat", kind: "secretariat", country: null },
    ...COUNTRIES.map((country) => ({
      code: `bureau-${country.toLowerCase()}`,
      kind: "police" as const,
      country,
    })),
    { code: "partner-a-ltd", kind: "partner", country: null },
    { code: "partner-b-ltd", kind: "partner", country: null },
  ];
  return {
    seed,
    organisations,
    officers: randomOfficers(random.fork("officers")),
    operations,
    profiles: [
      { country: "ID", by: "Cal National" },
      { country: "MY", by: "Dee Country" },
      { country: "SG", by: "Gus Elsewhere" },
    ].filter(() => random.chance(0.8)),
    recoveries: [
      { officer: random.pick(["Ben Analyst", "Cal National", "Eli Partner"]), by: "Hal Administrator" },
    ],
  };
}

/** One officer of each kind of reader in "harbour", some of whom also work elsewhere, and others who do not know "harbour". */
function randomOfficers(random: Random): OfficerScript[] {
  const elsewhere = (): RoleScript[] =>
    random.chance(0.3)
      ? [{ operation: random.pick(["quay", "pier"]), role: "national-officer", country: "MY", source: null }]
      : [];
  const role = (
    name: MemberRole,
    country: string | null = null,
    source: string | null = null,
  ): RoleScript => ({
    operation: "harbour",
    role: name,
    country,
    source,
  });
  const officer = (
    name: string,
    organisation: string,
    roles: readonly RoleScript[],
    duties: OfficerScript["duties"] = [],
  ): OfficerScript => ({ name, organisation, roles, duties });
  return [
    officer("Ana Coordinator", "secretariat", [role("coordinator")]),
    officer("Ben Analyst", "secretariat", [role("analyst")]),
    officer("Cal National", "bureau-id", [role("national-officer", "ID"), ...elsewhere()]),
    officer("Dee Country", "bureau-my", [role(random.pick(ROLES_OF_COUNTRIES), "MY")]),
    officer("Eli Partner", "partner-a-ltd", [role("partner", null, "partner-a"), ...elsewhere()]),
    officer("Fay Spokesperson", "secretariat", [role("communications")]),
    officer("Gus Elsewhere", "bureau-sg", [
      { operation: "quay", role: "national-officer", country: "SG", source: null },
      { operation: "pier", role: "analyst", country: null, source: null },
    ]),
    officer("Hal Administrator", "secretariat", [], ["administrator"]),
    officer("Jo Protection", "secretariat", [role("data-protection")]),
    officer("Ina Auditor", "secretariat", [], ["auditor"]),
  ];
}

function randomOperation(random: Random, code: string): OperationScript {
  const sources: SourceScript[] = random.shuffle([
    { id: "partner-a", kind: "partner", country: null },
    { id: "partner-b", kind: "partner", country: null },
    { id: "partner-c", kind: "partner", country: null },
    { id: "bureau-my", kind: "country", country: "MY" },
    { id: "csirt-id", kind: "csirt", country: "ID" },
  ]);
  const deliveries = Array.from({ length: code === "harbour" ? 5 + random.below(4) : 3 }, (_, at) =>
    randomDelivery(
      random.fork(`delivery ${at}`),
      (at * 37) % 100,
      random.pick(sources).id,
      random.pick(FILES),
    ),
  );
  const threats = deliveries.flatMap(({ role, rows }) =>
    rows.flatMap(({ value }) => (value === null ? [] : [{ role, value }])),
  );
  const distinct = [...new Map(threats.map((each) => [`${each.role} ${each.value}`, each])).values()];
  return {
    code,
    countries: random.chance(0.5) ? ["ID", "MY"] : ["ID", "MY", "SG"],
    sources,
    deliveries,
    merges: randomMerges(random, distinct),
    decisions: random
      .shuffle(distinct)
      .slice(0, 3)
      .map((threat, at) => ({
        threat,
        country: random.pick(COUNTRIES),
        reason: `owner said so in letter ${at}`,
      })),
    packages: Array.from({ length: 3 }, (_, at) => ({
      reference: `${code.toUpperCase()}-${random.below(10_000)}-${at}`,
      country: random.pick(COUNTRIES),
      subject: `servers seen in week ${at + 40}`,
      isReleased: random.chance(0.6),
      threats: random.shuffle(distinct).slice(0, 3),
    })),
    facts: randomFacts(
      random.fork("facts"),
      sources.map(({ id }) => id),
      COUNTRIES.map((country) => ({ code: `bureau-${country.toLowerCase()}`, country })),
    ),
    figures: ["threats", "c2-servers"].flatMap((figure) =>
      ["desk", ...COUNTRIES].map((reader) => ({ figure, reader, value: random.below(500) })),
    ),
  };
}

/** Pairs of one role, no threat in two of them. */
function randomMerges(random: Random, threats: readonly ThreatName[]): OperationScript["merges"] {
  const left = random.shuffle(threats);
  const merges: (readonly [ThreatName, ThreatName])[] = [];
  while (merges.length < 3) {
    const kept = left.pop();
    const at = left.findIndex(({ role }) => role === kept?.role);
    const merged = at < 0 ? undefined : left.splice(at, 1)[0];
    if (kept === undefined || merged === undefined) break;
    merges.push([kept, merged]);
  }
  return merges;
}

function randomDelivery(random: Random, hour: number, source: string, file: string): DeliveryScript {
  const plain = { codes: [], releasableTo: null, expiresOn: null, mayBeNamed: random.chance(0.5) } as const;
  return {
    source,
    file,
    hour,
    role: random.chance(0.7) ? "c2" : "phishing",
    handling: random.pickWeighted<DeliveryScript["handling"]>([
      { item: { ...plain, tlp: "AMBER" }, weight: 3 },
      { item: { ...plain, tlp: "GREEN" }, weight: 2 },
      { item: { ...plain, tlp: "RED" }, weight: 2 },
      { item: { ...plain, tlp: "AMBER", releasableTo: ["ID"] }, weight: 2 },
      { item: { ...plain, tlp: "AMBER", releasableTo: ["MY", "SG"] }, weight: 2 },
      { item: { ...plain, tlp: "AMBER", codes: ["H2"] }, weight: 1 },
      { item: { ...plain, tlp: "AMBER", expiresOn: "2026-10-12" }, weight: 1 },
      { item: { ...plain, tlp: "AMBER+STRICT" }, weight: 1 },
    ]),
    rows: Array.from({ length: 2 + random.below(7) }, () => randomRow(random)),
  };
}

/** From few values, so that hidden and visible rows speak of the same threats. */
function randomRow(random: Random): RowScript {
  const number = random.below(14);
  const value =
    number % 3 === 0
      ? `198.18.0.${number}`
      : number % 3 === 1
        ? `host-${number}.panel.example`
        : `http://198.18.1.${number}/gate.php`;
  return {
    value: random.chance(0.1) ? null : value,
    family: random.pick([...FAMILIES, ""]),
    seen: 1 + random.below(28),
    reference: random.chance(0.3) ? `case-${random.below(5)}` : "",
  };
}
