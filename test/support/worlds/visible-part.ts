import { decideReading, type Reader } from "../../../src/capabilities/operations/index.ts";
import { READS_AS } from "../../../src/capabilities/people/index.ts";
import { INVITES, knowsOf } from "./facts.ts";
import type {
  DeliveryScript,
  OfficerScript,
  OperationScript,
  RoleScript,
  Script,
  ThreatName,
} from "./script.ts";

const TODAY = new Date().toISOString().slice(0, 10);

/**
 * The script in which nothing ever happened that this officer may not know of: what his responses must be equal to. Written
 * from docs/decisions and the policies' comments, not from the policies: a statement reaches whom its marking reaches, a
 * file and its refused rows are its sender's and the desk's, and so on. People: see `isKnownPerson`.
 */
export function visiblePart(script: Script, reader: OfficerScript): Script {
  const knowsPeople = reader.duties.length > 0; // who manages accounts or audits, knows them and who works where
  const operations = script.operations.flatMap((operation) => {
    const roles = reader.roles.filter((role) => role.operation === operation.code);
    if (roles.length > 0) return [partOf(operation, roles, reader.organisation)];
    // An invitation tells whoever is invited which operation it is for, and who invites.
    const facts = operation.facts.filter((fact) => knowsOf(fact, [], new Set(), reader.organisation));
    return knowsPeople || facts.length > 0 ? [{ ...operation, ...NO_CONTENT, facts }] : [];
  });
  // Every desk reads what countries say of themselves, and by whom; a country's officers their own.
  const profiles = script.profiles.filter(({ country }) =>
    reader.roles.some((role) => READS_AS[role.role] === "desk" || role.country === country),
  );
  const officers = knowsPeople
    ? script.officers
    : script.officers.flatMap((officer) => {
        if (officer === reader) return [officer];
        const roles = officer.roles.filter((role) => isKnownRole(role, reader));
        const isInviting = officer.name === INVITES && operations.some(({ facts }) => facts.length > 0);
        const hasWritten = isInviting || profiles.some(({ by }) => by === officer.name);
        const isColleague = officer.organisation === reader.organisation;
        return roles.length === 0 && !hasWritten && !isColleague ? [] : [{ ...officer, roles, duties: [] }];
      });
  // Who may invite, reads the address book.
  const invites = reader.roles.some(({ role }) => role === "coordinator");
  const known = new Set(officers.map(({ organisation }) => organisation));
  return {
    ...script,
    operations,
    officers,
    profiles: knowsPeople ? script.profiles : profiles,
    recoveries: knowsPeople ? script.recoveries : [],
    organisations:
      knowsPeople || invites
        ? script.organisations
        : script.organisations.filter(({ code }) => known.has(code)),
  };
}

const NO_CONTENT = {
  sources: [],
  deliveries: [],
  merges: [],
  decisions: [],
  packages: [],
  figures: [],
  facts: [],
};

/** The desk knows all members, a country's officers their compatriots, every member the coordinators. */
function isKnownRole(role: RoleScript, reader: OfficerScript): boolean {
  return reader.roles.some(
    (own) =>
      own.operation === role.operation &&
      (READS_AS[own.role] === "desk" ||
        role.role === "coordinator" ||
        (own.country !== null && own.country === role.country)),
  );
}

function partOf(
  operation: OperationScript,
  roles: readonly RoleScript[],
  organisation: string,
): OperationScript {
  const readers = roles.flatMap(readerOf);
  const owned = new Set(
    operation.sources.filter((source) => readers.some((each) => isOwn(each, source))).map(({ id }) => id),
  );
  const names = roles.map(({ role }) => role);
  const facts = operation.facts.filter((fact) => knowsOf(fact, names, owned, organisation));
  if (readers.some(({ kind }) => kind === "desk")) return { ...operation, facts };
  const countries = readers.flatMap((reader) => (reader.kind === "country" ? [reader.country] : []));
  const recipient = roles.flatMap(({ role, country }) =>
    role === "national-officer" && country !== null ? [country] : [],
  );
  const deliveries = operation.deliveries.flatMap((delivery): DeliveryScript[] => {
    if (owned.has(delivery.source)) return [delivery];
    const source = operation.sources.find(({ id }) => id === delivery.source);
    if (source === undefined) throw new Error("a delivery of no source");
    const originator = { source: source.id, kind: source.kind, country: source.country };
    const handling = { pap: null, ...delivery.handling };
    const reaches = readers.some(
      (reader) => decideReading(reader, originator, handling, operation.countries, TODAY).may,
    );
    // What was said reaches him; not the file: neither its name nor which rows of it were refused.
    const said = delivery.rows.filter(({ value }) => value !== null);
    return reaches ? [{ ...delivery, file: `other-${delivery.file}`, rows: said }] : [];
  });
  const known = (threat: ThreatName) =>
    deliveries.some(
      ({ role, rows }) => role === threat.role && rows.some(({ value }) => value === threat.value),
    );
  const heard = new Set([...owned, ...deliveries.map(({ source }) => source)]);
  return {
    ...operation,
    sources: operation.sources.filter(({ id }) => heard.has(id)),
    deliveries,
    merges: operation.merges.filter(([kept, merged]) => known(kept) && known(merged)),
    decisions: operation.decisions.filter(
      ({ threat, country }) => known(threat) && countries.includes(country),
    ),
    packages: operation.packages.filter(
      ({ country, isReleased }) => isReleased && recipient.includes(country),
    ),
    figures: operation.figures.filter(({ reader }) => recipient.includes(reader)),
    facts,
  };
}

function readerOf({ role, country, source }: RoleScript): Reader[] {
  const as = READS_AS[role];
  if (as === "desk") return [{ kind: "desk" }];
  if (as === "country" && country !== null) return [{ kind: "country", country }];
  return as === "source" && source !== null ? [{ kind: "source", source }] : [];
}

function isOwn(
  reader: Reader,
  source: { readonly id: string; readonly kind: string; readonly country: string | null },
) {
  if (reader.kind === "source") return reader.source === source.id;
  return reader.kind === "country" && source.kind !== "partner" && source.country === reader.country;
}
