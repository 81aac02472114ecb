import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";

/** FIRST IEP 2.0 `permitted_actions`, from the most to the least restrained. */
export const PERMITTED_ACTIONS = [
  "none",
  "contact-for-instruction",
  "internally-visible-actions",
  "externally-visible-indirect-actions",
  "externally-visible-direct-actions",
] as const;
export type PermittedAction = (typeof PERMITTED_ACTIONS)[number];

export type ActionKind =
  | "verify"
  | "preserve"
  | "info-request"
  | "seize"
  | "take-down"
  | "notify"
  | "freeze"
  | "investigate";
export type ActionOwner = "cyber-unit" | "csirt" | "prosecutor" | "fiu";
export type LegalTool =
  | "police-powers"
  | "preservation"
  | "production"
  | "seizure"
  | "court-order"
  | "voluntary"
  | "notification"
  | "freezing";

/** What the country is asked to do, with owner, due date, legal tool and what the marking permits (RD-11). */
export interface RecommendedAction {
  readonly number: number;
  readonly id: ActionId;
  readonly kind: ActionKind;
  readonly title: string;
  readonly detail: string;
  readonly owner: ActionOwner;
  readonly dueDays: number;
  readonly dueOn: string;
  readonly legalTool: LegalTool;
  /** What the action needs of the scale. */
  readonly needs: PermittedAction;
  readonly permittedActions: PermittedAction;
  /** False: the marking forbids it; the originator has to be asked through the desk first. */
  readonly permitted: boolean;
}

interface ActionShape {
  readonly kind: ActionKind;
  readonly owner: ActionOwner;
  readonly dueDays: number;
  readonly legalTool: LegalTool;
  readonly needs: PermittedAction;
}

const INTERNAL = "internally-visible-actions";
const INDIRECT = "externally-visible-indirect-actions";
const DIRECT = "externally-visible-direct-actions";

/** Due days: quick where evidence or money runs away, longer where a court has to be asked. */
export const ACTIONS = {
  "verify-active": {
    kind: "verify",
    owner: "cyber-unit",
    dueDays: 3,
    legalTool: "police-powers",
    needs: INTERNAL,
  },
  "preserve-logs": {
    kind: "preserve",
    owner: "cyber-unit",
    dueDays: 7,
    legalTool: "preservation",
    needs: INDIRECT,
  },
  "identify-customer": {
    kind: "info-request",
    owner: "prosecutor",
    dueDays: 14,
    legalTool: "production",
    needs: INDIRECT,
  },
  "seize-server": { kind: "seize", owner: "prosecutor", dueDays: 30, legalTool: "seizure", needs: DIRECT },
  "sinkhole-domain": {
    kind: "take-down",
    owner: "prosecutor",
    dueDays: 30,
    legalTool: "court-order",
    needs: DIRECT,
  },
  "preserve-kit": {
    kind: "preserve",
    owner: "cyber-unit",
    dueDays: 2,
    legalTool: "preservation",
    needs: INDIRECT,
  },
  "take-down-page": { kind: "take-down", owner: "csirt", dueDays: 3, legalTool: "voluntary", needs: DIRECT },
  "inform-brand": { kind: "notify", owner: "csirt", dueDays: 3, legalTool: "notification", needs: INDIRECT },
  "secure-sample": {
    kind: "preserve",
    owner: "cyber-unit",
    dueDays: 3,
    legalTool: "preservation",
    needs: INDIRECT,
  },
  "take-down-distribution": {
    kind: "take-down",
    owner: "csirt",
    dueDays: 5,
    legalTool: "voluntary",
    needs: DIRECT,
  },
  "search-networks": {
    kind: "verify",
    owner: "csirt",
    dueDays: 7,
    legalTool: "police-powers",
    needs: INTERNAL,
  },
  "take-down-scam": {
    kind: "take-down",
    owner: "cyber-unit",
    dueDays: 7,
    legalTool: "voluntary",
    needs: DIRECT,
  },
  "freeze-account": { kind: "freeze", owner: "fiu", dueDays: 1, legalTool: "freezing", needs: INDIRECT },
  "inform-provider": {
    kind: "notify",
    owner: "csirt",
    dueDays: 7,
    legalTool: "notification",
    needs: INDIRECT,
  },
  "investigate-group": {
    kind: "investigate",
    owner: "cyber-unit",
    dueDays: 30,
    legalTool: "police-powers",
    needs: INTERNAL,
  },
  "capture-evidence": {
    kind: "preserve",
    owner: "cyber-unit",
    dueDays: 2,
    legalTool: "preservation",
    needs: INDIRECT,
  },
  "notify-owner": { kind: "notify", owner: "csirt", dueDays: 3, legalTool: "notification", needs: INDIRECT },
  "clean-site": { kind: "take-down", owner: "csirt", dueDays: 10, legalTool: "voluntary", needs: DIRECT },
  "verify-clean": {
    kind: "verify",
    owner: "csirt",
    dueDays: 14,
    legalTool: "police-powers",
    needs: INDIRECT,
  },
  "notify-victim": { kind: "notify", owner: "csirt", dueDays: 5, legalTool: "notification", needs: INDIRECT },
  "clean-system": { kind: "notify", owner: "csirt", dueDays: 14, legalTool: "voluntary", needs: DIRECT },
  "notify-vulnerable": {
    kind: "notify",
    owner: "csirt",
    dueDays: 7,
    legalTool: "notification",
    needs: INDIRECT,
  },
  "verify-patched": {
    kind: "verify",
    owner: "csirt",
    dueDays: 21,
    legalTool: "police-powers",
    needs: INDIRECT,
  },
  assess: {
    kind: "investigate",
    owner: "cyber-unit",
    dueDays: 14,
    legalTool: "police-powers",
    needs: INTERNAL,
  },
} as const satisfies Readonly<Record<string, ActionShape>>;

