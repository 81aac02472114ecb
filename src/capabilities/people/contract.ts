import { z } from "zod";
import type { RouteContract } from "#platform/http/route.ts";

export const whoAmI = {
  id: "people.whoAmI",
  method: "GET",
  path: "/me",
  summary: "The officer who is signed in, his duties and his roles in operations",
  access: { for: "officer" },
  audit: "none",
  response: z.object({
    id: z.uuid(),
    name: z.string(),
    organisation: z.string(),
    language: z.enum(["en", "fr", "es", "ar"]),
    duties: z.array(z.string()),
    steppedUp: z.boolean(),
  }),
} as const satisfies RouteContract;

// Organisations, officers, duties: the administrators' part -------------------------------------------------------------

/** What an officer may be in one operation (domain.md, section 4). */
export const MEMBER_ROLES = [
  "coordinator",
  "lead",
  "analyst",
  "national-officer",
  "field",
  "partner",
  "csirt",
  "prosecutor",
  "fiu",
  "data-protection",
  "communications",
] as const;

const ORGANISATION_KINDS = ["secretariat", "police", "partner", "csirt", "prosecution", "fiu"] as const;

const slug = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, "a code has lower-case letters, digits and hyphens");
const country = z.string().regex(/^[A-Z]{2}$/, 'a country is two capital letters (ISO 3166-1), e.g. "SN"');
const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}*$/u, "one line, without control characters");
const words = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, "text without control characters");
const reason = words(1000).min(1, "say why");
const instant = z.iso.datetime({ offset: true, message: "an instant is written 2026-11-15T00:00:00Z" });
const language = z.enum(["en", "fr", "es", "ar"]);
const duty = z.enum(["administrator", "auditor"]);
const role = z.enum(MEMBER_ROLES);
/** What was read before the change: a change of what somebody else has changed meanwhile is refused. */
const version = z.int().min(1);

const byAdministrators = { for: "duty", duties: ["administrator"], stepUp: true } as const;
const byCoordinators = { for: "member", roles: ["coordinator"] } as const;

const Organisation = z.object({
  code: z.string(),
  name: z.string(),
  kind: z.enum(ORGANISATION_KINDS),
  country: z.string().nullable(),
  isBureau: z.boolean(),
  version,
});
const NewOrganisation = z
  .strictObject({
    code: slug,
    name: line(200),
    kind: z.enum(ORGANISATION_KINDS),
    country: country.nullable().default(null),
    /** Whether it is the national central bureau, to whom invitations of its country go. */
    isBureau: z.boolean().default(false),
  })
  .refine((it) => !it.isBureau || (it.kind === "police" && it.country !== null), {
    path: ["isBureau"],
    message: "a bureau is a police organisation of a country",
  });
export type NewOrganisation = z.output<typeof NewOrganisation>;

export const listOrganisations = {
  id: "people.listOrganisations",
  method: "GET",
  path: "/organisations",
  summary: "Every organisation that officers belong to",
  access: byAdministrators,
  response: z.object({ organisations: z.array(Organisation) }),
} as const satisfies RouteContract;

export const addOrganisation = {
  id: "people.addOrganisation",
  method: "POST",
  path: "/organisations",
  summary: "Adds an organisation; its code, kind and country stay as they are for ever",
  access: byAdministrators,
  body: NewOrganisation,
  response: Organisation,
  created: true,
} as const satisfies RouteContract;

const OrganisationChange = z.strictObject({
  version,
  name: line(200).optional(),
  isBureau: z.boolean().optional(),
});
export type OrganisationChange = z.output<typeof OrganisationChange>;

export const changeOrganisation = {
  id: "people.changeOrganisation",
  method: "PATCH",
  path: "/organisations/:organisation",
  summary: "Changes an organisation's name, or which one is its country's bureau",
  access: byAdministrators,
  params: z.strictObject({ organisation: slug }),
  body: OrganisationChange,
  response: Organisation,
} as const satisfies RouteContract;

const OfficerInList = z.object({
  id: z.uuid(),
  name: z.string(),
  organisation: z.string(),
  language,
  duties: z.array(duty),
  /** When his account ended, null while it has not. */
  endedAt: z.string().nullable(),
  version,
});

