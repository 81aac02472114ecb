import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import {
  breakGlass as breakGlassAct,
  closeReview as closeReviewAct,
  confirmBreakGlass as confirmAct,
} from "./acts/breakGlass.ts";
import { exportLog as exportAct, proveEntry as proveAct } from "./acts/exportLog.ts";
import { requestCheckpoint as requestAct } from "./acts/requestCheckpoint.ts";
import {
  type BreakGlass,
  listBreakGlassOfOfficer,
  listBreakGlassOfOperation,
} from "./break-glass-queries.ts";
import {
  breakGlass,
  closeReview,
  confirmBreakGlass,
  exportLog,
  listBreakGlass,
  listEntries,
  listEntriesOfOperation,
  listMyBreakGlass,
  proveEntry,
  requestCheckpoint,
} from "./contract.ts";
import { type Entry, type EntryFilter, listEntries as listVisibleEntries } from "./queries.ts";

/** The log as the caller may read it (the database's policies decide), and access in an emergency. */
export const routes = [
  bind(listEntries, async ({ query }, { app }: Caller) => {
    const page = await pageOf(app, { ...query, operation: query.operation ?? null });
    const entries = page.entries.map((entry) => ({
      ...described(entry),
      number: entry.number,
      hash: entry.hash,
    }));
    return { entries, next: page.next };
  }),
  bind(listEntriesOfOperation, async ({ params, query }, { app }: Caller) => {
    const page = await pageOf(app, { ...query, operation: params.operation });
    return { entries: page.entries.map(described), next: page.next };
  }),
  bind(exportLog, async ({ reply }, { app }: Caller) => {
    const lines = await exportAct(app);
    reply.header("content-disposition", 'attachment; filename="muster-audit.jsonl"');
    return lines;
  }),
  bind(proveEntry, async ({ params, reply }, { app }: Caller) => {
    const proof = await proveAct(app, params.number);
    reply.header("content-type", "application/json; charset=utf-8");
    reply.header("content-disposition", `attachment; filename="muster-audit-${params.number}.json"`);
    return inOnePiece(proof);
  }),
  bind(requestCheckpoint, async (_request, { app }: Caller) => {
    await requestAct(app);
    return { asked: true as const };
  }),
  bind(breakGlass, async ({ body }, caller: Caller) => ({
    id: await breakGlassAct(caller.gate, officerOf(caller).id, body),
  })),
  bind(listMyBreakGlass, async (_request, caller: Caller) => ({
    requests: (await listBreakGlassOfOfficer(caller.gate, officerOf(caller).id)).map((asked) => ({
      ...request(asked),
      operation: asked.operation,
    })),
  })),
  bind(listBreakGlass, async (_request, caller: Caller) => ({
    requests: (await listBreakGlassOfOperation(caller.gate, operationOf(caller).id)).map((asked) => ({
      ...request(asked),
      officer: { id: asked.officerId, name: asked.officerName, organisation: asked.organisation },
      confirmedBy: asked.confirmedBy,
      review: reviewOf(asked),
    })),
  })),
  bind(confirmBreakGlass, async ({ params }, caller: Caller) => {
    const by = { officer: officerOf(caller).id, operation: operationOf(caller).id };
    const until = await confirmAct(caller.gate, { ...by, now: new Date(caller.clock.now()) }, params.request);
    return { until: until.toISOString() };
  }),
  bind(closeReview, async ({ params, body }, caller: Caller) => {
    const by = { officer: officerOf(caller).id, operation: operationOf(caller).id };
    await closeReviewAct(caller.gate, by, params.request, body.finding);
    return { closed: true as const };
  }),
];

interface AskedPage {
  readonly officer?: string | undefined;
  readonly act?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly before?: string | undefined;
  readonly operation: string | null;
  readonly limit: number;
}

/** The next page begins after the last entry of this one, and is named by it: its id tells its time and nothing else. */
async function pageOf(
  app: Caller["app"],
  { officer, act, from, to, before, operation, limit }: AskedPage,
): Promise<{ entries: Entry[]; next: string | null }> {
  const filter: EntryFilter = {
    officer: officer ?? null,
    operation,
    act: act ?? null,
    from: from ?? null,
    to: to ?? null,
  };
  const found = await listVisibleEntries(app, filter, before ?? null, limit + 1);
  const entries = found.slice(0, limit);
  return { entries, next: found.length > limit ? (entries.at(-1)?.id ?? null) : null };
}

function described({ id, at, officer, session, operation, act, subjectKind, subjectId, ...rest }: Entry) {
  const { purpose, outcome, code, detail } = rest;
  const subject = subjectKind === null || subjectId === null ? null : { kind: subjectKind, id: subjectId };
  return {
    id,
    at: at.toISOString(),
    officer,
    session,
    operation,
    act,
    subject,
    purpose,
    outcome,
    code,
    detail,
  };
}

function request({ id, reason, hours, askedAt, until }: BreakGlass) {
  return { id, reason, hours, askedAt: askedAt.toISOString(), until: until?.toISOString() ?? null };
}

function reviewOf({ reviewOpenedAt, reviewClosedAt, finding }: BreakGlass) {
  if (reviewOpenedAt === null) return null;
  return { openedAt: reviewOpenedAt.toISOString(), closedAt: reviewClosedAt?.toISOString() ?? null, finding };
}

async function* inOnePiece(text: string): AsyncIterable<string> {
  yield text;
}
