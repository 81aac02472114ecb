import type { BodyOf, ParamsOf, QueryOf, ResponseOf, RouteContract } from "./route.ts";

/** A route and what answers it. `Caller` is the program's word for who asks; this room does not know what is in it. */
export interface Binding<Caller> {
  readonly route: RouteContract;
  readonly answer: (request: AnyRequest, caller: Caller) => Promise<unknown>;
}

export interface TypedRequest<R extends RouteContract> {
  readonly params: ParamsOf<R>;
  readonly query: QueryOf<R>;
  readonly body: BodyOf<R>;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly reply: ReplyHeaders;
}

type AnyRequest = Omit<TypedRequest<RouteContract>, "body"> & { readonly body: unknown };

/** What an answer may say beside its body. */
export interface ReplyHeaders {
  header(name: string, value: string): void;
}

/** Ties an answer to its contract: parsed input in, and only what the response schema names out. */
export function bind<Caller, const R extends RouteContract>(
  route: R,
  answer: (request: TypedRequest<R>, caller: Caller) => Promise<ResponseOf<R>>,
): Binding<Caller> {
  // The server parses each request with the route's own schemas before it calls: that is what makes this cast safe.
  return { route, answer: (request, caller) => answer(request as TypedRequest<R>, caller) };
}
