import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { BORDERS, type Breach, CAPABILITIES, findBreaches } from "./borders.ts";
import { readSourceTree } from "./source-tree.ts";

type Files = Readonly<Record<string, string>>;

/** A house in miniature that keeps every border. */
const CLEAN: Files = {
  "exercise/generate.ts": "export const generate = 1;",
  "src/main/cli.ts":
    'import "#capabilities/packages/index.ts"; import "../../exercise/generate.ts"; import { ensureSigningKey } from "#platform/signing/signing-key.ts"; ensureSigningKey;',
  "src/main/house.ts": "export const house = { privateKeyFile: 1 };",
  "src/main/signer.ts":
    'import { loadSigner } from "#platform/signing/signer.ts"; import { house } from "./house.ts"; loadSigner(house.privateKeyFile);',
  "src/platform/postgres/pool.ts":
    'import pg from "pg"; export const pool = new pg.Pool(); pool.query("begin"); pool.query("/* platform.now */ select now()");',
  "src/platform/postgres/copy.ts": "export const copyBinary = (..._: unknown[]) => 1;",
  "src/platform/signing/signer.ts": "export const loadSigner = (privateKeyFile: unknown) => privateKeyFile;",
  "src/platform/signing/signing-key.ts": "export const ensureSigningKey = 1;",
  "src/reference/countries/countries.ts": "export const countries = 1;",
  "src/standards/tlp.ts": "export const tlp = 1;",
  "src/capabilities/feeds/index.ts": 'export { insertFeed } from "./queries.ts";',
  "src/capabilities/feeds/contract.ts": 'import { z } from "zod"; import "#standards/tlp.ts"; export { z };',
  "src/capabilities/feeds/queries.ts":
    'import { copyBinary } from "#platform/postgres/copy.ts"; import { pool } from "#platform/postgres/pool.ts"; const FEEDS = "feeds.feed (id)"; export const insertFeed = () => { pool.query(`/* feeds.insertFeed */ insert into feeds.feed select 1 from threats.threat on conflict do update set id = 1`); copyBinary(pool, FEEDS); copyBinary(pool, "probe (id)"); };',
  "src/capabilities/feeds/part-queries.ts": "export const text = `/* feeds.listParts */ select 1`;",
  "src/capabilities/feeds/model/feed.ts":
    'import { hash } from "node:crypto"; import type { Pool } from "pg"; import "./part.ts"; export type { Pool }; hash;',
  "src/capabilities/feeds/model/part.ts": 'import type { Pool } from "./feed.ts"; export type P = Pool;',
  "src/capabilities/feeds/ui/FeedList.tsx": 'import "../contract.ts"; export const list = <p />;',
  "src/capabilities/packages/index.ts":
    'import "#capabilities/feeds/index.ts"; import type { Signer } from "#platform/signing/signer.ts"; export type S = Signer;',
  "src/capabilities/packages/verify.ts": 'import "#standards/tlp.ts"; export const verify = 1;',
  "src/web/app/page.tsx": 'import "#capabilities/feeds/ui/FeedList.tsx"; export const page = 1;',
};

