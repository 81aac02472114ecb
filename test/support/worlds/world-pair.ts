import type { Caller } from "../../../src/capabilities/people/index.ts";
import { openHttpServer } from "../../../src/main/http-server.ts";
import type { FileStore } from "../../../src/platform/files/store.ts";
import type { Binding } from "../../../src/platform/http/handler.ts";
import type { Database } from "../../../src/platform/postgres/database.ts";
import { buildWorld } from "./build-world.ts";
import { type AskedWorld, type Comparison, compareWorlds, type Difference } from "./compare.ts";
import { type OfficerScript, randomScript, type Script } from "./script.ts";
import { visiblePart } from "./visible-part.ts";
import { readKnownIds } from "./vocabulary.ts";

/** Two databases that are made into the same random world again and again, one of them without what a reader may not see. */
export interface WorldPair {
  /** What the servers could not answer. */
  readonly defects: readonly unknown[];
  /** One random world, some of its readers (all without a word), all routes. */
  compareAll(
    bindings: readonly Binding<Caller>[],
    seed: string,
    isAsked?: (reader: OfficerScript, at: number) => boolean,
  ): Promise<Comparison>;
  /** Makes one random world for one of its readers, to be compared more than once. */
  build(seed: string, reader: string): Promise<void>;
  /** These routes in the world that was built. */
  compareBuilt(bindings: readonly Binding<Caller>[]): Promise<Comparison>;
  /** Changes both databases. */
  alter(statement: string): Promise<void>;
  close(): Promise<void>;
}

type Built = Omit<AskedWorld, "server"> & { readonly database: Database };

export async function openWorldPair(
  databases: readonly [Database, Database],
  store: FileStore,
  folder: string,
): Promise<WorldPair> {
  const defects: unknown[] = [];
  const log = { error: (detail: unknown) => void defects.push(detail) };

  async function build(database: Database, script: Script, reader: OfficerScript) {
    const { cookies } = await buildWorld({ database, store, folder }, script);
    return { database, cookie: cookies.get(reader.name) ?? "", ids: await readKnownIds(database) };
  }
  async function compare(built: readonly [Built, Built], bindings: readonly Binding<Caller>[], seed: string) {
    const [full, part] = await Promise.all(
      built.map(async (world): Promise<AskedWorld> => {
        const server = await openHttpServer({ database: world.database, store, log }, bindings);
        return { ...world, server };
      }),
    );
    if (full === undefined || part === undefined) throw new Error("a pair has two worlds");
    const routes = bindings.map(({ route }) => route);
    const found = await compareWorlds(full, part, routes, seed);
    await Promise.all([full.server.close(), part.server.close()]);
    return found;
  }
  let standing: readonly [Built, Built] | null = null;

  return {
    defects,
    async compareAll(bindings, seed, isAsked = () => true) {
      const script = randomScript(seed);
      const statuses = new Map<string, Set<number>>();
      const differences: Difference[] = [];
      let cases = 0;
      for (const reader of script.officers.filter(isAsked)) {
        // Built anew for each reader: asking leaves traces in the log, which auditors read.
        const full = await build(databases[0], script, reader);
        const part = await build(databases[1], visiblePart(script, reader), reader);
        const found = await compare([full, part], bindings, `${seed} ${reader.name}`);
        cases += found.cases;
        differences.push(...found.differences);
        for (const [route, some] of found.statuses)
          statuses.set(route, new Set([...(statuses.get(route) ?? []), ...some]));
      }
      return { cases, statuses, differences };
    },
    async build(seed, name) {
      const script = randomScript(seed);
      const reader = script.officers.find((officer) => officer.name === name);
      if (reader === undefined) throw new Error(`nobody is called ${name}`);
      const full = await build(databases[0], script, reader);
      standing = [full, await build(databases[1], visiblePart(script, reader), reader)];
    },
    async compareBuilt(bindings) {
      if (standing === null) throw new Error("build a world first");
      return compare(standing, bindings, "built");
    },
    async alter(statement) {
      for (const database of databases) await database.pool("owner").query(statement);
    },
    async close() {
      for (const database of databases) await database.close();
    },
  };
}
