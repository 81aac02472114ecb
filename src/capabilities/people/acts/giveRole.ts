import type pg from "pg";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { findActor, findOfficerAccount } from "../admin-queries.ts";
import type { NewMember } from "../contract.ts";
import {
  countOtherCoordinators,
  endMembership,
  findMember,
  findRole,
  insertRole,
  isKnownIn,
  lockMembers,
  type Member,
} from "../member-queries.ts";
import { mayEnd } from "../model/lattice.ts";
import { listMembershipsOf, type Officer } from "../queries.ts";
import { refuseGiver, refuseUnfitRole } from "../role-fit.ts";

/** Where an act on people happens: `app` reads as the officer, `gate` writes. */
export interface Desk {
  readonly app: pg.Pool;
  readonly gate: pg.Pool;
  readonly now: Date;
}

/**
 * Gives a role to a colleague or to somebody who is in the operation already. Anybody else is invited, and asked.
 * @throws Problem `forbidden`, `not-found`, `invalid`, `conflict`
 */
export async function giveRole(
  desk: Desk,
  officer: Officer,
  operation: number,
  given: NewMember,
): Promise<Member> {
  refusePeriod(given, desk.now);
  const asked = { operation, role: given.role, country: given.country ?? null, source: given.source ?? null };
  const publicId = await transaction(desk.gate, async (db) => {
    await lockMembers(db, operation);
    await refuseGiver(db, officer.id, asked);
    const actor = await findActor(db, officer.id);
    const account = await findOfficerAccount(db, given.officer);
    const isWithinReach =
      account !== null &&
      account.endedAt === null &&
      (account.organisation.id === actor?.organisation.id || (await isKnownIn(db, operation, account.id)));
    if (!isWithinReach) throw nobody();
    if (account.id === officer.id) {
      throw new Problem("forbidden", {
        code: "people.not_to_yourself",
        say: "Nobody gives a role to himself. Another coordinator can.",
      });
    }
    await refuseUnfitRole(db, account.organisation, asked);
    return insertRole(db, {
      ...asked,
      officer: account.id,
      from: given.from ?? null,
      until: given.until ?? null,
      givenBy: officer.id,
    });
  });
  if (publicId === null) {
    throw new Problem("conflict", { code: "people.has_role", say: "He has this role in this operation." });
  }
  return memberOf(desk.app, operation, publicId);
}

/**
 * Ends a role from now on: one's own, or one that one's role may end.
 * @throws Problem `not-found` also for one that the officer may not know of, `forbidden`, `conflict`
 */
export async function endRole(
  desk: Desk,
  officer: Officer,
  operation: number,
  publicId: string,
  reason: string,
): Promise<void> {
  const isSeen = (await findMember(desk.app, operation, publicId)) !== null;
  await transaction(desk.gate, async (db) => {
    await lockMembers(db, operation);
    const role = await findRole(db, publicId);
    const isOwn = role?.officer === officer.id;
    if (role === null || role.operation !== operation || !(isSeen || isOwn)) throw nobody();
    if (!isOwn && !mayEnd(await listMembershipsOf(db, officer.id), operation, role.role)) {
      throw new Problem("forbidden", {
        code: "people.role_not_yours_to_end",
        say: "Your role in this operation does not include ending this one.",
      });
    }
    if (role.hasEnded) {
      throw new Problem("conflict", { code: "people.role_ended", say: "This role has ended already." });
    }
    if (role.role === "coordinator" && (await countOtherCoordinators(db, operation, role.id)) === 0) {
      throw new Problem("conflict", {
        code: "people.last_coordinator",
        say: "An operation has a coordinator. Give the role to somebody else first.",
      });
    }
    await endMembership(db, role.id, officer.id, reason);
  });
}

async function memberOf(app: pg.Pool, operation: number, publicId: string): Promise<Member> {
  const member = await findMember(app, operation, publicId);
  if (member === null) throw new Error("the member was there a moment ago");
  return member;
}

function refusePeriod({ from, until }: NewMember, now: Date): void {
  const begins = from === undefined ? now.getTime() : Date.parse(from);
  if (begins < now.getTime() - MINUTE_MS) {
    throw new Problem("invalid", {
      code: "people.role_in_the_past",
      say: "A role begins now or later: who could read what, and when, is not changed afterwards.",
    });
  }
  if (until !== undefined && Date.parse(until) <= begins) {
    throw new Problem("invalid", { code: "people.role_ends_first", say: "The role ends before it begins." });
  }
}

/** Clocks of browsers and ours. */
const MINUTE_MS = 60_000;

/** The same for somebody who does not exist, whose account has ended, and whom this officer may not know of. */
function nobody(): Problem {
  return new Problem("not-found", {
    code: "people.no_member",
    say: "There is no such officer in your organisation or in this operation. Others are invited.",
  });
}
