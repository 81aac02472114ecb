export { readOperationFile } from "./acts/readOperationFile.ts";
export {
  DeliveryDeclaration,
  type ExerciseTables,
  type OperationFile,
  type SourceDeclaration,
  type SourceStanding,
} from "./contract.ts";
export {
  combineHandling,
  type Handling,
  PAP_LEVELS,
  type PapLevel,
  tightenByMarking,
} from "./model/handling.ts";
export { decideReading, type Originator, type Reader, type ReadingDecision } from "./model/reading.ts";
export { deleteBy, retentionDaysOf } from "./model/retention.ts";
export {
  findOperation,
  insertOperation,
  internHandling,
  listHandlings,
  listOperations,
  type Operation,
} from "./queries.ts";
export { routes as operationRoutes } from "./routes.ts";
