import PostalMime from "postal-mime";
import type { RowSink } from "../format.ts";
import { UnreadablePart } from "../format.ts";
import { readHtmlBlocks } from "./html-blocks.ts";
import { eachLine } from "./lines.ts";
import type { MailAttachment } from "./open-mail.ts";
import { createReportReader } from "./report.ts";
import { createLineBlocks } from "./report-lines.ts";

/*
 * Runs in a thread (`readInThread`, `runInThread`). A mail is read as a report: its subject is the heading, then its text, or the
 * visible words of its HTML when there is no text. Addresses in its header are those of the sender and receiver and no indicators.
 */

/** Rows are the lines of the body; the subject is row 1. */
export async function read(bytes: Uint8Array, sink: RowSink): Promise<void> {
  const mail = await parseMail(bytes);
  const report = createReportReader(sink);
  const subject = mail.subject?.trim() ?? "";
  if (subject !== "") report.block({ kind: "heading", level: 1, text: subject, row: 1 });
  const text = mail.text?.trim() ?? "";
  if (text !== "") {
    const blocks = createLineBlocks((block) => report.block(block));
    eachLine(mail.text ?? "", (line, number) => blocks.line(withoutQuoteMarks(line), number + 1));
    blocks.end();
  } else if (mail.html !== undefined) {
    readHtmlBlocks(mail.html, (block) => report.block(block), 2);
  }
  if (report.claims === 0) {
    throw new UnreadablePart(
      "no-indicators",
      "No indicator was found in the text of this mail. Attached files are read for themselves.",
    );
  }
}

/** Gives every attached file, mails within the mail included. */
export async function listAttachments(
  bytes: Uint8Array,
  give: (file: MailAttachment) => void,
): Promise<void> {
  const { attachments } = await parseMail(bytes);
  let unnamed = 0;
  for (const { filename, mimeType, content } of attachments) {
    const name = filename ?? `attachment ${++unnamed}${mimeType === "message/rfc822" ? ".eml" : ""}`;
    give({
      name,
      bytes: typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content),
    });
  }
}

function parseMail(bytes: Uint8Array) {
  return PostalMime.parse(bytes, { maxNestingDepth: 50, forceRfc822Attachments: true });
}

/** `> ` of an answered mail, so that a list inside a quotation is a list. */
function withoutQuoteMarks(line: string): string {
  return line.replace(/^(?:> ?){1,10}/, "");
}
