import { defineFeedFormat, UnreadablePart } from "../../format.ts";
import { portAfterColon } from "../../read/cells.ts";
import { parseDate } from "../../read/dates.ts";
import { headFirst } from "../../read/head-first.ts";
import { findHeader, readTable } from "../../read/table.ts";
import { roleOfTitle } from "../../read/titles.ts";

/**
 * Lookup tables for Splunk with the host and the path of a URL in two columns: `host,path,message,updated`. Without a
 * path the host itself is meant. The role is what the title or the message says of the list.
 */
export default defineFeedFormat({
  id: "splunk-lookup",
  title: "Splunk lookup (host, path)",

  recognise(head) {
    if (head.text.length === 0) return 0;
    return findHeader(head.text, isLookup) === null ? 0 : 85;
  },

  async read(part, sink, options) {
    const { head, all } = await headFirst(part.text(), 16 * 1024);
    const header = findHeader(head, isLookup);
    if (header === null)
      throw new UnreadablePart("broken", "The first line with the columns host and path is missing or cut.");
    const { names } = header;
    const hostIndex = names.indexOf("host");
    const pathIndex = names.indexOf("path");
    const dateIndex = names.indexOf("updated");
    const role = roleOfTitle(head.slice(0, head.indexOf("host")));
    const hints = { timeZone: options.timeZone };
    const shape = { separator: ",", width: names.length, hasHeader: header.place === "record" };
    await readTable(all, shape, sink, (fields, row) => {
      const host = (fields[hostIndex] ?? "").trim();
      const path = (fields[pathIndex] ?? "").trim();
      if (host.length === 0) {
        sink.refuse({
          row,
          code: "empty",
          reason: "The row has no host.",
          raw: fields.join(",").slice(0, 4096),
        });
        return;
      }
      const lastSeen = parseDate(fields[dateIndex] ?? "", hints) ?? undefined;
      const port = portAfterColon(host);
      if (path.length === 0) sink.claim({ row, value: host, role, lastSeen, port });
      else sink.claim({ row, value: host + path, type: "url", role, lastSeen, port });
    });
  },
});

function isLookup(names: readonly string[]): boolean {
  return names.includes("host") && names.includes("path") && names.includes("message");
}
