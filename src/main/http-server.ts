import type { FastifyInstance } from "fastify";
import type { Caller, FrontDoor } from "#capabilities/people/index.ts";
import type { FileStore } from "#platform/files/store.ts";
import type { Binding } from "#platform/http/handler.ts";
import { buildServer } from "#platform/http/server.ts";
import type { Logger } from "#platform/log/log.ts";
import { listenForChanges } from "#platform/postgres/changes.ts";
import type { Database } from "#platform/postgres/database.ts";
import { gatekeeper } from "./gatekeeper.ts";
import { ROUTES } from "./routes.ts";

/** What the server that faces people stands on. */
export interface HttpHouse {
  readonly database: Database;
  readonly store: FileStore;
  readonly log: Pick<Logger, "error">;
  /** Larger deliveries are refused while they arrive. Without it the disk is the limit. */
  readonly largestDeliveryBytes?: number;
  /** Without it people come in from this machine alone, on the usual port. */
  readonly door?: FrontDoor;
}

/**
 * The server with every route, not listening yet.
 * @param bindings tests give other routes; the program gives none and gets all
 */
export async function openHttpServer(
  house: HttpHouse,
  bindings: readonly Binding<Caller>[] = ROUTES,
): Promise<FastifyInstance> {
  const changes = listenForChanges(() => house.database.connect("gate"));
  const limits = { deliveryBytes: house.largestDeliveryBytes ?? Number.MAX_SAFE_INTEGER };
  const gate = gatekeeper({
    changes,
    limits,
    door: { origin: "http://localhost:8080", oidc: null },
    ...house,
  });
  const server = await buildServer({
    bindings,
    gatekeeper: gate,
    // A proxy with TLS stands on this machine, or in front of it with the same promise; from elsewhere it is not believed.
    trustProxy: "loopback",
    writes: house.database.pool("app"),
    onDefect: (error, route) => house.log.error({ err: error, route }, "request failed"),
  });
  server.addHook("onClose", () => gate.close());
  // Streams of events last until they are told to end.
  server.addHook("preClose", () => changes.close());
  return server;
}
