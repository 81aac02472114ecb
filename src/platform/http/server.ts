import { Readable } from "node:stream";
import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { z } from "zod";
import { Problem } from "../problem.ts";
import type { Binding } from "./handler.ts";
import {
  invalidRequest,
  NOT_FOUND,
  type ProblemDocument,
  problemDocument,
  UNAUTHENTICATED,
} from "./problem-document.ts";
import type { RouteContract } from "./route.ts";

/** What the edge asks the program: who is it, may he come in, and do this as him. */
export interface Gatekeeper<Caller> {
  /**
   * Lets the request in or throws a Problem; then has the visit parsed, answered and sent, in this order, as the one who
   * asks, held to what he may see.
   * @throws Unauthenticated, Problem
   */
  enter(route: RouteContract, request: EntryRequest, visit: Visit<Caller>): Promise<void>;
}

/** A request that waits at the gate, in steps: between any two of them the gatekeeper may write down what happens. */
export interface Visit<Caller> {
  /** Reads path, query and body as the route's schemas say; throws when they are refused. */
  parse(): void;
  /** Does what was asked. Nothing has left yet: a stream is read only while it is sent. */
  answer(caller: Caller): Promise<void>;
  send(): Promise<void>;
}

/** What is known of a request before its schemas were looked at: only what decides on entry. */
export interface EntryRequest {
  readonly method: string;
  readonly params: Readonly<Record<string, string | undefined>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly address: string;
}

/** Thrown by a gatekeeper when nobody is signed in. */
export class Unauthenticated extends Error {
  override readonly name = "Unauthenticated";
}

export interface ServerOptions<Caller> {
  readonly bindings: readonly Binding<Caller>[];
  readonly gatekeeper: Gatekeeper<Caller>;
  /** Told of defects, with no content of the request. */
  readonly onDefect: (error: unknown, route: string) => void;
  /** Whether a proxy on this machine may be believed about who is behind it. */
  readonly trustProxy?: "loopback";
}

/** JSON bodies are small here; deliveries come as streams. */
const BODY_LIMIT_BYTES = 1 << 20;

/**
 * The edge: each contract becomes one route, input is parsed by its schemas, output leaves only as its response schema
 * says, and every refusal is a problem document. It listens to nobody until the caller of this says so.
 */
export async function buildServer<Caller>(options: ServerOptions<Caller>): Promise<FastifyInstance> {
  const server = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: options.trustProxy ?? false,
    routerOptions: { maxParamLength: 256 },
    logger: false, // whatever is logged of a request is the audit's and the program's, never its raw line
  });
  await server.register(cookie);
  await server.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], frameAncestors: ["'none'"] } },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, body === "" ? undefined : JSON.parse(String(body)));
    } catch {
      done(new Problem("invalid", { code: "http.not_json", say: "The request's body is not JSON." }));
    }
  });
  server.addContentTypeParser("application/octet-stream", (_request, payload, done) => done(null, payload));
  server.addHook("onSend", async (_request, reply) => {
    reply.header("cache-control", reply.getHeader("cache-control") ?? "no-store");
  });
  server.setNotFoundHandler((_request, reply) => send(reply, NOT_FOUND));
  server.setErrorHandler((error, request, reply) => {
    const document = edgeProblem(error);
    if (document.status >= 500) options.onDefect(error, request.routeOptions.url ?? "no route");
    return send(reply, document);
  });
  for (const binding of options.bindings) addRoute(server, binding, options);
  return server;
}

function addRoute<Caller>(
  server: FastifyInstance,
  binding: Binding<Caller>,
  options: ServerOptions<Caller>,
): void {
  const { route } = binding;
  server.route({
    method: route.method,
    url: route.path,
    exposeHeadRoute: false,
    async handler(request, reply) {
      const entry = entryOf(request);
      await options.gatekeeper.enter(route, entry, visitOf(binding, request, reply, entry));
      return reply;
    },
  });
}

