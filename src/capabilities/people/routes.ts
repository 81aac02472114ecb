import { bind } from "#platform/http/handler.ts";
import { routes as adminRoutes } from "./admin-routes.ts";
import { type Caller, officerOf } from "./caller.ts";
import { whoAmI } from "./contract.ts";
import { routes as memberRoutes } from "./member-routes.ts";
import { myRoutes } from "./my-routes.ts";
import { recoveryRoutes } from "./recovery-routes.ts";
import { signInRoutes } from "./sign-in-routes.ts";

export const routes = [
  ...signInRoutes,
  ...myRoutes,
  ...recoveryRoutes,
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
  ...adminRoutes,
  ...memberRoutes,
];
