import { bind } from "#platform/http/handler.ts";
import {
  addOfficer as addOfficerAct,
  changeOfficer as changeOfficerAct,
  endOfficer as endOfficerAct,
  giveDuty as giveDutyAct,
  listOfficers as listOfficersAct,
  takeDuty as takeDutyAct,
} from "./acts/keepOfficers.ts";
import {
  addOrganisation as addOrganisationAct,
  changeOrganisation as changeOrganisationAct,
} from "./acts/keepOrganisations.ts";
import {
  listOrganisations as listAll,
  listColleagues,
  type OfficerAccount,
  updateLanguage,
} from "./admin-queries.ts";
import { type Caller, officerOf } from "./caller.ts";
import {
  addOfficer,
  addOrganisation,
  changeMyLanguage,
  changeOfficer,
  changeOrganisation,
  endOfficer,
  giveDuty,
  listColleagues as listColleaguesRoute,
  listOfficers,
  listOrganisations,
  takeDuty,
} from "./contract.ts";

/** Organisations, officers and their duties. */
export const routes = [
  bind(listOrganisations, async (_request, { gate }: Caller) => ({ organisations: await listAll(gate) })),
  bind(addOrganisation, ({ body }, caller: Caller) =>
    addOrganisationAct(caller.gate, officerOf(caller), body),
  ),
  bind(changeOrganisation, ({ params, body }, caller: Caller) =>
    changeOrganisationAct(caller.gate, officerOf(caller), params.organisation, body),
  ),
  bind(listOfficers, async ({ query }, caller: Caller) => ({
    officers: (await listOfficersAct(caller.gate, officerOf(caller), query.organisation ?? null)).map(
      described,
    ),
  })),
  bind(addOfficer, async ({ body }, caller: Caller) =>
    described(await addOfficerAct(caller.gate, officerOf(caller), body)),
  ),
  bind(changeOfficer, async ({ params, body }, caller: Caller) =>
    described(await changeOfficerAct(caller.gate, officerOf(caller), params.officer, body)),
  ),
  bind(endOfficer, async ({ params, body }, caller: Caller) =>
    described(await endOfficerAct(caller.gate, officerOf(caller), params.officer, body.reason)),
  ),
  bind(giveDuty, async ({ params, body }, caller: Caller) =>
    described(await giveDutyAct(caller.gate, officerOf(caller), params.officer, body.duty)),
  ),
  bind(takeDuty, async ({ params }, caller: Caller) =>
    described(await takeDutyAct(caller.gate, officerOf(caller), params.officer, params.duty)),
  ),
  bind(changeMyLanguage, async ({ body }, caller: Caller) => {
    await updateLanguage(caller.gate, officerOf(caller).id, body.language);
    return body;
  }),
  bind(listColleaguesRoute, async (_request, caller: Caller) => ({
    colleagues: await listColleagues(caller.gate, officerOf(caller).id),
  })),
];

/** What an administrator is told of an account: never its roles, because who takes part where is not his to know. */
function described({ publicId, name, organisation, language, duties, endedAt, version }: OfficerAccount) {
  return {
    id: publicId,
    name,
    organisation: organisation.code,
    language,
    duties: [...duties],
    endedAt: endedAt?.toISOString() ?? null,
    version,
  };
}
