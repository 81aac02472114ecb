import { existsSync, globSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { parseSync, Visitor } from "oxc-parser";

/** One import or re-export of a module. */
export interface Import {
  /** As written: `./queries.ts`, `#platform/problem.ts`, `pg`, `node:fs`. */
  readonly specifier: string;
  /** Path from the root of the repository; null = a package or one of Node's own modules. */
  readonly target: string | null;
  /** Only types cross; nothing remains of it at run time. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** One string or template of a module; `HOLE` stands where a template has an expression. */
export interface Text {
  readonly content: string;
  readonly line: number;
}

/** One call whose name tells that it reaches the database. */
export interface DatabaseCall {
  /** Name of the function or method called: `query`, `copyBinary`. */
  readonly name: string;
  /** What the arguments say as far as the module itself tells: texts, and constants of the module that are texts. */
  readonly texts: readonly (string | null)[];
  readonly line: number;
}

export interface Module {
  /** Path from the root of the repository, with `/`. */
  readonly path: string;
  readonly imports: readonly Import[];
  readonly texts: readonly Text[];
  readonly databaseCalls: readonly DatabaseCall[];
  /** Names used anywhere in the module, properties included. */
  readonly names: ReadonlyMap<string, number>;
}

export type SourceTree = ReadonlyMap<string, Module>;

/** Something no statement contains, so that what is computed matches nothing. */
const HOLE = "\u2026";

const DATABASE_CALLS: ReadonlySet<string> = new Set(["query", "copyBinary"]);

/**
 * Reads and parses every module below `root` that a border may run through: `src`, and `exercise`, which the exercise
 * command uses. Tests are left out: they may look through any window.
 * @throws Error for a file that does not parse, and for a relative or `#` import of a file that is not there
 */
export function readSourceTree(root: string): SourceTree {
  const paths = globSync("{src,exercise}/**/*.{ts,tsx}", { cwd: root })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => !/\.test\.tsx?$/.test(path))
    .sort();
  return new Map(
    paths.map((path) => [path, parseModule(root, path, readFileSync(join(root, path), "utf8"))] as const),
  );
}

function parseModule(root: string, path: string, source: string): Module {
  const { program, module, errors } = parseSync(path, source);
  const first = errors[0];
  if (first !== undefined) throw new Error(`${path} does not parse: ${first.message}`);
  const lineOf = lineFinder(source);
  const imports: Import[] = [];
  const add = (specifier: string, typeOnly: boolean, at: number) => {
    const target = resolveImport(root, path, specifier);
    imports.push({ specifier, target, typeOnly, line: lineOf(at) });
  };
  for (const { moduleRequest, entries, start } of module.staticImports) {
    add(moduleRequest.value, entries.length > 0 && entries.every(({ isType }) => isType), start);
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest, isType, start } of entries) {
      if (moduleRequest !== null) add(moduleRequest.value, isType, start);
    }
  }
  for (const { moduleRequest, start } of module.dynamicImports) {
    const written = source.slice(moduleRequest.start, moduleRequest.end);
    const literal = /^(["'`])([^$]*)\1$/.exec(written);
    if (literal?.[2] !== undefined) add(literal[2], false, start);
  }
  return { path, imports, ...readTexts(program, lineOf) };
}

function resolveImport(root: string, from: string, specifier: string): string | null {
  const target = specifier.startsWith("#")
    ? posix.join("src", specifier.slice(1))
    : specifier.startsWith(".")
      ? posix.join(posix.dirname(from), specifier)
      : null;
  if (target !== null && !existsSync(join(root, target))) {
    throw new Error(`${from} imports ${specifier}, and there is no ${target}`);
  }
  return target;
}

type Program = ReturnType<typeof parseSync>["program"];

function readTexts(program: Program, lineOf: (at: number) => number) {
  const texts: Text[] = [];
  const constants = new Map<string, string>();
  const names = new Map<string, number>();
  const calls: { name: string; arguments: readonly unknown[]; at: number }[] = [];
  new Visitor({
    Literal(node) {
      if (typeof node.value === "string") texts.push({ content: node.value, line: lineOf(node.start) });
    },
    TemplateLiteral(node) {
      texts.push({ content: textOf(node) ?? "", line: lineOf(node.start) });
    },
    VariableDeclarator(node) {
      const content = textOf(node.init);
      if (node.id.type === "Identifier" && content !== null) constants.set(node.id.name, content);
    },
    Identifier(node) {
      names.set(node.name, names.get(node.name) ?? lineOf(node.start));
    },
    CallExpression({ callee, arguments: given, start }) {
      const name =
        callee.type === "Identifier"
          ? callee.name
          : callee.type === "MemberExpression" && callee.property.type === "Identifier"
            ? callee.property.name
            : "";
      if (DATABASE_CALLS.has(name)) calls.push({ name, arguments: given, at: start });
    },
  }).visit(program);
  const databaseCalls = calls.map(({ name, arguments: given, at }) => ({
    name,
    texts: given.map((argument) => textOf(argument) ?? constants.get(identifierOf(argument) ?? "") ?? null),
    line: lineOf(at),
  }));
  return { texts, databaseCalls, names };
}

/** The text that a node of the syntax tree writes, or null when it is no text. */
function textOf(node: unknown): string | null {
  if (!isNode(node)) return null;
  if (node.type === "Literal") return typeof node.value === "string" ? node.value : null;
  if (node.type !== "TemplateLiteral" || !Array.isArray(node.quasis)) return null;
  return node.quasis
    .map((quasi: unknown) => (isNode(quasi) && isNode(quasi.value) ? String(quasi.value.cooked) : ""))
    .join(HOLE);
}

function identifierOf(node: unknown): string | null {
  return isNode(node) && node.type === "Identifier" ? String(node.name) : null;
}

function isNode(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** Line (from 1) of an offset into the source. */
function lineFinder(source: string): (at: number) => number {
  const starts = [0];
  for (let at = source.indexOf("\n"); at !== -1; at = source.indexOf("\n", at + 1)) starts.push(at + 1);
  return (at) => {
    let line = starts.findIndex((start) => start > at);
    if (line === -1) line = starts.length;
    return line;
  };
}
