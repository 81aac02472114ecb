import { z } from "zod";
import { signDeletion } from "#capabilities/feeds/index.ts";
import { signRelease } from "#capabilities/packages/index.ts";
import { loadSigner } from "#platform/signing/signer.ts";
import { runProgram } from "./program.ts";

/** Holds the signing key; opens nothing to the outside; reads a package for itself before it signs it. */
const DeletionJob = z.strictObject({ deletion: z.int() });
const ReleaseJob = z.strictObject({ package: z.int() });

await runProgram("signer", "signer", async ({ database, store, signingKey }) => {
  const signer = await loadSigner(signingKey.privateKeyFile);
  const here = { pool: database.pool("signer"), store, signer, now: () => new Date() };
  return {
    "packages.signRelease": (payload) => signRelease(here, ReleaseJob.parse(payload).package),
    "feeds.signDeletion": (payload) => signDeletion(here, DeletionJob.parse(payload).deletion),
  };
});
