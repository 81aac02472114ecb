import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { FeedFormat, Head } from "../format.ts";

/** The format that claims a part most strongly, and how strongly (10-100). */
export interface Recognition {
  readonly format: FeedFormat;
  readonly score: number;
}

/** Below this a claim is a guess: better to refuse and say so. */
const LEAST_SCORE = 10;

/**
 * Asks every format how surely `head` is its own and returns the surest; equal scores go to the first id in the
 * alphabet, so that the answer never depends on the order of a folder. `null` when none is sure enough.
 */
export function recognise(head: Head, formats: readonly FeedFormat[]): Recognition | null {
  let best: Recognition | null = null;
  for (const format of formats) {
    const score = format.recognise(head);
    if (score < LEAST_SCORE) continue;
    if (best === null || score > best.score || (score === best.score && format.id < best.format.id)) {
      best = { format, score };
    }
  }
  return best;
}

const FORMATS_FOLDER = new URL("../formats/", import.meta.url);

/**
 * Loads every `formats/<id>/format.ts`, ordered by id. Throws when a folder's default export is not a format or
 * does not carry the folder's name as its id: a format that would silently be missing is a feed silently unread.
 */
export async function loadFormats(): Promise<FeedFormat[]> {
  const entries = await readdir(FORMATS_FOLDER, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const ids = folders.filter((id) => existsSync(new URL(`${id}/format.ts`, FORMATS_FOLDER)));
  return Promise.all(ids.sort().map(loadFormat));
}

async function loadFormat(id: string): Promise<FeedFormat> {
  // A computed import is `any`; the one export that counts is checked in the next line.
  const module = (await import(new URL(`${id}/format.ts`, FORMATS_FOLDER).href)) as { default?: unknown };
  if (!isFeedFormat(module.default))
    throw new Error(`formats/${id}/format.ts has no format as default export`);
  if (module.default.id !== id) throw new Error(`formats/${id}/format.ts calls itself ${module.default.id}`);
  return module.default;
}

function isFeedFormat(value: unknown): value is FeedFormat {
  if (typeof value !== "object" || value === null) return false;
  return (
    "id" in value &&
    typeof value.id === "string" &&
    "title" in value &&
    typeof value.title === "string" &&
    "recognise" in value &&
    typeof value.recognise === "function" &&
    "read" in value &&
    typeof value.read === "function"
  );
}
