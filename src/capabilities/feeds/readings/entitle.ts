import type pg from "pg";
import { decideReading, listHandlings, listOperations, type Reader } from "#capabilities/operations/index.ts";
import { listMembershipsOf, type Membership, READS_AS } from "#capabilities/people/index.ts";
import type { CallerSettings } from "#platform/postgres/caller.ts";
import { listAudiences, listSources } from "../queries.ts";

/**
 * What an officer may see now, as the settings that row-level security reads: role, country, membership and marking
 * must all allow (SD-1). Read as `muster_gate`, in the same moment as the request it is for, because memberships end
 * and markings expire.
 */
export async function entitle(gate: pg.ClientBase | pg.Pool, officer: number): Promise<CallerSettings> {
  const memberships = await listMembershipsOf(gate, officer);
  const operations = new Map((await listOperations(gate)).map((operation) => [operation.id, operation]));
  const handlings = await listHandlings(gate);
  const onDay = new Date().toISOString().slice(0, 10);
  const desk = new Set<number>();
  const audiences = new Set<number>();
  const own = new Set<number>();
  const heard = new Set<number>();
  const recipients = new Set<string>();
  const countries = new Set<string>();

  for (const membership of memberships) {
    const operation = operations.get(membership.operation);
    const reader = readerOf(membership);
    if (operation === undefined || reader === null) continue;
    if (reader.kind === "desk") {
      desk.add(operation.id);
      continue;
    }
    if (reader.kind === "country") countries.add(`${operation.id}:${reader.country}`);
    if (membership.role === "national-officer")
      recipients.add(`${operation.id}:${reader.kind === "country" ? reader.country : ""}`);
    const sources = new Map((await listSources(gate, operation.id)).map((source) => [source.id, source]));
    for (const source of sources.values()) if (isOwn(reader, source)) own.add(source.id);
    for (const audience of await listAudiences(gate, operation.id)) {
      const source = sources.get(audience.source);
      const handling = handlings.get(audience.handling);
      if (source === undefined || handling === undefined) continue;
      const originator = { source: source.externalId, kind: source.kind, country: source.country };
      const { clearedTo } = audience;
      if (!decideReading(reader, originator, handling, operation.countries, onDay, clearedTo).may) continue;
      audiences.add(audience.id);
      heard.add(source.id);
    }
  }
  const numbers = (set: ReadonlySet<number>) => `{${[...set].sort((a, b) => a - b).join(",")}}`;
  return {
    officer: String(officer),
    operations: numbers(new Set(memberships.map((membership) => membership.operation))),
    desk: numbers(desk),
    audiences: numbers(audiences),
    sources: numbers(own),
    heard_sources: numbers(heard),
    data_protection: numbers(
      new Set(memberships.filter(({ role }) => role === "data-protection").map(({ operation }) => operation)),
    ),
    recipients: `{${[...recipients].sort().join(",")}}`,
    countries: `{${[...countries].sort().join(",")}}`,
  };
}

/** As whom a membership reads; null when it reads no content. */
function readerOf({ role, country, source }: Membership): Reader | null {
  const as = READS_AS[role];
  if (as === "desk") return { kind: "desk" };
  if (as === "country" && country !== null) return { kind: "country", country };
  if (as === "source" && source !== null) return { kind: "source", source };
  return null;
}

function isOwn(
  reader: Reader,
  source: { readonly externalId: string; readonly kind: string; readonly country: string | null },
): boolean {
  if (reader.kind === "source") return source.externalId === reader.source;
  return reader.kind === "country" && source.kind !== "partner" && source.country === reader.country;
}
