import type { Observable } from "../observable/types.ts";
import { THREAT_ROLES, type ThreatRole } from "../threat-role.ts";
import type { Tlp } from "../tlp.ts";
import { uuid5 } from "../uuid.ts";
import { attributeKind, isActionable } from "./attribute-types.ts";

export interface EventThreat extends Observable {
  readonly comment: string;
  readonly tlp: Tlp;
  /** Milliseconds since the epoch. */
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  /** Admiralty ratings of its sources, such as `B2`. */
  readonly ratings: readonly string[];
}

export interface EventInput {
  /** Whose view this is: uuids of two readers never meet, of two versions always do. */
  readonly scope: string;
  readonly reference: string;
  readonly info: string;
  readonly producer: string;
  readonly role: ThreatRole;
  readonly asOf: number;
  readonly tlp: Tlp;
  readonly pap: string | null;
  readonly threats: readonly EventThreat[];
}

export interface MispTag {
  readonly name: string;
  readonly colour: string;
  readonly exportable: boolean;
}

export interface MispAttribute {
  readonly uuid: string;
  readonly event_id: string;
  readonly category: string;
  readonly type: string;
  readonly value: string;
  readonly to_ids: boolean;
  readonly distribution: string;
  readonly sharing_group_id: string;
  readonly timestamp: string;
  readonly comment: string;
  readonly deleted: boolean;
  readonly disable_correlation: boolean;
  readonly first_seen?: string;
  readonly last_seen?: string;
  readonly Tag: readonly MispTag[];
}

export interface MispEvent {
  readonly Event: {
    readonly id: string;
    readonly uuid: string;
    readonly info: string;
    readonly date: string;
    readonly timestamp: string;
    readonly published: boolean;
    readonly publish_timestamp: string;
    readonly analysis: string;
    readonly threat_level_id: string;
    readonly distribution: string;
    readonly sharing_group_id: string;
    readonly org_id: string;
    readonly orgc_id: string;
    readonly attribute_count: string;
    readonly Org: { readonly id: string; readonly name: string; readonly uuid: string };
    readonly Orgc: { readonly id: string; readonly name: string; readonly uuid: string };
    readonly Tag: readonly MispTag[];
    readonly Attribute: readonly MispAttribute[];
  };
}

/** Namespace of our MISP uuids; drawn once at random. */
const MISP_NAMESPACE = "7b0f4f0e-5f0a-4c7e-9d0b-0a6a6d2c8f51";

/** TLP 2.0 colours as FIRST prints them, on which MISP draws the label. */
const TLP_COLOURS: Readonly<Record<Tlp, string>> = {
  CLEAR: "#ffffff",
  GREEN: "#33ff00",
  AMBER: "#ffc000",
  "AMBER+STRICT": "#ffc000",
  RED: "#ff2b2b",
};

/** MISP distribution that is never wider than the marking: 0 own organisation, 1 this community, 3 all. */
const DISTRIBUTIONS: Readonly<Record<Tlp, string>> = {
  CLEAR: "3",
  GREEN: "1",
  AMBER: "0",
  "AMBER+STRICT": "0",
  RED: "0",
};

/**
 * A report about the threats of one role as one MISP event (core format, draft 20). The event arrives unpublished:
 * whether it goes on is the receiver's decision. Times of attributes carry microseconds, as MISP writes them.
 */
export function writeEvent(input: EventInput): MispEvent {
  const seconds = String(Math.floor(input.asOf / 1000));
  const organisation = {
    id: "1",
    name: input.producer,
    uuid: uuid5(MISP_NAMESPACE, `organisation ${input.producer}`),
  };
  return {
    Event: {
      id: "1",
      uuid: uuid5(MISP_NAMESPACE, `event ${input.scope} ${input.reference}`),
      info: input.info.replaceAll(/\s+/g, " ").slice(0, 250),
      date: new Date(input.asOf).toISOString().slice(0, 10),
      timestamp: seconds,
      published: false,
      publish_timestamp: "0",
      analysis: "2",
      threat_level_id: "4",
      distribution: DISTRIBUTIONS[input.tlp],
      sharing_group_id: "0",
      org_id: "1",
      orgc_id: "1",
      attribute_count: String(input.threats.length),
      Org: organisation,
      Orgc: organisation,
      Tag: eventTags(input),
      Attribute: input.threats.map((threat) => attributeOf(input, threat, seconds)),
    },
  };
}

function eventTags({ tlp, pap, role }: EventInput): MispTag[] {
  const [taxonomyClass, taxonomyType] = THREAT_ROLES[role].rsit.split("/");
  return [
    tlpTag(tlp),
    ...(pap === null ? [] : [tag(`PAP:${pap}`, "#0088cc")]),
    tag(`rsit:${taxonomyClass}="${taxonomyType}"`, "#5e5e5e"),
  ];
}

function attributeOf(input: EventInput, threat: EventThreat, seconds: string): MispAttribute {
  const { category, type } = attributeKind(threat, input.role);
  const seen = [threat.firstSeen, threat.lastSeen].filter((at) => at !== null);
  return {
    uuid: uuid5(MISP_NAMESPACE, `attribute ${input.scope} ${input.role} ${threat.type} ${threat.value}`),
    event_id: "1",
    category,
    type,
    value: threat.value,
    to_ids: isActionable(threat.type, input.role),
    distribution: "5",
    sharing_group_id: "0",
    timestamp: seconds,
    comment: threat.comment,
    deleted: false,
    disable_correlation: false,
    ...(seen.length > 0
      ? { first_seen: microseconds(Math.min(...seen)), last_seen: microseconds(Math.max(...seen)) }
      : {}),
    Tag: [tlpTag(threat.tlp), ...admiraltyTags(threat.ratings)],
  };
}

function tlpTag(tlp: Tlp): MispTag {
  return tag(`tlp:${tlp.toLowerCase()}`, TLP_COLOURS[tlp]);
}

function tag(name: string, colour: string): MispTag {
  return { name, colour, exportable: true };
}

/** Reliability and credibility are rated apart, so they are two tags; MISP's letter G is not in the code and not written. */
function admiraltyTags(ratings: readonly string[]): MispTag[] {
  const names = ratings.flatMap((rating) => {
    const match = /^([A-F])([1-6])$/.exec(rating);
    if (!match) return [];
    return [
      `admiralty-scale:source-reliability="${match[1]?.toLowerCase()}"`,
      `admiralty-scale:information-credibility="${match[2]}"`,
    ];
  });
  return [...new Set(names)].sort().map((name) => tag(name, "#075200"));
}

function microseconds(instant: number): string {
  return new Date(instant).toISOString().replace("Z", "000+00:00");
}