export const listOfficers = {
  id: "people.listOfficers",
  method: "GET",
  path: "/officers",
  summary: "Every account, those that have ended too; what they do in operations is not said",
  access: byAdministrators,
  query: z.strictObject({ organisation: slug.optional() }),
  response: z.object({ officers: z.array(OfficerInList) }),
} as const satisfies RouteContract;

const NewOfficer = z.strictObject({
  organisation: slug,
  name: line(200),
  language: language.default("en"),
});
export type NewOfficer = z.output<typeof NewOfficer>;

export const addOfficer = {
  id: "people.addOfficer",
  method: "POST",
  path: "/officers",
  summary: "Adds an officer, who has no duty, no role and no way to sign in yet",
  access: byAdministrators,
  body: NewOfficer,
  response: OfficerInList,
  created: true,
} as const satisfies RouteContract;

const ofOfficer = z.strictObject({ officer: z.uuid() });
const OfficerChange = z.strictObject({
  version,
  name: line(200).optional(),
  language: language.optional(),
});
export type OfficerChange = z.output<typeof OfficerChange>;

export const changeOfficer = {
  id: "people.changeOfficer",
  method: "PATCH",
  path: "/officers/:officer",
  summary: "Changes an officer's name or language, unless he holds a right that you lack",
  access: byAdministrators,
  params: ofOfficer,
  body: OfficerChange,
  response: OfficerInList,
} as const satisfies RouteContract;

export const endOfficer = {
  id: "people.endOfficer",
  method: "POST",
  path: "/officers/:officer/end",
  summary: "Ends an account and its sessions, unless it holds a right that you lack",
  access: byAdministrators,
  params: ofOfficer,
  body: z.strictObject({ reason }),
  response: OfficerInList,
} as const satisfies RouteContract;

export const giveDuty = {
  id: "people.giveDuty",
  method: "POST",
  path: "/officers/:officer/duties",
  summary: "Gives an officer a duty for the whole house; nobody gives one to himself",
  access: byAdministrators,
  params: ofOfficer,
  body: z.strictObject({ duty }),
  response: OfficerInList,
} as const satisfies RouteContract;

export const takeDuty = {
  id: "people.takeDuty",
  method: "DELETE",
  path: "/officers/:officer/duties/:duty",
  summary: "Takes a duty from an officer, unless he holds a right that you lack",
  access: byAdministrators,
  params: z.strictObject({ officer: z.uuid(), duty }),
  response: OfficerInList,
} as const satisfies RouteContract;

export const changeMyLanguage = {
  id: "people.changeMyLanguage",
  method: "PATCH",
  path: "/me",
  summary: "The language in which you are spoken to",
  access: { for: "officer" },
  body: z.strictObject({ language }),
  response: z.object({ language }),
} as const satisfies RouteContract;

export const listColleagues = {
  id: "people.listColleagues",
  method: "GET",
  path: "/me/colleagues",
  summary: "Officers of your organisation, to whom you may hand an invitation",
  access: { for: "officer" },
  response: z.object({ colleagues: z.array(z.object({ id: z.uuid(), name: z.string() })) }),
} as const satisfies RouteContract;

// Members of an operation, and whom it invites -------------------------------------------------------------------------

const ofOperation = z.strictObject({ operation: z.string() });

const Member = z.object({
  id: z.uuid().meta({ description: "of the membership" }),
  officer: z.object({ id: z.uuid(), name: z.string() }),
  organisation: z.string(),
  role,
  country: z.string().nullable(),
  source: z.string().nullable(),
  from: z.string(),
  until: z.string().nullable(),
});

export const listMembers = {
  id: "people.listMembers",
  method: "GET",
  path: "/operations/:operation/members",
  summary:
    "Members that you may know of: all for the desk, compatriots and coordinators for a country, coordinators for a partner",
  access: { for: "member", roles: MEMBER_ROLES },
  params: ofOperation,
  response: z.object({ members: z.array(Member) }),
} as const satisfies RouteContract;

const roleFields = { role, country: country.optional(), source: slug.optional() };
const NewMember = z.strictObject({
  officer: z.uuid(),
  ...roleFields,
  from: instant.optional(),
  until: instant.optional(),
});
export type NewMember = z.output<typeof NewMember>;

