import { readFileSync } from "node:fs";
import { z } from "zod";
import { LOG_LEVELS } from "../log/log.ts";
import { Problem } from "../problem.ts";

interface Setting<Schema extends z.ZodType> {
  /** Name of the environment variable. */
  readonly env: string;
  readonly about: string;
  readonly schema: Schema;
  /** As printed in the documentation: what holds when the variable is absent. */
  readonly absent: string;
}

/** Every setting there is. Each works when absent. A secret is given as the path of a file, so that it is not in the process' environment. */
const SETTINGS = {
  dataDir: setting(
    "MUSTER_DATA",
    "Folder of the embedded database and of delivered files.",
    z.string().min(1).default("data"),
    "`data` in the working folder",
  ),
  port: setting(
    "MUSTER_PORT",
    "Port of the web page.",
    z.coerce.number().int().min(0).max(65_535).default(8080),
    "8080",
  ),
  listenAddress: setting(
    "MUSTER_LISTEN",
    "Address the web page is served on. Anything but this machine itself needs a proxy with TLS in front.",
    z.union([z.ipv4(), z.ipv6()]).default("127.0.0.1"),
    "127.0.0.1",
  ),
  origin: setting(
    "MUSTER_ORIGIN",
    "Address that officers type in their browser, scheme and host alone, `https://muster.example.org`. Passkeys are bound to it: whoever changes it must enrol everybody anew.",
    z
      .url()
      .transform((text) => new URL(text))
      .refine(
        (url) => url.protocol === "https:" || (url.protocol === "http:" && url.hostname === "localhost"),
        "begins with https:// (http:// only for localhost: a browser keeps no sign-in otherwise)",
      )
      .refine((url) => url.href === `${url.origin}/`, "has no path behind the host")
      .transform((url) => url.origin)
      .optional(),
    "`http://localhost:` and the port",
  ),
  oidcIssuer: setting(
    "MUSTER_OIDC_ISSUER",
    "Address of an OpenID Connect provider where officers may sign in. Its redirect address is MUSTER_ORIGIN and `/sign-in/returned`.",
    z
      .url()
      .refine(
        (text) => /^(?:https:\/\/|http:\/\/localhost[:/])/.test(text),
        "begins with https:// (http:// only for localhost)",
      )
      .optional(),
    "nobody signs in elsewhere",
  ),
  oidcClientId: setting(
    "MUSTER_OIDC_CLIENT_ID",
    "What that provider calls this Muster.",
    z.string().min(1).optional(),
    "as if without MUSTER_OIDC_ISSUER",
  ),
  oidcClientSecret: setting(
    "MUSTER_OIDC_CLIENT_SECRET_FILE",
    "File holding the secret shared with that provider.",
    z.string().transform(readSecret).pipe(z.string().min(1)).optional(),
    "a public client: PKCE alone",
  ),
  logLevel: setting(
    "MUSTER_LOG_LEVEL",
    `How much is logged: ${LOG_LEVELS.join(", ")}.`,
    z.enum(LOG_LEVELS).default("info"),
    "info",
  ),
  workerConcurrency: setting(
    "MUSTER_WORKER_CONCURRENCY",
    "Jobs that one worker process does at the same time.",
    z.coerce.number().int().min(1).max(16).default(2),
    "2",
  ),
  largestDeliveryBytes: setting(
    "MUSTER_LARGEST_DELIVERY",
    "Bytes of the largest delivery that is taken over the network.",
    z.coerce
      .number()
      .int()
      .min(1)
      .default(4 * 1024 ** 3),
    "4294967296 (4 GiB)",
  ),
  tablesFile: setting(
    "MUSTER_TABLES",
    "File that names outside tables of your own (address allocations, shared infrastructure, government names): docs/howto/bring-your-own-tables.md.",
    z.string().min(1).optional(),
    "the shipped tables alone",
  ),
  databaseUrl: setting(
    "DATABASE_URL",
    "Address `postgresql://...` of a PostgreSQL server, 15 or newer, to use instead of the embedded one. With a password in it, prefer MUSTER_DATABASE_URL_FILE.",
    databaseUrl().optional(),
    "the embedded server",
  ),
  databaseUrlFromFile: secret(
    "MUSTER_DATABASE_URL_FILE",
    "File holding what DATABASE_URL would.",
    "not used",
  ),
  ownerDatabaseUrl: roleUrl("OWNER", "migrates and owns the tables"),
  gateDatabaseUrl: roleUrl("GATE", "finds out who may see what"),
  appDatabaseUrl: roleUrl("APP", "faces people"),
  workerDatabaseUrl: roleUrl("WORKER", "takes deliveries in"),
  signerDatabaseUrl: roleUrl("SIGNER", "signs packages"),
};

