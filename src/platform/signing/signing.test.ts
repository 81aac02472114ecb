import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSigner } from "./signer.ts";
import { ensureSigningKey } from "./signing-key.ts";
import { verifyDetached } from "./verify-detached.ts";

const folder = mkdtempSync(join(tmpdir(), "signing-"));
const files = {
  privateKeyFile: join(folder, "keys/signing-key.private.asc"),
  publicKeyFile: join(folder, "keys/signing-key.asc"),
};
const madeAt = new Date("2026-01-01T00:00:00Z");
const signedAt = new Date("2026-06-01T00:00:00Z");
const bytes = Buffer.from("a manifest");
let fingerprint: string;

beforeAll(async () => {
  fingerprint = await ensureSigningKey(files, "Example Desk", madeAt);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("ensureSigningKey", () => {
  it("makes a private file that only its owner may read, and once", async () => {
    expect(statSync(files.privateKeyFile).mode & 0o777).toBe(0o600);
    expect(fingerprint).toMatch(/^[0-9A-F]{40}$/);
    expect(await ensureSigningKey(files, "Another", madeAt)).toBe(fingerprint);
    expect(readFileSync(files.publicKeyFile, "utf8")).toContain("BEGIN PGP PUBLIC KEY BLOCK");
  });

  it("gives two simultaneous starters the same key", async () => {
    const both = {
      privateKeyFile: join(folder, "b/private.asc"),
      publicKeyFile: join(folder, "b/public.asc"),
    };
    const [one, two] = await Promise.all([
      ensureSigningKey(both, "A", madeAt),
      ensureSigningKey(both, "B", madeAt),
    ]);
    expect(one).toBe(two);
  });
});

describe("loadSigner", () => {
  it("signs so that the public key verifies it, and repeatably", async () => {
    const signer = await loadSigner(files.privateKeyFile);
    const signature = await signer.signDetached(bytes, signedAt);
    expect(await signer.signDetached(bytes, signedAt)).toBe(signature);
    const publicKey = readFileSync(files.publicKeyFile, "utf8");
    expect(await verifyDetached(bytes, signature, publicKey)).toEqual({ good: true, fingerprint, signedAt });
    expect(await verifyDetached(Buffer.from("a manifesto"), signature, publicKey)).toMatchObject({
      good: false,
    });
    expect(await verifyDetached(bytes, "nonsense", publicKey)).toMatchObject({ good: false });
    expect(await verifyDetached(bytes, signature, readFileSync(files.privateKeyFile, "utf8"))).toMatchObject({
      good: false,
      reason: "the key given is a private key",
    });
  });

  it("refuses a key that others may read", async () => {
    const open = join(folder, "open.asc");
    writeFileSync(open, readFileSync(files.privateKeyFile));
    chmodSync(open, 0o640);
    await expect(loadSigner(open)).rejects.toThrow("has mode 640");
  });

  it.skipIf(!existsSync("/usr/bin/gpg"))("signs so that GnuPG says good", async () => {
    const home = join(folder, "gpg");
    execFileSync("mkdir", ["-m", "700", home]);
    const signer = await loadSigner(files.privateKeyFile);
    writeFileSync(join(folder, "m.json"), bytes);
    writeFileSync(join(folder, "m.sig"), await signer.signDetached(bytes, signedAt));
    const gpg = (...args: string[]) =>
      execFileSync("gpg", ["--homedir", home, "--batch", "--status-fd", "1", ...args], {
        encoding: "utf8",
        stdio: "pipe",
      });
    gpg("--import", files.publicKeyFile);
    expect(gpg("--verify", join(folder, "m.sig"), join(folder, "m.json"))).toContain(
      `GOODSIG ${fingerprint.slice(-16)}`,
    );
  });
});
