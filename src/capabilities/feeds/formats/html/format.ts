import { defineFeedFormat, type Head, UnreadablePart } from "../../format.ts";
import { readHtmlBlocks } from "../../read/html-blocks.ts";
import { createReportReader } from "../../read/report.ts";

/** Pages of trackers have tables of some megabytes; beyond this a page is no page. Read as a whole because tags may be anywhere. */
const LARGEST_PAGE = 64 * 1024 ** 2;

/** A web page saved to a file: its tables and its text, nothing of it run or fetched. The row is the line of the HTML. */
export default defineFeedFormat({
  id: "html",
  title: "Web page with tables or text",
  recognise,
  async read(part, sink) {
    if (part.sizeBytes > LARGEST_PAGE) {
      throw new UnreadablePart(
        "too-big",
        `${part.name}: the page is larger than 64 MiB. Export the list as CSV.`,
      );
    }
    const pieces: string[] = [];
    for await (const piece of part.text()) pieces.push(piece);
    const report = createReportReader(sink);
    readHtmlBlocks(pieces.join(""), (block) => report.block(block));
    if (report.claims === 0) {
      throw new UnreadablePart(
        "no-indicators",
        "No indicator was found on the page. Export the list as CSV or text.",
      );
    }
  },
});

function recognise(head: Head): number {
  const start = head.text
    .slice(0, 4096)
    .replace(/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]{0,2000}?-->\s*)*/, "");
  if (/^<(?:!doctype\s+html|html|head|body)[\s>]/i.test(start)) return 90;
  return /^<(?:table|div|p|h[1-6]|ul|ol|section|article|center|font|span)[\s>]/i.test(start) ? 70 : 0;
}
