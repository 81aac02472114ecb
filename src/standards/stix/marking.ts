import type { Tlp } from "../tlp.ts";
import { repeatableUuid4 } from "../uuid.ts";
import type { StixObject } from "./object.ts";

const TLP_2_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";

/** Ids that OASIS fixed for TLP 2.0 (cti-stix-common-objects, 2022-10-01). The TLP 1 ids of STIX 2.1 are never written. */
export const TLP_MARKING_IDS: Readonly<Record<Tlp, string>> = {
  CLEAR: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
  GREEN: "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
  AMBER: "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
  "AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
  RED: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
};

/**
 * The marking definition of a TLP 2.0 level, as OASIS publishes it. The extension is known by its fixed id; OASIS
 * publishes its schema but no extension-definition object, so none is invented under that id here.
 */
export function tlpMarking(tlp: Tlp): StixObject {
  return {
    type: "marking-definition",
    spec_version: "2.1",
    id: TLP_MARKING_IDS[tlp],
    created: "2022-10-01T00:00:00.000Z",
    name: `TLP:${tlp}`,
    extensions: { [TLP_2_EXTENSION]: { extension_type: "property-extension", tlp_2_0: tlp.toLowerCase() } },
  };
}

/** A marking in words, for rules that STIX has no marking type for: PAP and the codes H0 to H3. */
export function statementMarking(statement: string, created: string, createdBy: string): StixObject {
  return {
    type: "marking-definition",
    spec_version: "2.1",
    id: `marking-definition--${repeatableUuid4(`statement ${createdBy} ${created} ${statement}`)}`,
    created_by_ref: createdBy,
    created,
    definition_type: "statement",
    definition: { statement },
  };
}
