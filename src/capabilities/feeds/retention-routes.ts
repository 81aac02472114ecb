import { deleteBy, listOperations, type Operation, retentionDaysOf } from "#capabilities/operations/index.ts";
import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import { Problem } from "#platform/problem.ts";
import { askForDeletion, decideOnDeletion } from "./acts/askForDeletion.ts";
import { postponeDeletion } from "./acts/postponeDeletion.ts";
import {
  type Deletion,
  findRetainedDelivery,
  listDeletions,
  listRetainedDeliveries,
  type RetainedDelivery,
} from "./deletion-queries.ts";
import { type DeletionAsker, latestPostponement } from "./model/deletion.ts";
import { listSources } from "./queries.ts";
import * as contract from "./retention-contract.ts";

export const retentionRoutes = [
  bind(contract.listRetention, async ({ query }, caller: Caller) => {
    const operation = await operationAsked(caller);
    const all = (await listRetainedDeliveries(caller.app, operation.id)).map((delivery) =>
      described(operation, delivery, caller.clock.now()),
    );
    const deliveries = all.filter(({ due }) => query.due === "all" || due);
    return { deliveries: deliveries.sort((a, b) => compare(a.dueOn, b.dueOn)) };
  }),
  bind(contract.postponeDeletion, async ({ params, body }, caller: Caller) => {
    const operation = await operationAsked(caller);
    const order = { delivery: params.delivery, ...body, officer: officerOf(caller).publicId };
    await postponeDeletion(caller.app, operation.id, order, caller.clock.now());
    const delivery = await findRetainedDelivery(caller.app, operation.id, params.delivery);
    if (delivery === null) throw new Error("the delivery was there a moment ago");
    return described(operation, delivery, caller.clock.now());
  }),
  bind(contract.askForDeletion, async ({ body }, caller: Caller) => {
    const id = await askForDeletion(
      caller.app,
      await operationAsked(caller),
      { ...body, asker: askerOf(caller), officer: officerOf(caller).publicId },
      caller.clock.now(),
    );
    return deletionNamed(caller, id);
  }),
  bind(contract.listDeletions, async (_request, caller: Caller) => ({
    deletions: (await deletionsOf(caller)).map(({ shown }) => shown),
  })),
  bind(contract.decideDeletion, async ({ params, body }, caller: Caller) => {
    const { id } = operationOf(caller);
    await decideOnDeletion(caller.app, id, params.deletion, officerOf(caller).publicId, body);
    return deletionNamed(caller, params.deletion);
  }),
  bind(contract.findDeletionCertificate, async ({ params }, caller: Caller) => {
    const found = (await deletionsOf(caller)).find(({ deletion }) => deletion.publicId === params.deletion);
    const { certificate, signature, keyFingerprint } = found?.deletion ?? {};
    if (!certificate || !signature || !keyFingerprint)
      throw new Problem("not-found", {
        code: "feeds.no_certificate",
        say: "There is no such certificate, or it is not signed yet.",
      });
    return { certificate, signature, keyFingerprint };
  }),
];

async function operationAsked(caller: Caller): Promise<Operation> {
  const { id } = operationOf(caller);
  const operation = (await listOperations(caller.app)).find((each) => each.id === id);
  if (operation === undefined) throw new Error("the operation was visible a moment ago");
  return operation;
}

function askerOf(caller: Caller): DeletionAsker {
  const { role } = operationOf(caller).membership;
  if (role === "data-protection") return "data-protection";
  return role === "partner" || role === "national-officer" || role === "csirt" ? "owner" : "desk";
}

function described(operation: Operation, delivery: RetainedDelivery, now: number) {
  const days = retentionDaysOf(operation.retention, delivery.sourceId, delivery.holdsVictims);
  const byRule = deleteBy(delivery.lastReceivedAt, days);
  const { postponedTo } = delivery;
  const dueOn = postponedTo !== null && postponedTo > byRule ? postponedTo : byRule;
  return {
    delivery: delivery.publicId,
    source: delivery.sourceCode,
    file: delivery.fileName,
    sha256: delivery.sha256,
    purpose: delivery.purpose,
    holdsVictims: delivery.holdsVictims,
    receivedAt: new Date(delivery.receivedAt).toISOString(),
    days,
    deleteBy: byRule,
    postponedTo,
    dueOn,
    due: dueOn <= new Date(now).toISOString().slice(0, 10),
    postponeUntilAtMost: latestPostponement(now, delivery.lastReceivedAt),
  };
}

async function deletionsOf(caller: Caller) {
  const { id } = operationOf(caller);
  const codes = new Map((await listSources(caller.app, id)).map((source) => [source.id, source.code]));
  return (await listDeletions(caller.app, id)).map((deletion) => ({
    deletion,
    shown: shown(deletion, codes.get(deletion.source) ?? ""),
  }));
}

async function deletionNamed(caller: Caller, publicId: string) {
  const found = (await deletionsOf(caller)).find(({ deletion }) => deletion.publicId === publicId);
  if (found === undefined) throw new Error("the deletion was there a moment ago");
  return found.shown;
}

function shown(deletion: Deletion, source: string) {
  const instant = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
  const { ground, reason, state, declineReason, counts } = deletion;
  return {
    id: deletion.publicId,
    delivery: deletion.deliveryPublicId,
    source,
    sha256: deletion.sha256,
    ground,
    reason,
    state,
    askedAt: new Date(deletion.askedAt).toISOString(),
    decidedAt: instant(deletion.decidedAt),
    declineReason,
    deleted: { ...counts },
    deletedAt: instant(deletion.deletedAt),
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
