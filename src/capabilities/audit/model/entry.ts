import type { Purpose } from "./purposes.ts";

/** What is said to the log. Number, time and hashes are the database's. */
export interface NewEntry {
  /** Public ids; null when nobody was signed in. */
  readonly officer: string | null;
  readonly session: string | null;
  /** Code of the operation. */
  readonly operation: string | null;
  /** Id of the route, or `cli.<command>`. */
  readonly act: string;
  readonly subject: { readonly kind: string; readonly id: string } | null;
  readonly purpose: Purpose | null;
  readonly outcome: "begun" | "done" | "refused" | "failed";
  /** Of a refusal or a failure. */
  readonly code: string | null;
  readonly detail: Readonly<Record<string, string | number>>;
}

const LONGEST_NAME = 200;
const LONGEST_DETAIL = 500;

/**
 * The entry as the database takes it. What a stranger put into an address is cut to length, and characters that no
 * database text holds are replaced: an entry must never be refused for what somebody sent.
 */
export function storable(entry: NewEntry): Readonly<Record<string, unknown>> {
  const { subject, detail } = entry;
  return {
    officer: entry.officer,
    session: entry.session,
    operation: entry.operation === null ? null : plain(entry.operation, LONGEST_NAME),
    act: entry.act,
    subject_kind: subject === null ? null : plain(subject.kind, 40),
    subject_id: subject === null ? null : plain(subject.id, LONGEST_NAME),
    purpose: entry.purpose,
    outcome: entry.outcome,
    code: entry.code === null ? null : plain(entry.code, 100),
    detail: Object.fromEntries(
      Object.entries(detail).map(([name, value]) => [
        name,
        typeof value === "string" ? plain(value, LONGEST_DETAIL) : value,
      ]),
    ),
  };
}

/** Control characters would also grow sixfold when they are written as JSON. */
function plain(text: string, longest: number): string {
  return text
    .slice(0, longest)
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u007f]/g, "\ufffd");
}
