import { defineFeedFormat } from "../../format.ts";
import { readInThread } from "../../read/in-thread.ts";
import { looksLikeMail } from "../../read/open-mail.ts";

/** The mail's own words. Its attachments are parts of their own, made by `openParts`. */
export default defineFeedFormat({
  id: "mail",
  title: "E-mail with a report in it",
  recognise: (head) => (looksLikeMail(head.text) ? 90 : 0),
  read: (part, sink, options) =>
    readInThread(new URL("../../read/mail-content.ts", import.meta.url), part, sink, options),
});
