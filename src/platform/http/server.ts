import { AsyncLocalStorage } from "node:async_hooks";
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type pg from "pg";
import type { z } from "zod";
import { Problem } from "../problem.ts";
import { changeVersion, etagOf, isKnown } from "./conditional.ts";
import type { Binding } from "./handler.ts";
import { answerOnce, readKey } from "./idempotency.ts";
import {
  invalidRequest,
  NOT_FOUND,
  type ProblemDocument,
  problemDocument,
  Refusal,
  UNAUTHENTICATED,
} from "./problem-document.ts";
import { type RequestBytes, requestBytes } from "./request-bytes.ts";
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
  /** Where answers to writes and changes under way are noted, in the caller's name. */
  readonly writes: pg.Pool;
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
    // An address that cannot be read is refused before there is a route: in our words too, and without repeating it.
    frameworkErrors: (error, _request, reply) => void send(reply, edgeProblem(error)),
    logger: false, // whatever is logged of a request is the audit's and the program's, never its raw line
  });
  await server.register(cookie);
  await server.register(helmet, {
    contentSecurityPolicy: { directives: { defaultSrc: ["'self'"], frameAncestors: ["'none'"] } },
  });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("application/json", { parseAs: "string" }, (_request, body, done) => {
    try {
      done(null, body === "" ? undefined : JSON.parse(String(body), storable));
    } catch (error) {
      if (error instanceof Problem) return done(error);
      done(new Problem("invalid", { code: "http.not_json", say: "The request's body is not JSON." }));
    }
  });
  server.addContentTypeParser("application/octet-stream", (_request, payload, done) => done(null, payload));
  server.addHook("onRequest", async ({ url }) => {
    if (/%00/.test(url)) throw badText();
  });
  server.addHook("onSend", async (_request, reply) => {
    reply.header("cache-control", reply.getHeader("cache-control") ?? "no-store");
  });
  server.setNotFoundHandler((_request, reply) => send(reply, NOT_FOUND));
  server.setErrorHandler((error, request, reply) => {
    const document = edgeProblem(error);
    if (document.status >= 500) options.onDefect(error, request.routeOptions.url ?? "no route");
    if (error instanceof Refusal) reply.headers(error.headers);
    if (request.body instanceof Readable) refuseTheRest(request.body, reply);
    return send(reply, document);
  });
  for (const binding of options.bindings) addRoute(server, binding, options);
  return server;
}

/** No database keeps a NUL or half a surrogate pair in a text: said at the door, or it would be a defect far inside. */
function storable(name: string, value: unknown): unknown {
  if (!isStorable(name) || (typeof value === "string" && !isStorable(value))) throw badText();
  return value;
}

function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\u0000");
}

function badText(): Problem {
  return new Problem("invalid", {
    code: "http.bad_text",
    say: "The request holds a NUL character or half of a surrogate pair. Take it out and send again.",
  });
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
      await options.gatekeeper.enter(route, entry, visitOf(binding, request, reply, options));
      return reply;
    },
  });
}

/** A request as its route's schemas read it. */
interface Asked {
  readonly params: object;
  readonly query: object;
  readonly body: unknown;
  /** The body of a route that takes bytes. */
  readonly bytes: RequestBytes | null;
  readonly key: string | null;
}

/** What leaves: a whole text, which can be kept and compared, or chunks. */
type Encoded = { readonly text: string } | { readonly chunks: AsyncIterable<Uint8Array | string> };

function visitOf<Caller>(
  binding: Binding<Caller>,
  request: FastifyRequest,
  reply: FastifyReply,
  options: ServerOptions<Caller>,
): Visit<Caller> {
  const { route } = binding;
  let asked: Asked | undefined;
  let answered: Encoded | undefined;
  return {
    parse() {
      asked = askedOf(route, request);
    },
    async answer(caller) {
      if (asked === undefined) throw new Error("a visit is parsed before it is answered");
      answered = await answerOf({ binding, request, reply, options, caller, asked });
    },
    // Sent inside the gate: what a stream still reads is read as the caller.
    async send() {
      if (answered === undefined) throw new Error("a visit is answered before it is sent");
      await sendAnswer(route, request, reply, answered);
    },
  };
}

function askedOf(route: RouteContract, request: FastifyRequest): Asked {
  const params = parsed("path", route.params, request.params);
  const query = parsed("query", route.query, request.query);
  const { authorization, "idempotency-key": sent } = textsOf(request.headers);
  const mayRepeat = route.method === "POST" && route.access.for !== "anyone" && isText(route);
  // A machine with a token may send one; an officer must, because browsers send forms twice.
  const key = mayRepeat ? readKey(sent, route.created === true && authorization === undefined) : null;
  const bytes = route.body === "bytes" ? bytesOf(request, key !== null) : null;
  const body = bytes === null ? bodyOf(route, request) : bytes.chunks;
  return { params, query, body, bytes, key };
}

function isText(route: RouteContract): boolean {
  return route.response !== "bytes" && route.response !== "events";
}

interface Turn<Caller> {
  readonly binding: Binding<Caller>;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly options: ServerOptions<Caller>;
  readonly caller: Caller;
  readonly asked: Asked;
}

