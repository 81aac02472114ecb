import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { seededRandom } from "../../../exercise/random.ts";
import { PURPOSES } from "../../../src/capabilities/audit/index.ts";
import type { RouteContract } from "../../../src/platform/http/route.ts";
import type { Database } from "../../../src/platform/postgres/database.ts";
import { type Answer, inject } from "../http.ts";
import { type Acquaintance, acquaintance, canonical } from "./canonical.ts";
import { listenInBoth } from "./events.ts";
import { CURSORS, type PlannedRequest, planRequests } from "./requests.ts";
import { ABSENT, ABSENT_ID, type KnownIds, vocabularyOf } from "./vocabulary.ts";

/** A world that is being asked by one of its officers. */
export interface AskedWorld {
  readonly server: FastifyInstance;
  readonly database: Database;
  readonly cookie: string;
  readonly ids: KnownIds;
}

/** What one reader was told otherwise because of what he may not see. */
export interface Difference {
  readonly route: string;
  readonly request: string;
  readonly withHidden: string;
  readonly without: string;
}

export interface Comparison {
  /** Pairs of responses that were held against each other. */
  readonly cases: number;
  /** Of each route the statuses that were answered: what was never answered with 200 was hardly tested. */
  readonly statuses: ReadonlyMap<string, ReadonlySet<number>>;
  readonly differences: readonly Difference[];
}

/** Streams are listened to for a while each. */
const STREAMS = 2;
/** A list is followed so far. */
const MOST_PAGES = 20;

/**
 * Asks both worlds the same as the same reader and compares what they answer, byte for byte. Reading requests are asked of everything;
 * acts only upon what the reader may not know of, where nothing may happen.
 */
export async function compareWorlds(
  full: AskedWorld,
  part: AskedWorld,
  routes: readonly RouteContract[],
  seed: string,
): Promise<Comparison> {
  const vocabulary = vocabularyOf([full.ids, part.ids]);
  const statuses = new Map<string, Set<number>>();
  const differences: Difference[] = [];
  const names = new Map([...namesIn(part.ids), ...namesIn(full.ids)]);
  const met = [acquaintance(names), acquaintance(names)] as const;
  let cases = 0;
  const hold = (route: RouteContract, request: string, [one, other]: readonly [Told, Told]): boolean => {
    cases++;
    statuses.set(route.id, (statuses.get(route.id) ?? new Set()).add(one.answer.status));
    // Two that broke alike were not compared.
    if (one.canonical === other.canonical && one.answer.status < 500) return true;
    differences.push({ route: route.id, request, withHidden: one.canonical, without: other.canonical });
    return false;
  };
  for (const route of routes) {
    const planned = planRequests(route, vocabulary, seededRandom(`${seed} ${route.id}`));
    const asked = planned.filter((each) => mayBeAsked(each, part.ids));
    for (const request of route.response === "events" ? asked.slice(0, STREAMS) : asked) {
      const { method } = route;
      const urlIn = (world: AskedWorld, page = {}) => urlOf([world.ids, full.ids, part.ids], request, page);
      if (route.response === "events") {
        const [one, other] = await listenInBoth(full, part, urlIn(full));
        hold(route, `listening to ${urlIn(full)}`, [
          { answer: one, canonical: canonical(one, met[0]) },
          { answer: other, canonical: canonical(other, met[1]) },
        ]);
        continue;
      }
      let pages: readonly [Page, Page] = [{}, {}];
      for (let page = 0; page < MOST_PAGES; page++) {
        const told = await Promise.all([
          ask(full, method, urlIn(full, pages[0]), met[0]),
          ask(part, method, urlIn(part, pages[1]), met[1]),
        ]);
        if (!hold(route, `${method} ${urlIn(full, pages[0])}`, told)) break;
        const [one, other] = told.map(({ answer }) => nextPage(route, answer));
        if (one === undefined || other === undefined || one === null || other === null) break;
        pages = [one, other];
      }
    }
  }
  return { cases, statuses, differences };
}

/** An act upon what the reader knows would change the worlds; upon what he does not know nothing may change. */
function mayBeAsked({ route, params }: PlannedRequest, known: KnownIds): boolean {
  if (route.method === "GET" || route.audit === "read") return true;
  return Object.entries(params).some(([name, key]) => known.get(name)?.has(key) !== true);
}

type Page = Readonly<Record<string, string>>;

interface Told {
  readonly answer: Answer;
  readonly canonical: string;
}

async function ask(
  world: AskedWorld,
  method: RouteContract["method"],
  url: string,
  met: Acquaintance,
): Promise<Told> {
  const answer = await inject(world.server, method, url, undefined, {
    cookie: world.cookie,
    "muster-purpose": PURPOSES[0],
    ...(method === "GET" ? {} : { "idempotency-key": met.nameOf("write", url) }),
  });
  return { answer, canonical: canonical(answer, met) };
}

function urlOf(ids: readonly KnownIds[], { route, params, query }: PlannedRequest, page: Page): string {
  const path = route.path.replaceAll(/:(\w+)/g, (_text, name: string) =>
    encodeURIComponent(idOf(ids, name, params[name] ?? ABSENT)),
  );
  const asked = new URLSearchParams({ ...query, ...page }).toString();
  return asked === "" ? path : `${path}?${asked}`;
}

/** What is not there is asked for by the id that it has in the other world. */
function idOf(worlds: readonly KnownIds[], parameter: string, key: string): string {
  if (key === ABSENT) return ABSENT_ID;
  for (const ids of worlds) {
    const id = ids.get(parameter)?.get(key);
    if (id !== undefined) return id;
  }
  return key;
}

function namesIn(ids: KnownIds): Map<string, string> {
  return new Map([...ids.values()].flatMap((each) => [...each].map(([key, id]) => [id, `<${key}>`])));
}

const Paged = z.looseObject({ next: z.string() });

function nextPage(route: RouteContract, answer: Answer): Record<string, string> | null {
  const parsed = Paged.safeParse(answer.body);
  const cursor = CURSORS.find((name) => name in (route.query?.shape ?? {}));
  return parsed.success && cursor !== undefined ? { [cursor]: parsed.data.next } : null;
}
