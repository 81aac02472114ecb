import { isoSecond, OBSERVED_TO } from "../calendar.ts";
import type { Random } from "../random.ts";
import type { Row, Statement } from "../statements.ts";
import { RSIT_CLASS, RSIT_TYPE } from "./fields.ts";

const EVENT_SIZE = 120;
const PUBLISHED = String(Date.parse(`${OBSERVED_TO}T12:00:00Z`) / 1000);
const TITLES = {
  c2: "Command-and-control servers",
  phishing: "Phishing pages",
  compromised: "Compromised web sites",
  victim: "Infected systems seen calling home",
} as const;

/** MISP events as a REST search answers: one event per role and family, RSIT and TLP as tags, dates on attributes. */
export function writeMispEvents(rows: readonly Row[], random: Random, organisation: string): Buffer {
  const orgc = { name: organisation, uuid: random.uuid() };
  const groups = Map.groupBy(
    rows,
    (row) => `${row.statements[0]?.thing.role}/${row.statements[0]?.family ?? ""}`,
  );
  const response = [...groups.values()].flatMap((group) => {
    const events = [];
    for (let i = 0; i < group.length; i += EVENT_SIZE)
      events.push(eventOf(group.slice(i, i + EVENT_SIZE), random, orgc));
    return events;
  });
  return Buffer.from(`${JSON.stringify({ response }, null, 1)}\n`);
}

function eventOf(rows: readonly Row[], random: Random, orgc: Readonly<Record<string, string>>) {
  const lead = rows[0]?.statements[0];
  const role = lead?.thing.role ?? "c2";
  const tags = ["tlp:green", `rsit:${RSIT_CLASS[role]}="${RSIT_TYPE[role]}"`];
  if (lead?.family) tags.push(`misp-galaxy:malpedia="${lead.family}"`);
  return {
    Event: {
      uuid: random.uuid(),
      info: TITLES[role],
      date: OBSERVED_TO,
      timestamp: PUBLISHED,
      publish_timestamp: PUBLISHED,
      published: true,
      analysis: "2",
      threat_level_id: "2",
      distribution: "1",
      Orgc: orgc,
      Tag: tags.map((name) => ({ name })),
      Attribute: rows.flatMap((row) => row.statements.map((said) => attributeOf(said, row, random))),
    },
  };
}

function attributeOf(said: Statement, row: Row, random: Random) {
  const base = {
    uuid: random.uuid(),
    category: "Network activity",
    to_ids: true,
    timestamp: PUBLISHED,
    first_seen: isoSecond(said.firstSeen ?? said.lastSeen),
    last_seen: isoSecond(said.lastSeen),
    comment: "",
    deleted: row.bad === "deleted",
  };
  if (row.bad === "unsupported") {
    return {
      ...base,
      category: "Artifacts dropped",
      type: "regkey",
      value: `HKCU\\Software\\Exercise\\${random.below(9000)}`,
    };
  }
  return { ...base, ...typeAndValue(said) };
}

function typeAndValue(said: Statement): { type: string; value: string } {
  const { type, role } = said.thing;
  if (type === "url") return { type: "url", value: said.written };
  if (type === "domain-name") return { type: "hostname", value: said.written };
  if (role === "victim") return { type: "ip-src", value: said.written };
  if (said.port === null) return { type: "ip-dst", value: said.written };
  return { type: "ip-dst|port", value: `${said.written}|${said.port}` };
}
