import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { OperationFile } from "#capabilities/operations/contract.ts";

const ROOT = join(import.meta.dirname, "..");
const DOCUMENTS = globSync(["*.md", "docs/**/*.md", "src/**/*.md", "exercise/*.md", "bench/*.md"], {
  cwd: ROOT,
});
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** Paths a document names: link targets, relative to it, and paths in backticks, from the root. */
function namedPaths(document: string): string[] {
  const text = read(document);
  const links = [...text.matchAll(/\]\(([^)#:\s]+)(?:#[^)]*)?\)/g)].map(([, path = ""]) =>
    join(dirname(document), path),
  );
  const quoted = [...text.matchAll(/`((?:src|scripts|docs|db|test|bin|exercise|bench)\/[\w./-]+)`/g)].map(
    ([, path = ""]) => path,
  );
  return [...links, ...quoted];
}

describe("the documents", () => {
  it.each(DOCUMENTS)("%s names only files that are there", (document) => {
    expect(namedPaths(document).filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it("README's operation.json is accepted as it stands", () => {
    const example = /```json\n([\s\S]*?)```/.exec(read("README.md"))?.[1] ?? "";
    expect(OperationFile.safeParse(JSON.parse(example)).error).toBeUndefined();
  });

  it("README has exactly the two set-up commands", () => {
    expect(read("README.md").match(/^npm .*$/gm)).toEqual([
      "npm ci && npm run exercise",
      "npm ci && npm test",
    ]);
  });

  it("every capability says what it is", () => {
    const rooms = globSync("src/capabilities/*/index.ts", { cwd: ROOT }).map(dirname);
    expect(rooms.filter((room) => !existsSync(join(ROOT, room, "README.md")))).toEqual([]);
  });
});
