import { isBuiltin } from "node:module";
import { posix } from "node:path";
import type { Import, Module, SourceTree } from "./source-tree.ts";

/** A place where the code crosses a border it must not. */
export interface Breach {
  readonly rule: string;
  readonly path: string;
  readonly line: number;
  /** What was found there. */
  readonly found: string;
}

export interface Border {
  readonly id: string;
  /** The rule as one sentence, printed with every breach of it. */
  readonly sentence: string;
  readonly breaches: (tree: SourceTree) => Iterable<Omit<Breach, "rule">>;
}

/** The capabilities in the order of the story. Each may know those before it, never those after. */
export const CAPABILITIES: readonly string[] = [
  ...["people", "audit", "operations", "feeds", "threats", "jurisdiction", "cases", "fraud", "packages"],
  ...["tasks", "conflicts", "action", "evidence", "outcomes"],
];

/** Rooms that know nothing else of ours: words of outside documents, tables of outside registries, machinery. */
const LEAVES = ["standards", "reference", "platform"] as const;

const SCREEN = /^src\/(web\/|capabilities\/[^/]+\/ui\/)/;
const CONTRACT = /^src\/capabilities\/[^/]+\/contract\.ts$/;
const MODEL = /^src\/capabilities\/[^/]+\/model\//;
const DATABASE_DRIVERS: ReadonlySet<string> = new Set(["pg", "graphile-worker"]);
const INPUT_OUTPUT: ReadonlySet<string> = new Set(
  ["fs", "fs/promises", "net", "tls", "http", "https", "http2", "dns", "dgram", "child_process"].concat([
    ...["worker_threads", "cluster", "process", "readline", "timers", "timers/promises"],
  ]),
);

