import { Problem } from "#platform/problem.ts";

/**
 * The one answer to whoever is not let in: wrong password, wrong code, unknown account, unknown passkey, a question that
 * was answered before. Each difference would tell somebody which half he has right.
 */
export function notRecognised(): Problem {
  return new Problem("forbidden", {
    code: "people.not_recognised",
    say: "That was not recognised. Check what you entered and try again; if you lost it, ask an administrator.",
  });
}

/** The same words for a link that was used, has run out, was replaced, or never was. */
export function linkNotValid(): Problem {
  return new Problem("forbidden", {
    code: "people.link_not_valid",
    say: "This link is not valid any more. It is good once and for thirty minutes; ask for a new one.",
  });
}

export function tooMany(seconds: number): Problem {
  const minutes = Math.ceil(seconds / 60);
  return new Problem("too-many", {
    code: "people.too_many_attempts",
    say: `There were too many attempts. Try again in ${minutes === 1 ? "a minute" : `${minutes} minutes`}.`,
  });
}
