import { type Caller, operationOf } from "#capabilities/people/index.ts";
import type { ResponseOf } from "#platform/http/route.ts";
import { inOneMoment } from "#platform/postgres/one-moment.ts";
import type { countThreats as contract, ThreatFilter } from "../contract.ts";
import { listThreatCounts, type ThreatCount } from "../list-queries.ts";
import { roleOfNumber, typeOfNumber } from "../model/codes.ts";
import { countedBy } from "./listThreats.ts";

/** Exact counts of the threats that the officer may see: what walking the list with the same filter would come to. */
export async function countThreats(
  caller: Caller,
  filter: Pick<ThreatFilter, "role" | "type" | "country">,
): Promise<ResponseOf<typeof contract>> {
  const counts = await inOneMoment(caller.app, (db) =>
    listThreatCounts(db, operationOf(caller).id, countedBy(filter)),
  );
  return {
    threats: sumOf(counts),
    byRole: by(counts, ({ role }) => roleOfNumber(role)).map(([role, threats]) => ({ role, threats })),
    byType: by(counts, ({ type }) => typeOfNumber(type)).map(([type, threats]) => ({ type, threats })),
    byCountry: by(counts, ({ country }) => country).map(([country, threats]) => ({
      country: country === "" ? null : country,
      threats,
    })),
  };
}

/** In the order of the words, which no count decides. */
function by<Word extends string>(
  counts: readonly ThreatCount[],
  wordOf: (count: ThreatCount) => Word,
): [Word, number][] {
  return [...Map.groupBy(counts, wordOf)]
    .map(([word, each]): [Word, number] => [word, sumOf(each)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function sumOf(counts: readonly ThreatCount[]): number {
  return counts.reduce((sum, { threats }) => sum + threats, 0);
}