/** Does what was asked, under the rules of writing: once for each key, and of the version that was read. */
async function answerOf<Caller>(turn: Turn<Caller>): Promise<Encoded> {
  const { binding, request, options, asked } = turn;
  const { route } = binding;
  if (asked.key !== null) {
    const write = {
      key: asked.key,
      digest: () => digestOf(request, asked),
      isSecret: route.onceOnly === true,
    };
    return { text: await answerOnce(options.writes, write, async () => textIn(await carryOut(turn))) };
  }
  const ifMatch = textsOf(request.headers)["if-match"];
  const isChange = route.method === "PUT" || route.method === "PATCH" || route.method === "DELETE";
  if (!isChange || (ifMatch === undefined && route.versioned !== true)) return carryOut(turn);
  const reading = options.bindings.find(
    (each) => each.route.method === "GET" && each.route.path === route.path && isText(each.route),
  );
  if (reading === undefined) throw withoutVersions();
  const read = async () => {
    const nothing = {
      query: parsed("query", reading.route.query, {}),
      body: undefined,
      bytes: null,
      key: null,
    };
    return textIn(await carryOut({ ...turn, binding: reading, asked: { ...asked, ...nothing } }));
  };
  const thing = request.url.replace(/\?.*$/s, "");
  return changeVersion(options.writes, { thing, ifMatch, yours: request.body, read }, () => carryOut(turn));
}

async function carryOut<Caller>({ binding, request, reply, caller, asked }: Turn<Caller>): Promise<Encoded> {
  const { route, answer } = binding;
  const { params, query, body } = asked;
  const gone = new AbortController();
  reply.raw.once("close", () => gone.abort());
  const replyHeaders = { header: (name: string, value: string) => void reply.header(name, value) };
  const headers = textsOf(request.headers);
  const answered = await answer(
    { params, query, body, signal: gone.signal, headers, reply: replyHeaders },
    caller,
  );
  if (route.response === "bytes" || route.response === "events")
    // A binding answers these routes with chunks: `ResponseOf` says so.
    return { chunks: answered as AsyncIterable<Uint8Array | string> };
  // Encoded by the schema: a field that it does not name does not leave, one that does not fit is a defect of ours.
  return { text: JSON.stringify(route.response.parse(answered)) };
}

function textIn(encoded: Encoded): string {
  if ("text" in encoded) return encoded.text;
  throw new Error("a stream is no answer that can be kept");
}

async function digestOf(request: FastifyRequest, { bytes }: Asked): Promise<Buffer> {
  const body = bytes === null ? JSON.stringify(request.body ?? null) : await bytes.digest();
  return createHash("sha256").update(`${request.method} ${request.url}\n`).update(body).digest();
}

function withoutVersions(): Problem {
  return new Problem("invalid", {
    code: "http.no_versions",
    say: "There is nothing to read at this address, so If-Match has nothing to compare. Send it without.",
  });
}

async function sendAnswer(
  route: RouteContract,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: Encoded,
): Promise<void> {
  reply.code(route.created === true ? 201 : 200);
  if ("chunks" in answer) {
    // A stream that ends when the server does must not leave a connection behind that waits for another request.
    if (route.response === "events")
      reply.headers({ "content-type": "text/event-stream", connection: "close" });
    else if (!reply.hasHeader("content-type")) reply.header("content-type", "application/octet-stream");
    await reply.send(Readable.from(inThisContext(answer.chunks)));
    return;
  }
  if (route.method === "GET") {
    const etag = etagOf(answer.text);
    reply.header("etag", etag);
    if (isKnown(textsOf(request.headers)["if-none-match"], etag)) {
      await reply.code(304).send();
      return;
    }
  }
  await reply.header("content-type", "application/json; charset=utf-8").send(answer.text);
}

/** A stream asks for chunks whenever there is room; each is made as the caller, not as whoever made the room. */
function inThisContext<T>(chunks: AsyncIterable<T>): AsyncIterable<T> {
  const here = AsyncLocalStorage.snapshot();
  return {
    [Symbol.asyncIterator]() {
      const iterator = chunks[Symbol.asyncIterator]();
      return {
        next: () => here(() => iterator.next()),
        return: (value?: unknown) =>
          here(() => iterator.return?.(value)) ?? Promise.resolve({ done: true, value: undefined }),
      };
    },
  };
}

function parsed(where: string, schema: z.ZodType | undefined, value: unknown): object {
  if (schema === undefined) return {};
  const result = schema.safeParse(value);
  if (!result.success) throw new Refusal(invalidRequest(where, result.error));
  return typeof result.data === "object" && result.data !== null ? result.data : {};
}

function bodyOf(route: RouteContract, request: FastifyRequest): unknown {
  if (route.body === undefined || route.body === "bytes") return undefined;
  const result = route.body.safeParse(request.body);
  if (!result.success) throw new Refusal(invalidRequest("body", result.error));
  return result.data;
}

function bytesOf({ body }: FastifyRequest, isHashed: boolean): RequestBytes {
  if (body instanceof Readable) return requestBytes(body, isHashed);
  throw new Refusal(NOT_BYTES);
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

/** Nobody waits for the rest of a refused stream: it is let go by, and the connection ends with the answer. */
function refuseTheRest(body: Readable, reply: FastifyReply): void {
  reply.header("connection", "close");
  body.on("error", () => undefined);
  body.resume();
}

/** The framework's own refusals (a body too large, a content type nobody reads) in our words. */
function edgeProblem(error: unknown): ProblemDocument {
  if (error instanceof Refusal) return error.document;
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
  if (status === 415) return NOT_BYTES;
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

const NOT_BYTES: ProblemDocument = {
  ...REFUSED,
  status: 415,
  title: "Unsupported Media Type",
  code: "http.content_type",
  detail: "Send application/json, or application/octet-stream for a delivery.",
};

function send(reply: FastifyReply, document: ProblemDocument) {
  return reply
    .code(document.status)
    .header("content-type", "application/problem+json; charset=utf-8")
    .send(JSON.stringify(document));
}