function visitOf<Caller>(
  { route, answer }: Binding<Caller>,
  request: FastifyRequest,
  reply: FastifyReply,
  { headers }: EntryRequest,
): Visit<Caller> {
  let asked: { readonly params: object; readonly query: object; readonly body: unknown } | undefined;
  let answered: unknown;
  return {
    parse() {
      asked = {
        params: parsed("path", route.params, request.params),
        query: parsed("query", route.query, request.query),
        body: bodyOf(route, request),
      };
    },
    async answer(caller) {
      if (asked === undefined) throw new Error("a visit is parsed before it is answered");
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      const replyHeaders = { header: (name: string, value: string) => void reply.header(name, value) };
      answered = await answer({ ...asked, signal: gone.signal, headers, reply: replyHeaders }, caller);
    },
    // Sent inside the gate: what a stream still reads is read as the caller.
    send: () => sendAnswer(route, reply, answered),
  };
}

async function sendAnswer(route: RouteContract, reply: FastifyReply, answer: unknown): Promise<void> {
  reply.code(route.created === true ? 201 : 200);
  if (route.response === "bytes" || route.response === "events") {
    if (route.response === "events") reply.header("content-type", "text/event-stream");
    else if (!reply.hasHeader("content-type")) reply.header("content-type", "application/octet-stream");
    // A binding answers these routes with chunks: `ResponseOf` says so.
    const stream = Readable.from(answer as AsyncIterable<Uint8Array | string>);
    await reply.send(stream);
    return;
  }
  // Encoded by the schema: a field that it does not name does not leave, one that does not fit is a defect of ours.
  const body = route.response.parse(answer);
  await reply.header("content-type", "application/json; charset=utf-8").send(JSON.stringify(body));
}

function parsed(where: string, schema: z.ZodType | undefined, value: unknown): object {
  if (schema === undefined) return {};
  const result = schema.safeParse(value);
  if (!result.success) throw new InvalidRequest(invalidRequest(where, result.error));
  return typeof result.data === "object" && result.data !== null ? result.data : {};
}

function bodyOf(route: RouteContract, request: FastifyRequest): unknown {
  if (route.body === undefined) return undefined;
  if (route.body === "bytes") return request.body;
  const result = route.body.safeParse(request.body);
  if (!result.success) throw new InvalidRequest(invalidRequest("body", result.error));
  return result.data;
}

class InvalidRequest extends Error {
  override readonly name = "InvalidRequest";
  readonly document: ProblemDocument;
  constructor(document: ProblemDocument) {
    super(document.code);
    this.document = document;
  }
}

function entryOf(request: FastifyRequest): EntryRequest {
  return {
    method: request.method,
    params: textsOf(request.params),
    query: textsOf(request.query),
    cookies: request.cookies,
    headers: textsOf(request.headers),
    address: request.ip,
  };
}

function textsOf(value: unknown): Record<string, string | undefined> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, typeof each === "string" ? each : undefined]),
  );
}

/** The framework's own refusals (a body too large, a content type nobody reads) in our words. */
function edgeProblem(error: unknown): ProblemDocument {
  if (error instanceof InvalidRequest) return error.document;
  if (error instanceof Problem) return problemDocument(error);
  if (error instanceof Unauthenticated) return { ...UNAUTHENTICATED };
  const status = error instanceof Error && "statusCode" in error ? error.statusCode : undefined;
  if (status === 413)
    return {
      ...REFUSED,
      status: 413,
      title: "Content Too Large",
      code: "http.too_large",
      detail: "The request is larger than one million characters. Deliveries are sent as a stream.",
    };
  if (status === 415)
    return {
      ...REFUSED,
      status: 415,
      title: "Unsupported Media Type",
      code: "http.content_type",
      detail: "Send application/json, or application/octet-stream for a delivery.",
    };
  if (typeof status === "number" && status >= 400 && status < 500) return REFUSED;
  return problemDocument(error);
}

const REFUSED: ProblemDocument = {
  type: "about:blank",
  title: "Bad Request",
  status: 400,
  code: "http.bad_request",
  detail: "The request cannot be read. Check its path, headers and body.",
};

function send(reply: FastifyReply, document: ProblemDocument) {
  return reply
    .code(document.status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .send(JSON.stringify(document));
}
