import { defineFeedFormat, type Head, UnreadablePart } from "../../format.ts";
import { extractObservables } from "../../read/extract.ts";
import { eachLine, readLines } from "../../read/lines.ts";
import { createReportReader } from "../../read/report.ts";
import { createLineBlocks } from "../../read/report-lines.ts";

/** A line of a report; longer ones are data of another kind, and are cut so that none is lost. */
const LONGEST_LINE = 64 * 1024;

export default defineFeedFormat({
  id: "report-text",
  title: "Analyst's report: plain text, Markdown or AsciiDoc",
  recognise,
  async read(part, sink) {
    const report = createReportReader(sink);
    const blocks = createLineBlocks((block) => report.block(block));
    await readLines(
      part.text(),
      {
        line: (text, number) => blocks.line(text, number),
        tooLong(beginning, row) {
          sink.row();
          sink.refuse({
            row,
            code: "too-long",
            reason: `The line is longer than ${LONGEST_LINE} characters; break it into lines.`,
            raw: beginning,
          });
        },
      },
      LONGEST_LINE,
    );
    blocks.end();
    if (report.claims === 0) {
      throw new UnreadablePart(
        "no-indicators",
        "No indicator was found in the text. Defang the indicators or list them one per line, or leave the file out.",
      );
    }
  },
});

/**
 * Free text is what remains when nothing more exact claims a part: 12 for any text. More for the marks of a report: a heading, or
 * defanged values among words. Lists of bare values, tables and JSON are other formats' and stay at 12.
 */
function recognise(head: Head): number {
  if (head.text === "" || /^\s*[{<]|^\s*\[\s*[{"[]/.test(head.text)) return 0;
  const seen = { lines: 0, bare: 0, titles: 0, values: 0, sentences: 0 };
  eachLine(head.text.slice(0, 32 * 1024), (line) => look(line, seen));
  if (seen.lines === 0) return 0;
  if (seen.bare >= seen.lines * 0.6 || seen.values === 0) return 12;
  if (seen.titles > 0) return 55;
  return seen.sentences >= 2 ? 40 : 12;
}

interface Seen {
  lines: number;
  bare: number;
  titles: number;
  values: number;
  sentences: number;
}

function look(line: string, seen: Seen): void {
  // The patterns below take quadratic time on one endless word; 1 KiB of a line tells what it is.
  const text = line.slice(0, 1024).trim();
  if (text === "") return;
  seen.lines++;
  const found = extractObservables(text).length;
  seen.values += found;
  if (found > 0 && !/[\s|]/.test(text)) seen.bare++;
  if (/^(?:#{1,6}|={1,6})\s+\S.*\s|^\|={3,}|^\d{1,2}\.\s+\p{Lu}[^.,;]{3,80}$/u.test(text) && found === 0)
    seen.titles++;
  if (/(?:\p{L}{2,}[\s,]+){4,}/u.test(text)) seen.sentences++;
}
