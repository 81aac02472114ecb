import type { Handling } from "./handling.ts";

/** Who reads. The desk coordinates the operation; a country reads through its national bureau; a source reads its own. */
export type Reader =
  | { readonly kind: "desk" }
  | { readonly kind: "country"; readonly country: string }
  | { readonly kind: "source"; readonly source: string };

/** Whose statement it is. */
export interface Originator {
  /** Id of the source within the operation. */
  readonly source: string;
  readonly kind: "partner" | "country" | "csirt";
  readonly country: string | null;
}

export interface ReadingDecision {
  readonly may: boolean;
  /** Which rule decided; shown to those who may know what is withheld, never to the reader. */
  readonly why:
    | "desk"
    | "own"
    | "named"
    | "public"
    | "participant"
    | "cleared"
    | "expired"
    | "not-named"
    | "handling-code"
    | "tlp"
    | "not-participating"
    | "not-own";
}

const yes = (why: ReadingDecision["why"]): ReadingDecision => ({ may: true, why });
const no = (why: ReadingDecision["why"]): ReadingDecision => ({ may: false, why });

/**
 * May this reader know what this originator said under this handling? Deny by default.
 * TLP 2.0 as domain.md 5.2 reads it, with the desk as the receiving organisation and the participating countries
 * as its clients: RED and AMBER+STRICT stay at the desk unless the originator names a participating country; AMBER
 * reaches participating countries; GREEN and CLEAR reach any country. H2 and H3 need the originator's word: H2 is
 * given by naming the reader, H3 is free text that no rule can read. Naming narrows every level.
 * A clearance is the originator's own later word to a participating country: it opens everything but what has expired.
 * @param onDay ISO date on which the reading happens
 */
export function decideReading(
  reader: Reader,
  originator: Originator,
  handling: Handling,
  participants: readonly string[],
  onDay: string,
  clearedTo: readonly string[] = [],
): ReadingDecision {
  if (reader.kind === "desk") return yes("desk");
  if (reader.kind === "source") return reader.source === originator.source ? yes("own") : no("not-own");
  if (originator.kind === "country" && originator.country === reader.country) return yes("own");
  if (handling.expiresOn !== null && handling.expiresOn < onDay) return no("expired");
  if (clearedTo.includes(reader.country) && participants.includes(reader.country)) return yes("cleared");
  if (handling.codes.includes("H3")) return no("handling-code");
  const open = handling.tlp === "CLEAR" || handling.tlp === "GREEN";
  if (!open && !participants.includes(reader.country)) return no("not-participating");
  if (handling.releasableTo !== null) {
    return handling.releasableTo.includes(reader.country) ? yes("named") : no("not-named");
  }
  if (handling.codes.includes("H2")) return no("handling-code");
  if (open) return yes("public");
  return handling.tlp === "AMBER" ? yes("participant") : no("tlp");
}
