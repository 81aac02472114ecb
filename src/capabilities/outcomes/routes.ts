import { listOperations } from "#capabilities/operations/index.ts";
import { type Caller, operationOf } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import { requestFigures } from "./acts/stateFigures.ts";
import * as contract from "./contract.ts";
import { listFiguresAsOf, type StatedFigureRow } from "./queries.ts";
import { listFigureObjects } from "./readings/listFigureObjects.ts";

export const routes = [
  bind(contract.listFigures, async ({ query }, caller: Caller) => {
    const asOf = query.asOf ?? null;
    const found = await listFiguresAsOf(caller.app, operationOf(caller).id, asOf, query.history === "true");
    return {
      asOf: found[0]?.asOf.toISOString() ?? (asOf === null ? null : new Date(asOf).toISOString()),
      figures: found.map(described),
    };
  }),
  bind(contract.stateFigures, async ({ body }, caller: Caller) => {
    const { id } = operationOf(caller);
    const operation = (await listOperations(caller.app)).find((each) => each.id === id);
    if (operation === undefined) throw new Error("the operation was visible a moment ago");
    const asOf = body.asOf === undefined ? (operation.asOf ?? caller.clock.now()) : Date.parse(body.asOf);
    await requestFigures(caller.app, { operation: operation.code, reader: body.reader, asOf });
    return { asOf: new Date(asOf).toISOString(), reader: body.reader };
  }),
  bind(contract.listFigureObjects, ({ params, query }, caller: Caller) =>
    listFigureObjects(caller, params.figure, { after: query.after ?? null, size: query.size }),
  ),
];

function described({ publicId, asOf, statedAt, byFamily, ...figure }: StatedFigureRow) {
  return {
    id: publicId,
    ...figure,
    asOf: asOf.toISOString(),
    byFamily: byFamily ?? null,
    statedAt: statedAt.toISOString(),
  };
}