/** Every border of the house, one rule each. `check-borders.test.ts` plants a breach of every one of them. */
export const BORDERS: readonly Border[] = [
  {
    id: "no-cycles",
    sentence: "Modules do not import each other in a circle (types alone may).",
    *breaches(tree) {
      for (const circle of findCircles(tree)) {
        yield { path: circle[0] ?? "", line: 1, found: [...circle, circle[0]].join(" -> ") };
      }
    },
  },
  ...LEAVES.map(
    (leaf): Border =>
      importBorder(
        `${leaf}-is-a-leaf`,
        `${leaf} imports nothing of ours but itself.`,
        ({ path }, { target }) => roomOf(path) === leaf && target !== null && roomOf(target) !== leaf,
      ),
  ),
  importBorder(
    "nobody-knows-main",
    "Only main wires programs together: nobody imports main, and only main uses the exercise or other folders beside src.",
    ({ path }, { target }) =>
      path.startsWith("src/") &&
      roomOf(path) !== "main" &&
      target !== null &&
      (roomOf(target) === "main" || !target.startsWith("src/")),
  ),
  importBorder(
    "front-door-only",
    "Another capability is entered by its index.ts or contract.ts, never past them.",
    ({ path }, { target }) =>
      capabilityOf(path) !== null &&
      target !== null &&
      capabilityOf(target) !== null &&
      capabilityOf(path) !== capabilityOf(target) &&
      !/^src\/capabilities\/[^/]+\/(index|contract)\.ts$/.test(target),
  ),
  {
    id: "known-capability",
    sentence: `A capability has its place in the order: ${CAPABILITIES.join(", ")}.`,
    *breaches(tree) {
      for (const { path } of tree.values()) {
        const capability = capabilityOf(path);
        if (capability !== null && placeOf(capability) === -1) yield { path, line: 1, found: capability };
      }
    },
  },
  ...CAPABILITIES.slice(0, -1).map(
    (capability, place): Border =>
      importBorder(
        `${capability}-knows-only-its-left`,
        `${capability} does not know what comes after it: ${CAPABILITIES.slice(place + 1).join(", ")}.`,
        ({ path }, { target }) =>
          capabilityOf(path) === capability &&
          !SCREEN.test(path) &&
          target !== null &&
          placeOf(capabilityOf(target)) > place,
      ),
  ),
  importBorder(
    "rooms-are-called-by-name",
    "Another room is imported by its #name, one's own relatively, so that a crossing shows in the line itself.",
    ({ path }, { specifier, target }) =>
      path.startsWith("src/") &&
      target?.startsWith("src/") === true &&
      specifier.startsWith("#") === (roomOf(path) === roomOf(target)),
  ),
  importBorder(
    "screens-see-contracts",
    "Screens see contracts, other screens and standards only.",
    ({ path }, { target }) =>
      SCREEN.test(path) &&
      target !== null &&
      !SCREEN.test(target) &&
      !CONTRACT.test(target) &&
      roomOf(target) !== "standards",
  ),
  {
    id: "screens-never-reach-the-database",
    sentence: "No path of imports leads from a screen to the database.",
    *breaches(tree) {
      for (const module of tree.values()) {
        if (!SCREEN.test(module.path)) continue;
        const way = wayTo(
          tree,
          module,
          (path) => path.startsWith("src/platform/postgres/"),
          DATABASE_DRIVERS,
        );
        if (way !== null) yield { path: module.path, line: 1, found: way.join(" -> ") };
      }
    },
  },
  importBorder(
    "contracts-are-pure",
    "A contract is a schema: it imports other contracts, standards and the shape of a route, none of Node's modules, nothing else of ours.",
    ({ path }, { specifier, target }) =>
      CONTRACT.test(path) &&
      (isBuiltin(specifier) ||
        (target !== null &&
          !CONTRACT.test(target) &&
          roomOf(target) !== "standards" &&
          target !== "src/platform/http/route.ts")),
  ),
  importBorder(
    "models-do-no-input-or-output",
    "A model decides and computes: it touches no database, file, socket, process or clock, nor the acts of its room.",
    ({ path }, { specifier, target, typeOnly }) =>
      MODEL.test(path) &&
      !typeOnly &&
      (target === null
        ? INPUT_OUTPUT.has(specifier.replace(/^node:/, "")) || DATABASE_DRIVERS.has(specifier)
        : /^src\/platform\/(postgres|http|jobs|files|signing|config|log|clock)\b/.test(target) ||
          (capabilityOf(target) === capabilityOf(path) && !MODEL.test(target) && !CONTRACT.test(target))),
  ),
  {
    id: "sql-lives-in-queries",
    sentence:
      "Statements stand in the room's queries.ts, or <part>-queries.ts where a room has many (and in platform); acts call them by name.",
    *breaches(tree) {
      for (const module of tree.values()) {
        if (mayHoldSql(module.path)) continue;
        for (const { name, line } of module.databaseCalls) {
          if (name === "query") yield { path: module.path, line, found: "a call of query()" };
        }
        for (const { content, line } of module.texts) {
          if (STATEMENT_NAME.test(content)) yield { path: module.path, line, found: firstLine(content) };
        }
      }
    },
  },
  {
    id: "statements-are-named",
    sentence:
      "A statement starts with its own name, /* room.name */, so that the database's log leads back to it.",
    *breaches(tree) {
      for (const module of tree.values()) {
        for (const { name, texts, line } of module.databaseCalls) {
          const statement = texts[0];
          if (name !== "query" || statement == null || TRANSACTION_WORDS.has(statement)) continue;
          const room = capabilityOf(module.path) ?? roomOf(module.path);
          if (STATEMENT_NAME.exec(statement)?.[1] === room) continue;
          yield { path: module.path, line, found: firstLine(statement) };
        }
      }
    },
  },
  {
    id: "a-room-writes-its-own-tables",
    sentence: "A room writes only the tables of its own schema; reading across is allowed.",
    *breaches(tree) {
      for (const module of tree.values()) {
        const room = capabilityOf(module.path) ?? roomOf(module.path);
        for (const { content, line } of module.texts) {
          for (const [written, schema] of content.matchAll(WRITES)) {
            if (schema !== room) yield { path: module.path, line, found: written };
          }
        }
        for (const { name, texts, line } of module.databaseCalls) {
          const schema = /^([a-z_]+)\./.exec(texts[1] ?? "")?.[1];
          if (name === "copyBinary" && schema !== undefined && schema !== room) {
            yield { path: module.path, line, found: `copy ${texts[1]}` };
          }
        }
      }
    },
  },
  importBorder(
    "only-the-signer-loads-the-key",
    "Only main/signer.ts loads the private key; only main makes one. Others may know a signer by its type.",
    ({ path }, { target, typeOnly }) =>
      !typeOnly &&
      roomOf(path) !== "platform" &&
      ((target === "src/platform/signing/signer.ts" && path !== "src/main/signer.ts") ||
        (target === "src/platform/signing/signing-key.ts" && roomOf(path) !== "main")),
  ),
  {
    id: "only-the-signer-knows-where-the-key-lies",
    sentence:
      "The path of the private key is known to platform/signing, main/house.ts and main/signer.ts alone.",
    *breaches(tree) {
      for (const { path, names } of tree.values()) {
        const line = names.get("privateKeyFile");
        if (line === undefined || path.startsWith("src/platform/signing/")) continue;
        if (path !== "src/main/house.ts" && path !== "src/main/signer.ts") {
          yield { path, line, found: "privateKeyFile" };
        }
      }
    },
  },
  {
    id: "verify-stands-alone",
    sentence: "Verifying a package or a log reaches neither what renders, nor what signs, nor the database.",
    *breaches(tree) {
      for (const room of ["packages", "audit"]) {
        const verify = tree.get(`src/capabilities/${room}/verify.ts`);
        if (verify === undefined) continue;
        const way = wayTo(
          tree,
          verify,
          (path) =>
            /^src\/platform\/(postgres\/|signing\/sign)/.test(path) ||
            /^src\/capabilities\/(packages|audit)\/(render\/|sign-package\.ts|acts\/|[a-z-]*queries\.ts)/.test(
              path,
            ),
          DATABASE_DRIVERS,
        );
        if (way !== null) yield { path: verify.path, line: 1, found: way.join(" -> ") };
      }
    },
  },
];

