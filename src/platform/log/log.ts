import { type DestinationStream, destination, type Logger, pino, stdSerializers } from "pino";
import { Problem } from "../problem.ts";

export type { Logger } from "pino";

export const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/**
 * The log of one program: JSON lines on standard error, because standard output belongs to a command's result.
 * Passwords, keys, tokens, cookies and addresses with passwords are blanked wherever they stand two levels deep; of a database error
 * only what holds no stored values is kept. Contributed values are never passed to the log in the first place.
 */
export function createLog(
  program: string,
  level: LogLevel,
  // Synchronous: the last lines before a crash are the ones that matter.
  to: DestinationStream = destination({ dest: 2, sync: true }),
): Logger {
  return pino(
    {
      name: program,
      level,
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]), censor: "[secret]" },
      serializers: { err: describeError, error: describeError },
      formatters: { level: (label) => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      hooks: { streamWrite: hidePasswords },
    },
    to,
  );
}

const SECRETS = [
  ...["password", "passphrase", "secret", "token", "authorization", "cookie", "apiKey", "privateKey"],
  ...["connectionString", "databaseUrl"],
];

/** `postgresql://user:password@host` in any message, whoever wrote it. */
function hidePasswords(line: string): string {
  return line.replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s:/@"]*):[^\s/@"]*@/gi, "$1:[secret]@");
}

/** The driver puts rows into `detail`, `where` and `internalQuery`; they are left out on purpose. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const described = { type: error.name, message: error.message, stack: error.stack };
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  if (error instanceof Problem) {
    return { ...described, kind: error.kind, code: error.code, note: error.note, ...cause };
  }
  const code: unknown = stdSerializers.err(error).code;
  return code === undefined ? { ...described, ...cause } : { ...described, code, ...cause };
}
