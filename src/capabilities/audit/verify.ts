import { verifyDetached } from "#platform/signing/verify-detached.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import {
  BEFORE_THE_FIRST,
  ConsistencyProof,
  EntryJson,
  EntryProof,
  ExportHeader,
  leafOf,
  readCanonical,
  SignedCheckpoint,
  sha256Hex,
  splitEntryLine,
} from "./model/log-lines.ts";
import { type Frontier, grow, isConsistent, rootByInclusion, rootOfFrontier } from "./model/merkle-tree.ts";

/** One thing that is not as it must be, with its place in the file. */
export interface LogFault {
  /** From 1. */
  readonly line: number;
  readonly say: string;
}

export interface LogReport {
  /** True only when everything holds. */
  readonly good: boolean;
  /** What the file is: the log, one entry's proof, or that two checkpoints agree. Null when it is none of these. */
  readonly kind: "log" | "entry" | "consistency" | null;
  readonly entries: number;
  readonly checkpoints: number;
  /** Of the last checkpoint that was checked. */
  readonly signedAt: string | null;
  readonly fingerprint: string | null;
  /** In the order of the file; at most fifty. */
  readonly faults: readonly LogFault[];
}

/**
 * Checks an export of the audit log, or a proof from it, with nothing but its lines and the public key: each entry
 * against its hash and the one before, the tree over them against each signed checkpoint, and that nothing is missing,
 * moved or added. Never throws for a bad file.
 * @param lines without their line feed; the last one is empty when the file ends with a line feed, as it must
 */
export async function verifyLog(
  lines: AsyncIterable<Buffer> | Iterable<Buffer>,
  publicKeyArmored: string,
): Promise<LogReport> {
  const check = new LogCheck(publicKeyArmored);
  for await (const line of lines) await check.take(line);
  return check.report();
}

/** A check of the log as people read it. */
export function verifyLogText(report: LogReport): string {
  const lines = report.faults.map(({ line, say }) => `FAIL  line ${line}: ${say}`);
  if (report.good) {
    const what = {
      log: `entries 1 to ${report.entries}, ${report.checkpoints} signed checkpoints, nothing changed, missing or moved`,
      entry: `entry ${report.entries} stands in the signed log`,
      consistency: "the later checkpoint's log begins with the earlier one's",
    };
    lines.push(`ok    ${report.kind === null ? "" : what[report.kind]}`);
    lines.push(`ok    last signature ${report.signedAt}, key ${report.fingerprint}`);
  }
  return `${lines.join("\n")}\n`;
}

const MOST_FAULTS = 50;

class LogCheck {
  readonly #publicKey: string;
  readonly #faults: LogFault[] = [];
  #line = 0;
  #kind: LogReport["kind"] = null;
  #header: { readonly entries: number; readonly checkpoints: number } | null = null;
  #entries = 0;
  #checkpoints = 0;
  #previous = BEFORE_THE_FIRST;
  #frontier: Frontier = [];
  #leaves = 0;
  #lastCovered = 0;
  #hasEnded = false;
  #signedAt: string | null = null;
  #fingerprint: string | null = null;

  constructor(publicKey: string) {
    this.#publicKey = publicKey;
  }

