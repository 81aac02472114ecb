import { defineFeedFormat } from "../../format.ts";
import { readInThread } from "../../read/in-thread.ts";

/** `%PDF-` may stand behind up to a kilobyte of other bytes, as readers allow. */
export default defineFeedFormat({
  id: "pdf",
  title: "Report as PDF",
  recognise: (head) =>
    Buffer.from(head.bytes.subarray(0, 1024)).includes("%PDF-") && head.text === ""
      ? 95
      : startsAsPdf(head.bytes)
        ? 95
        : 0,
  read: (part, sink, options) => readInThread(new URL("./content.ts", import.meta.url), part, sink, options),
});

function startsAsPdf(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "%PDF-";
}
