import type pg from "pg";
import { lendRole } from "#capabilities/people/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import {
  closeReview as closeReviewOf,
  confirmBreakGlass as confirm,
  insertBreakGlass,
  lockBreakGlass,
  type OpenBreakGlass,
} from "../break-glass-queries.ts";
import type { BreakGlassRequest } from "../contract.ts";

const HOUR_MS = 3_600_000;

/**
 * Asks for access in an emergency (SD-13). The answer is the same whether the operation exists or not: only a coordinator
 * of one that does can confirm.
 * @returns public id of the request
 * @throws Problem `conflict` to a member, and to who has five requests waiting
 */
export async function breakGlass(gate: pg.Pool, officer: number, asked: BreakGlassRequest): Promise<string> {
  const id = await insertBreakGlass(gate, officer, asked);
  if (id !== null) return id;
  throw new Problem("conflict", {
    code: "audit.no_emergency",
    say: "You are a member of this operation, or five of your requests are waiting. Its coordinator can give you a role.",
  });
}

/**
 * The second person lets him in: an analyst from now on, for the hours that were asked for, and a review is opened.
 * @returns until when
 * @throws Problem `not-found`, `forbidden` to who asked himself, `conflict` when it is confirmed or a day old
 */
export function confirmBreakGlass(
  gate: pg.Pool,
  by: { readonly officer: number; readonly operation: number; readonly now: Date },
  request: string,
): Promise<Date> {
  return transaction(gate, async (db) => {
    const asked = await lockBreakGlass(db, by.operation, request);
    if (asked === null) throw noRequest();
    if (asked.officer === by.officer) throw notAlone();
    if (asked.confirmedBy !== null || asked.isStale) {
      throw new Problem("conflict", {
        code: "audit.request_over",
        say: "This request was confirmed already, or is older than a day. It can be made again.",
      });
    }
    const until = new Date(by.now.getTime() + asked.hours * HOUR_MS);
    const lent = { officer: asked.officer, operation: by.operation, until, givenBy: by.officer };
    if (!(await lendRole(db, lent))) {
      throw new Problem("conflict", {
        code: "audit.no_emergency",
        say: "He is an analyst of this operation already, or his account has ended.",
      });
    }
    await confirm(db, asked.id, by.officer, until);
    return until;
  });
}

/**
 * The data-protection officer closes the review, unless he asked or confirmed himself.
 * @throws Problem `not-found`, `forbidden`, `conflict` when nobody confirmed or it is closed
 */
export function closeReview(
  gate: pg.Pool,
  by: { readonly officer: number; readonly operation: number },
  request: string,
  finding: string,
): Promise<void> {
  return transaction(gate, async (db) => {
    const asked = await lockBreakGlass(db, by.operation, request);
    if (asked === null) throw noRequest();
    if (isParty(asked, by.officer)) throw notAlone();
    if (asked.confirmedBy === null || asked.isReviewed) {
      throw new Problem("conflict", {
        code: "audit.no_open_review",
        say: "There is no open review of this request.",
      });
    }
    await closeReviewOf(db, asked.id, by.officer, finding);
  });
}

function isParty({ officer, confirmedBy }: OpenBreakGlass, reviewer: number): boolean {
  return officer === reviewer || confirmedBy === reviewer;
}

function noRequest(): Problem {
  return new Problem("not-found", { code: "audit.no_request", say: "There is no such request." });
}

function notAlone(): Problem {
  return new Problem("forbidden", {
    code: "audit.second_person",
    say: "Somebody else has to do this: nobody decides on his own access, nor reviews what he decided.",
  });
}
