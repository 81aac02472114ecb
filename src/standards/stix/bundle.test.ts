import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OBSERVABLE_TYPES, type ObservableType } from "../observable/types.ts";
import { THREAT_ROLE_NAMES } from "../threat-role.ts";
import { TLP_LEVELS } from "../tlp.ts";
import { writeBundle } from "./bundle.ts";
import { bundleFaults } from "./check.ts";
import { aBundleInput, aBundleThreat } from "./example-bundle.ts";
import { bundleText, type StixObject } from "./object.ts";

const SCHEMAS = fileURLToPath(new URL("../../../../shared/judges/stix-2.1", import.meta.url));

const VALUES: Readonly<Record<ObservableType, string>> = {
  "ipv4-addr": "192.0.2.1",
  "ipv6-addr": "2001:db8::1",
  "ipv4-cidr": "192.0.2.0/24",
  "ipv6-cidr": "2001:db8::/32",
  "domain-name": "c2.example",
  url: "https://phish.example/a?b='c'",
  "email-addr": "a@mail.example",
  "file-md5": "d41d8cd98f00b204e9800998ecf8427e",
  "file-sha1": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
  "file-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "file-sha512":
    "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e",
  "phone-number": "+99955500100",
  iban: "XX00EXAMPLE000001",
  "bank-account": "000-001",
  "crypto-wallet": "example-wallet",
  "user-account": "service:someone",
  "autonomous-system": "AS64500",
};

describe("writeBundle", () => {
  it("keeps all rules for every kind of value, role, marking and lack of dates", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...THREAT_ROLE_NAMES),
        fc.constantFrom(...TLP_LEVELS),
        fc.option(fc.integer({ min: 0, max: 1_700_000_000_000 })),
        fc.option(fc.integer({ min: 0, max: 1_700_000_000_000 })),
        (role, tlp, firstSeen, lastSeen) => {
          const threats = OBSERVABLE_TYPES.map((type) =>
            aBundleThreat({ type, value: VALUES[type], tlp, firstSeen, lastSeen }),
          );
          expect(
            bundleFaults(JSON.parse(bundleText(writeBundle(aBundleInput({ role, tlp, threats }))))),
          ).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("computes the id of an observable as other implementations do", () => {
    const bundle = writeBundle(aBundleInput({ threats: [aBundleThreat({ value: "198.51.100.3" })] }));
    // UUIDv5 of {"value":"198.51.100.3"} in the namespace of section 2.9; the ids in the specification's examples are older.
    expect(bundle.objects.map((object) => object.id)).toContain(
      "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
    );
  });

  it("gives the same bytes for the same input, and other ids to another reader", () => {
    const input = aBundleInput();
    expect(bundleText(writeBundle(input))).toBe(bundleText(writeBundle(aBundleInput())));
    const ids = (objects: readonly StixObject[]) =>
      objects.filter((object) => object.type === "indicator").map((object) => object.id);
    const other = writeBundle(aBundleInput({ scope: "exercise/MY" }));
    expect(ids(other.objects)).not.toEqual(ids(writeBundle(input).objects));
  });

  it("never calls a victim malicious and never names a source that may not be named", () => {
    const text = bundleText(writeBundle(aBundleInput({ role: "compromised" })));
    expect(text).toContain('"indicator_types":["compromised"]');
    expect(text).not.toContain("malicious-activity");
    expect(text).toContain('"name":"S-01"');
    expect(text).toContain('"name":"Example Research"');
  });

  it.skipIf(!existsSync(SCHEMAS))("validates against the schemas of OASIS, object by object", () => {
    const ajv = schemaValidator();
    for (const role of ["c2", "compromised", "phishing"] as const) {
      const threats = OBSERVABLE_TYPES.map((type) => aBundleThreat({ type, value: VALUES[type] }));
      const bundle = writeBundle(
        aBundleInput({
          role,
          threats: [...threats, aBundleThreat({ value: "192.0.2.9", firstSeen: null, lastSeen: null })],
        }),
      );
      for (const object of bundle.objects) {
        const validate = ajv.getSchema(schemaId(object.type));
        if (!validate) throw new Error(`no schema for ${object.type}`);
        expect([object.type, validate(object), validate.errors ?? null]).toEqual([object.type, true, null]);
      }
    }
  });
});

const ROOT = "http://raw.githubusercontent.com/oasis-open/cti-stix2-json-schemas/stix2.1/schemas";

function schemaId(type: string): string {
  for (const folder of ["sdos", "sros", "observables", "common"]) {
    if (existsSync(join(SCHEMAS, folder, `${type}.json`))) return `${ROOT}/${folder}/${type}.json`;
  }
  throw new Error(`no schema for ${type}`);
}

function schemaValidator(): Ajv2020 {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false, unicodeRegExp: false });
  addFormats.default(ajv);
  ajv.addFormat("idn-hostname", true);
  ajv.addFormat("idn-email", true);
  for (const folder of ["common", "sdos", "sros", "observables"]) {
    for (const file of readdirSync(join(SCHEMAS, folder))) {
      const schema: unknown = JSON.parse(readFileSync(join(SCHEMAS, folder, file), "utf8"));
      if (typeof schema === "object" && schema !== null) ajv.addSchema(schema);
    }
  }
  return ajv;
}
