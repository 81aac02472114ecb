import { type Caller, operationOf } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import { findMyOperation, listMyOperations } from "./contract.ts";
import { listOperations, type Operation } from "./queries.ts";

const described = ({ code, name, from, to, mode, countries, asOf }: Operation) => ({
  id: code,
  name,
  from,
  to,
  mode,
  countries: [...countries],
  asOf: asOf === null ? null : new Date(asOf).toISOString(),
});

export const routes = [
  bind(listMyOperations, async (_request, caller: Caller) => ({
    operations: (await listOperations(caller.app)).map(described),
  })),
  bind(findMyOperation, async (_request, caller: Caller) => {
    const { id, membership } = operationOf(caller);
    const operation = (await listOperations(caller.app)).find((each) => each.id === id);
    if (operation === undefined) throw new Error("the operation was visible a moment ago");
    return {
      ...described(operation),
      purpose: operation.purpose,
      legalBasis: operation.legalBasis,
      you: { role: membership.role, country: membership.country, source: membership.source },
    };
  }),
];
