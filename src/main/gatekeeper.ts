import { entitle } from "#capabilities/feeds/index.ts";
import { findOperation } from "#capabilities/operations/index.ts";
import {
  type Caller,
  type FrontDoor,
  listMembershipsOf,
  type Session,
  sessionCookieName,
  sessionOf,
} from "#capabilities/people/index.ts";
import { systemClock } from "#platform/clock.ts";
import type { FileStore } from "#platform/files/store.ts";
import type { RouteAccess, RouteContract } from "#platform/http/route.ts";
import { type EntryRequest, type Gatekeeper, Unauthenticated, type Visit } from "#platform/http/server.ts";
import { asCaller, renewCaller } from "#platform/postgres/caller.ts";
import type { Changes } from "#platform/postgres/changes.ts";
import type { Database } from "#platform/postgres/database.ts";
import { Problem } from "#platform/problem.ts";
import { openRecording, type RequestRecord } from "./recording.ts";
import { enterByToken } from "./token-entry.ts";

/** As it is called on plain http. */
export const SESSION_COOKIE = "muster_session";

/** The one gate that every request passes: who is it, may he come in here, and what may he see. */
export function gatekeeper(here: {
  readonly database: Database;
  readonly store: FileStore;
  readonly changes: Changes;
  readonly limits: Caller["limits"];
  readonly door: FrontDoor;
}): Gatekeeper<Caller> & { close(): Promise<void> } {
  const app = here.database.pool("app");
  const gate = here.database.pool("gate");
  const { store, door, changes, limits } = here;
  const sessionCookie = sessionCookieName(door);
  const recording = openRecording(here.database);
  return {
    async enter(route, request, visit) {
      const record = recording.open(route, request);
      try {
        await enterRecorded(route, request, visit, record);
      } catch (error) {
        await record.refuse(error);
        throw error;
      }
    },
    close: () => recording.close(),
  };

  async function enterRecorded(
    route: RouteContract,
    request: EntryRequest,
    visit: Visit<Caller>,
    record: RequestRecord,
  ): Promise<void> {
    const surroundings = {
      app,
      gate,
      store,
      door,
      clock: systemClock,
      changes,
      limits,
      address: request.address,
      recognise: (who: Parameters<Caller["recognise"]>[0]) => record.by(who),
    };
    refuseForgery(request);
    if (route.access.for === "anyone") {
      return record.carryOut(visit, { ...NOBODY, ...surroundings });
    }
    if (request.headers.authorization !== undefined) {
      const { settings, as } = await enterByToken(gate, route, request);
      record.by({ token: as.token.publicId });
      return asCaller(settings, () => record.carryOut(visit, { ...as, ...surroundings }));
    }
    const token = request.cookies[sessionCookie];
    const session = token === undefined ? null : await sessionOf(gate, token);
    if (session === null) throw new Unauthenticated();
    record.by({ officer: session.officer.publicId, session: session.publicId });
    refuseByDuty(route.access, session);
    const settings = await entitle(gate, session.officer.id);
    await asCaller(settings, async () => {
      const operation = await enterOperation(route, request, session);
      refuseWithoutStepUp(route.access, session);
      const isStillIn = () => mayStay(token ?? "", operation);
      const entered = { officer: session.officer, session, token: null, operation, isStillIn };
      await record.carryOut(visit, { ...entered, ...surroundings });
    });
  }

  /** Asked while an answer lasts: whether the session is open and the role in force, whose rights are then renewed. */
  async function mayStay(token: string, operation: Caller["operation"]): Promise<boolean> {
    const session = await sessionOf(gate, token);
    if (session === null) return false;
    const memberships = await listMembershipsOf(gate, session.officer.id);
    const isMember = memberships.some(({ publicId }) => publicId === operation?.membership.publicId);
    if (operation !== null && !isMember) return false;
    renewCaller(await entitle(gate, session.officer.id));
    return true;
  }

  async function enterOperation(
    route: RouteContract,
    request: EntryRequest,
    session: Session,
  ): Promise<Caller["operation"]> {
    const code = request.params.operation;
    if (code === undefined) return null;
    const operation = await findOperation(app, code);
    if (operation === null) throw hidden();
    const memberships = (await listMembershipsOf(gate, session.officer.id)).filter(
      (each) => each.operation === operation.id,
    );
    const roles: readonly string[] = "roles" in route.access ? route.access.roles : [];
    const membership = memberships.find((each) => roles.includes(each.role));
    if (membership !== undefined) return { id: operation.id, membership };
    if (memberships.length === 0) throw hidden();
    throw new Problem("forbidden", {
      code: "people.role_not_allowed",
      say: "Your role in this operation does not include this.",
    });
  }
}

const NOBODY = {
  officer: null,
  session: null,
  token: null,
  operation: null,
  isStillIn: async () => true,
};

function hidden(): Problem {
  return new Problem("not-found", { code: "http.not_found", say: "There is nothing here that you may see." });
}

function refuseByDuty(access: RouteAccess, session: Session): void {
  if (
    access.for !== "duty" ||
    access.duties.some((duty) => session.officer.duties.some((each) => each === duty))
  )
    return;
  throw new Problem("forbidden", { code: "people.duty_not_held", say: "This is not among your duties." });
}

function refuseWithoutStepUp(access: RouteAccess, session: Session): void {
  if (!("stepUp" in access) || access.stepUp !== true || session.isSteppedUp) return;
  throw new Problem("forbidden", {
    code: "people.step_up",
    say: "Confirm that it is you, with your passkey or your code, and do this again.",
  });
}

/**
 * A page of somebody else must not act with our cookie, nor sign its reader in as somebody. Browsers say where a
 * request comes from and pages cannot forge that; programs that are no browser say nothing and have no cookie of somebody else's.
 */
function refuseForgery({ method, headers }: EntryRequest): void {
  if (method === "GET") return;
  const site = headers["sec-fetch-site"];
  if (site === undefined || site === "same-origin" || site === "none") return;
  throw new Problem("forbidden", {
    code: "http.other_site",
    say: "This request comes from a page of another site.",
  });
}
