import { bind } from "#platform/http/handler.ts";
import { type Caller, officerOf } from "./caller.ts";
import { whoAmI } from "./contract.ts";

export const routes = [
  bind(whoAmI, async (_request, caller: Caller) => {
    const { publicId, name, organisation, language, duties } = officerOf(caller);
    return {
      id: publicId,
      name,
      organisation,
      language,
      duties: [...duties],
      steppedUp: caller.session?.isSteppedUp ?? false,
    };
  }),
];
