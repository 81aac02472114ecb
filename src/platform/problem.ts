/** Closed: the edge maps each kind to one answer (HTTP status, exit code). Codes are many, kinds are few. */
export type ProblemKind =
  | "invalid"
  | "not-found"
  | "conflict"
  | "forbidden"
  | "too-many"
  | "unavailable"
  | "internal";

export interface ProblemDetail {
  /** `room.what_happened`, stable: people search for it and scripts rely on it. */
  readonly code: string;
  /** One or two sentences for the officer: what is wrong and how to mend it. Shown, therefore never anything secret. */
  readonly say: string;
  /** For the log only. */
  readonly note?: Readonly<Record<string, unknown>> | undefined;
  readonly cause?: unknown;
}

/** An expected refusal. Whatever is not a `Problem` is a defect and travels up to be logged once. */
export class Problem extends Error {
  override readonly name = "Problem";
  readonly kind: ProblemKind;
  readonly code: string;
  readonly say: string;
  readonly note: Readonly<Record<string, unknown>>;

  constructor(kind: ProblemKind, detail: ProblemDetail) {
    super(`${detail.code}: ${detail.say}`, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.kind = kind;
    this.code = detail.code;
    this.say = detail.say;
    this.note = detail.note ?? {};
  }
}
