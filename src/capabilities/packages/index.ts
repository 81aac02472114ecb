/** What later capabilities and programs may call: composing, signing, writing and verifying country packages. */
export { type CompositionOrder, composePackages, requestPackages } from "./acts/composePackages.ts";
export { recallPackages } from "./acts/recallPackages.ts";
export { orderReleases } from "./acts/releasePackage.ts";
export { signRelease } from "./acts/signRelease.ts";
export { type WrittenPackage, writePackages } from "./acts/writePackages.ts";
export { type CountryPackage, listLatestPackages, listSharedThreats } from "./queries.ts";
export { watchPackages } from "./readings/watchPackages.ts";
export { isFileOfPackage } from "./recall-queries.ts";
export { routes as packageRoutes } from "./routes.ts";
