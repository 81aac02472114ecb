/** What capabilities to the right and the programs may call. */
export {
  loadPublicData,
  openPublicTables,
  type PublicData,
  type PublicTables,
  tablesFrom,
} from "./readings/openPublicTables.ts";
export { streamResponsibleThreats } from "./readings/streamResponsibleThreats.ts";
