export { computeFigures, type StatedFigures } from "./acts/computeFigures.ts";
export { noteDeletedInputs } from "./acts/noteDeletedInputs.ts";
export { stateFigures, stateRequestedFigures } from "./acts/stateFigures.ts";
export { isFileOfFigure } from "./deletion-queries.ts";
export {
  type DeliveryLine,
  openThreatList,
  openUnassignedList,
  type ThreatList,
  writeFigures,
  writeRefused,
} from "./files.ts";
export type { Figure, FigureObject } from "./model/figures.ts";
export { listStatedFigures } from "./queries.ts";
export { routes as outcomeRoutes } from "./routes.ts";
