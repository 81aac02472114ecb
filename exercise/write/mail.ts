import type { Row } from "../statements.ts";
import { writeSiteCsv } from "./tables.ts";

const BOUNDARY = "=_exercise_7f3a";

/** An e-mail with the list as an attachment in base64. */
export function writeMail(rows: readonly Row[]): Buffer {
  const attachment = Buffer.from(writeSiteCsv(rows)).toString("base64").replace(/.{76}/g, "$&\r\n");
  const lines = [
    "From: Duty officer <duty@unit.mm.example>",
    "To: Operation desk <desk@operation.example>",
    "Subject: =?utf-8?Q?Sites_in_our_country_=E2=80=93_list?=",
    "Date: Sat, 14 Nov 2026 09:00:00 +0000",
    "Message-ID: <exercise-1@unit.mm.example>",
    "MIME-Version: 1.0",
    `Content-Type: multipart/mixed; boundary="${BOUNDARY}"`,
    "",
    `--${BOUNDARY}`,
    "Content-Type: text/plain; charset=utf-8",
    "",
    "Dear colleagues, the list of compromised web sites is attached.",
    "",
    `--${BOUNDARY}`,
    'Content-Type: text/csv; charset=utf-8; name="sites.csv"',
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="sites.csv"',
    "",
    attachment,
    "",
    `--${BOUNDARY}--`,
    "",
  ];
  return Buffer.from(lines.join("\r\n"));
}
