import type { ThreatRole } from "#standards/threat-role.ts";
import { threatRoleOf } from "../../read/words.ts";

/** What a comment line says about the lines below it. */
export interface Comment {
  /** A heading: its role, or no role, holds until the next one. */
  readonly section?: { readonly role: ThreatRole | undefined };
  readonly reference?: string;
  readonly families?: readonly string[];
}

/** Reads one comment line, with its mark. Most comments say nothing: the answer is then empty. */
export function readComment(line: string): Comment {
  const text = line.replace(/^(?:#+|;+|!+|\/\/+)\s*/, "").trim();
  const labelled = /^(references?|aliases)\s*:\s*(.+)$/i.exec(text);
  if (labelled !== null) {
    const value = (labelled[2] ?? "").trim();
    if (labelled[1]?.toLowerCase() !== "aliases") return { reference: value };
    const name = value.split(",")[0]?.trim() ?? "";
    return name.length > 0 ? { families: [name] } : {};
  }
  const decorated = /^[-=*_~+<>[\]#]{2,}\s*(.{1,80}?)\s*[-=*_~+<>[\]#]{2,}$/.exec(text);
  if (decorated !== null) return { section: { role: threatRoleOf(decorated[1] ?? "") } };
  if (text.length > 40 || /[.:/]/.test(text) || text.split(/\s+/).length > 4) return {};
  const role = threatRoleOf(text);
  if (role !== undefined) return { section: { role } };
  return KINDS.test(text) ? { section: { role: undefined } } : {};
}

/** Headings that sort by kind of value end the section before them, also where that one had a role. */
const KINDS =
  /^(?:domains?|ips?|ip address(?:es)?|ipv[46]|urls?|hosts?|hostnames?|hash(?:es)?|md5|sha-?1|sha-?256|e-?mails?)$/i;
