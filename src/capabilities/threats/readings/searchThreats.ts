import type pg from "pg";
import { type Caller, operationOf } from "#capabilities/people/index.ts";
import type { ResponseOf } from "#platform/http/route.ts";
import { formatUuid } from "#platform/ids.ts";
import { inOneMoment } from "#platform/postgres/one-moment.ts";
import { Problem } from "#platform/problem.ts";
import { normaliseObservable } from "#standards/observable/normalise.ts";
import { refang } from "#standards/observable/refang.ts";
import { OBSERVABLE_TYPES } from "#standards/observable/types.ts";
import { THREAT_ROLE_NAMES } from "#standards/threat-role.ts";
import type { searchThreats as contract } from "../contract.ts";
import { listKeptIds, listThreatsById } from "../list-queries.ts";
import { threatIdOf } from "../model/identity.ts";
import { BUCKETS, findInReferences, findInValues } from "../search-queries.ts";
import { openCallerScope } from "./openCallerScope.ts";
import { viewThreats } from "./viewThreats.ts";

const SHORTEST = 3;
const MOST = 100;

/** A search that finds much ends in the first stretch; one that finds little looks at every text there is. */
const STRETCHES = [
  { from: 0, to: 0 },
  { from: 1, to: 3 },
  { from: 4, to: BUCKETS - 1 },
] as const;

type Found = "value" | "reference";

/**
 * Threats that the officer may see whose value is this, then those whose value or reference holds it, in the order of
 * their ids; at most a hundred. A whole value is found at once, by its identity; fragments are found as soon as the
 * worker has read the delivery's texts. Names of persons belong to cases and are not searched here.
 * @param q at least three characters when refanged
 */
export async function searchThreats(caller: Caller, q: string): Promise<ResponseOf<typeof contract>> {
  const text = refang(q.trim());
  if (text.length < SHORTEST || /[\r\n]/.test(text))
    throw new Problem("invalid", {
      code: "threats.search_too_short",
      say: `Search for at least ${SHORTEST} characters of one value.`,
    });
  return inOneMoment(caller.app, async (db) => {
    const scope = await openCallerScope(db, operationOf(caller).id, caller.clock.now());
    const operation = scope.operation.id;
    const exact = idsOf(scope.operation.code, text);
    const whole = (await listThreatsById(db, operation, exact)).map(({ id }) => id);
    const fragments = await findFragments(db, operation, text);
    const hits = new Map<string, Set<Found>>(whole.map((id) => [id, new Set<Found>(["value"])]));
    for (const [id, found] of fragments) hits.set(id, new Set([...(hits.get(id) ?? []), ...found]));
    const kept = await keptOf(db, operation, hits);
    const ids = [...kept.keys()].slice(0, MOST);
    const listed = new Map((await listThreatsById(db, operation, ids)).map((each) => [each.id, each]));
    const inOrder = ids.flatMap((id) => listed.get(id) ?? []);
    const threats = await viewThreats(db, scope, inOrder);
    return {
      threats: threats.map((threat) => ({ ...threat, found: [...(kept.get(threat.id) ?? [])].sort() })),
      more: hits.size > MOST,
    };
  });
}

/** The ids that the text has as a whole value, whatever its type and role: no index is needed to find it. */
function idsOf(operation: string, text: string): string[] {
  const forms = [undefined, ...OBSERVABLE_TYPES].flatMap((type) => {
    const form = normaliseObservable(text, type);
    return form.ok ? [form] : [];
  });
  const ids = forms.flatMap(({ type, value }) =>
    THREAT_ROLE_NAMES.map((role) =>
      formatUuid(Buffer.from(threatIdOf(operation, type, role, value), "latin1")),
    ),
  );
  return [...new Set(ids)];
}

/** The first of the threats that hold the text, by id; one more than are shown, when there are so many. */
async function findFragments(
  db: pg.ClientBase,
  operation: number,
  text: string,
): Promise<[string, Set<Found>][]> {
  const found = new Map<string, Set<Found>>();
  const note = (ids: readonly string[], where: Found) => {
    for (const id of ids) found.set(id, (found.get(id) ?? new Set()).add(where));
  };
  for (const stretch of STRETCHES) {
    const limited = { ...stretch, limit: MOST + 1 };
    note(await findInValues(db, operation, text, limited), "value");
    note(await findInReferences(db, operation, text, limited), "reference");
    if (found.size > MOST) break;
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, MOST + 1);
}

/** What was merged into a threat that the officer may see is found as that one. */
async function keptOf(
  db: pg.ClientBase,
  operation: number,
  hits: ReadonlyMap<string, ReadonlySet<Found>>,
): Promise<Map<string, Set<Found>>> {
  const keptIds = new Map(
    (await listKeptIds(db, operation, [...hits.keys()])).map(({ id, kept }) => [id, kept]),
  );
  const kept = new Map<string, Set<Found>>();
  for (const [id, found] of hits) {
    const standing = keptIds.get(id);
    if (standing !== undefined) kept.set(standing, new Set([...(kept.get(standing) ?? []), ...found]));
  }
  return kept;
}
