import type { ClientBase } from "pg";
import { Problem } from "../problem.ts";

/**
 * One per trust. `owner` owns everything and only migrates; `gate` learns who is there and what he may see, and reads no
 * content; `app` does what he asks and is held by row-level security;
 * `worker` takes deliveries in and passes row-level security by (COPY demands it); `signer` reads releases.
 */
export const DATABASE_ROLES = ["owner", "gate", "app", "worker", "signer"] as const;
export type DatabaseRole = (typeof DATABASE_ROLES)[number];

/** The role's name in the database. */
export function roleName(role: DatabaseRole): string {
  return `muster_${role}`;
}

/**
 * Creates the roles that are missing (without login; the caller decides on that) and lets the one who is logged in
 * take them on, unless it is `muster_owner` itself, who needs none. Idempotent. Throws a Problem naming the statements
 * for the administrator when the login may not create roles.
 */
export async function ensureRoles(client: ClientBase): Promise<void> {
  const state = await client.query<RoleState>(ROLE_STATE, [DATABASE_ROLES.map(roleName)]);
  const wanted = state.rows.flatMap(missingStatements);
  for (const statement of wanted) {
    try {
      await client.query(`/* platform.ensureRole */ ${statement}`);
    } catch (cause) {
      if (!isRefusal(cause)) throw cause;
      throw new Problem("unavailable", {
        code: "postgres.roles_missing",
        say: `The database login may not create Muster's roles. Ask the administrator to run: ${wanted.join("; ")};`,
        cause,
      });
    }
  }
}

interface RoleState {
  name: string;
  login: string;
  exists: boolean;
  bypasses: boolean;
  member: boolean;
}

const ROLE_STATE = `/* platform.findRoles */
  select wanted.name, session_user::text as login, role.oid is not null as exists,
         coalesce(role.rolbypassrls, false) as bypasses,
         session_user = 'muster_owner' or coalesce(pg_has_role(session_user, role.oid, 'member'), false) as member
    from unnest($1::text[]) as wanted(name)
    left join pg_roles role on role.rolname = wanted.name
   order by wanted.name`;

function missingStatements(role: RoleState): string[] {
  const statements: string[] = [];
  if (!role.exists) statements.push(`create role ${role.name} nologin`);
  if (role.name === "muster_worker" && !role.bypasses) statements.push(`alter role ${role.name} bypassrls`);
  if (!role.member && role.name !== "muster_owner" && role.login !== "postgres") {
    statements.push(`grant ${role.name} to "${role.login.replaceAll('"', '""')}"`);
  }
  return statements;
}

const INSUFFICIENT_PRIVILEGE = "42501";

function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === INSUFFICIENT_PRIVILEGE;
}
