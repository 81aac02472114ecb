export { composeCertificate } from "./acts/composeCertificate.ts";
export { deleteReceiptsOf } from "./acts/deleteReceiptsOf.ts";
export { holderOf } from "./acts/giveToken.ts";
export { receiveDelivery } from "./acts/receiveDelivery.ts";
export { registerSource } from "./acts/registerSource.ts";
export { signDeletion } from "./acts/signDeletion.ts";
export { type Clearance, findClearance, updateClearanceApplied } from "./clearance-queries.ts";
export { clearanceRoutes } from "./clearance-routes.ts";
export {
  addDeliveryCounts,
  advanceDeletion,
  type Deletion,
  type DeletionMark,
  deleteClearedThreats,
  deleteRefusedRows,
  findDeletion,
  findDeletionMark,
  findRetainedDelivery,
  insertDeletion,
  isFileOfDelivery,
  listFollowers,
  listLaterDeliveries,
  lockDeletionMark,
  lockFile,
  updateDeletionBegun,
  updateDeletionDone,
  updatePrevious,
} from "./deletion-queries.ts";
export { type Claim, type Refusal, type RefusalCode, UnreadablePart } from "./format.ts";
export {
  type Audience,
  advanceDelivery,
  type Delivery,
  type DeliveryDifference,
  findDelivery,
  findSource,
  insertRefusedRows,
  internAudience,
  listAudiences,
  listDeliveries,
  listDeliveryParts,
  listRefusedRows,
  listSources,
  lockDeliveryProgress,
  type PartSummary,
  type RefusedRow,
  type Source,
  updateDeliveryDone,
  updateDeliveryReading,
  updateDeliveryRefused,
  upsertDeliveryPart,
} from "./queries.ts";
export { type DeliveryReader, type PartReading, readDelivery } from "./read/read-delivery.ts";
export { entitle } from "./readings/entitle.ts";
export { watchDeliveries } from "./readings/watchDeliveries.ts";
export { retentionRoutes } from "./retention-routes.ts";
export { routes as feedRoutes } from "./routes.ts";
