import type pg from "pg";
import type { Clock } from "#platform/clock.ts";
import type { FileStore } from "#platform/files/store.ts";
import type { Changes } from "#platform/postgres/changes.ts";
import type { FrontDoor } from "./front-door.ts";
import type { Membership, Officer, Session } from "./queries.ts";

/** Who asks, and what his request may use. Everything read through `app` is held to what he may see. */
export interface Caller {
  /** Null on routes that are for anyone, and when a partner's machine asks. */
  readonly officer: Officer | null;
  readonly session: Session | null;
  /** With which token a partner's machine came in, on the routes that are for machines. */
  readonly token: { readonly publicId: string } | null;
  /** Whether he could come in again, with his rights as they are now: for answers that last. */
  readonly isStillIn: () => Promise<boolean>;
  /** The operation that the path names, in which he has one of the roles that the route is for. */
  readonly operation: { readonly id: number; readonly membership: Membership } | null;
  readonly app: pg.Pool;
  /** People, sessions, audiences: for acts of the rooms that decide who may see what. */
  readonly gate: pg.Pool;
  readonly store: FileStore;
  readonly clock: Clock;
  readonly changes: Changes;
  readonly limits: { readonly deliveryBytes: number };
  readonly door: FrontDoor;
  /** For routes that are for anyone: tells the audit log who proved to be asking. Public ids. */
  readonly recognise: (who: { readonly officer: string; readonly session: string }) => void;
  /** Address from which the request came, for limits and the audit log. */
  readonly address: string;
}

/** The officer of a route that is not for anyone. */
export function officerOf(caller: Caller): Officer {
  if (caller.officer === null) throw new Error("this route must not be for anyone");
  return caller.officer;
}

/** The operation and role of a route below an operation. */
export function operationOf(caller: Caller): NonNullable<Caller["operation"]> {
  if (caller.operation === null) throw new Error("this route must be below an operation");
  return caller.operation;
}
