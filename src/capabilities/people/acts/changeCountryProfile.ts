import { Problem } from "#platform/problem.ts";
import type { ProfileChange } from "../contract.ts";
import { mayChangeProfile, mayReadProfile } from "../model/profile.ts";
import { type CountryProfile, insertProfile, listProfiles } from "../profile-queries.ts";
import { listMembershipsOf, type Officer } from "../queries.ts";
import type { Desk } from "./giveRole.ts";
import { changedMeanwhile } from "./keepOrganisations.ts";

/**
 * Says a country's profile anew; what it said before is kept. The database lets nobody else write it either.
 * @throws Problem `not-found` for whoever may not read it, `forbidden`, `conflict` when somebody changed it meanwhile
 */
export async function changeCountryProfile(
  desk: Desk,
  officer: Officer,
  country: string,
  change: ProfileChange,
): Promise<CountryProfile> {
  const held = await listMembershipsOf(desk.gate, officer.id);
  if (!mayReadProfile(held, country)) throw noProfile();
  if (!mayChangeProfile(held, country)) {
    throw new Problem("forbidden", {
      code: "people.not_your_country",
      say: "A country's profile is changed by its national officers.",
    });
  }
  if (!(await insertProfile(desk.app, country, change))) throw changedMeanwhile();
  const [profile] = await listProfiles(desk.app, country);
  if (profile === undefined) throw new Error("the profile was there a moment ago");
  return profile;
}

/** The same for a country without a profile and for one whose profile is not for this reader. */
export function noProfile(): Problem {
  return new Problem("not-found", { code: "people.no_profile", say: "There is no profile of this country." });
}