export const giveRole = {
  id: "people.giveRole",
  method: "POST",
  path: "/operations/:operation/members",
  summary: "Gives a role to an officer of your organisation or a member; others are invited",
  access: byCoordinators,
  params: ofOperation,
  body: NewMember,
  response: Member,
  created: true,
} as const satisfies RouteContract;

export const endRole = {
  id: "people.endRole",
  method: "POST",
  path: "/operations/:operation/members/:membership/end",
  summary: "Ends a role in this operation: your own, or one that you may end",
  access: { for: "member", roles: MEMBER_ROLES },
  params: z.strictObject({ operation: z.string(), membership: z.uuid() }),
  body: z.strictObject({ reason }),
  response: z.object({ id: z.uuid(), ended: z.literal(true) }),
} as const satisfies RouteContract;

export const listInvitable = {
  id: "people.listInvitable",
  method: "GET",
  path: "/operations/:operation/invitable",
  summary: "Organisations that can be invited",
  access: byCoordinators,
  params: ofOperation,
  response: z.object({ organisations: z.array(Organisation.omit({ version: true })) }),
} as const satisfies RouteContract;

const InvitationEvent = z.object({
  event: z.enum(["invite", "accept", "decline", "delegate", "withdraw", "expire"]),
  at: z.string(),
  /** Null where nobody did it, but time. */
  actor: z.object({ id: z.uuid(), name: z.string(), organisation: z.string() }).nullable(),
  reason: z.string().nullable(),
  /** To whom it was passed on. */
  to: z.object({ organisation: z.string(), officer: z.string().nullable() }).nullable(),
});

const Invitation = z.object({
  id: z.uuid(),
  operation: z.object({ id: z.string(), name: z.string() }),
  role,
  country: z.string().nullable(),
  source: z.string().nullable(),
  message: z.string(),
  state: z.enum(["open", "accepted", "declined", "withdrawn", "expired"]),
  answerUntil: z.string(),
  memberUntil: z.string().nullable(),
  history: z.array(InvitationEvent),
});

const NewInvitation = z.strictObject({
  /** An organisation by its code, or a country, which is its bureau. */
  to: z.union([z.strictObject({ organisation: slug }), z.strictObject({ bureauOf: country })]),
  ...roleFields,
  message: words(4000).default(""),
  answerUntil: instant,
  memberUntil: instant.optional(),
});
export type NewInvitation = z.output<typeof NewInvitation>;

export const listInvitationsOfOperation = {
  id: "people.listInvitationsOfOperation",
  method: "GET",
  path: "/operations/:operation/invitations",
  summary: "Who was invited to this operation, and what came of it",
  access: byCoordinators,
  params: ofOperation,
  response: z.object({ invitations: z.array(Invitation) }),
} as const satisfies RouteContract;

export const invite = {
  id: "people.invite",
  method: "POST",
  path: "/operations/:operation/invitations",
  summary: "Invites an organisation, or a country's bureau, to take part in a role",
  access: byCoordinators,
  params: ofOperation,
  body: NewInvitation,
  response: Invitation,
  created: true,
} as const satisfies RouteContract;

export const withdrawInvitation = {
  id: "people.withdrawInvitation",
  method: "POST",
  path: "/operations/:operation/invitations/:invitation/withdraw",
  summary: "Withdraws an invitation that is not answered yet",
  access: byCoordinators,
  params: z.strictObject({ operation: z.string(), invitation: z.uuid() }),
  body: z.strictObject({ reason }),
  response: Invitation,
} as const satisfies RouteContract;

const ofInvitation = z.strictObject({ invitation: z.uuid() });

export const listMyInvitations = {
  id: "people.listMyInvitations",
  method: "GET",
  path: "/me/invitations",
  summary: "Invitations to your organisation",
  access: { for: "officer" },
  response: z.object({ invitations: z.array(Invitation) }),
} as const satisfies RouteContract;

export const acceptInvitation = {
  id: "people.acceptInvitation",
  method: "POST",
  path: "/me/invitations/:invitation/accept",
  summary: "Accepts an invitation: you become a member in the role that it names",
  access: { for: "officer" },
  params: ofInvitation,
  body: z.strictObject({}),
  response: Invitation,
} as const satisfies RouteContract;