  async take(line: Buffer): Promise<void> {
    this.#line += 1;
    if (this.#hasEnded) {
      this.#fault("something follows the end of the file");
      this.#hasEnded = false;
    }
    if (this.#line === 1) return this.#first(line);
    if (line.length === 0) {
      this.#hasEnded = true;
      return;
    }
    if (this.#kind !== "log") return this.#fault("something follows the proof");
    const entry = splitEntryLine(line);
    if (entry !== null) return this.#entry(entry);
    const signed = readCanonical(line, SignedCheckpoint);
    if (signed !== null) return this.#checkpoint(signed);
    this.#fault(
      this.#entries < (this.#header?.entries ?? 0)
        ? `neither an entry nor a checkpoint; entry ${this.#entries + 1} was to be here`
        : "neither an entry nor a checkpoint",
    );
  }

  report(): LogReport {
    if (!this.#hasEnded) this.#fault("the file is cut off: its last line has no end");
    if (this.#kind === "log") this.#compareCounts();
    return {
      good: this.#faults.length === 0 && this.#kind !== null,
      kind: this.#kind,
      entries: this.#entries,
      checkpoints: this.#checkpoints,
      signedAt: this.#signedAt,
      fingerprint: this.#fingerprint,
      faults: this.#faults,
    };
  }

  async #first(line: Buffer): Promise<void> {
    const header = readCanonical(line, ExportHeader);
    const proof = readCanonical(line, EntryProof);
    const consistency = readCanonical(line, ConsistencyProof);
    if (proof !== null) await this.#proof(proof);
    else if (consistency !== null) await this.#consistency(consistency);
    else {
      // Without a header the rest is still looked at: it tells what else is wrong.
      this.#kind = "log";
      this.#header = header;
      if (header === null) this.#fault("neither the head of an exported log nor a proof from one");
    }
  }

  #entry({ bytes, hash }: { readonly bytes: Buffer; readonly hash: string }): void {
    const expected = this.#entries + 1;
    const entry = readCanonical(bytes, EntryJson);
    const isWhole = entry !== null && sha256Hex(bytes) === hash;
    if (!isWhole) this.#fault(`entry ${expected} is not what its hash was made of`);
    else if (entry.number !== expected) this.#fault(misplaced(expected, entry.number));
    else if (entry.previous !== this.#previous)
      this.#fault(`entry ${expected} does not follow the entry before it: one of the two was changed`);
    // Goes on from what stands here, so that one gap is one fault.
    this.#entries = isWhole ? entry.number : expected;
    this.#previous = hash;
    this.#frontier = grow(this.#frontier, this.#leaves++, leafOf(hash));
  }

  async #checkpoint(signed: SignedCheckpoint): Promise<void> {
    this.#checkpoints += 1;
    const { size, root } = signed.checkpoint;
    await this.#signature(signed);
    if (size !== this.#entries)
      this.#fault(
        `a checkpoint of ${size} entries stands after ${this.#entries}: entries are missing or moved`,
      );
    else if (rootOfFrontier(this.#frontier).toString("hex") !== root)
      this.#fault(`the ${size} entries before this checkpoint are not those that were signed`);
    else this.#lastCovered = size;
  }

  async #signature({ checkpoint, signature, signatureSha256 }: SignedCheckpoint): Promise<void> {
    if (sha256Hex(signature) !== signatureSha256)
      return this.#fault("the signature is not what its hash was made of");
    const verdict = await verifyDetached(Buffer.from(canonicalJson(checkpoint)), signature, this.#publicKey);
    if (!verdict.good) return this.#fault(`the signature of the checkpoint does not hold: ${verdict.reason}`);
    this.#signedAt = checkpoint.at;
    this.#fingerprint = verdict.fingerprint;
  }

  async #proof({ entry, path, signed }: EntryProof): Promise<void> {
    this.#kind = "entry";
    this.#entries = entry.number;
    this.#checkpoints = 1;
    await this.#signature(signed);
    const root = rootByInclusion(
      leafOf(sha256Hex(canonicalJson(entry))),
      entry.number - 1,
      signed.checkpoint.size,
      buffers(path),
    );
    if (root?.toString("hex") !== signed.checkpoint.root)
      this.#fault(`entry ${entry.number} is not in the log that was signed`);
  }

  async #consistency({ earlier, later, path }: ConsistencyProof): Promise<void> {
    this.#kind = "consistency";
    this.#entries = later.checkpoint.size;
    this.#checkpoints = 2;
    await this.#signature(earlier);
    await this.#signature(later);
    if (!isConsistent(treeOf(earlier), treeOf(later), buffers(path)))
      this.#fault("the later log does not begin with the earlier one");
  }

  /** A header that says less is a fault in line 1, whatever stands below it; one that says more, lines missing at the end. */
  #compareCounts(): void {
    const { entries, checkpoints } = this.#header ?? {
      entries: this.#entries,
      checkpoints: this.#checkpoints,
    };
    if (entries > this.#entries)
      this.#fault(`entries ${this.#entries + 1} to ${entries} are missing, or line 1 was changed`);
    else if (entries < this.#entries)
      this.#fault(`line 1 speaks of ${entries} entries, there are ${this.#entries}`, 1);
    if (checkpoints !== this.#checkpoints)
      this.#fault(`line 1 speaks of ${checkpoints} checkpoints, there are ${this.#checkpoints}`, 1);
    if (this.#lastCovered < this.#entries && this.#faults.length === 0)
      this.#fault(`no checkpoint covers entries ${this.#lastCovered + 1} to ${this.#entries}`);
  }

  #fault(say: string, line = this.#line): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push({ line, say });
  }
}

function misplaced(expected: number, found: number): string {
  return found > expected
    ? `entry ${expected} is missing or moved: entry ${found} stands in its place`
    : `entry ${found} stands here again or was moved: entry ${expected} was to be here`;
}

const treeOf = ({ checkpoint: { size, root } }: SignedCheckpoint) => ({
  size,
  root: Buffer.from(root, "hex"),
});
const buffers = (path: readonly string[]) => path.map((step) => Buffer.from(step, "hex"));