export type Settings = {
  readonly [Name in keyof typeof SETTINGS]: z.output<(typeof SETTINGS)[Name]["schema"]>;
};

/**
 * Reads the settings from environment variables. An unknown `MUSTER_*` variable is refused: a misspelt setting that
 * is silently ignored is found out too late. Throws one Problem that names everything wrong.
 */
export function readSettings(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Settings {
  const faults = unknownVariables(environment).map((name) => `${name} is not a setting of Muster`);
  const values: Record<string, unknown> = {};
  for (const [name, { env, schema }] of Object.entries(SETTINGS)) {
    // An empty variable is an absent one, as `docker compose` and CI pass them.
    const read = schema.safeParse(environment[env] || undefined);
    if (read.success) values[name] = read.data;
    else faults.push(`${env}: ${read.error.issues.map((issue) => issue.message).join(", ")}`);
  }
  if (faults.length === 0) {
    // Filled just above from the same table, each value by its own schema.
    return values as Settings;
  }
  throw new Problem("invalid", {
    code: "config.invalid",
    say: `The settings cannot be used. ${faults.join(". ")}. All settings are in docs/settings.md.`,
  });
}

/** The documentation of all settings in Markdown, from the same table: the content of docs/settings.md. */
export function describeSettings(): string {
  const rows = Object.values(SETTINGS).map(
    ({ env, about, absent }) => `| \`${env}\` | ${about} | ${absent} |`,
  );
  return [
    "# Settings",
    "",
    "Environment variables. None is needed. An unknown variable beginning with `MUSTER_` is refused.",
    "This page is made from `src/platform/config/settings.ts`.",
    "",
    "| Variable | What it does | When absent |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

/** Set for the tests of a checkout; no program reads them. */
const TEST_PREFIX = "MUSTER_TEST_";

function unknownVariables(environment: Readonly<Record<string, string | undefined>>): string[] {
  const known = new Set(Object.values(SETTINGS).map(({ env }) => env));
  return Object.keys(environment).filter(
    (name) => name.startsWith("MUSTER_") && !name.startsWith(TEST_PREFIX) && !known.has(name),
  );
}

function setting<Schema extends z.ZodType>(
  env: string,
  about: string,
  schema: Schema,
  absent: string,
): Setting<Schema> {
  return { env, about, schema, absent };
}

function roleUrl(role: string, what: string) {
  return secret(
    `MUSTER_${role}_DATABASE_URL_FILE`,
    `File holding a database address of its own for the program that ${what}.`,
    "the common address",
  );
}

function secret(env: string, about: string, absent: string) {
  return setting(env, about, z.string().transform(readSecret).pipe(databaseUrl()).optional(), absent);
}

function readSecret(path: string, context: z.RefinementCtx): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown";
    context.addIssue({ code: "custom", message: `the file ${path} cannot be read (${code})` });
    return z.NEVER;
  }
}

/** Not a general check of URLs: their messages would repeat the value, which holds a password. */
function databaseUrl() {
  return z.string().regex(/^postgres(?:ql)?:\/\//, "not an address that begins with postgresql://");
}
