import { readFileSync, statSync } from "node:fs";
import { Problem } from "../problem.ts";

export interface ServerAccount {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The account that runs the database server: null means we ourselves. PostgreSQL refuses root, so root hands over
 * to the owner of an existing cluster, else to `postgres`, else to `nobody`. It must have a passwd entry (initdb looks
 * itself up). Throws a Problem when there is none.
 */
export function serverAccount(clusterFolder: string): ServerAccount | null {
  const accounts = passwdAccounts();
  const me = process.getuid?.();
  if (me !== 0) {
    if (me !== undefined && !accounts.some((account) => account.uid === me) && !isKnownElsewhere(me)) {
      throw new Problem("unavailable", {
        code: "postgres.no_account",
        say: `The user with number ${me} has no entry in /etc/passwd, which the database server requires. Run Muster as a named user, or give a PostgreSQL server by MUSTER_DATABASE_URL_FILE.`,
      });
    }
    return null;
  }
  const owner = ownerOf(clusterFolder);
  const found =
    (owner ? accounts.find((account) => account.uid === owner) : undefined) ??
    accounts.find((account) => account.name === "postgres" && account.uid !== 0) ??
    accounts.find((account) => account.name === "nobody" && account.uid !== 0);
  if (found) return found;
  throw new Problem("unavailable", {
    code: "postgres.no_account",
    say: 'The database server does not run as root, and this machine has neither a "postgres" nor a "nobody" account. Run Muster as an ordinary user.',
  });
}

function passwdAccounts(): ServerAccount[] {
  const accounts: ServerAccount[] = [];
  for (const line of readFileSync("/etc/passwd", "utf8").split("\n")) {
    const [name, , uid, gid] = line.split(":");
    if (name && uid && gid) accounts.push({ name, uid: Number(uid), gid: Number(gid) });
  }
  return accounts;
}

/** Accounts of a directory service are not in the file; their HOME or USER is then set by the login. */
function isKnownElsewhere(uid: number): boolean {
  return uid >= 1000 && Boolean(process.env.USER);
}

function ownerOf(folder: string): number | undefined {
  return statSync(folder, { throwIfNoEntry: false })?.uid;
}
