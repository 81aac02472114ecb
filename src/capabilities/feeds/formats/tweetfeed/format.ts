import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";
import { defineFeedFormat } from "../../format.ts";
import { cellText, portAfterColon } from "../../read/cells.ts";
import { parseDate } from "../../read/dates.ts";
import { firstRecords } from "../../read/sniff.ts";
import { readTable } from "../../read/table.ts";
import { threatRoleOf } from "../../read/words.ts";

/**
 * TweetFeed: no header, six columns: date, user, type, value, tags, address of the post. Tags give the role
 * (`#phishing`) and the families (`#Qakbot`). The origin is the user: ten posts of one person are one witness. The
 * address of the post stays in the row as received.
 */
export default defineFeedFormat({
  id: "tweetfeed",
  title: "TweetFeed (CSV)",

  recognise(head) {
    if (!/^(?:date,|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,)/.test(head.text)) return 0;
    const records = firstRecords(head.text, ",", head.complete).filter((record) => !isHeader(record));
    const fitting = records.filter((record) => record.length === 6 && TYPES.has(record[2] ?? ""));
    return fitting.length > 0 && fitting.length * 10 >= records.length * 8 ? 90 : 0;
  },

  async read(part, sink, options) {
    const hints = { timeZone: options.timeZone };
    await readTable(part.text(), { separator: ",", width: 6, hasHeader: false }, sink, (fields, row) => {
      if (row === 1 && isHeader(fields)) return;
      const [date = "", user = "", kind = "", , tagText = ""] = fields;
      const value = cellText(fields[3]);
      if (value.length === 0) {
        sink.refuse({
          row,
          code: "empty",
          reason: "The row has no value.",
          raw: fields.join(",").slice(0, 4096),
        });
        return;
      }
      const type = TYPES.get(kind);
      const { role, families } = readTags(tagText, type);
      const seen = parseDate(date, hints) ?? undefined;
      const reference = user.length === 0 ? undefined : `@${user}`;
      const port = portAfterColon(value);
      sink.claim({ row, value, type, role, families, firstSeen: seen, lastSeen: seen, port, reference });
    });
  },
});

/** Places are told by their shape: the feed calls `a.example:8080` a domain and a clock time an address. */
const TYPES = new Map<string, ObservableType | undefined>([
  ["url", undefined],
  ["domain", undefined],
  ["ip", undefined],
  ["md5", "file-md5"],
  ["sha1", "file-sha1"],
  ["sha256", "file-sha256"],
]);

function isHeader(record: readonly string[]): boolean {
  return record[0] === "date" && record[3] === "value";
}

function readTags(
  text: string,
  type: ObservableType | undefined,
): { role?: ThreatRole; families?: string[] } {
  const tags = text.split(/[\s#]+/).filter((tag) => tag.length > 0);
  const roles = tags.map(threatRoleOf).filter((role) => role !== undefined);
  const families = tags.filter((tag) => threatRoleOf(tag) === undefined && !NO_FAMILY.has(tag.toLowerCase()));
  const told = roles.find((role) => role !== "malware");
  // "#malware" on a place says that malware comes from there; a file is malware whatever else is said.
  const broad = roles.length > 0 ? (type === undefined ? "malware-distribution" : "malware") : undefined;
  const role = type === undefined ? (told ?? broad) : "malware";
  return { ...(role === undefined ? {} : { role }), ...(families.length === 0 ? {} : { families }) };
}

/** Tags that people use for topics, file types and places rather than families. */
const NO_FAMILY = new Set(
  "opendir apt loader botnet elf android apk exe dll pdf js vbs lnk zip webshell malspam maldoc macro ioc iocs clickfix malvertising interactsh proxyshell threatintel infosec cybersecurity".split(
    " ",
  ),
);
