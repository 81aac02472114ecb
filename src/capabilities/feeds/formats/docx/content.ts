import mammoth from "mammoth";
import type { RowSink } from "../../format.ts";
import { readHtmlBlocks } from "../../read/html-blocks.ts";
import { noIndicators } from "../../read/office-document.ts";
import { createReportReader } from "../../read/report.ts";

/** Runs in a thread. Rows count the paragraphs, list items and table rows of the document, because it has no lines. */
export async function read(bytes: Uint8Array, sink: RowSink): Promise<void> {
  const document = await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) },
    // Pictures would be written into the text as base64; linked files must not be fetched.
    {
      convertImage: mammoth.images.imgElement(async () => ({ src: "" })),
      externalFileAccess: false,
      styleMap: ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => h2:fresh", "br => br"],
    },
  );
  const report = createReportReader(sink);
  // The library writes one line: a break before each block makes its number the number of the block.
  const html = document.value.replace(/<(?:p|li|tr|h[1-6])[ >]/g, "\n$&");
  readHtmlBlocks(html, (block) => report.block(block), 0);
  if (report.claims === 0) throw noIndicators("document");
}
