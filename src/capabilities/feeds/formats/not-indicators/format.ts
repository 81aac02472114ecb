import { defineFeedFormat, UnreadablePart } from "../../format.ts";

/**
 * Detection rules (Sigma, IOK) that partners send with their indicators. They say how to find something, not where
 * it is: the part is refused, and the partner is told what to send instead.
 */
export default defineFeedFormat({
  id: "not-indicators",
  title: "Detection rules (Sigma, IOK): refused",

  recognise(head) {
    const { text } = head;
    return /^title:\s/m.test(text) && /^detection:\s*$/m.test(text) ? 90 : 0;
  },

  read() {
    const message =
      "This is a Sigma or IOK detection rule: it describes a pattern and names no indicator. Send the addresses that it found.";
    return Promise.reject(new UnreadablePart("no-indicators", message));
  },
});
