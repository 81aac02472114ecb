import type { Caller } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import * as contract from "./contract.ts";
import { countThreats } from "./readings/countThreats.ts";
import { listThreats } from "./readings/listThreats.ts";
import { searchThreats } from "./readings/searchThreats.ts";

export const routes = [
  bind(contract.listThreats, ({ query }, caller: Caller) => {
    const { size, after, ...filter } = query;
    return listThreats(caller, filter, { size, after: after ?? null });
  }),
  bind(contract.countThreats, ({ query }, caller: Caller) => countThreats(caller, query)),
  bind(contract.searchThreats, ({ query }, caller: Caller) => searchThreats(caller, query.q)),
];