/** One breach of every border. The house with it must fail by that border. */
const PLANTED: Readonly<Record<string, Files>> = {
  "no-cycles": {
    "src/standards/tlp.ts": 'import "./pap.ts";',
    "src/standards/pap.ts": 'await import("./tlp.ts");',
  },
  "standards-is-a-leaf": { "src/standards/tlp.ts": 'import "#reference/countries/countries.ts";' },
  "reference-is-a-leaf": { "src/reference/countries/countries.ts": 'import "../../standards/tlp.ts";' },
  "platform-is-a-leaf": {
    "src/platform/postgres/copy.ts":
      'import type { Feed } from "#capabilities/feeds/index.ts"; export type F = Feed;',
  },
  "nobody-knows-main": { "src/capabilities/feeds/index.ts": 'import "../../../exercise/generate.ts";' },
  "front-door-only": {
    "src/capabilities/packages/index.ts": 'export * from "#capabilities/feeds/queries.ts";',
  },
  "known-capability": { "src/capabilities/helpers/index.ts": "export const help = 1;" },
  "rooms-are-called-by-name": { "src/capabilities/packages/index.ts": 'import "../feeds/index.ts";' },
  "screens-see-contracts": { "src/web/app/page.tsx": 'import "#reference/countries/countries.ts";' },
  "screens-never-reach-the-database": {
    "src/capabilities/feeds/contract.ts": 'import "#standards/tlp.ts";',
    "src/standards/tlp.ts": 'import "pg";',
  },
  "contracts-are-pure": { "src/capabilities/feeds/contract.ts": 'import "crypto";' },
  "models-do-no-input-or-output": {
    "src/capabilities/feeds/model/part.ts": 'import { readFile } from "node:fs/promises"; readFile;',
  },
  "sql-lives-in-queries": {
    "src/capabilities/packages/index.ts": "export const text = `/* packages.list */ select 1`;",
  },
  "statements-are-named": {
    "src/capabilities/feeds/queries.ts":
      'import { pool } from "#platform/postgres/pool.ts"; const LIST = `select 1`; pool.query(LIST);',
  },
  "a-room-writes-its-own-tables": {
    "src/capabilities/feeds/queries.ts":
      'import { pool } from "#platform/postgres/pool.ts"; pool.query("/* feeds.forget */ delete from threats.threat");',
  },
  "only-the-signer-loads-the-key": {
    "src/capabilities/packages/index.ts":
      'import { loadSigner } from "#platform/signing/signer.ts"; loadSigner;',
  },
  "only-the-signer-knows-where-the-key-lies": {
    "src/main/cli.ts": 'import { house } from "./house.ts"; house.privateKeyFile;',
  },
  "verify-stands-alone": {
    "src/capabilities/packages/verify.ts": 'import "./check.ts";',
    "src/capabilities/packages/check.ts": 'import "./render/pdf.ts";',
    "src/capabilities/packages/render/pdf.ts": "export const pdf = 1;",
  },
  ...Object.fromEntries(
    CAPABILITIES.slice(0, -1).map((capability, place) => [
      `${capability}-knows-only-its-left`,
      {
        [`src/capabilities/${capability}/index.ts`]: `import "#capabilities/${CAPABILITIES[place + 1]}/index.ts";`,
        [`src/capabilities/${CAPABILITIES[place + 1]}/index.ts`]: "export const next = 1;",
      },
    ]),
  ),
};

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

function breachesOf(files: Files): Breach[] {
  const folder = mkdtempSync(join(tmpdir(), "borders-"));
  folders.push(folder);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return findBreaches(readSourceTree(folder));
}

describe("the borders", () => {
  it("hold in a house that keeps them", () => {
    expect(breachesOf(CLEAN)).toEqual([]);
  });

  it.each(BORDERS.map(({ id }) => id))("%s: a planted breach is found", (id) => {
    const planted = PLANTED[id];
    expect(planted, "a border that nobody tried to cross proves nothing").toBeDefined();
    expect(breachesOf({ ...CLEAN, ...planted }).map(({ rule }) => rule)).toContain(id);
  });

  it("are seen in a copy into another room's table, in an update of one, and through a constant", () => {
    const writer = (statement: string) =>
      breachesOf({
        ...CLEAN,
        "src/capabilities/feeds/queries.ts": `import { copyBinary } from "#platform/postgres/copy.ts"; import { pool } from "#platform/postgres/pool.ts"; const TARGET = "threats.threat (id)"; ${statement}; copyBinary;`,
      }).map(({ rule }) => rule);
    expect(writer("copyBinary(pool, TARGET)")).toEqual(["a-room-writes-its-own-tables"]);
    expect(
      writer('pool.query("/* feeds.mark */ with x as (update threats.threat set a = 1) select 1")'),
    ).toEqual(["a-room-writes-its-own-tables"]);
    expect(writer('pool.query("/* threats.list */ select 1")')).toEqual(["statements-are-named"]);
  });

  it("refuse a tree with an import that leads nowhere, because nothing could be said of it", () => {
    expect(() => breachesOf({ ...CLEAN, "src/main/cli.ts": 'import "./gone.ts";' })).toThrow(
      "there is no src/main/gone.ts",
    );
  });

  it("hold in this house", () => {
    expect(findBreaches(readSourceTree(join(import.meta.dirname, "..")))).toEqual([]);
  });
});
