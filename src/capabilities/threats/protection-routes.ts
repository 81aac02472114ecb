import { listOperations, type Operation } from "#capabilities/operations/index.ts";
import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { normaliseObservable } from "#standards/observable/normalise.ts";
import type { ObservableType } from "#standards/observable/types.ts";
import { advanceSubjectRequest } from "./acts/advanceSubjectRequest.ts";
import { roleOfNumber, typeNumber, typeOfNumber } from "./model/codes.ts";
import { describePerson, isPersonal, PERSONAL_TYPES } from "./model/personal.ts";
import * as contract from "./protection-contract.ts";
import {
  findThreatType,
  insertSubjectRequest,
  listPersonalRows,
  listSubjectRequests,
  type SubjectRequest,
  upsertPersonalReview,
} from "./protection-queries.ts";
import { findHoldings } from "./readings/findHoldings.ts";

export const protectionRoutes = [
  bind(contract.listPersonalReviews, async ({ query }, caller: Caller) => {
    const types = [...PERSONAL_TYPES, "url" as const].map(typeNumber);
    const rows = await listPersonalRows(caller.app, operationOf(caller).id, types);
    const dueBy = query.dueBy ?? todayOf(caller);
    const threats = rows
      .map(({ id, value, explicit, ...row }) => {
        const [type, role] = [typeOfNumber(row.type), roleOfNumber(row.role)];
        const described = explicit ?? describePerson(role, row);
        return { id, type, role, value, ...described, explicit: explicit !== null };
      })
      .filter(({ type, value, reviewOn }) => isPersonal(type, value) && reviewOn <= dueBy)
      .sort((a, b) => (a.reviewOn === b.reviewOn ? compare(a.id, b.id) : compare(a.reviewOn, b.reviewOn)));
    return { threats: threats.slice(0, query.size) };
  }),
  bind(contract.describePersonalThreat, async ({ params, body }, caller: Caller) => {
    const { id } = operationOf(caller);
    await transaction(caller.app, async (db) => {
      const threat = await findThreatType(db, id, params.threat);
      if (threat === null || !isPersonal(typeOfNumber(threat.type), threat.value))
        throw new Problem("not-found", {
          code: "threats.not_personal",
          say: "There is no such personal value.",
        });
      await upsertPersonalReview(db, id, params.threat, body, officerOf(caller).publicId);
    });
    return body;
  }),
  bind(contract.registerSubjectRequest, async ({ body }, caller: Caller) => {
    const operation = await operationAsked(caller);
    if (body.dueOn < body.receivedOn)
      throw new Problem("invalid", {
        code: "threats.request_due",
        say: "A request is due after it came in.",
      });
    const made = {
      ...body,
      identifiers: body.identifiers.map(({ type, value }) => ({ type, value: normalFormOf(type, value) })),
      officer: officerOf(caller).publicId,
    };
    const id = await transaction(caller.app, (db) => insertSubjectRequest(db, operation.id, made));
    return requestNamed(caller, operation, id);
  }),
  bind(contract.listSubjectRequests, async (_request, caller: Caller) => ({
    requests: (await listSubjectRequests(caller.app, operationOf(caller).id)).map(described),
  })),
  bind(contract.findSubjectRequest, async ({ params }, caller: Caller) =>
    requestNamed(caller, await operationAsked(caller), params.request),
  ),
  bind(contract.advanceSubjectRequest, async ({ params, body }, caller: Caller) => {
    const operation = await operationAsked(caller);
    const { publicId } = officerOf(caller);
    await advanceSubjectRequest(caller.app, operation, params.request, body, publicId, todayOf(caller));
    return requestNamed(caller, operation, params.request);
  }),
];

function normalFormOf(type: ObservableType, value: string): string {
  const normal = normaliseObservable(value, type);
  if (normal.ok && normal.type === type) return normal.value;
  throw new Problem("invalid", {
    code: "threats.identifier",
    say: `One of the identifiers is no ${type}. Write it in full, or give it as a word to search for.`,
  });
}

async function requestNamed(caller: Caller, operation: Operation, publicId: string) {
  const request = (await listSubjectRequests(caller.app, operation.id)).find(
    (each) => each.publicId === publicId,
  );
  if (request === undefined)
    throw new Problem("not-found", { code: "threats.no_request", say: "There is no such request." });
  const holdings = await findHoldings(caller.app, operation, request, todayOf(caller));
  const isDecided = request.outcome === "granted" || request.outcome === "granted-in-part";
  const answer = isDecided ? holdings.filter(({ disclose }) => disclose === "yes") : [];
  return { ...described(request), holdings, answer: request.outcome === null ? null : answer };
}

function described(request: SubjectRequest) {
  const {
    publicId: id,
    kind,
    state,
    subject,
    receivedOn,
    dueOn,
    consultationDueOn,
    outcome,
    grounds,
  } = request;
  return { id, kind, state, subject, receivedOn, dueOn, consultationDueOn, outcome, grounds };
}

async function operationAsked(caller: Caller): Promise<Operation> {
  const { id } = operationOf(caller);
  const operation = (await listOperations(caller.app)).find((each) => each.id === id);
  if (operation === undefined) throw new Error("the operation was visible a moment ago");
  return operation;
}

function todayOf(caller: Caller): string {
  return new Date(caller.clock.now()).toISOString().slice(0, 10);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
