import { once } from "node:events";
import { Command, Option } from "commander";
import { migrate } from "#platform/postgres/migrate.ts";
import { ensureSigningKey } from "#platform/signing/signing-key.ts";
import { SERVING, startChildren } from "../children.ts";
import { openHouse } from "../house.ts";

/** Supervises the programs on one machine: those that face people, read files and sign. Ends them when it is told to end. */
export function startCommand(): Command {
  return new Command("start")
    .description("run the server: people sign in at the address it prints; ends with Ctrl-C")
    .addOption(new Option("--data <folder>", "data folder (default: MUSTER_DATA or ./data)"))
    .addOption(new Option("--port <number>", "port of the web page (default: MUSTER_PORT or 8080)"))
    .action(async (options: { data?: string; port?: string }) => {
      if (options.port !== undefined) process.env.MUSTER_PORT = options.port;
      const house = await openHouse("start", options.data);
      try {
        await migrate(house.database.pool("owner"));
        await ensureSigningKey(house.signingKey, "Muster", new Date());
        const children = await startChildren(house.dataDir, SERVING);
        process.stderr.write(
          `Muster answers at http://${house.settings.listenAddress}:${house.settings.port}/. Data: ${house.dataDir}.\n`,
        );
        const told = new AbortController();
        const end = Promise.race(
          ["SIGINT", "SIGTERM"].map((signal) => once(process, signal, { signal: told.signal })),
        );
        try {
          await Promise.race([end, children.trouble]);
        } finally {
          told.abort();
          await children.stop();
        }
      } finally {
        await house.close();
      }
    });
}
