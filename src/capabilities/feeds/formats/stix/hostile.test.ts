import { describe, expect, it } from "vitest";
import { readSample } from "../../../../../test/support/read-part.ts";
import type { Claim, PartInput } from "../../format.ts";
import { IdNumbers } from "./columns.ts";
import stix from "./format.ts";

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0");
const uuid = (value: number): string => `${hex(value, 8)}-0000-4000-8000-${hex(value, 12)}`;
const read = (objects: readonly object[]) =>
  readSample(stix, Buffer.from(JSON.stringify({ type: "bundle", id: `bundle--${uuid(1)}`, objects })));

const indicator = (value: number, pattern: string, more: object = {}) => ({
  type: "indicator",
  id: `indicator--${uuid(value)}`,
  pattern,
  pattern_type: "stix",
  valid_from: "2026-03-01T00:00:00Z",
  ...more,
});

const relationship = (source: string, target: string, type = "indicates") => ({
  type: "relationship",
  id: `relationship--${uuid(9)}`,
  relationship_type: type,
  source_ref: source,
  target_ref: target,
});

describe("hostile and odd STIX bundles", () => {
  it("come to an end when references run in circles", async () => {
    const infra = (value: number) => `infrastructure--${uuid(value)}`;
    const ip = `ipv4-addr--${uuid(5)}`;
    const { claims } = await read([
      { type: "infrastructure", id: infra(1), name: "one", infrastructure_types: ["phishing"] },
      { type: "infrastructure", id: infra(2), name: "two" },
      relationship(infra(1), infra(2), "consists-of"),
      relationship(infra(2), infra(1), "consists-of"),
      relationship(infra(1), infra(1), "consists-of"),
      relationship(infra(2), ip, "consists-of"),
      relationship(ip, ip, "resolves-to"),
      { type: "ipv4-addr", id: ip, value: "198.51.100.1", resolves_to_refs: [ip] },
    ]);
    expect(claims.map(({ value, role }) => ({ value, role }))).toEqual([
      { value: "198.51.100.1", role: "phishing" },
    ]);
  });

  it("bear references to nothing", async () => {
    const one = indicator(1, "[url:value = 'http://a.example/']", {
      object_marking_refs: ["marking-definition--x"],
    });
    const { claims } = await read([
      relationship(one.id, `malware--${uuid(77)}`),
      relationship("", ""),
      { type: "relationship", id: `relationship--${uuid(3)}` },
      { type: "sighting", id: `sighting--${uuid(3)}`, sighting_of_ref: `indicator--${uuid(99)}` },
      { type: "observed-data", id: `observed-data--${uuid(3)}`, object_refs: [`url--${uuid(98)}`] },
      one,
    ]);
    expect(claims).toHaveLength(1);
    // Nobody can tell that the missing marking is an open one, so it stays.
    expect(claims[0]?.markings).toEqual(["marking-definition--x"]);
  });

  it("are read in time when one object has 100,000 relations and is repeated", async () => {
    const one = indicator(1, "[url:value = 'http://a.example/']");
    const families = Array.from({ length: 300 }, (_, at) => ({
      type: "malware",
      id: `malware--${uuid(at)}`,
      name: `f${at}`,
    }));
    const relations = Array.from({ length: 100_000 }, (_, at) =>
      relationship(one.id, `malware--${uuid(at % 300)}`),
    );
    const started = performance.now();
    const { claims } = await read([...relations, ...families, ...Array(5000).fill(one)]);
    expect(performance.now() - started).toBeLessThan(5000);
    expect(claims).toHaveLength(5000);
    expect(claims[0]?.families?.length).toBeLessThanOrEqual(64);
  }, 20_000);

  it("give the claims before a broken object, then say where it broke", async () => {
    const good = JSON.stringify(indicator(1, "[url:value = 'http://a.example/']"));
    for (const bad of [
      '{"type":"malware","id":"malware--1",}',
      '{"type":"note","id":"note--1",}',
      '{"id":"indicator--2" 3}',
    ]) {
      const { claims, unreadable } = await readSample(
        stix,
        Buffer.from(`{"objects":[${good},\n${bad},\n${good}]}`),
      );
      expect(claims).toHaveLength(1);
      expect(unreadable?.code).toBe("broken");
      expect(unreadable?.message).toContain("line 2");
    }
  });

  it("refuse nesting of a million", async () => {
    const deep = Buffer.from(`{"type":"bundle","objects":[{"id":"indicator--1","x":${"[".repeat(1_000_000)}`);
    expect((await readSample(stix, deep)).unreadable?.code).toBe("unsafe");
  });

  it("ignore revoked relationships and keep the stricter marking of a relationship", async () => {
    const one = indicator(1, "[url:value = 'http://a.example/']");
    const red = { object_marking_refs: ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"] };
    const malware = (value: number, name: string) => ({
      type: "malware",
      id: `malware--${uuid(value)}`,
      name,
    });
    const { claims } = await read([
      one,
      malware(1, "kept"),
      malware(2, "revoked"),
      { ...relationship(one.id, `malware--${uuid(1)}`), ...red },
      { ...relationship(one.id, `malware--${uuid(2)}`), revoked: true },
    ]);
    expect(claims[0]?.families).toEqual(["kept"]);
    expect(claims[0]?.markings).toEqual(["TLP:RED"]);
  });

  it("keep memory flat over many indicators and relationships", async () => {
    const count = 60_000;
    const claims: Claim[] = [];
    async function* text(): AsyncIterable<string> {
      yield `{"type":"bundle","objects":[${JSON.stringify({ type: "malware", id: `malware--${uuid(0)}`, name: "family" })}`;
      for (let at = 1; at <= count; at++) {
        const one = indicator(at, `[ipv4-addr:value = '198.18.${at % 256}.${at % 251}']`);
        yield `,${JSON.stringify(relationship(one.id, `malware--${uuid(0)}`))},${JSON.stringify(one)}`;
      }
      yield "]}";
    }
    const part: PartInput = { name: "big.json", sizeBytes: 0, text, bytes: async function* () {} };
    let rows = 0;
    let labelled = 0;
    let most = 0;
    const before = process.memoryUsage().arrayBuffers;
    const sink = {
      row: () => {
        rows++;
        if (rows % 1000 === 0) most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      },
      claim: (claim: Claim) => {
        if (claim.families?.[0] === "family") labelled++;
        if (claims.length < 3) claims.push(claim);
      },
      refuse: () => {},
    };
    await stix.read(part, sink, {});
    expect({ rows, labelled }).toEqual({ rows: count, labelled: count });
    // 60 bytes per indicator with a relationship, doubled columns included.
    expect(most).toBeLessThan(count * 120);
  }, 20_000);
});

describe("numbering ids", () => {
  it("gives every id its own number and finds it again", () => {
    const numbers = new IdNumbers();
    const ids = Array.from({ length: 100_000 }, (_, at) => `indicator--${uuid(at)}`);
    const given = ids.map((id) => numbers.number(id));
    expect(new Set(given).size).toBe(ids.length);
    expect(ids.map((id) => numbers.find(id))).toEqual(given);
    expect(numbers.find("indicator--never")).toBe(0);
  });
});
