import { countryName, type Language } from "#reference/countries/country-names.ts";
import type { Evidence, UnassignedReason } from "./evidence.ts";
import { SENTENCES, type Sentences } from "./sentences.ts";
import type { CountryDecision, RoleDecision } from "./weigh.ts";

/** The reasons of one decision in words, in one language. */
export interface Explanation {
  /** Who decided and by which evidence: one sentence per role, or one that says why nobody did. */
  readonly decided: readonly string[];
  readonly corroboration: readonly string[];
  /** What speaks against the decision. */
  readonly disagreement: readonly string[];
  /** What the reader should know about how far to trust it. */
  readonly caveats: readonly string[];
}

/**
 * Puts a decision into sentences that a police officer can check: which table of which date, which suffix, which
 * source said what. Sources appear by their code. The same decision always gives the same sentences.
 */
export function explain(decision: CountryDecision, language: Language): Explanation {
  const words = SENTENCES[language];
  const name = (country: string) => countryName(country, language);
  const { unassigned, roles } = decision;
  return {
    decided:
      unassigned === null
        ? roles.map((role) =>
            words.decided(words.roles[role.role], name(role.country), finding(role.decidedBy, words)),
          )
        : [reasonSentence(unassigned.reason, unassigned.hint, words, name)],
    corroboration: roles.flatMap((role) =>
      role.corroboration.map((piece) => words.agrees(finding(piece, words), name(piece.country))),
    ),
    disagreement: roles.flatMap((role) =>
      role.disagreement.map((piece) => words.disagrees(finding(piece, words), name(piece.country))),
    ),
    caveats: roles.flatMap((role) => caveatsOf(role, words)),
  };
}

function reasonSentence(
  reason: UnassignedReason,
  hint: string | null,
  words: Sentences,
  name: (country: string) => string,
): string {
  return hint === null ? words.reasons[reason] : `${words.reasons[reason]} ${words.hint(name(hint))}`;
}

/** The evidence as a clause: what it is, by whom, of what date. */
function finding(piece: Evidence, words: Sentences): string {
  return words.bases[piece.basis](piece.by, piece.asOf);
}

function caveatsOf(role: RoleDecision, words: Sentences): string[] {
  if (role.usedWorldwide) return [words.usedWorldwide];
  return role.decidedBy.basis === "country-code-domain" ? [words.onlyDomain] : [];
}
