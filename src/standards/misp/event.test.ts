import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { OBSERVABLE_TYPES } from "../observable/types.ts";
import { THREAT_ROLE_NAMES } from "../threat-role.ts";
import { TLP_LEVELS } from "../tlp.ts";
import { ALLOWED_TYPES, attributeKind } from "./attribute-types.ts";
import { eventFaults } from "./check.ts";
import { type EventInput, type EventThreat, writeEvent } from "./event.ts";

const CORE_FORMAT = fileURLToPath(
  new URL("../../../../shared/judges/misp/misp-core-format/raw.md.txt", import.meta.url),
);

function aThreat(changes: Partial<EventThreat> = {}): EventThreat {
  return {
    type: "ipv4-addr",
    value: "192.0.2.1",
    comment: "example",
    tlp: "AMBER",
    firstSeen: 1_700_000_000_000,
    lastSeen: 1_700_000_500_000,
    ratings: ["B2"],
    ...changes,
  };
}

function anInput(changes: Partial<EventInput> = {}): EventInput {
  return {
    scope: "exercise/ID",
    reference: "MST-X-ID-C2-001",
    info: "Report\nwith a line break",
    producer: "Exercise Desk",
    role: "c2",
    asOf: 1_760_000_000_000,
    tlp: "AMBER",
    pap: "AMBER",
    threats: [aThreat()],
    ...changes,
  };
}

describe("writeEvent", () => {
  it("keeps the rules of the core format for every role, type and marking", () => {
    for (const role of THREAT_ROLE_NAMES) {
      for (const tlp of TLP_LEVELS) {
        const threats = OBSERVABLE_TYPES.map((type) => aThreat({ type, value: `value of ${type}`, tlp }));
        expect(eventFaults(JSON.parse(JSON.stringify(writeEvent(anInput({ role, tlp, threats })))))).toEqual(
          [],
        );
      }
    }
  });

  it("never lets a machine act on a victim, and never spreads wider than the marking", () => {
    const victim = writeEvent(anInput({ role: "victim", tlp: "RED" }));
    expect(victim.Event.Attribute.map((attribute) => attribute.to_ids)).toEqual([false]);
    expect(victim.Event.distribution).toBe("0");
    expect(writeEvent(anInput()).Event.Attribute.map((attribute) => attribute.to_ids)).toEqual([true]);
  });

  it("writes times with microseconds and leaves out what is not known", () => {
    const [dated] = writeEvent(anInput()).Event.Attribute;
    expect(dated?.first_seen).toBe("2023-11-14T22:13:20.000000+00:00");
    const [undated] = writeEvent(anInput({ threats: [aThreat({ firstSeen: null, lastSeen: null })] })).Event
      .Attribute;
    expect(undated && "first_seen" in undated).toBe(false);
  });

  it.skipIf(!existsSync(CORE_FORMAT))("uses only types that the core format allows in their category", () => {
    const allowed = categoriesOf(readFileSync(CORE_FORMAT, "utf8"));
    for (const [category, types] of Object.entries(ALLOWED_TYPES)) {
      expect(types.filter((type) => !allowed.get(category)?.has(type))).toEqual([]);
    }
    for (const type of OBSERVABLE_TYPES) {
      const kind = attributeKind({ type, value: "x" }, "c2");
      expect([type, allowed.get(kind.category)?.has(kind.type)]).toEqual([type, true]);
    }
  });
});

describe("eventFaults", () => {
  it.each([
    [{ date: "31.10.2026" }, "date"],
    [{ timestamp: 1 }, "timestamp is not a string"],
    [{ attribute_count: "9" }, "attribute_count"],
    [{ Tag: [] }, "0 TLP tags"],
    [{ Tag: [{ name: "tlp:white" }] }, "no known taxonomy"],
    [{ info: "a\nb" }, "line breaks"],
  ])("finds a broken event %j", (change, expected) => {
    const { Event } = writeEvent(anInput());
    expect(eventFaults({ Event: { ...Event, ...change } }).join("\n")).toContain(expected);
  });

  it("finds a broken attribute", () => {
    const { Event } = writeEvent(anInput());
    const [attribute] = Event.Attribute;
    const faults = (change: object) =>
      eventFaults({ Event: { ...Event, Attribute: [{ ...attribute, ...change }] } });
    expect(faults({ category: "Person" }).join()).toContain("not allowed in Person");
    expect(faults({ last_seen: "2001-01-01T00:00:00.000000+00:00" }).join()).toContain("before first_seen");
    expect(faults({ uuid: "x" }).join()).toContain("is not a UUID");
    expect(eventFaults(null)).toEqual(["no Event"]);
  });
});

/** The list of section 2.3.2.3: a category, then its types, wrapped over indented lines. */
function categoriesOf(text: string): Map<string, Set<string>> {
  const start = text.indexOf("Antivirus detection  link");
  const lines = text
    .slice(start, text.indexOf("Attributes are based on the usage", start))
    .split("\n")
    .filter((line) => !/^(Dulaunoy|Internet-Draft)|^\s*$/.test(line));
  const joined: string[] = [];
  for (const line of lines) {
    if (/^ {3}\S/.test(line) || joined.length === 0) joined.push(line.trim());
    else joined.push(`${joined.pop()}${joined.at(-1)?.endsWith("-") ? "" : " "}${line.trim()}`);
  }
  return new Map(
    joined.map((entry) => {
      const [category = "", types = ""] = entry.split(/ {2,}/);
      return [category.trim(), new Set(types.replaceAll("- ", "-").split(/,\s*/))] as const;
    }),
  );
}
