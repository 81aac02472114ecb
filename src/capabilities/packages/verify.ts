import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { verifyDetached } from "#platform/signing/verify-detached.ts";
import { canonicalJson } from "#standards/canonical-json.ts";
import { eventFaults } from "#standards/misp/check.ts";
import { bundleFaults } from "#standards/stix/check.ts";
import { annexDifferences } from "./annex-agreement.ts";
import { PackageManifest } from "./contract.ts";
import { MANIFEST_FILE, PACKAGE_FILES, SIGNATURE_FILE } from "./model/manifest.ts";
import { type ManifestJson, type ReportJson, reportJsonSchema } from "./model/report-schema.ts";

/** One check of a package: what was looked at, whether it holds, and what was found where it does not. */
export interface VerifyLine {
  readonly check: string;
  readonly good: boolean;
  readonly detail: string;
}

export interface VerifyReport {
  /** True only when every check holds; the command's exit status follows it. */
  readonly good: boolean;
  readonly reference: string | null;
  readonly fingerprint: string | null;
  readonly signedAt: string | null;
  readonly lines: readonly VerifyLine[];
}

type Files = ReadonlyMap<string, Buffer>;

/**
 * Verifies a package with nothing but its folder and the public key: the signature over the manifest, each file's
 * presence, size and hash, that nothing else lies in the folder, that the annexes say what the report says, and that
 * bundle and event keep the rules of their standards. Knows neither how packages are rendered nor how they are signed.
 * Never throws for a bad package; throws when the folder cannot be read.
 */
export async function verifyPackage(folder: string, publicKeyArmored: string): Promise<VerifyReport> {
  const { files, strangers } = await readFolder(folder);
  const lines: VerifyLine[] = [];
  const add = (check: string, faults: readonly string[], found = "") => {
    lines.push({ check, good: faults.length === 0, detail: faults.length === 0 ? found : summary(faults) });
  };
  const verdict = await signatureVerdict(files, publicKeyArmored);
  add("signature", verdict.good ? [] : [verdict.reason], verdict.good ? verdict.fingerprint : "");
  const manifest = readManifest(files);
  add("manifest", manifest.faults);
  if (manifest.value) {
    for (const name of Object.keys(PACKAGE_FILES)) add(name, fileFaults(name, files, manifest.value));
    add("no other files", otherFiles(files, strangers, manifest.value));
    const report = readReport(files);
    add("report", [...report.faults, ...(report.value ? headFaults(report.value, manifest.value) : [])]);
    if (report.value) add("annexes say what the report says", agreementFaults(report.value, files));
    add("STIX rules", jsonFaults(files, "bundle.stix.json", bundleFaults));
    add("MISP rules", jsonFaults(files, "event.misp.json", eventFaults));
  }
  return {
    good: lines.every((line) => line.good),
    reference: manifest.value?.reference ?? null,
    fingerprint: verdict.good ? verdict.fingerprint : null,
    signedAt: verdict.good ? verdict.signedAt.toISOString() : null,
    lines,
  };
}

/** A verification as people read it: one line per check. */
export function verifyText(report: VerifyReport): string {
  const lines = report.lines.map(
    ({ check, good, detail }) => `${good ? "ok  " : "FAIL"}  ${check}${detail ? `: ${detail}` : ""}`,
  );
  return `${lines.join("\n")}\n`;
}

/** Regular files only: a link or a folder inside a package is a stranger, whatever its name. */
async function readFolder(folder: string): Promise<{ files: Files; strangers: readonly string[] }> {
  const files = new Map<string, Buffer>();
  const strangers: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isFile()) files.set(entry.name, await readFile(join(folder, entry.name)));
    else strangers.push(entry.name);
  }
  return { files, strangers };
}

