import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import { Problem } from "#platform/problem.ts";
import { mergeThreats, undoMerge } from "./acts/mergeThreats.ts";
import * as contract from "./merge-contract.ts";
import { findMerge, listMergesOf, type Merge } from "./merge-queries.ts";

export const mergeRoutes = [
  bind(contract.mergeThreats, async ({ body }, caller: Caller) => {
    const officer = officerOf(caller).publicId;
    const operation = operationOf(caller).id;
    return mergeNamed(caller, await mergeThreats(caller.app, { ...body, operation, officer }));
  }),
  bind(contract.undoMerge, async ({ params: { merge } }, caller: Caller) => {
    const officer = officerOf(caller).publicId;
    await undoMerge(caller.app, { operation: operationOf(caller).id, merge, officer });
    return mergeNamed(caller, merge);
  }),
  bind(contract.listMerges, async ({ params }, caller: Caller) => {
    const merges = await listMergesOf(caller.app, operationOf(caller).id, params.threat);
    return { merges: merges.map(described) };
  }),
];

async function mergeNamed(caller: Caller, publicId: string) {
  const merge = await findMerge(caller.app, operationOf(caller).id, publicId);
  if (merge === null)
    throw new Problem("not-found", { code: "threats.no_such_merge", say: "There is no such merge." });
  return described(merge);
}

function described({ publicId, mergedAt, undoneAt, ...merge }: Merge) {
  return {
    id: publicId,
    ...merge,
    mergedAt: mergedAt.toISOString(),
    undoneAt: undoneAt === null ? null : undoneAt.toISOString(),
  };
}