export const declineInvitation = {
  id: "people.declineInvitation",
  method: "POST",
  path: "/me/invitations/:invitation/decline",
  summary: "Declines an invitation, with a reason",
  access: { for: "officer" },
  params: ofInvitation,
  body: z.strictObject({ reason }),
  response: Invitation,
} as const satisfies RouteContract;

const Delegation = z.strictObject({
  to: z.union([z.strictObject({ colleague: z.uuid() }), z.strictObject({ organisation: slug })]),
  reason: words(1000).default(""),
});
export type Delegation = z.output<typeof Delegation>;

export const delegateInvitation = {
  id: "people.delegateInvitation",
  method: "POST",
  path: "/me/invitations/:invitation/delegate",
  summary: "Passes an invitation on: to a colleague, or to another organisation, whose it then is",
  access: { for: "officer" },
  params: ofInvitation,
  body: Delegation,
  response: z.object({ id: z.uuid(), passedOn: z.literal(true) }),
} as const satisfies RouteContract;

// What a country says of itself ----------------------------------------------------------------------------------------

const day = z.iso.date("a date is written 2026-09-01");
const tongue = z.string().regex(/^[a-z]{2,3}$/, 'a language is a code of ISO 639, e.g. "fr"');

/** Instruments of cooperation that legal tools ask for (domain.md 5.6 and JU-4). */
const TREATIES = [
  "budapest",
  "budapest-protocol-1",
  "budapest-protocol-2",
  "e-evidence",
  "palermo",
  "malabo",
  "arab-convention",
  "un-cybercrime",
  "bilateral",
] as const;

const DutyContact = z
  .strictObject({
    name: line(200),
    role: line(200),
    phone: z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, "a phone number is written +221338889999 (E.164)")
      .optional(),
    email: z.email().max(254).optional(),
    from: day,
    until: day.optional(),
    languages: z.array(tongue).max(20).default([]),
  })
  .refine((it) => it.phone !== undefined || it.email !== undefined, {
    path: ["phone"],
    message: "a contact has a phone number or an e-mail address",
  })
  .refine((it) => it.until === undefined || it.from <= it.until, {
    path: ["until"],
    message: "the contact ends before it begins",
  });

const TreatyStatus = z.strictObject({
  treaty: z.enum(TREATIES),
  status: z.enum(["party", "signatory", "not-party"]),
  /** Since when: entry into force, or signature. */
  since: day.optional(),
  /** The other country of a bilateral treaty. */
  with: country.optional(),
  note: line(500).optional(),
});

const profileFields = {
  contacts: z.array(DutyContact).max(100),
  languages: z.array(tongue).max(20),
  treaties: z.array(TreatyStatus).max(200),
  /** How long a provisional freeze of money holds. */
  freeze: z.strictObject({ length: z.int().min(1).max(10_000), unit: z.enum(["hours", "days"]) }).nullable(),
  noticeRules: words(10_000),
};
const CountryProfile = z.object({
  country: z.string(),
  version,
  ...profileFields,
  changedAt: z.string(),
  changedBy: z.string(),
});
/** `version` 0 where there is no profile yet. */
const ProfileChange = z.strictObject({ version: z.int().min(0), ...profileFields });
export type ProfileChange = z.output<typeof ProfileChange>;

const ofCountry = z.strictObject({ country });

export const findCountryProfile = {
  id: "people.findCountryProfile",
  method: "GET",
  path: "/countries/:country/profile",
  summary: "A country's duty contacts, languages, treaties, freeze length and notice rules",
  access: { for: "officer" },
  params: ofCountry,
  response: CountryProfile,
} as const satisfies RouteContract;

export const listCountryProfiles = {
  id: "people.listCountryProfiles",
  method: "GET",
  path: "/countries/:country/profile/history",
  summary: "What the profile said before, the newest first",
  access: { for: "officer" },
  params: ofCountry,
  response: z.object({ versions: z.array(CountryProfile) }),
} as const satisfies RouteContract;

export const changeCountryProfile = {
  id: "people.changeCountryProfile",
  method: "PUT",
  path: "/countries/:country/profile",
  summary: "Says it anew, as a national officer of the country; what was said before is kept",
  access: { for: "officer" },
  params: ofCountry,
  body: ProfileChange,
  response: CountryProfile,
} as const satisfies RouteContract;
