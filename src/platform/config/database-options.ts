import type { DatabaseOptions } from "../postgres/database.ts";
import type { Settings } from "./settings.ts";

/** Where the settings say the database is. */
export function databaseOptions(settings: Settings): DatabaseOptions {
  return {
    dataDir: settings.dataDir,
    databaseUrl: settings.databaseUrlFromFile ?? settings.databaseUrl ?? settings.ownerDatabaseUrl,
    roleUrls: {
      ...(settings.ownerDatabaseUrl && { owner: settings.ownerDatabaseUrl }),
      ...(settings.gateDatabaseUrl && { gate: settings.gateDatabaseUrl }),
      ...(settings.appDatabaseUrl && { app: settings.appDatabaseUrl }),
      ...(settings.workerDatabaseUrl && { worker: settings.workerDatabaseUrl }),
      ...(settings.signerDatabaseUrl && { signer: settings.signerDatabaseUrl }),
    },
  };
}