/** All breaches of all borders, in the order of the borders. */
export function findBreaches(tree: SourceTree): Breach[] {
  return BORDERS.flatMap((border) =>
    [...border.breaches(tree)].map((found) => ({ rule: border.id, ...found })),
  );
}

/** Room of a file: a leaf, `main`, `web`, or one capability (`capabilities/feeds`); outside src its top folder. */
export function roomOf(path: string): string {
  const parts = path.split("/");
  if (parts[0] !== "src") return parts[0] ?? "";
  return parts[1] === "capabilities" ? `capabilities/${parts[2]}` : (parts[1] ?? "");
}

function capabilityOf(path: string): string | null {
  const room = roomOf(path);
  return room.startsWith("capabilities/") ? posix.basename(room) : null;
}

function placeOf(capability: string | null): number {
  return CAPABILITIES.indexOf(capability ?? "");
}

/** A border that one import alone can break. */
function importBorder(
  id: string,
  sentence: string,
  isBreach: (module: Module, imported: Import) => boolean,
): Border {
  return {
    id,
    sentence,
    *breaches(tree) {
      for (const module of tree.values()) {
        for (const imported of module.imports) {
          if (isBreach(module, imported)) {
            yield { path: module.path, line: imported.line, found: `imports ${imported.specifier}` };
          }
        }
      }
    },
  };
}

const STATEMENT_NAME = /^\s*\/\* ([a-z]+)\.[a-zA-Z]+( [a-z]+)? \*\//;
const TRANSACTION_WORDS: ReadonlySet<string> = new Set(["begin", "commit", "rollback"]);
const WRITES = /\b(?:insert\s+into|update|delete\s+from|merge\s+into|truncate|copy)\s+([a-z_]+)\.[a-z_]+/gi;

function mayHoldSql(path: string): boolean {
  return /^src\/capabilities\/[^/]+\/([a-z-]+-)?queries\.ts$/.test(path) || path.startsWith("src/platform/");
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0]?.slice(0, 80) ?? "";
}

/** The shortest way of run-time imports from `start` to a module or package that is not to be reached, or null. */
function wayTo(
  tree: SourceTree,
  start: Module,
  isForbidden: (path: string) => boolean,
  packages: ReadonlySet<string>,
): string[] | null {
  const ways = [[start.path]];
  const seen = new Set([start.path]);
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    for (const { specifier, target, typeOnly } of tree.get(way.at(-1) ?? "")?.imports ?? []) {
      if (typeOnly) continue;
      if (target === null ? packages.has(specifier) : isForbidden(target))
        return [...way, target ?? specifier];
      if (target === null || seen.has(target)) continue;
      seen.add(target);
      ways.push([...way, target]);
    }
  }
  return null;
}

/** Groups of modules that reach each other by run-time imports (strongly connected components of more than one). */
function findCircles(tree: SourceTree): string[][] {
  const order = new Map<string, number>();
  const open: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string): number => {
    const own = order.size;
    order.set(path, own);
    open.push(path);
    let lowest = own;
    for (const { target, typeOnly } of tree.get(path)?.imports ?? []) {
      if (target === null || typeOnly) continue;
      if (!order.has(target)) lowest = Math.min(lowest, visit(target));
      else if (open.includes(target)) lowest = Math.min(lowest, order.get(target) ?? own);
    }
    if (lowest === own) {
      const circle = open.splice(open.indexOf(path));
      if (circle.length > 1) circles.push(circle.reverse());
    }
    return lowest;
  };
  for (const path of tree.keys()) if (!order.has(path)) visit(path);
  return circles;
}
