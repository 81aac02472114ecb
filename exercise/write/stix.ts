import { isoSecond, OBSERVED_TO } from "../calendar.ts";
import type { Random } from "../random.ts";
import type { Row, Statement } from "../statements.ts";
import { FAMILIES } from "../words.ts";

const MADE = `${OBSERVED_TO}T12:00:00.000Z`;
// TLP 2.0 markings as FIRST published them for STIX: the ids are fixed by the standard.
const TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
const TLP_GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
const TLP_AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";

type StixObject = Readonly<Record<string, unknown>>;

/** A STIX 2.1 bundle: one indicator per row, the malware it indicates, a sighting with the dates, TLP markings. */
export function writeStixBundle(rows: readonly Row[], random: Random, author: string): Buffer {
  const common = { spec_version: "2.1", created: MADE, modified: MADE };
  const identity = {
    type: "identity",
    ...common,
    id: `identity--${random.uuid()}`,
    name: author,
    identity_class: "organization",
  };
  const by = { ...common, created_by_ref: identity.id, object_marking_refs: [TLP_GREEN] };
  const malware = new Map(
    FAMILIES.map((family) => [
      family as string,
      {
        type: "malware",
        ...by,
        id: `malware--${random.uuid()}`,
        name: family,
        is_family: true,
        malware_types: ["remote-access-trojan"],
      },
    ]),
  );
  const objects: StixObject[] = [
    identity,
    tlpMarking(TLP_GREEN, "green"),
    tlpMarking(TLP_AMBER, "amber"),
    ...malware.values(),
  ];
  for (const row of rows) {
    const [lead] = row.statements;
    if (lead === undefined) continue;
    const marking = lead.tlp === null ? TLP_GREEN : TLP_AMBER;
    const indicator = { ...by, object_marking_refs: [marking], ...indicatorOf(row, lead, random) };
    objects.push(indicator);
    const indicated = malware.get(lead.family ?? "");
    if (row.bad !== null || indicated === undefined) continue;
    objects.push(
      {
        type: "relationship",
        ...by,
        id: `relationship--${random.uuid()}`,
        relationship_type: "indicates",
        source_ref: indicator.id,
        target_ref: indicated.id,
      },
      {
        type: "sighting",
        ...by,
        id: `sighting--${random.uuid()}`,
        sighting_of_ref: indicator.id,
        first_seen: isoSecond(lead.firstSeen),
        last_seen: isoSecond(lead.lastSeen),
        count: 1,
      },
    );
  }
  return Buffer.from(
    `${JSON.stringify({ type: "bundle", id: `bundle--${random.uuid()}`, objects }, null, 1)}\n`,
  );
}

function tlpMarking(id: string, level: string): StixObject {
  return {
    type: "marking-definition",
    spec_version: "2.1",
    id,
    created: "2022-10-01T00:00:00.000Z",
    name: `TLP:${level.toUpperCase()}`,
    extensions: { [TLP_EXTENSION]: { extension_type: "property-extension", tlp_2_0: level } },
  };
}

function indicatorOf(row: Row, lead: Statement, random: Random) {
  const unsupported = row.bad === "unsupported";
  return {
    type: "indicator",
    id: `indicator--${random.uuid()}`,
    name: "Command-and-control server",
    indicator_types: ["malicious-activity"],
    labels: ["c2"],
    kill_chain_phases: [{ kill_chain_name: "mitre-attack", phase_name: "command-and-control" }],
    pattern: unsupported
      ? `[mutex:name = 'Global\\\\ex-${random.below(9000)}']`
      : patternOf(row, lead, random),
    pattern_type: "stix",
    valid_from: isoSecond(lead.firstSeen),
    ...(row.bad === "deleted" ? { revoked: true } : {}),
    ...(lead.reference === null
      ? {}
      : { external_references: [{ source_name: "research-portal", url: lead.reference }] }),
  };
}

function patternOf(row: Row, lead: Statement, random: Random): string {
  const type = lead.thing.type;
  if (row.statements.length > 1) {
    const values = row.statements.map((said) => `'${said.written}'`);
    if (random.chance(0.5)) return `[${type}:value IN (${values.join(", ")})]`;
    return `[${values.map((value) => `${type}:value = ${value}`).join(" OR ")}]`;
  }
  if (lead.port === null || type !== "ipv4-addr") return `[${type}:value = '${lead.written}']`;
  return `[network-traffic:dst_ref.type = '${type}' AND network-traffic:dst_ref.value = '${lead.written}' AND network-traffic:dst_port = ${lead.port}]`;
}
