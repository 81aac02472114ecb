import type { z } from "zod";
import { listOperations, type Operation } from "#capabilities/operations/index.ts";
import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import { Problem } from "#platform/problem.ts";
import { answerClearance, withdrawClearance } from "./acts/answerClearance.ts";
import { askClearance } from "./acts/askClearance.ts";
import * as contract from "./clearance-contract.ts";
import {
  type Clearance,
  findClearanceNamed,
  listClearances,
  listThreatsOfSource,
} from "./clearance-queries.ts";
import { type ClearanceAnswer, stateOfClearance } from "./model/clearance.ts";

export const clearanceRoutes = [
  bind(contract.askClearance, async ({ body }, caller: Caller) => {
    const id = await askClearance(
      caller.app,
      await operationAsked(caller),
      {
        scope: body.scope,
        countries: body.countries,
        reason: body.reason,
        answerBy: Date.parse(body.answerBy),
        officer: officerOf(caller).publicId,
      },
      caller.clock.now(),
    );
    return clearanceNamed(caller, id);
  }),
  bind(contract.listClearances, async ({ query }, caller: Caller) => {
    const found = await listClearances(
      caller.app,
      operationOf(caller).id,
      query.after ?? null,
      query.size + 1,
    );
    const shown = found.slice(0, query.size);
    return {
      clearances: shown.map((each) => described(each, caller.clock.now())),
      next: found.length > shown.length ? (shown.at(-1)?.publicId ?? null) : null,
    };
  }),
  bind(contract.findClearance, ({ params }, caller: Caller) => clearanceNamed(caller, params.clearance)),
  bind(contract.answerClearance, async ({ params, body }, caller: Caller) => {
    await answerClearance(
      caller.app,
      {
        operation: operationOf(caller).id,
        clearance: params.clearance,
        officer: officerOf(caller).publicId,
        answer: answerOf(body),
      },
      caller.clock.now(),
    );
    return clearanceNamed(caller, params.clearance);
  }),
  bind(contract.withdrawClearance, async ({ params }, caller: Caller) => {
    await withdrawClearance(
      caller.app,
      {
        operation: operationOf(caller).id,
        clearance: params.clearance,
        officer: officerOf(caller).publicId,
      },
      caller.clock.now(),
    );
    return clearanceNamed(caller, params.clearance);
  }),
];

async function operationAsked(caller: Caller): Promise<Operation> {
  const { id } = operationOf(caller);
  const operation = (await listOperations(caller.app)).find((each) => each.id === id);
  if (operation === undefined) throw new Error("the operation was visible a moment ago");
  return operation;
}

function answerOf(body: z.output<typeof contract.answerClearance.body>): ClearanceAnswer {
  const note = body.note ?? null;
  if (body.answer === "refuse") return { answer: "refuse", note };
  const { countries, threats, until } = body;
  const distinct = (words: readonly string[]) => [...new Set(words)].sort();
  return {
    answer: "grant",
    note,
    countries: distinct(countries),
    threats: threats === undefined ? null : distinct(threats),
    until: Date.parse(until),
  };
}

async function clearanceNamed(caller: Caller, publicId: string) {
  const { id } = operationOf(caller);
  const found = await findClearanceNamed(caller.app, id, publicId);
  if (found === null)
    throw new Problem("not-found", { code: "feeds.not_found", say: "There is no such request." });
  const threats =
    found.threats === null ? null : await listThreatsOfSource(caller.app, id, found.source, found.threats);
  return { ...described(found, caller.clock.now()), threats };
}

function described(found: Clearance, now: number) {
  const { grantedCountries, grantedUntil } = found;
  return {
    id: found.publicId,
    state: stateOfClearance(found, now),
    source: found.sourceCode,
    delivery:
      found.deliveryId === null || found.fileName === null
        ? null
        : { id: found.deliveryId, file: found.fileName },
    countries: [...found.countries],
    reason: found.reason,
    askedAt: instant(found.askedAt),
    answerBy: instant(found.answerBy),
    answer: found.answer,
    answeredAt: found.answeredAt === null ? null : instant(found.answeredAt),
    granted:
      grantedCountries === null || grantedUntil === null
        ? null
        : {
            countries: [...grantedCountries],
            threats: found.grantedThreats === null ? null : [...found.grantedThreats],
            until: instant(grantedUntil),
          },
    effectiveSince: found.appliedAt === null ? null : instant(found.appliedAt),
    withdrawnAt: found.withdrawnAt === null ? null : instant(found.withdrawnAt),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
