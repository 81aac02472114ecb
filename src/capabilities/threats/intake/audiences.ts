import type pg from "pg";
import { internAudience } from "#capabilities/feeds/index.ts";
import { type Handling, internHandling, tightenByMarking } from "#capabilities/operations/index.ts";
import { parseMarking } from "../model/marking.ts";
import { internAudienceSet } from "../queries.ts";

/**
 * The numbers of audiences and audience sets that one delivery's batches need, remembered over batches, because
 * there are few: usually one audience per delivery, and one set per combination of sources that agree.
 * Numbers interned in a transaction that is rolled back are gone, so the writer forgets all after a failure.
 */
export interface AudienceNumbers {
  audienceOf(db: pg.ClientBase, marking: string | null): Promise<number>;
  setWith(db: pg.ClientBase, set: number | null, audiences: readonly number[]): Promise<number>;
}

/** @param handling the delivery's own; markings inside the data can only tighten it */
export function rememberAudiences(source: number, handling: Handling): AudienceNumbers {
  const audiences = new Map<string, number>();
  const sets = new Map<string, number>();
  return {
    async audienceOf(db, marking) {
      const known = audiences.get(marking ?? "");
      if (known !== undefined) return known;
      const { tlp, pap } = parseMarking(marking ?? "");
      const number = await internAudience(
        db,
        source,
        await internHandling(db, tightenByMarking(handling, tlp, pap)),
      );
      audiences.set(marking ?? "", number);
      return number;
    },
    async setWith(db, set, added) {
      const key = `${set ?? ""}+${added.join(",")}`;
      const known = sets.get(key);
      if (known !== undefined) return known;
      const number = await internAudienceSet(db, set, added);
      sets.set(key, number);
      return number;
    },
  };
}
