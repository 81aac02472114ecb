export { applyClearance } from "./acts/applyClearance.ts";
export { type DeletedThreats, deleteDelivery } from "./acts/deleteDelivery.ts";
export { mergeThreats, undoMerge } from "./acts/mergeThreats.ts";
export { type IntakeSurroundings, takeDelivery } from "./acts/takeDelivery.ts";
export { updateSearch } from "./acts/updateSearch.ts";
export type { AssignPublic, PublicFacts } from "./intake/batcher.ts";
export { readInThread } from "./intake/read-in-thread.ts";
export type { IntakeOrder } from "./intake/thread-messages.ts";
export { mergeRoutes } from "./merge-routes.ts";
export { THREAT_FLAGS } from "./model/codes.ts";
export { COUNTING_RULES } from "./model/counting-rules.ts";
export type { KnownThreat, StatedAssertion } from "./model/known-threat.ts";
export { LIVENESS_WINDOW_DAYS } from "./model/liveness.ts";
export { type ThreatView, viewOf } from "./model/view.ts";
export type {
  Liveness,
  VisibleCountry,
  VisibleGovernment,
  VisibleHandling,
  VisibleSource,
  VisibleThreat,
} from "./model/visible-threat.ts";
export { protectionRoutes } from "./protection-routes.ts";
export { listThreatCountries } from "./queries.ts";
export { type FoundThreat, findKnownThreat } from "./readings/findKnownThreat.ts";
export { openCallerScope } from "./readings/openCallerScope.ts";
export { hashInputs, openReadingScope, type ReadingScope, streamThreats } from "./readings/streamThreats.ts";
export { routes as threatRoutes } from "./routes.ts";
