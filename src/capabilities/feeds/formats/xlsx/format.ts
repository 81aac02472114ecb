import { defineFeedFormat } from "../../format.ts";
import { isOfficeDocument, readOfficeInThread } from "../../read/office-document.ts";

/** Every sheet with a column of indicators, with or without a header. The row is the row of the sheet. */
export default defineFeedFormat({
  id: "xlsx",
  title: "Excel workbook",
  recognise: (head) => (isOfficeDocument(head, "xl/") ? 95 : 0),
  read: (part, sink, options) =>
    readOfficeInThread(new URL("./content.ts", import.meta.url), part, sink, options),
});
