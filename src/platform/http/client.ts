import type { z } from "zod";
import { ProblemDocument } from "./problem-document.ts";
import type { RouteContract } from "./route.ts";

/** What a caller hands in for one route: what its contract takes, as it is sent, and nothing else. */
export type CallInput<R extends RouteContract> = Part<"params", R["params"]> &
  Part<"query", R["query"]> &
  Part<"body", R["body"]> & {
    readonly headers?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  };

type Part<Name extends string, Schema> = Schema extends z.ZodType
  ? object extends z.input<Schema>
    ? { readonly [name in Name]?: z.input<Schema> }
    : { readonly [name in Name]: z.input<Schema> }
  : Schema extends "bytes"
    ? { readonly [name in Name]: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> }
    : { readonly [name in Name]?: never };

/** What a route answers: parsed by its schema, or the bytes as they come. */
export type Answered<R extends RouteContract> = R["response"] extends z.ZodType
  ? z.output<R["response"]>
  : ReadableStream<Uint8Array>;

/** The server's refusal, as it said it. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly problem: ProblemDocument;
  constructor(problem: ProblemDocument) {
    super(`${problem.code}: ${problem.detail}`);
    this.problem = problem;
  }
}

/** Sends a request: `fetch`, or what stands in its place. */
export type Send = (path: string, request: RequestInit) => Promise<Response>;

/** Asks one route. */
export interface Client {
  /** @throws Refused when the server refuses, ZodError when it answers something its contract does not name */
  call<const R extends RouteContract>(route: R, input: CallInput<R>): Promise<Answered<R>>;
}

/** A client for every route whose contract the caller can import; its types are the contract's own, nothing is generated. */
export function openClient(send: Send): Client {
  return {
    async call(route, input) {
      const parts = looselyTyped(input);
      const response = await send(pathOf(route, parts), requestOf(route, parts));
      if (!response.ok) throw new Refused(ProblemDocument.parse(await response.json()));
      if (route.response === "bytes" || route.response === "events")
        // The contract says a stream; a response without a body is an empty one. `Answered` is that stream here.
        return (response.body ?? new Blob([]).stream()) as Answered<typeof route>;
      // Parsed by the route's own schema, which is what `Answered` is made from.
      return route.response.parse(await response.json()) as Answered<typeof route>;
    },
  };
}

interface LooseInput {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

function looselyTyped(input: object): LooseInput {
  return input; // every field of CallInput is one of these, whatever the route
}

function pathOf(route: RouteContract, { params = {}, query = {} }: LooseInput): string {
  const path = route.path.replaceAll(/:(\w+)/g, (_text, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    for (const each of Array.isArray(value) ? value : [value])
      if (each !== undefined) asked.append(name, String(each));
  return asked.size === 0 ? path : `${path}?${asked.toString()}`;
}

function requestOf(route: RouteContract, { body, headers, signal }: LooseInput): RequestInit {
  const request = {
    method: route.method,
    headers: { ...headers },
    ...(signal === undefined ? {} : { signal }),
  };
  if (route.body === undefined || body === undefined) return request;
  if (route.body !== "bytes") {
    const json = { ...request.headers, "content-type": "application/json" };
    return { ...request, headers: json, body: JSON.stringify(body) };
  }
  const binary = { ...request.headers, "content-type": "application/octet-stream" };
  // "bytes" takes these two alone, says `CallInput`. Streams are sent in one direction at a time.
  const stream = body as Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  return { ...request, headers: binary, body: stream, duplex: "half" };
}
