import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import { Problem } from "#platform/problem.ts";
import { decideCountry, withdrawDecision } from "./acts/decideCountry.ts";
import * as contract from "./decision-contract.ts";
import { type CountryDecisionRow, isThreatVisible, listDecisionsOf } from "./decision-queries.ts";
import type { CountryRole } from "./model/evidence.ts";

export const decisionRoutes = [
  bind(contract.listDecisions, async ({ params }, caller: Caller) => ({
    decisions: (await decisionsOf(caller, params.threat)).map(described),
  })),
  bind(contract.findDecision, ({ params }, caller: Caller) => inForce(caller, params)),
  bind(contract.decideCountry, async ({ params, body }, caller: Caller) => {
    await decideCountry(caller.app, { ...named(caller, params), ...body });
    return inForce(caller, params);
  }),
  bind(contract.withdrawDecision, async ({ params }, caller: Caller) => {
    await withdrawDecision(caller.app, named(caller, params));
    return inForce(caller, params);
  }),
];

interface Named {
  readonly threat: string;
  readonly role: CountryRole;
}

function named(caller: Caller, { threat, role }: Named) {
  return { operation: operationOf(caller).id, threat, role, officer: officerOf(caller).publicId };
}

async function inForce(caller: Caller, { threat, role }: Named) {
  const found = (await decisionsOf(caller, threat)).find(
    ({ countryRole, withdrawnAt }) => countryRole === role && withdrawnAt === null,
  );
  return { decision: found === undefined ? null : described(found) };
}

async function decisionsOf(caller: Caller, threat: string): Promise<CountryDecisionRow[]> {
  const { id } = operationOf(caller);
  if (await isThreatVisible(caller.app, id, threat)) return listDecisionsOf(caller.app, id, threat);
  throw new Problem("not-found", { code: "threats.not_found", say: "There is no such threat." });
}

function described({ publicId, decidedAt, withdrawnAt, ...decision }: CountryDecisionRow) {
  return {
    id: publicId,
    ...decision,
    decidedAt: decidedAt.toISOString(),
    withdrawnAt: withdrawnAt === null ? null : withdrawnAt.toISOString(),
  };
}
