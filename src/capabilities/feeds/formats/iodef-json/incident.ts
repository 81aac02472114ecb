import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";
import type { RowSink } from "../../format.ts";
import { confidenceOf, portOf } from "../../read/cells.ts";
import { parseDate } from "../../read/dates.ts";
import { threatRoleOf } from "../../read/words.ts";

/** An element of an IODEF document, alike for the XML (RFC 7970) and the JSON (RFC 8727) form. */
export interface IodefNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly IodefNode[];
  readonly text: string;
}

/** What an element says about everything inside it. */
interface Scope {
  readonly markings: readonly string[];
  readonly role: ThreatRole | undefined;
  readonly families: readonly string[] | undefined;
  readonly firstSeen: number | undefined;
  readonly lastSeen: number | undefined;
  readonly validUntil: number | undefined;
  readonly confidence: number | undefined;
  readonly reference: string | undefined;
}

/**
 * Gives the claims of one incident. A row is a `System` or an `Indicator`, numbered from `firstRow`; the number after
 * the last is returned. A system's own role (`NodeRole`) comes first, then its part in the incident: a target is a
 * victim, a sensor nothing. Times, restriction and confidence are inherited from outer elements.
 */
export function readIncident(incident: IodefNode, firstRow: number, sink: RowSink): number {
  let row = firstRow;
  const walk = (node: IodefNode, outer: Scope): void => {
    const scope = narrowed(node, outer);
    if (node.name === "System" || node.name === "Indicator") {
      if (node.name === "System" && IGNORED_SYSTEMS.has(node.attributes.category ?? "")) return;
      sink.row();
      giveRow(node, scope, row++, sink);
      return;
    }
    for (const child of node.children) walk(child, scope);
  };
  const [id] = childrenOf(incident, "IncidentID");
  walk(incident, {
    ...NOTHING_SAID,
    reference: id?.attributes.name ?? (id === undefined ? undefined : textIn(id, "name")),
  });
  return row;
}

const NOTHING_SAID: Scope = {
  markings: [],
  role: undefined,
  families: undefined,
  firstSeen: undefined,
  lastSeen: undefined,
  validUntil: undefined,
  confidence: undefined,
  reference: undefined,
};

const IGNORED_SYSTEMS = new Set(["sensor", "watchlist"]);

function giveRow(node: IodefNode, scope: Scope, row: number, sink: RowSink): void {
  const found: Found[] = [];
  collect(node, found);
  const role = node.name === "System" ? systemRole(node, scope) : scope.role;
  const claimed = node.name === "System" && HOSTED.has(role ?? "unknown") ? mostExact(found) : found;
  for (const { value, type, port } of claimed) {
    sink.claim({
      row,
      value,
      type,
      port,
      role: type?.startsWith("file-") === true ? "malware" : role,
      families: scope.families,
      firstSeen: scope.firstSeen,
      lastSeen: scope.lastSeen,
      validUntil: scope.validUntil,
      confidence: scope.confidence,
      markings: scope.markings.length === 0 ? undefined : scope.markings,
      reference: scope.reference,
    });
  }
  if (found.length === 0) {
    const reason = `This ${node.name} names no address, domain, URL, mail address or file hash.`;
    sink.refuse({ row, code: "empty", reason, raw: outline(node).slice(0, 4096) });
  }
}

/** Roles of pages and files that live on somebody's server, not of the server itself. */
const HOSTED: ReadonlySet<ThreatRole> = new Set<ThreatRole>([
  "phishing",
  "scam",
  "compromised",
  "malware-distribution",
]);

/** Of a page only its URL, else its name: the address under it is the host of innocent others. */
function mostExact(found: readonly Found[]): readonly Found[] {
  for (const exact of ["url", "domain-name"]) {
    const rest = found.filter(({ type }) => type === exact || type?.startsWith("file-") === true);
    if (rest.some(({ type }) => type === exact)) return rest;
  }
  return found;
}

