import type pg from "pg";
import { notRecognised } from "../refusals.ts";
import { insertIdentity } from "../sign-in-queries.ts";
import type { Identity } from "./proveAtProvider.ts";

/**
 * From now on the provider may vouch for this officer.
 * @throws Problem `forbidden` when this identity is somebody's, in the words of every other failure
 */
export async function bindIdentity(
  db: pg.ClientBase | pg.Pool,
  officer: number,
  identity: Identity,
): Promise<void> {
  if (!(await insertIdentity(db, { ...identity, officer }))) throw notRecognised();
}
