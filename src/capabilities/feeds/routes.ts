import {
  findOperation,
  type Handling,
  listHandlings,
  type Operation,
} from "#capabilities/operations/index.ts";
import { type Caller, operationOf, READS_AS } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import { transaction } from "#platform/postgres/transaction.ts";
import { Problem } from "#platform/problem.ts";
import { giveToken } from "./acts/giveToken.ts";
import { receiveDelivery, tooLarge } from "./acts/receiveDelivery.ts";
import { registerSource } from "./acts/registerSource.ts";
import * as contract from "./delivery-contract.ts";
import { listDeliveryParts, type Source } from "./queries.ts";
import { describeReceipt } from "./readings/describeReceipt.ts";
import { streamRefused } from "./readings/streamRefused.ts";
import {
  type DeliveryOnReceipt,
  findOwnSource,
  findReceipt,
  findReceiptOf,
  listOwnSources,
  listReceipts,
} from "./receipt-queries.ts";
import { listTokens, type Token, updateTokenRevoked } from "./token-queries.ts";

export const routes = [
  bind(contract.listSources, async (_request, caller: Caller) => {
    const sources = await listOwnSources(caller.app, operationOf(caller).id);
    return { sources: sources.map((source) => describedSource(source, caller)) };
  }),
  bind(contract.registerSource, async ({ params, body }, caller: Caller) => {
    const operation = await operationNamed(caller, params.operation);
    const declared = { ...body, deliveries: [] };
    return describedSource(
      await transaction(caller.app, (db) => registerSource(db, operation, declared)),
      caller,
    );
  }),
  bind(contract.findSource, async ({ params }, caller: Caller) =>
    describedSource(await sourceNamed(caller, params.source), caller),
  ),
  bind(contract.receiveDelivery, async ({ params, query, body, headers }, caller: Caller) => {
    const { source: named, ...declared } = query;
    const source = await sourceNamed(caller, named);
    const operation = await operationNamed(caller, params.operation);
    const limitBytes = caller.limits.deliveryBytes;
    // One that says how large it is need not arrive to be refused.
    if (Number(headers["content-length"] ?? 0) > limitBytes) throw tooLarge(declared.file, limitBytes);
    const content = { chunks: body, limitBytes };
    const here = { pool: caller.app, store: caller.store };
    const { delivery } = await receiveDelivery(here, operation, source, declared, {
      name: declared.file,
      content,
    });
    const receipt = await findReceiptOf(caller.app, delivery);
    if (receipt === null) throw new Error("the delivery was stored a moment ago");
    return described(receipt, await listHandlings(caller.app), caller);
  }),
  bind(contract.listDeliveries, async ({ query }, caller: Caller) => {
    const { source = null, after = null, limit } = query;
    const page = { source, after, limit: limit + 1 };
    const found = await listReceipts(caller.app, operationOf(caller).id, page);
    const handlings = await listHandlings(caller.app);
    const shown = found.slice(0, limit);
    return {
      deliveries: shown.map((delivery) => described(delivery, handlings, caller)),
      after: found.length > limit ? (shown.at(-1)?.publicId ?? null) : null,
    };
  }),
  bind(contract.findDelivery, async ({ params }, caller: Caller) => {
    const delivery = await receiptNamed(caller, params.delivery);
    const parts = await listDeliveryParts(caller.app, delivery.id);
    return {
      ...described(delivery, await listHandlings(caller.app), caller),
      parts: parts.map(({ name, format, rows, refusalCode: code, refusalReason: reason }) => ({
        name,
        format,
        rows,
        refusal: code === null ? null : { code, reason: reason ?? "" },
      })),
    };
  }),
  bind(contract.streamRefusedRows, async ({ params, reply }, caller: Caller) => {
    const delivery = await receiptNamed(caller, params.delivery);
    reply.header("content-type", "text/csv; charset=utf-8");
    // A name of the house: the file's own would be a stranger's text in a header.
    reply.header("content-disposition", 'attachment; filename="refused.csv"');
    return streamRefused(caller.app, delivery.id);
  }),
  bind(contract.giveToken, async ({ params, body }, caller: Caller) => {
    const given = await giveToken(caller.app, await sourceNamed(caller, params.source), body);
    return { ...describedToken(given), token: given.token };
  }),
  bind(contract.listTokens, async ({ params }, caller: Caller) => {
    const source = await sourceNamed(caller, params.source);
    return { tokens: (await listTokens(caller.app, source.id)).map(describedToken) };
  }),
  bind(contract.revokeToken, async ({ params }, caller: Caller) => {
    const source = await sourceNamed(caller, params.source);
    const token = await updateTokenRevoked(caller.app, source.id, params.token);
    if (token === null) throw nothingHere();
    return describedToken(token);
  }),
];

/** Of another owner's and of none at all the edge says the same. */
function nothingHere(): Problem {
  return new Problem("not-found", {
    code: "feeds.nothing_here",
    say: "There is nothing here that you may see.",
  });
}

async function operationNamed(caller: Caller, code: string): Promise<Operation> {
  const operation = await findOperation(caller.app, code);
  if (operation === null) throw nothingHere();
  return operation;
}

async function sourceNamed(caller: Caller, externalId: string): Promise<Source> {
  const source = await findOwnSource(caller.app, operationOf(caller).id, externalId);
  if (source === null) throw nothingHere();
  return source;
}

async function receiptNamed(caller: Caller, publicId: string): Promise<DeliveryOnReceipt> {
  const delivery = await findReceipt(caller.app, operationOf(caller).id, publicId);
  if (delivery === null) throw nothingHere();
  return delivery;
}

function readsAs(caller: Caller): "desk" | "own" {
  return READS_AS[operationOf(caller).membership.role] === "desk" ? "desk" : "own";
}

function described(
  delivery: DeliveryOnReceipt,
  handlings: ReadonlyMap<number, Handling>,
  caller: Caller,
): contract.Receipt {
  const handling = handlings.get(delivery.handling);
  if (handling === undefined) throw new Error("a delivery has a handling that is not there");
  return describeReceipt(delivery, handling, readsAs(caller));
}

/** How the desk rates a source is the desk's; what the source stated is known to it. */
function describedSource(source: Source, caller: Caller) {
  const { standing, reliability, credibility } = source;
  return {
    id: source.externalId,
    code: source.code,
    name: source.name,
    kind: source.kind,
    country: source.country,
    mayBeNamed: standing.mayBeNamed,
    tlp: standing.tlp ?? null,
    pap: standing.pap ?? null,
    handling: standing.handling ?? null,
    releasableTo: standing.releasableTo ?? null,
    expires: standing.expires ?? null,
    ...(readsAs(caller) === "desk" ? { reliability, credibility } : {}),
  };
}

function describedToken(token: Token) {
  const instant = (ms: number) => new Date(ms).toISOString();
  return {
    id: token.publicId,
    label: token.label,
    scope: "deliver" as const,
    givenAt: instant(token.givenAt),
    expiresAt: instant(token.expiresAt),
    revokedAt: token.revokedAt === null ? null : instant(token.revokedAt),
    lastUsedOn: token.lastUsedOn,
  };
}
