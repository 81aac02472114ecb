import { defineFeedFormat, UnreadablePart } from "../../format.ts";
import { type JsonPlan, parseElement, splitJson } from "../../read/json-elements.ts";
import { isJsonObject, type JsonObject } from "../../read/json-values.ts";
import { type IodefNode, readIncident } from "./incident.ts";

const PLAN: JsonPlan = (path) => {
  if (path === "" || path === "Incident") return "enter";
  return path === "Incident/*" ? "take" : "skip";
};

/** IODEF version 2 in JSON (RFC 8727). See `incident.ts` for what becomes a claim. */
export default defineFeedFormat({
  id: "iodef-json",
  title: "IODEF version 2 in JSON (RFC 8727)",
  recognise(head) {
    if (!/^\s*\{/.test(head.text) || !/"Incident"\s*:\s*\[/.test(head.text)) return 0;
    return /"(?:IncidentID|GenerationTime|purpose)"\s*:/.test(head.text) ? 97 : 70;
  },
  async read(part, sink) {
    let row = 1;
    await splitJson(part.text(), PLAN, (source, place) => {
      const incident = parseElement(source, place);
      if (isJsonObject(incident)) row = readIncident(nodeOf("Incident", incident), row, sink);
    });
    if (row > 1) return;
    throw new UnreadablePart("no-indicators", "These IODEF incidents name no systems and no indicators.");
  },
});

/** Scalars become attributes, objects and arrays children, so that the JSON form reads like the XML form. */
function nodeOf(name: string, object: JsonObject): IodefNode {
  const attributes: Record<string, string> = {};
  const children: IodefNode[] = [];
  for (const [key, value] of Object.entries(object)) {
    for (const entry of Array.isArray(value) ? value : [value]) {
      if (isJsonObject(entry)) children.push(nodeOf(key, entry));
      else if (typeof entry === "string" || typeof entry === "number") {
        attributes[key] ??= String(entry);
        children.push({ name: key, attributes: {}, children: [], text: String(entry) });
      }
    }
  }
  return { name, attributes, children, text: "" };
}
