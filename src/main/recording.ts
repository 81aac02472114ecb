import {
  type NewEntry,
  openRecorder,
  openRefusalTally,
  PURPOSES,
  purposeOf,
  type Recorder,
  type RefusalTally,
} from "#capabilities/audit/index.ts";
import type { Caller } from "#capabilities/people/index.ts";
import { Refusal } from "#platform/http/problem-document.ts";
import type { RouteContract } from "#platform/http/route.ts";
import { type EntryRequest, Unauthenticated, type Visit } from "#platform/http/server.ts";
import type { Database } from "#platform/postgres/database.ts";
import { Problem } from "#platform/problem.ts";

/** The edge's hand in the audit log. */
export interface Recording {
  /** Opens the record of one request; nothing is written yet. */
  open(route: RouteContract, request: EntryRequest): RequestRecord;
  /** Writes what was counted and not yet written. */
  close(): Promise<void>;
}

/**
 * The record of one request. An act stands in the log before it is done, as `begun`, and once more with how it ended: its
 * own transaction cannot hold the entry, because the log's lock would then be held as long as the slowest act, and
 * everybody would wait for it. An act whose end is missing may or may not have been done; none is done without a
 * beginning. A reading is written when its answer is known and before the first byte of it leaves.
 */
export interface RequestRecord {
  /** Says who asks, as soon as that is known. */
  by(who: Who): void;
  /** Has the visit parsed, answered and sent, and writes it down. @throws Problem `invalid` when a purpose is missing */
  carryOut(visit: Visit<Caller>, caller: Caller): Promise<void>;
  /**
   * Writes down why nothing came of it: what was forbidden with its own entry; who did not sign in and who asked for what
   * is not there, counted. Never throws: the refusal stands even when it cannot be written down.
   */
  refuse(error: unknown): Promise<void>;
}

/** Public ids: of an officer and his session, or of the token of a partner's machine. */
export type Who = { readonly officer: string; readonly session: string } | { readonly token: string | null };

const COUNTED_FOR_MS = 60_000;

export function openRecording(database: Database): Recording {
  const recorder = openRecorder(database.pool("gate"));
  const tally = openRefusalTally();
  let due: NodeJS.Timeout | undefined;
  async function writeTally(): Promise<void> {
    due = undefined;
    await Promise.all(tally.take().map((refusals) => recorder.record(tallied(refusals))));
  }
  const count: RefusalTally["count"] = (...refusal) => {
    tally.count(...refusal);
    // Lost when the database is away: there was nothing to read or do then either.
    due ??= setTimeout(() => void writeTally().catch(() => undefined), COUNTED_FOR_MS).unref();
  };
  return {
    open: (route, request) => openRequestRecord(recorder, count, route, request),
    async close() {
      clearTimeout(due);
      await writeTally();
    },
  };
}

/** How a route stands in the log when its contract does not say. */
export function recordedAs({ audit, method }: RouteContract): "act" | "read" | "none" {
  return audit ?? (method === "GET" ? "read" : "act");
}

function openRequestRecord(
  recorder: Recorder,
  count: RefusalTally["count"],
  route: RouteContract,
  request: EntryRequest,
): RequestRecord {
  const kind = recordedAs(route);
  let who: Who | null = null;
  let isBegun = false;
  let isAnswered = false;
  const write = (outcome: NewEntry["outcome"], code: string | null = null) =>
    recorder.record({ ...factsOf(route, request, who), outcome, code });
  const refusal = (error: unknown): Promise<void> => {
    const code = codeOf(error);
    if (isAnswered) return Promise.resolve(); // it was done; what broke afterwards is no refusal
    if (isBegun) return code === null ? write("failed") : write("refused", code);
    if (isForbidden(error) && who !== null) return write("refused", code);
    if (isForbidden(error) || isCounted(error))
      count(officerIn(who), request.address, code ?? "people.sign_in");
    return Promise.resolve();
  };
  return {
    by(known) {
      who = known;
    },
    async carryOut(visit, caller) {
      if (route.purpose === true) demandPurpose(request);
      visit.parse();
      // Acts that are for anyone (signing in) are begun by nobody: only what came of them is written, or a flood of
      // attempts would fill the log.
      if (kind === "act" && who !== null) {
        await write("begun");
        isBegun = true;
      }
      await visit.answer(caller);
      isAnswered = true;
      if (kind !== "none") await write("done");
      await visit.send();
    },
    refuse: (error) => refusal(error).catch(() => undefined),
  };
}

function factsOf(route: RouteContract, { params, query, headers, address }: EntryRequest, who: Who | null) {
  const subject = Object.entries(params).findLast(([name]) => name !== "operation");
  const asked = new URLSearchParams(
    Object.entries(query).map(([name, value]): [string, string] => [name, value ?? ""]),
  ).toString();
  return {
    act: route.id,
    officer: officerIn(who),
    session: who !== null && "session" in who ? who.session : null,
    operation: params.operation ?? null,
    subject: subject === undefined ? null : { kind: subject[0], id: subject[1] ?? "" },
    purpose: purposeOf(headers["muster-purpose"]),
    detail: {
      from: address,
      ...(asked === "" ? {} : { query: asked }),
      ...(who !== null && "token" in who && who.token !== null ? { token: who.token } : {}),
    },
  };
}

function officerIn(who: Who | null): string | null {
  return who !== null && "officer" in who ? who.officer : null;
}

function tallied({ officer, from, code, count }: ReturnType<RefusalTally["take"]>[number]): NewEntry {
  return {
    officer,
    session: null,
    operation: null,
    act: "http.refused",
    subject: null,
    purpose: null,
    outcome: "refused",
    code,
    detail: { count, from: from ?? "elsewhere" },
  };
}

function demandPurpose({ headers }: EntryRequest): void {
  if (purposeOf(headers["muster-purpose"]) !== null) return;
  throw new Problem("invalid", {
    code: "audit.purpose_missing",
    say: `Say what this is for, in the header Muster-Purpose: ${PURPOSES.join(", ")}.`,
  });
}

/** Null when it was no refusal but a defect, or the database was away. */
function codeOf(error: unknown): string | null {
  if (error instanceof Refusal) return error.document.code;
  if (!(error instanceof Problem) || error.kind === "internal" || error.kind === "unavailable") return null;
  return error.kind === "not-found" ? "http.not_found" : error.code;
}

function isForbidden(error: unknown): boolean {
  return error instanceof Problem && error.kind === "forbidden";
}

function isCounted(error: unknown): boolean {
  return (
    error instanceof Unauthenticated ||
    (error instanceof Problem && (error.kind === "not-found" || error.kind === "too-many"))
  );
}
