import { defineFeedFormat } from "../../format.ts";
import { isOfficeDocument, readOfficeInThread } from "../../read/office-document.ts";

export default defineFeedFormat({
  id: "docx",
  title: "Report as Word document",
  recognise: (head) => (isOfficeDocument(head, "word/") ? 95 : 0),
  read: (part, sink, options) =>
    readOfficeInThread(new URL("./content.ts", import.meta.url), part, sink, options),
});
