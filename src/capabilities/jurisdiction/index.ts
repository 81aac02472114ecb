/** What capabilities to the right and the programs may call. */
export { decisionRoutes } from "./decision-routes.ts";
export { deleteDecisionsOf, insertTableEdition } from "./queries.ts";
export { listTables, type TableInUse } from "./readings/listTables.ts";
export { loadPublicData, type PublicData } from "./readings/loadPublicData.ts";
export { openPublicTables, type PublicTables, tablesFrom } from "./readings/openPublicTables.ts";
export { type OwnTables, readOwnTables } from "./readings/readOwnTables.ts";
export { streamResponsibleThreats } from "./readings/streamResponsibleThreats.ts";
export { routes as jurisdictionRoutes } from "./routes.ts";
