import { SaxesParser } from "saxes";
import { defineFeedFormat, type PartInput, UnreadablePart } from "../../format.ts";
import { type IodefNode, readIncident } from "../iodef-json/incident.ts";

/** IODEF in XML: version 2 (RFC 7970) and, where the names are the same, version 1 (RFC 5070). */
export default defineFeedFormat({
  id: "iodef-xml",
  title: "IODEF in XML (RFC 7970)",
  recognise(head) {
    return /^\s*</.test(head.text) && /<(?:[\w.-]+:)?IODEF-Document[\s>]/.test(head.text) ? 98 : 0;
  },
  async read(part, sink) {
    let row = 1;
    await eachIncident(part, (incident) => {
      row = readIncident(incident, row, sink);
    });
    if (row > 1) return;
    throw new UnreadablePart("no-indicators", "These IODEF incidents name no systems and no indicators.");
  },
});

const MAX_DEPTH = 100;
/** Characters of one incident, and of one text or tag between two events of the parser. */
const MAX_LENGTH = 16 * 1024 * 1024;

interface OpenNode extends IodefNode {
  readonly children: IodefNode[];
  text: string;
}

/**
 * Parses as a stream and gives one incident after another. A document type is refused at sight: IODEF has none, and
 * it is where entity bombs and outside references live (the parser knows no entities but the five of XML anyway).
 */
async function eachIncident(part: PartInput, give: (incident: IodefNode) => void): Promise<void> {
  const parser = new SaxesParser();
  const open: OpenNode[] = [];
  let length = 0;
  let sinceEvent = 0;
  const fail = (code: "unsafe" | "too-big" | "broken", what: string): never => {
    throw new UnreadablePart(code, `${what} on line ${parser.line}. Correct the file and hand it in again.`);
  };
  parser.on("doctype", () => fail("unsafe", "This XML has a document type, which IODEF does not use"));
  parser.on("error", (error) => fail("broken", `This XML is broken: ${error.message.slice(0, 200)}`));
  parser.on("opentag", ({ name, attributes }) => {
    sinceEvent = 0;
    const node: OpenNode = {
      name: localName(name),
      attributes: localNames(attributes),
      children: [],
      text: "",
    };
    if (open.length === 0 && node.name !== "Incident") return;
    if (open.length >= MAX_DEPTH) fail("unsafe", `This XML is nested more than ${MAX_DEPTH} deep`);
    if (open.length === 0) length = 0;
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on("text", (text) => {
    sinceEvent = 0;
    const node = open.at(-1);
    if (node !== undefined) node.text += text.trim();
  });
  parser.on("closetag", () => {
    sinceEvent = 0;
    const node = open.pop();
    if (node !== undefined && open.length === 0) give(node);
  });
  for await (const chunk of part.text()) {
    if (/<!DOCTYPE/i.test(chunk) && open.length === 0)
      fail("unsafe", "This XML has a document type, which IODEF does not use");
    parser.write(chunk);
    length += chunk.length;
    sinceEvent += chunk.length;
    if (open.length > 0 && length > MAX_LENGTH) fail("too-big", "One incident is longer than is read");
    if (sinceEvent > MAX_LENGTH) fail("too-big", "One text or tag is longer than is read");
  }
  parser.close();
}

function localName(name: string): string {
  return name.slice(name.indexOf(":") + 1);
}

function localNames(attributes: Readonly<Record<string, unknown>>): Record<string, string> {
  const names: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes))
    if (typeof value === "string") names[localName(name)] = value;
  return names;
}
