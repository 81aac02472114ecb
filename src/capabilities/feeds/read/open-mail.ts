import type { ByteSource } from "./byte-source.ts";
import type { Entry, Opening } from "./container.ts";
import { nameFault } from "./entry-name.ts";
import { runInThread, THREAD_LIMITS, wholeFile } from "./in-thread.ts";

/**
 * Whether a text begins like an internet mail (RFC 5322): header fields from the first line on, among them two that only
 * mails have. A line `From ` before them, of mailboxes, is forgiven.
 */
export function looksLikeMail(text: string): boolean {
  const lines = text.slice(0, 16 * 1024).split(/\r?\n/, 60);
  if (/^From \S/.test(lines[0] ?? "")) lines.shift();
  const names = new Set<string>();
  for (const line of lines) {
    if (line === "") break;
    if (/^[ \t]/.test(line) && names.size > 0) continue;
    const name = /^([!-9;-~]{1,60}):(?:[ \t]|$)/.exec(line)?.[1];
    if (name === undefined) return false;
    names.add(name.toLowerCase());
  }
  return [...names].filter((name) => MAIL_FIELDS.has(name)).length >= 2;
}

const MAIL_FIELDS = new Set(
  "from to cc subject date received message-id mime-version content-type return-path delivered-to reply-to sender dkim-signature content-transfer-encoding".split(
    " ",
  ),
);

/** A file inside a mail, as it comes from the thread that reads the mail. */
export interface MailAttachment {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The files attached to a mail; its own text is read by the format `mail`. Throws like `runInThread`. */
export async function* openMail(source: ByteSource, { allowance, name }: Opening): AsyncGenerator<Entry> {
  const whole = await wholeFile(
    { name, sizeBytes: source.sizeBytes, bytes: () => source.stream(), text: () => noText() },
    THREAD_LIMITS.fileBytes,
  );
  const files: MailAttachment[] = [];
  await runInThread<MailAttachment>(ATTACHMENTS, "listAttachments", whole, null, name, {}, (file) =>
    files.push(file),
  );
  const seen = new Map<string, number>();
  for (const file of files) {
    allowance.takeEntry(name);
    // Mail programs call every picture image001.png: here two of a name are no sign of malice.
    const count = (seen.get(file.name) ?? 0) + 1;
    seen.set(file.name, count);
    const shown = count === 1 ? file.name : `${file.name} (${count})`;
    const refusal = nameFault(file.name, allowance.limits.nameBytes);
    yield refusal === null ? { name: shown, bytes: once(file.bytes) } : { name: shown, refusal };
  }
}

const ATTACHMENTS = new URL("./mail-content.ts", import.meta.url);

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* noText(): AsyncGenerator<string> {
  yield "";
}