function narrowed(node: IodefNode, outer: Scope): Scope {
  const marking = RESTRICTIONS.get(node.attributes.restriction ?? "");
  const first = dateIn(node, "StartTime") ?? dateIn(node, "DetectTime");
  const last = node.name === "Indicator" ? undefined : dateIn(node, "EndTime");
  const reported = dateIn(node, "ReportTime") ?? dateIn(node, "GenerationTime");
  const [assessment] = childrenOf(node, "Assessment");
  return {
    markings:
      marking === undefined || outer.markings.includes(marking)
        ? outer.markings
        : [...outer.markings, marking],
    role: roleSaid(node, assessment) ?? outer.role,
    families: actorsOf(node) ?? outer.families,
    firstSeen: first ?? outer.firstSeen ?? reported,
    lastSeen: last ?? first ?? outer.lastSeen ?? reported,
    validUntil: node.name === "Indicator" ? dateIn(node, "EndTime") : outer.validUntil,
    confidence:
      confidenceIn(node) ??
      (assessment === undefined ? undefined : confidenceIn(assessment)) ??
      outer.confidence,
    reference: outer.reference,
  };
}

/** The role that an incident, event or indicator names in words. Long descriptions are prose and are not searched. */
function roleSaid(node: IodefNode, assessment: IodefNode | undefined): ThreatRole | undefined {
  const words = [
    ...(assessment === undefined
      ? []
      : childrenOf(assessment, "IncidentCategory").map((child) => child.text)),
    ...childrenOf(node, "AttackPhase").flatMap((phase) =>
      childrenOf(phase, "AttackPhaseID").map((child) => child.text),
    ),
    textIn(node, "Description"),
  ];
  for (const word of words) {
    const role = word === undefined || word.length > 120 ? undefined : threatRoleOf(word);
    if (role !== undefined && role !== "malware") return role;
  }
  return childrenOf(node, "ThreatActor").length > 0 ? "actor-group" : undefined;
}

function actorsOf(node: IodefNode): readonly string[] | undefined {
  const names = childrenOf(node, "ThreatActor").flatMap((actor) =>
    childrenOf(actor, "ThreatActorID").flatMap((id) => (id.text === "" ? [] : [id.text])),
  );
  return names.length === 0 ? undefined : names;
}

function systemRole(system: IodefNode, scope: Scope): ThreatRole | undefined {
  for (const node of childrenOf(system, "Node")) {
    for (const role of [...childrenOf(node, "NodeRole"), ...childrenOf(system, "NodeRole")]) {
      const known = NODE_ROLES.get(role.attributes.category ?? "");
      if (known !== undefined) return known;
    }
  }
  const category = system.attributes.category ?? "";
  if (category === "target") return "victim";
  if (category === "intermediate") return "compromised";
  return scope.role ?? (category === "source" ? "attacker" : undefined);
}

interface Found {
  readonly value: string;
  readonly type: ObservableType | undefined;
  readonly port?: number | undefined;
}

/** Observables in an element and inside it. What an indicator says must not be seen (`operator="not"`) is none. */
function collect(node: IodefNode, found: Found[]): void {
  if (node.attributes.operator?.toLowerCase() === "not") return;
  const port = servicePort(node);
  for (const child of node.children) {
    const before = found.length;
    if (child.name === "Address")
      addTyped(child.attributes.category ?? "ipv4-addr", child.text || child.attributes.value, found);
    else if (child.name === "NodeName") add(child.text, "domain-name", found);
    else if (child.name === "DomainData") add(textIn(child, "Name"), "domain-name", found);
    else if (child.name === "URL" && ENDS_IN_URL.has(node.name)) add(child.text, "url", found);
    else if (child.name === "EmailFrom") add(child.text || child.attributes.value, "email-addr", found);
    else if (child.name === "Hash") addHash(child, found);
    else if (child.name === "BulkObservable") addBulk(child, found);
    else if (!DESCRIPTIVE.has(child.name)) collect(child, found);
    if (port === undefined) continue;
    for (let at = before; at < found.length; at++) {
      const one = found[at];
      if (one !== undefined) found[at] = { ...one, port: one.port ?? port };
    }
  }
}

/** The only service of a system belongs to its addresses. */
function servicePort(node: IodefNode): number | undefined {
  const services = childrenOf(node, "Service");
  const [service] = services;
  return services.length === 1 && service !== undefined ? portOf(textIn(service, "Port") ?? "") : undefined;
}

const ENDS_IN_URL = new Set([
  "Node",
  "System",
  "Observable",
  "FileData",
  "File",
  "Service",
  "ApplicationHeader",
]);
/** Elements whose addresses and links are not the incident's: who reports, what to read, where it was registered. */
const DESCRIPTIVE = new Set([
  "Contact",
  "Reference",
  "Nameservers",
  "DomainContacts",
  "AlternativeIndicatorID",
  "RelatedDNS",
  "AdditionalData",
]);

