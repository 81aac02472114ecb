/** What capabilities to the right and the programs may call. */
export { openPublicTables, type PublicTables } from "./readings/openPublicTables.ts";
export { streamResponsibleThreats } from "./readings/streamResponsibleThreats.ts";
