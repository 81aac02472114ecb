import type { Caller } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import * as contract from "./contract.ts";
import { explainThreat } from "./readings/explainThreat.ts";

export const routes = [
  bind(contract.explainThreat, ({ params }, caller: Caller) => explainThreat(caller, params.threat)),
];
