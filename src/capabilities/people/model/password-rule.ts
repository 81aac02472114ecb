const FEWEST = 12;

/**
 * What is wrong with a new password, as a sentence for the officer, or null. Length is the only demand (NIST SP 800-63B,
 * section 3.1.1.2: no composition rules), and what anybody knows of him does not count towards it.
 */
export function passwordFault(password: string, officer: { readonly name: string }): string | null {
  if ([...password].length < FEWEST)
    return `A password has at least ${FEWEST} characters. A few words will do.`;
  let left = normalised(password);
  for (const part of normalised(officer.name).split(/[\s.,'-]+/))
    if (part.length >= 3) left = left.replaceAll(part, "");
  if ([...left].length < FEWEST)
    return `Without your own name, a password has at least ${FEWEST} characters.`;
  return null;
}

function normalised(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