export type ActionId = keyof typeof ACTIONS;

/** In the order in which they have to happen: evidence before cleaning, preservation before anything the criminal sees. */
const ACTIONS_OF_ROLE: Readonly<Record<ThreatRole, readonly ActionId[]>> = {
  c2: ["verify-active", "preserve-logs", "identify-customer", "seize-server", "sinkhole-domain"],
  phishing: ["preserve-kit", "take-down-page", "inform-brand", "identify-customer"],
  "malware-distribution": ["secure-sample", "preserve-logs", "take-down-distribution", "identify-customer"],
  malware: ["search-networks", "secure-sample"],
  scam: ["freeze-account", "preserve-logs", "take-down-scam", "identify-customer"],
  spam: ["preserve-logs", "inform-provider"],
  attacker: ["preserve-logs", "inform-provider", "identify-customer"],
  "actor-group": ["investigate-group"],
  compromised: ["capture-evidence", "notify-owner", "clean-site", "verify-clean"],
  victim: ["notify-victim", "clean-system"],
  vulnerable: ["notify-vulnerable", "verify-patched"],
  unknown: ["verify-active", "assess"],
};

const ACCOUNT_TYPES: ReadonlySet<ObservableType> = new Set(["iban", "bank-account", "crypto-wallet"]);

/** What is known of the threats that decides whether an action makes sense at all. */
export interface ActionGround {
  readonly types: ReadonlySet<ObservableType>;
  readonly hasTargets: boolean;
}

/** Which actions a role calls for: no sinkhole without a domain, no freeze without an account, no brand without one. */
export function actionsFor(role: ThreatRole, ground: ActionGround): ActionId[] {
  return ACTIONS_OF_ROLE[role].filter((id) => {
    if (id === "sinkhole-domain") return ground.types.has("domain-name") || ground.types.has("url");
    if (id === "freeze-account") return [...ACCOUNT_TYPES].some((type) => ground.types.has(type));
    if (id === "inform-brand") return ground.hasTargets;
    return true;
  });
}

/**
 * How far an action may go under a Permissible Actions Protocol level. RED: nothing that can be noticed outside.
 * AMBER: passive checks through third parties. GREEN, CLEAR and no marking: actions the adversary will notice.
 * A level we do not know is the strictest one.
 */
export function permittedUnder(pap: string | null): PermittedAction {
  switch (pap) {
    case null:
    case "CLEAR":
    case "WHITE":
    case "GREEN":
      return DIRECT;
    case "AMBER":
      return INDIRECT;
    default:
      return INTERNAL;
  }
}

export function isPermitted(needs: PermittedAction, permitted: PermittedAction): boolean {
  return PERMITTED_ACTIONS.indexOf(needs) <= PERMITTED_ACTIONS.indexOf(permitted);
}
