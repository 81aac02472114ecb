import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { openCursor, readCursorSecret, sealCursor } from "#platform/http/cursor.ts";
import { formatUuid, uuidBytes } from "#platform/ids.ts";
import { inOneMoment } from "#platform/postgres/one-moment.ts";
import type { ThreatFilter, ThreatInList } from "../contract.ts";
import {
  type CountedBy,
  hasMoreThreatsThan,
  listFromListing,
  listInOrder,
  type PageRequest,
} from "../list-queries.ts";
import { roleNumber, THREAT_FLAGS, typeNumber } from "../model/codes.ts";
import { openCallerScope } from "./openCallerScope.ts";
import { viewThreats } from "./viewThreats.ts";

/**
 * Up to so many matches all ids are gathered from the listing and sorted (a microsecond each); of more, the fifty of a
 * page are met soon enough in the order of the primary key (a microsecond for each threat walked past).
 */
const FEW = 5000;

const FIRST_ID = "00000000-0000-0000-0000-000000000000";

interface ThreatPage {
  readonly threats: ThreatInList[];
  readonly next: string | null;
}

/**
 * One page of the threats that the officer may see, in the order of their ids, which tells nothing of when or by whom
 * anything was said. Threats that come in between two pages stand where their ids put them; each is shown once.
 * @param after cursor of the page before, good for this officer, operation and filter only
 * @throws Problem `invalid` for any other cursor
 */
export async function listThreats(
  caller: Caller,
  filter: ThreatFilter,
  { size, after }: { readonly size: number; readonly after: string | null },
): Promise<ThreatPage> {
  const secret = await readCursorSecret(caller.gate);
  return inOneMoment(caller.app, async (db) => {
    const scope = await openCallerScope(db, operationOf(caller).id, caller.clock.now());
    const place = ["threats.listThreats", officerOf(caller).publicId, scope.operation.code, sorted(filter)];
    const by = countedBy(filter);
    const page: PageRequest = {
      ...by,
      ...flagsOf(filter),
      after: after === null ? FIRST_ID : formatUuid(openCursor(secret, place, after)),
      // One more, which tells whether there is a next page.
      limit: size + 1,
    };
    const isMany = await hasMoreThreatsThan(db, scope.operation.id, by, FEW);
    const list = isMany ? listInOrder : listFromListing;
    const listed = await list(db, scope.operation.id, page);
    const shown = listed.slice(0, size);
    const last = shown.at(-1);
    return {
      threats: await viewThreats(db, scope, shown),
      next: listed.length > size && last !== undefined ? sealCursor(secret, place, uuidBytes(last.id)) : null,
    };
  });
}

/** The words of a filter as the database counts by them. */
export function countedBy({
  role,
  type,
  country,
}: Pick<ThreatFilter, "role" | "type" | "country">): CountedBy {
  return {
    role: role === undefined ? null : roleNumber(role),
    type: type === undefined ? null : typeNumber(type),
    country: country === undefined ? null : country === "none" ? "" : country,
  };
}

function flagsOf({ government, sharedInfrastructure }: ThreatFilter) {
  const bits = (wanted: boolean) =>
    (government === wanted ? THREAT_FLAGS.government : 0) |
    (sharedInfrastructure === wanted ? THREAT_FLAGS.sharedInfrastructure : 0);
  return { flagsSet: bits(true), flagsClear: bits(false) };
}

/** The same filter in the same words, in whatever order it was asked. */
function sorted(filter: ThreatFilter): [string, unknown][] {
  return Object.entries(filter).sort(([a], [b]) => (a < b ? -1 : 1));
}