async function signatureVerdict(files: Files, publicKeyArmored: string) {
  const manifest = files.get(MANIFEST_FILE);
  const signature = files.get(SIGNATURE_FILE);
  if (!manifest) return { good: false, reason: `${MANIFEST_FILE} is missing` } as const;
  if (!signature) return { good: false, reason: `${SIGNATURE_FILE} is missing` } as const;
  return verifyDetached(manifest, signature.toString("utf8"), publicKeyArmored);
}

interface Read<Value> {
  readonly value: Value | null;
  readonly faults: readonly string[];
}

function readManifest(files: Files): Read<ManifestJson> {
  const bytes = files.get(MANIFEST_FILE);
  if (!bytes) return { value: null, faults: [`${MANIFEST_FILE} is missing`] };
  const json = parseJson(bytes);
  const parsed = PackageManifest.safeParse(json);
  if (!parsed.success) return { value: null, faults: ["does not have the form of a manifest"] };
  const canonical = canonicalJson(parsed.data) === bytes.toString("utf8");
  return { value: parsed.data, faults: canonical ? [] : ["is not canonical JSON"] };
}

function readReport(files: Files): Read<ReportJson> {
  const parsed = reportJsonSchema.safeParse(parseJson(files.get("report.json") ?? Buffer.alloc(0)));
  if (parsed.success) return { value: parsed.data, faults: [] };
  const issue = parsed.error.issues[0];
  return {
    value: null,
    faults: [`does not have the form of a report: ${issue?.path.join(".")} ${issue?.message}`],
  };
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}

function fileFaults(name: string, files: Files, manifest: ManifestJson): string[] {
  const entry = manifest.files.find((file) => file.name === name);
  const bytes = files.get(name);
  if (!entry) return ["is not in the manifest"];
  if (!bytes) return ["is missing"];
  if (bytes.length !== entry.sizeBytes)
    return [`has ${bytes.length} bytes, the manifest says ${entry.sizeBytes}`];
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return sha256 === entry.sha256 ? [] : [`has SHA-256 ${sha256}, the manifest says ${entry.sha256}`];
}

function otherFiles(files: Files, strangers: readonly string[], manifest: ManifestJson): string[] {
  const expected = new Set([...Object.keys(PACKAGE_FILES), MANIFEST_FILE, SIGNATURE_FILE]);
  const besides = [...files.keys(), ...strangers].filter((name) => !expected.has(name));
  const promised = manifest.files.filter((file) => !expected.has(file.name)).map((file) => file.name);
  return [
    ...besides.map((name) => `${name} does not belong here`),
    ...promised.map((name) => `the manifest lists ${name}`),
  ];
}

function headFaults(report: ReportJson, manifest: ManifestJson): string[] {
  const pairs = [
    ["reference", report.reference, manifest.reference],
    ["version", report.version, manifest.version],
    ["country", report.country, manifest.country],
    ["time", report.asOf, manifest.createdAt],
    ["marking", canonicalJson(report.marking), canonicalJson(manifest.marking)],
    ["number of threats", report.threats.length, manifest.threats],
  ] as const;
  return pairs.filter(([, a, b]) => a !== b).map(([what, a, b]) => `${what} ${a}, the manifest says ${b}`);
}

function agreementFaults(report: ReportJson, files: Files): string[] {
  const text = (name: string) => files.get(name)?.toString("utf8") ?? "";
  try {
    return annexDifferences(report, {
      csv: text("indicators.csv"),
      stix: text("bundle.stix.json"),
      misp: text("event.misp.json"),
    });
  } catch (error) {
    return [`an annex cannot be read: ${error instanceof Error ? error.message : String(error)}`];
  }
}

function jsonFaults(files: Files, name: string, check: (json: unknown) => string[]): string[] {
  return check(parseJson(files.get(name) ?? Buffer.alloc(0)));
}

/** A broken package can have a fault in every row; three say enough. */
function summary(faults: readonly string[]): string {
  const more = faults.length > 3 ? ` (and ${faults.length - 3} more)` : "";
  return `${faults.slice(0, 3).join("; ")}${more}`;
}
