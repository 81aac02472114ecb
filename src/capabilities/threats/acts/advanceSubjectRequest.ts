import type pg from "pg";
import { listSources } from "#capabilities/feeds/index.ts";
import type { Operation } from "#capabilities/operations/index.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { nextRequestState, outcomesFor, type RequestOutcome } from "../model/subject-request.ts";
import {
  findSubjectRequestForUpdate,
  insertConsultations,
  type SubjectRequest,
  updateConsultation,
  updateSubjectRequest,
} from "../protection-queries.ts";
import { findHoldings } from "../readings/findHoldings.ts";

export type RequestAdvance =
  | { readonly step: "search" | "answer" | "withdraw" }
  | { readonly step: "consult"; readonly answerBy: string }
  | {
      readonly step: "source-answer";
      readonly source: string;
      readonly answer: "no-objection" | "objects";
      readonly grounds?: string | undefined;
    }
  | { readonly step: "decide"; readonly outcome: RequestOutcome; readonly grounds: string };

/**
 * One step of a person's request. Sources that hold something are asked once; a decision must agree with what they
 * said, and none is possible while one of them may still answer.
 * @param today ISO date
 */
export function advanceSubjectRequest(
  app: pg.Pool,
  operation: Operation,
  publicId: string,
  advance: RequestAdvance,
  officer: string,
  today: string,
): Promise<void> {
  return transaction(app, async (db) => {
    const request = await findSubjectRequestForUpdate(db, operation.id, publicId);
    if (request === null)
      throw new Problem("not-found", { code: "threats.no_request", say: "There is no such request." });
    if (advance.step === "source-answer") return noteAnswer(db, operation, request, advance);
    const state = nextRequestState(request.state, advance.step);
    if (state === null) throw notNow();
    const holdings = await findHoldings(db, operation, request, today);
    if (advance.step === "consult") {
      if (advance.answerBy <= today) throw notNow();
      await insertConsultations(
        db,
        request.id,
        holdings.map(({ sourceId }) => sourceId),
      );
      return updateSubjectRequest(db, request.id, { state, consultationDueOn: advance.answerBy });
    }
    if (advance.step === "decide") {
      const { outcome, grounds } = advance;
      if (!outcomesFor(holdings.map(({ disclose }) => disclose)).includes(outcome))
        throw new Problem("conflict", {
          code: "threats.request_outcome",
          say: "This decision does not agree with what the sources said, or one of them may still answer.",
        });
      return updateSubjectRequest(db, request.id, { state, decision: { outcome, grounds, officer } });
    }
    return updateSubjectRequest(db, request.id, { state });
  });
}

async function noteAnswer(
  db: pg.ClientBase,
  operation: Operation,
  request: SubjectRequest,
  said: Extract<RequestAdvance, { readonly step: "source-answer" }>,
): Promise<void> {
  if (request.state !== "consulting") throw notNow();
  if (said.answer === "objects" && said.grounds === undefined)
    throw new Problem("invalid", {
      code: "threats.objection_without_grounds",
      say: "A source that objects says why: note its grounds.",
    });
  const source = (await listSources(db, operation.id)).find(({ code }) => code === said.source);
  const wasAsked =
    source !== undefined &&
    (await updateConsultation(db, request.id, source.id, said.answer, said.grounds ?? null));
  if (!wasAsked)
    throw new Problem("not-found", {
      code: "threats.source_not_asked",
      say: "That source was not asked.",
    });
}

function notNow(): Problem {
  return new Problem("conflict", {
    code: "threats.request_step",
    say: "This step is not possible at this point of the request.",
  });
}
