import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { type OwnTables, readOwnTables } from "#capabilities/jurisdiction/index.ts";
import { databaseOptions } from "#platform/config/database-options.ts";
import { readSettings, type Settings } from "#platform/config/settings.ts";
import { type FileStore, localFileStore } from "#platform/files/store.ts";
import { createLog, type Logger } from "#platform/log/log.ts";
import { type Database, openDatabase } from "#platform/postgres/database.ts";

/** What every program of Muster stands on: settings, the database, the file store, its log. Wiring only. */
export interface House {
  readonly settings: Settings;
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  readonly log: Logger;
  readonly database: Database;
  readonly store: FileStore;
  /** Folder (0700) for files under way. */
  readonly workFolder: string;
  /** Tables that the operator keeps himself, declared and not yet read; null when there are none. */
  readonly ownTables: OwnTables | null;
  readonly signingKey: { readonly privateKeyFile: string; readonly publicKeyFile: string };
  close(): Promise<void>;
}

/**
 * Opens the data folder for one program. Two programs on the same folder share one database server.
 * @param dataDir from the command line; without it the setting
 */
export async function openHouse(program: string, dataDir?: string): Promise<House> {
  const settings = readSettings();
  const data = resolve(dataDir ?? settings.dataDir);
  const log = createLog(program, settings.logLevel);
  const ownTables =
    settings.tablesFile === undefined ? null : await readOwnTables(settings.tablesFile, Date.now());
  const database = await openDatabase({
    ...databaseOptions(settings),
    dataDir: data,
    onTrouble: (error) => log.warn({ err: error }, "database trouble"),
  });
  const workFolder = join(data, "work");
  await mkdir(workFolder, { recursive: true, mode: 0o700 });
  return {
    settings,
    dataDir: data,
    log,
    database,
    store: localFileStore(join(data, "files")),
    workFolder,
    ownTables,
    signingKey: {
      privateKeyFile: join(data, "keys", "signing-key.private.asc"),
      publicKeyFile: join(data, "keys", "signing-key.asc"),
    },
    close: () => database.close(),
  };
}
