import type { Answer } from "../http.ts";

/** What a reader has met so far, so that the same id is the same in every answer to him. */
export interface Acquaintance {
  nameOf(kind: string, text: string): string;
}

/** @param known ids that both worlds know by one name, such as the operation "harbour" */
export function acquaintance(known: ReadonlyMap<string, string> = new Map()): Acquaintance {
  const names = new Map(known);
  const counts = new Map<string, number>();
  return {
    nameOf(kind, text) {
      const met = names.get(text);
      if (met !== undefined) return met;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      const name = `<${kind} ${count}>`;
      names.set(text, name);
      return name;
    },
  };
}

const UUID = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
/** Long texts of the alphabet of base64url that are no digest. Whoever wants to hide something in one must encrypt it. */
const OPAQUE = /(?<![\w-])(?![0-9a-f]+(?![\w-]))[\w-]{40,}(?![\w-])/g;
const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)/g;
/** The day of the test may turn while it runs. */
const NEAR_MS = 26 * 3_600_000;

/**
 * A response as what must be equal in both worlds: status, headers and body byte for byte, with random ids and sealed
 * cursors replaced by the order in which the reader met them, and instants of now by "now".
 */
export function canonical(answer: Answer, met: Acquaintance): string {
  const headers = Object.entries(answer.headers)
    .filter(([name]) => name !== "date")
    .map(
      ([name, value]) =>
        `${name}: ${name === "etag" ? met.nameOf("validator", String(value)) : String(value)}`,
    )
    .toSorted();
  return [`${answer.status}`, ...headers, "", answer.text]
    .join("\n")
    .replaceAll(UUID, (id) => met.nameOf("id", id))
    .replaceAll(/(?<="hash":")[0-9a-f]{64}/g, (hash) => met.nameOf("link of the chain", hash))
    .replaceAll(/(?<=^id: )[\w-]{22}$/gm, (mark) => met.nameOf("mark", mark))
    .replaceAll(OPAQUE, (text) => (isReadable(text) ? text : met.nameOf("sealed", text)))
    .replaceAll(INSTANT, (text) => (Math.abs(Date.parse(text) - Date.now()) < NEAR_MS ? "<now>" : text));
}

/** Decodes to something that was written for reading: then it is compared as it stands. */
function isReadable(text: string): boolean {
  const bytes = Buffer.from(text, "base64url");
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f) || /^[a-z]+(?:[-_][a-z]+)*$/i.test(text);
}
