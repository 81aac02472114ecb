import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const argon2id = promisify(argon2);

/** 19 MiB and two passes, the least that OWASP's cheat sheet on password storage names; some 80 ms of one core. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

interface StoredHash {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

/** argon2id (RFC 9106) as a PHC string, `$argon2id$v=19$m=19456,t=2,p=1$salt$tag`. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  return written({ ...COST, salt, tag: await tagOf(password, { ...COST, salt }) });
}

/**
 * Whether this is the password of a hash. Without a hash it does the same work and says no, so that its time does not
 * tell whether there is an account.
 */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const stored = parsed(hash ?? NOBODY);
  const tag = await tagOf(password, stored);
  return timingSafeEqual(tag, stored.tag) && hash !== null;
}

/** A hash that no password is known for. */
const NOBODY = written({ ...COST, salt: randomBytes(SALT_BYTES), tag: randomBytes(TAG_BYTES) });

function tagOf(password: string, { memory, passes, parallelism, salt }: Omit<StoredHash, "tag">) {
  // Keyboards write the same letter in more than one way.
  const message = password.normalize("NFKC");
  return argon2id("argon2id", { message, nonce: salt, memory, passes, parallelism, tagLength: TAG_BYTES });
}

function written({ memory, passes, parallelism, salt, tag }: StoredHash): string {
  const base64 = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
}

function parsed(hash: string): StoredHash {
  const [, memory, passes, parallelism, salt = "", tag = ""] =
    /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([\w+/]+)\$([\w+/]+)$/.exec(hash) ?? [];
  if (tag === "") throw new Error("people.password holds a hash that is not argon2id");
  return {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  };
}
