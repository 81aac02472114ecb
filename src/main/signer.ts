import { z } from "zod";
import { signCheckpoint } from "#capabilities/audit/index.ts";
import { signDeletion } from "#capabilities/feeds/index.ts";
import { signRelease } from "#capabilities/packages/index.ts";
import { loadSigner } from "#platform/signing/signer.ts";
import { runProgram } from "./program.ts";

/** Holds the signing key; opens nothing to the outside; reads a package for itself before it signs it. */
const DeletionJob = z.strictObject({ deletion: z.int() });
const ReleaseJob = z.strictObject({ package: z.int() });

/** The audit log asks by itself every so many entries; on a quiet day it is the clock that asks. */
const CHECKPOINT_EVERY_MS = 10 * 60_000;

await runProgram("signer", "signer", async ({ database, store, signingKey, log }) => {
  const signer = await loadSigner(signingKey.privateKeyFile);
  const here = { pool: database.pool("signer"), store, signer, now: () => new Date() };
  const signLog = () => signCheckpoint(here);
  setInterval(() => {
    signLog().catch((error: unknown) => log.error({ err: error }, "the audit log was not signed"));
  }, CHECKPOINT_EVERY_MS).unref();
  return {
    "audit.signCheckpoint": signLog,
    "packages.signRelease": (payload) => signRelease(here, ReleaseJob.parse(payload).package),
    "feeds.signDeletion": (payload) => signDeletion(here, DeletionJob.parse(payload).deletion),
  };
});