function add(value: string | undefined, type: ObservableType | undefined, found: Found[]): void {
  const text = value?.trim() ?? "";
  if (text !== "") found.push({ value: text, type });
}

function addTyped(category: string, value: string | undefined, found: Found[]): void {
  const type = ADDRESS_TYPES.get(category);
  if (type === undefined) return;
  add(type === "autonomous-system" ? `AS${value?.replace(/^AS/i, "") ?? ""}` : value, type, found);
}

function addBulk(node: IodefNode, found: Found[]): void {
  const type = ADDRESS_TYPES.get(node.attributes.type ?? "");
  if (type === undefined) return;
  const list = textIn(node, "BulkObservableList") ?? "";
  for (const line of list.split(/[\r\n]+/)) add(line, type, found);
}

/** Digests are base64 in the standard and hexadecimal in most files. */
function addHash(node: IodefNode, found: Found[]): void {
  const [method] = childrenOf(node, "DigestMethod");
  const algorithm = (
    method?.attributes.Algorithm ??
    method?.text ??
    textIn(node, "DigestMethod") ??
    ""
  ).toLowerCase();
  const type = HASH_TYPES.find(([name]) => algorithm.replaceAll("-", "").endsWith(name))?.[1];
  const digest = textIn(node, "DigestValue");
  if (type === undefined || digest === undefined) return;
  const isHex = /^[0-9a-f]+$/i.test(digest) && [32, 40, 64, 128].includes(digest.length);
  add(isHex ? digest : Buffer.from(digest, "base64").toString("hex"), type, found);
}

const HASH_TYPES: readonly (readonly [string, ObservableType])[] = [
  ["md5", "file-md5"],
  ["sha1", "file-sha1"],
  ["sha256", "file-sha256"],
  ["sha512", "file-sha512"],
];

const ADDRESS_TYPES: ReadonlyMap<string, ObservableType> = new Map<string, ObservableType>([
  ["ipv4-addr", "ipv4-addr"],
  ["ipv4-net", "ipv4-cidr"],
  ["ipv4-net-mask", "ipv4-cidr"],
  ["ipv6-addr", "ipv6-addr"],
  ["ipv6-net", "ipv6-cidr"],
  ["e-mail", "email-addr"],
  ["email", "email-addr"],
  ["site-uri", "url"],
  ["url", "url"],
  ["domain-name", "domain-name"],
  ["fqdn", "domain-name"],
  ["asn", "autonomous-system"],
]);

const NODE_ROLES: ReadonlyMap<string, ThreatRole> = new Map<string, ThreatRole>([
  ["c2-server", "c2"],
  ["drop-server", "c2"],
  ["malware-distribution", "malware-distribution"],
  ["phishing-site", "phishing"],
  ["spear-phishing-site", "phishing"],
  ["recruiting-site", "scam"],
  ["fraudulent-site", "scam"],
  ["hop-point", "compromised"],
  ["reflector", "vulnerable"],
]);

/** The restriction values of RFC 7970 and its TLP words. `public` and `default` say nothing stricter. */
const RESTRICTIONS: ReadonlyMap<string, string> = new Map([
  ["white", "TLP:CLEAR"],
  ["green", "TLP:GREEN"],
  ["amber", "TLP:AMBER"],
  ["red", "TLP:RED"],
  ["partner", "TLP:AMBER"],
  ["need-to-know", "TLP:AMBER"],
  ["private", "TLP:RED"],
]);

function childrenOf(node: IodefNode, name: string): readonly IodefNode[] {
  return node.children.filter((child) => child.name === name);
}

/** The text of the first child element, or of the attribute that the JSON form has instead. */
function textIn(node: IodefNode, name: string): string | undefined {
  const text = childrenOf(node, name)[0]?.text.trim() || node.attributes[name]?.trim();
  return text === undefined || text === "" ? undefined : text;
}

function dateIn(node: IodefNode, name: string): number | undefined {
  const text = textIn(node, name);
  return text === undefined ? undefined : (parseDate(text) ?? undefined);
}

/** Only numbers: `low`, `medium` and `high` mean what each producer means. */
function confidenceIn(node: IodefNode): number | undefined {
  const [confidence] = childrenOf(node, "Confidence");
  if (confidence?.attributes.rating !== "numeric") return undefined;
  return confidenceOf((confidence.text || confidence.attributes.value || "").trim());
}

function outline(node: IodefNode): string {
  return `${node.name} ${JSON.stringify(node.attributes)} [${node.children.map((child) => child.name).join(", ")}]`;
}
