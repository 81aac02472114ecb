import { uuidv5 } from "../../../src/platform/ids.ts";

/** Of the same thing the same id in every world. */
export function uuidOf(kind: string, key: string): string {
  return uuidv5("6ba7b812-9dad-11d1-80b4-00c04fd430c8", `${kind} ${key}`);
}
