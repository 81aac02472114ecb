import type {
  DeliveryDeclaration,
  Handling,
  Operation,
  SourceDeclaration,
} from "#capabilities/operations/index.ts";

/** What a source or a delivery states about handling, as declared; any of it may be missing. */
type Stated = Partial<Pick<SourceDeclaration, "tlp" | "pap" | "handling" | "releasableTo" | "expires">>;

/** The conditions a delivery is taken under, and which of them were the operation's default (IN-2: it says so). */
export interface DeliveryConditions {
  readonly handling: Handling;
  readonly method: string;
  readonly purpose: string;
  readonly observedFrom: string;
  readonly observedTo: string;
  readonly defaultsTaken: readonly string[];
}

export type ConditionsDecision =
  | { readonly state: "complete"; readonly conditions: DeliveryConditions }
  | { readonly state: "incomplete"; readonly missing: readonly ("marking" | "method")[] };

/**
 * Decides under which conditions a delivery is taken (IN-2). The delivery's own word stands over the source's, the
 * source's over the operation's default. Purpose and observation window always have a default (the operation's);
 * marking and method only where the operation declares one.
 */
export function decideConditions(
  operation: Pick<Operation, "purpose" | "from" | "to" | "defaults">,
  source: Pick<SourceDeclaration, "kind" | "mayBeNamed"> & Stated,
  delivery: Stated & Pick<DeliveryDeclaration, "method" | "purpose" | "observedFrom" | "observedTo">,
): ConditionsDecision {
  const tlp = delivery.tlp ?? source.tlp ?? operation.defaults.tlp;
  const method = delivery.method ?? operation.defaults.method;
  if (tlp === undefined || method === undefined) {
    return {
      state: "incomplete",
      missing: [
        ...(tlp === undefined ? ["marking" as const] : []),
        ...(method === undefined ? ["method" as const] : []),
      ],
    };
  }
  const defaultsTaken = [
    ...(delivery.tlp === undefined && source.tlp === undefined ? ["marking"] : []),
    ...(delivery.method === undefined ? ["method"] : []),
    ...(delivery.purpose === undefined ? ["purpose"] : []),
    ...(delivery.observedFrom === undefined || delivery.observedTo === undefined
      ? ["observation window"]
      : []),
  ];
  return {
    state: "complete",
    conditions: {
      handling: {
        tlp,
        pap: delivery.pap ?? source.pap ?? null,
        codes: delivery.handling ?? source.handling ?? [],
        releasableTo: delivery.releasableTo ?? source.releasableTo ?? defaultList(source.kind, tlp),
        expiresOn: delivery.expires ?? source.expires ?? null,
        mayBeNamed: source.mayBeNamed,
      },
      method,
      purpose: delivery.purpose ?? operation.purpose,
      observedFrom: delivery.observedFrom ?? operation.from,
      observedTo: delivery.observedTo ?? operation.to,
      defaultsTaken,
    },
  };
}

/** A country's submission is for the desk alone until that country widens it (IN-9); what it marks CLEAR is public anyway. */
function defaultList(kind: SourceDeclaration["kind"], tlp: Handling["tlp"]): readonly string[] | null {
  return kind === "country" && tlp !== "CLEAR" ? [] : null;
}
