import type { z } from "zod";

/**
 * One route as a contract: server, OpenAPI description, typed client and the tests over all routes are made from it and
 * from nothing else. Methods and status codes as RFC 9110 means them, refusals as RFC 9457 problems.
 */
export interface RouteContract {
  /** `room.act`, the name that also stands in the audit log and in the file of the act. */
  readonly id: `${string}.${string}`;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/operations/:operation/threats`. A route below an operation is entered by its members only. */
  readonly path: `/${string}`;
  /** One sentence for the reader of the description. */
  readonly summary: string;
  readonly access: RouteAccess;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** What the request carries: a strict schema, so that nothing but what is named can be assigned. `"bytes"`: a stream. */
  readonly body?: z.ZodType | "bytes";
  /** What is answered with 200 (or 201 for a POST that makes something). `"bytes"` and `"events"`: a stream. */
  readonly response: z.ZodType | "bytes" | "events";
  /** A POST that makes something: an officer sends an `Idempotency-Key` with it. Other POSTs may carry one. */
  readonly created?: true;
  /** The answer holds a secret that is shown once: it is not kept for a repeat of the request. */
  readonly onceOnly?: true;
  /** A change that is refused without `If-Match`, which any change of what a GET of the same path reads may carry. */
  readonly versioned?: true;
  /**
   * How it stands in the audit log: as an act (begun before it is done, then how it ended), as a reading, or not at all.
   * Without a word: a reading for GET, an act for the others. `none` is for harmless readings alone; a test lists them.
   */
  readonly audit?: "act" | "read" | "none";
  /** Whoever asks says for what, in the header `Muster-Purpose` (SD-4). */
  readonly purpose?: true;
}

/** Who may come in at all. What he then sees is row-level security's. */
export type RouteAccess =
  | { readonly for: "anyone" }
  | { readonly for: "officer"; readonly stepUp?: true }
  /** Members of the operation that the path names, in one of these roles. */
  | { readonly for: "member"; readonly roles: readonly string[]; readonly stepUp?: true }
  /** Officers with one of these duties for the whole house. */
  | { readonly for: "duty"; readonly duties: readonly string[]; readonly stepUp?: true }
  /** A partner's machine, or a member who may do the same by hand. */
  | { readonly for: "token"; readonly scope: "deliver"; readonly roles: readonly string[] };

export type ParamsOf<R extends RouteContract> = R["params"] extends z.ZodType
  ? z.output<R["params"]>
  : object;
export type QueryOf<R extends RouteContract> = R["query"] extends z.ZodType ? z.output<R["query"]> : object;
export type BodyOf<R extends RouteContract> = R["body"] extends z.ZodType
  ? z.output<R["body"]>
  : R["body"] extends "bytes"
    ? AsyncIterable<Uint8Array>
    : undefined;
export type ResponseOf<R extends RouteContract> = R["response"] extends z.ZodType
  ? z.input<R["response"]>
  : AsyncIterable<Uint8Array | string>;
