import { holderOf } from "#capabilities/feeds/index.ts";
import type { Caller } from "#capabilities/people/index.ts";
import type { RouteContract } from "#platform/http/route.ts";
import { type EntryRequest, Unauthenticated } from "#platform/http/server.ts";
import type { CallerSettings } from "#platform/postgres/caller.ts";
import type { Database } from "#platform/postgres/database.ts";
import { Problem } from "#platform/problem.ts";

/** A partner's machine that came in: what it may see, and as whom its request is done. */
export interface TokenEntry {
  readonly settings: CallerSettings;
  readonly as: Pick<Caller, "officer" | "session" | "isStillIn"> & {
    readonly operation: NonNullable<Caller["operation"]>;
    readonly token: NonNullable<Caller["token"]>;
  };
}

/**
 * Lets a partner's machine in by its token (RFC 6750): into its own operation, as its own source, on routes that are for
 * machines. On all others it is nobody. It acts as a partner, and every token's settings are its own: what an officer
 * of the same source sees beside is not the machine's.
 * @throws Unauthenticated, Problem `not-found` for any other operation
 */
export async function enterByToken(
  gate: ReturnType<Database["pool"]>,
  route: RouteContract,
  request: EntryRequest,
): Promise<TokenEntry> {
  const [, token] = /^Bearer ([\w-]{1,200})$/i.exec(request.headers.authorization ?? "") ?? [];
  if (token === undefined || route.access.for !== "token") throw new Unauthenticated();
  const holder = await holderOf(gate, token);
  if (holder === null) throw new Unauthenticated();
  const { id, publicId, operation, operationCode, source, externalId } = holder;
  if (request.params.operation !== operationCode)
    throw new Problem("not-found", {
      code: "http.not_found",
      say: "There is nothing here that you may see.",
    });
  return {
    settings: {
      officer: "",
      token: String(id),
      operations: `{${operation}}`,
      sources: `{${source}}`,
      desk: "{}",
      audiences: "{}",
      heard_sources: "{}",
      recipients: "{}",
    },
    as: {
      officer: null,
      session: null,
      token: { publicId },
      operation: {
        id: operation,
        membership: { publicId, operation, role: "partner", country: null, source: externalId },
      },
      isStillIn: async () => (await holderOf(gate, token)) !== null,
    },
  };
}
