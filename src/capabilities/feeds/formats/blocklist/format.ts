import { defineFeedFormat, type Head, type RowSink } from "../../format.ts";
import { headFirst } from "../../read/head-first.ts";
import { eachLine, readLines, wholeLines } from "../../read/lines.ts";
import { roleOfTitle } from "../../read/titles.ts";
import { createEntryReader, type Entry } from "./entries.ts";

/**
 * Block lists in the syntax of the program that uses them: hosts files, dnsmasq, Unbound, BIND zones, response
 * policy zones, AdBlock and AdGuard, Internet Explorer lists. Exceptions ("never block this") and rules without a
 * host are refused as unsupported. The title gives the role, if it names one.
 */
export default defineFeedFormat({
  id: "blocklist",
  title: "Block list (hosts, dnsmasq, Unbound, BIND, RPZ, AdBlock, IE)",

  recognise(head) {
    const { entries, others } = countEntries(head);
    if (entries === 0) return 0;
    return entries >= others * 9 ? 85 : 0;
  },

  async read(part, sink) {
    const { head, all } = await headFirst(part.text(), 16 * 1024);
    const role = roleOfTitle(head);
    const entryOf = createEntryReader();
    await readLines(all, {
      line(text, row) {
        const entry = entryOf(text);
        if (entry === "comment") return;
        if (typeof entry === "string") {
          sink.row();
          if (entry === "unsupported") refuse(sink, row, "unsupported", UNSUPPORTED, text);
          else refuse(sink, row, "bad-row", UNREADABLE, text);
          return;
        }
        for (const value of entry) {
          sink.row();
          sink.claim({ row, value, role });
        }
      },
      tooLong(beginning, row) {
        sink.row();
        refuse(sink, row, "too-long", "This line is longer than one million characters.", beginning);
      },
    });
  },
});

const UNSUPPORTED =
  "An exception, a page element or a pattern without a host name: there is no indicator in it.";
const UNREADABLE =
  "This line is not an entry of a block list. Write it like the others, or make it a comment.";

function refuse(
  sink: RowSink,
  row: number,
  code: "unsupported" | "bad-row" | "too-long",
  reason: string,
  text: string,
) {
  sink.refuse({ row, code, reason, raw: text.slice(0, 4096) });
}

function countEntries(head: Head): { entries: number; others: number } {
  const entryOf = createEntryReader();
  let entries = 0;
  let others = 0;
  eachLine(wholeLines(head, 32 * 1024), (line) => {
    const entry: Entry = entryOf(line);
    if (entry === "comment") return;
    if (entry === "unreadable") others++;
    else entries++;
  });
  return { entries, others };
}
