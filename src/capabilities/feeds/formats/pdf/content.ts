import { getDocumentProxy } from "unpdf";
import { type RowSink, UnreadablePart } from "../../format.ts";
import { extractObservables } from "../../read/extract.ts";
import { createReportReader } from "../../read/report.ts";
import { createLineBlocks } from "../../read/report-lines.ts";

const MOST_PAGES = 5000;

/**
 * Runs in a thread. Rows count the lines of text over all pages. Headings are known by their words only, since a PDF has letters and
 * places but no structure worth trusting.
 *
 * Right-to-left lines come out of the library in reversed order of words or letters. The Latin identifiers in them come out right, the words
 * do not, so such a line gives no role and ends the role of what stood before.
 */
export async function read(bytes: Uint8Array, sink: RowSink): Promise<void> {
  const pdf = await open(bytes);
  if (pdf.numPages > MOST_PAGES) {
    throw new UnreadablePart(
      "too-big",
      `The PDF has more than ${MOST_PAGES} pages. Split it, or hand in the list as CSV.`,
    );
  }
  const report = createReportReader(sink);
  const blocks = createLineBlocks((block) => {
    // An unreadable title may begin a new section: better no role than the one of the section before.
    if ("text" in block && RIGHT_TO_LEFT.test(block.text)) {
      report.block({ kind: "heading", level: 1, text: "", row: block.row });
      if (block.kind === "heading") return;
    }
    report.block(block);
  });
  let row = 0;
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    for (const line of joinBroken([...linesOf(items)], (page.view[2] ?? 0) * 0.7)) blocks.line(line, ++row);
    blocks.line("", row);
    page.cleanup();
  }
  blocks.end();
  if (report.claims === 0) {
    throw new UnreadablePart(
      "no-indicators",
      "No indicator was found in the text of the PDF. A scan has no text: hand in the list as CSV or text.",
    );
  }
}

const RIGHT_TO_LEFT = /[\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFC]/;

async function open(bytes: Uint8Array) {
  try {
    return await getDocumentProxy(bytes, {
      stopAtErrors: false,
      disableFontFace: true,
    });
  } catch (error) {
    if (error instanceof Error && error.name === "PasswordException") {
      throw new UnreadablePart(
        "encrypted",
        "The PDF is protected by a password. Hand it in without, over a protected channel.",
      );
    }
    throw error;
  }
}

interface Line {
  text: string;
  /** Where its last letter ends, in points from the left. */
  right: number;
}

/**
 * Puts together an address that the page broke at its right margin: the line ends in the middle of one, and the next begins with letters that
 * make no word and no value of their own. What is broken inside a narrow column is not seen and comes out short.
 */
function joinBroken(lines: readonly Line[], margin: number): string[] {
  const joined: Line[] = [];
  for (const line of lines) {
    const last = joined.at(-1);
    const fragment = /^\S+/.exec(line.text)?.[0] ?? "";
    if (
      last !== undefined &&
      last.right >= margin &&
      /(?::\/\/|\[\.\]|\bwww\.)\S*$/i.test(last.text) &&
      /^[\w%&=?/.~-]*[/.=?&%_][\w%&=?/.~[\]-]*$/.test(fragment) &&
      !/^(?:\d+[.)]|[-.]+|www\.\S*|\d{1,3}(?:\.\d{1,3}){3}\S*)$/.test(fragment) &&
      !extractObservables(fragment).some((one) => one.defanged)
    ) {
      last.text += line.text;
      last.right = line.right;
    } else joined.push({ ...line });
  }
  return joined.map((line) => line.text);
}

/** Text items of a page in reading order; `hasEOL` ends a line. Other items mark content and carry no text. */
function* linesOf(items: readonly object[]): Generator<Line> {
  let line = "";
  let right = 0;
  let lastBottom: number | null = null;
  for (const item of items) {
    if (!("str" in item) || typeof item.str !== "string") continue;
    const bottom = placeOf(item, 5);
    // A wide step down is a blank line: it ends paragraphs and makes titles stand alone.
    if (
      line === "" &&
      bottom !== null &&
      lastBottom !== null &&
      lastBottom - bottom > 1.9 * sizeOf(item, "height")
    ) {
      yield { text: "", right: 0 };
    }
    line += item.str;
    if (item.str.trim() !== "") {
      right = (placeOf(item, 4) ?? 0) + sizeOf(item, "width");
      lastBottom = bottom ?? lastBottom;
    }
    if ("hasEOL" in item && item.hasEOL === true) {
      yield { text: line, right };
      line = "";
    }
  }
  if (line !== "") yield { text: line, right };
}

/** Left (4) or bottom (5) of a text item, in points. */
function placeOf(item: object, index: 4 | 5): number | null {
  if (!("transform" in item) || !Array.isArray(item.transform)) return null;
  const place: unknown = item.transform[index];
  return typeof place === "number" ? place : null;
}

function sizeOf(item: object, side: "width" | "height"): number {
  const size: unknown = Reflect.get(item, side);
  return typeof size === "number" && size > 0 ? size : 10;
}
