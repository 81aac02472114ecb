import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { Problem } from "../problem.ts";
import { DATABASE_ROLES, type DatabaseRole } from "./roles.ts";

export interface Credentials {
  readonly superuser: string;
  readonly roles: Readonly<Record<DatabaseRole, string>>;
}

const password = z.string().min(20);
const CredentialsFile = z.strictObject({
  superuser: password,
  roles: z.record(z.enum(DATABASE_ROLES), password),
});

/**
 * The embedded server's passwords: random, made once, in a file only its owner reads. Of two processes that make it at
 * once one wins and both read the same. Throws a Problem when the file is damaged.
 */
export function readOrMakeCredentials(path: string): Credentials {
  return readCredentials(path) ?? makeCredentials(path);
}

function readCredentials(path: string): Credentials | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    if (error instanceof Error && "code" in error && error.code === "EACCES") {
      throw new Problem("forbidden", {
        code: "postgres.folder_of_another",
        say: `${path} belongs to another user of this machine. Run Muster as that user, or choose another folder with --data.`,
        cause: error,
      });
    }
    throw error;
  }
  try {
    return CredentialsFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new Problem("unavailable", {
      code: "postgres.credentials_damaged",
      say: `${path} cannot be read. Restore it from your backup; without it the database of this folder stays closed.`,
      cause,
    });
  }
}

function makeCredentials(path: string): Credentials {
  const fresh: Credentials = {
    superuser: randomPassword(),
    roles: {
      owner: randomPassword(),
      gate: randomPassword(),
      app: randomPassword(),
      worker: randomPassword(),
      signer: randomPassword(),
    },
  };
  mkdirSync(dirname(path), { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  const own = `${path}.${process.pid}`;
  writeFileSync(own, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flush: true });
  try {
    // A link, unlike a rename, does not replace what another process wrote in the meantime.
    linkSync(own, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    rmSync(own);
  }
  return readCredentials(path) ?? makeCredentials(path);
}

function randomPassword(): string {
  return randomBytes(24).toString("base64url");
}
