import { auditRoutes } from "#capabilities/audit/index.ts";
import { clearanceRoutes, feedRoutes, retentionRoutes } from "#capabilities/feeds/index.ts";
import { decisionRoutes, jurisdictionRoutes } from "#capabilities/jurisdiction/index.ts";
import { operationRoutes } from "#capabilities/operations/index.ts";
import { outcomeRoutes } from "#capabilities/outcomes/index.ts";
import { packageRoutes } from "#capabilities/packages/index.ts";
import { type Caller, peopleRoutes } from "#capabilities/people/index.ts";
import { mergeRoutes, protectionRoutes, threatRoutes } from "#capabilities/threats/index.ts";
import type { Binding } from "#platform/http/handler.ts";
import { describesAll } from "./describe-api.ts";
import { watchesOperation } from "./watch-operation.ts";

/** Every route there is. The server, its description and the tests over all routes are made from this list. */
export const ROUTES: readonly Binding<Caller>[] = [
  ...peopleRoutes,
  ...auditRoutes,
  ...operationRoutes,
  ...clearanceRoutes,
  ...retentionRoutes,
  ...packageRoutes,
  ...outcomeRoutes,
  ...mergeRoutes,
  ...decisionRoutes,
  ...feedRoutes,
  watchesOperation,
  ...protectionRoutes,
  ...threatRoutes,
  ...jurisdictionRoutes,
  describesAll(() => ROUTES),
];
