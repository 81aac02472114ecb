import { z } from "zod";
import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { openCursor, readCursorSecret, sealCursor } from "#platform/http/cursor.ts";
import { Problem } from "#platform/problem.ts";
import { findObjectsFile, listVisibleThreats } from "../queries.ts";

/** A line of a list of objects as it was kept when the figure was stated. */
const KeptObject = z.object({
  object: z.string(),
  country: z.string().nullable(),
  threats: z.array(z.string()),
});
type KeptObject = z.infer<typeof KeptObject>;

/** Lines that are looked at together. */
const LINES_PER_LOOK = 500;

/**
 * One page of what a stated figure counted. What the caller may no longer see is left out as if it had not been counted:
 * pages are full without it, and where the next one begins stands in a sealed cursor.
 * @throws Problem `not-found`, also for figures whose objects were not kept
 */
export async function listFigureObjects(
  caller: Caller,
  figure: string,
  page: { readonly after: string | null; readonly size: number },
): Promise<{ readonly objects: KeptObject[]; readonly next: string | null }> {
  const { id } = operationOf(caller);
  const file = await findObjectsFile(caller.app, id, figure);
  if (file === null)
    throw new Problem("not-found", { code: "outcomes.not_found", say: "There is no such figure." });
  const secret = await readCursorSecret(caller.gate);
  const scope = ["outcomes.listFigureObjects", officerOf(caller).publicId, figure];
  const from = page.after === null ? 0 : Number(openCursor(secret, scope, page.after).readBigUInt64BE(0));
  const objects: KeptObject[] = [];
  let lines: { readonly kept: KeptObject; readonly start: number }[] = [];
  let at = from;
  const input = await caller.store.open(file, from);
  const look = async (): Promise<number | null> => {
    const looked = lines;
    lines = [];
    for (const { start, object } of await visibleOf(caller, looked)) {
      if (objects.length === page.size) return start;
      objects.push(object);
    }
    return null;
  };
  try {
    for await (const line of linesIn(input)) {
      lines.push({ kept: KeptObject.parse(JSON.parse(line.toString("utf8"))), start: at });
      at += line.length + 1;
      if (lines.length < LINES_PER_LOOK) continue;
      const next = await look();
      if (next !== null) return { objects, next: sealCursor(secret, scope, placeOf(next)) };
    }
    const next = await look();
    return { objects, next: next === null ? null : sealCursor(secret, scope, placeOf(next)) };
  } finally {
    input.destroy();
  }
}

/** Objects that count threats stay while one of these can be seen; others, such as countries, stay as they are. */
async function visibleOf(
  caller: Caller,
  lines: readonly { readonly kept: KeptObject; readonly start: number }[],
): Promise<{ readonly object: KeptObject; readonly start: number }[]> {
  const asked = lines.flatMap(({ kept }) => kept.threats);
  const visible = new Set(await listVisibleThreats(caller.app, operationOf(caller).id, asked));
  return lines.flatMap(({ kept, start }) => {
    const threats = kept.threats.filter((threat) => visible.has(threat));
    return kept.threats.length > 0 && threats.length === 0 ? [] : [{ object: { ...kept, threats }, start }];
  });
}

/** Lines end at a line feed and nothing else: node:readline would cut at U+2028 inside a value as well. */
async function* linesIn(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of input) {
    rest = Buffer.concat([rest, chunk]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
  }
}

function placeOf(offset: number): Buffer {
  const place = Buffer.alloc(16);
  place.writeBigUInt64BE(BigInt(offset));
  return place;
}
