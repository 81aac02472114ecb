import { z } from "zod";
import { Problem, type ProblemKind } from "../problem.ts";

/** RFC 9457, with our code and a sentence for the officer. */
export const ProblemDocument = z
  .object({
    type: z.literal("about:blank"),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: "room.what_happened: stable" }),
    detail: z.string().meta({ description: "what is wrong and how to mend it" }),
    faults: z
      .array(z.object({ at: z.string(), say: z.string() }))
      .optional()
      .meta({ description: "each field that was refused" }),
    yours: z
      .unknown()
      .optional()
      .meta({ description: "when it was changed meanwhile: the version that was sent" }),
    current: z.unknown().optional().meta({ description: "and the one that is there now" }),
  })
  .meta({ id: "Problem" });
export type ProblemDocument = z.infer<typeof ProblemDocument>;

/** Thrown where the edge itself refuses, with a document of its own. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly document: ProblemDocument;
  readonly headers: Readonly<Record<string, string>>;
  constructor(document: ProblemDocument, headers: Readonly<Record<string, string>> = {}) {
    super(document.code);
    this.document = document;
    this.headers = headers;
  }
}

const STATUS: Readonly<Record<ProblemKind, { readonly status: number; readonly title: string }>> = {
  invalid: { status: 400, title: "Bad Request" },
  "not-found": { status: 404, title: "Not Found" },
  conflict: { status: 409, title: "Conflict" },
  forbidden: { status: 403, title: "Forbidden" },
  "too-many": { status: 429, title: "Too Many Requests" },
  unavailable: { status: 503, title: "Service Unavailable" },
  internal: { status: 500, title: "Internal Server Error" },
};

/** Nobody is signed in; the same words whether a session is missing, ended, or never was. */
export const UNAUTHENTICATED: ProblemDocument = {
  type: "about:blank",
  title: "Unauthorized",
  status: 401,
  code: "people.sign_in",
  detail: "Sign in first.",
};

/**
 * Nothing here, for this reader. One sentence for what is hidden and what does not exist, byte for byte: that something
 * exists is intelligence. What a `not-found` Problem says is therefore left out.
 */
export const NOT_FOUND: ProblemDocument = {
  type: "about:blank",
  title: "Not Found",
  status: 404,
  code: "http.not_found",
  detail: "There is nothing here that you may see.",
};

/** A defect tells its story to the log alone. */
const INTERNAL: ProblemDocument = {
  type: "about:blank",
  ...STATUS.internal,
  code: "http.internal",
  detail: "Something went wrong on our side. It was noted. Try again; nothing half-done was kept.",
};

/** The document for whatever was thrown. */
export function problemDocument(error: unknown): ProblemDocument {
  if (!(error instanceof Problem) || error.kind === "internal") return INTERNAL;
  if (error.kind === "not-found") return NOT_FOUND;
  return { type: "about:blank", ...STATUS[error.kind], code: error.code, detail: error.say };
}

/** What a schema refused, field by field. Values are not repeated: they may be anything. */
export function invalidRequest(where: string, error: z.ZodError): ProblemDocument {
  return {
    type: "about:blank",
    ...STATUS.invalid,
    code: "http.invalid_request",
    detail: `The ${where} of the request is not as described. See each fault, mend it and send again.`,
    faults: error.issues.slice(0, 20).map(({ path, message }) => ({
      at: path.map(String).join(".").slice(0, 200),
      say: message.slice(0, 300),
    })),
  };
}
