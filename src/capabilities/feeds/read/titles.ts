import type { ThreatRole } from "#standards/threat-role.ts";
import { threatRoleOf } from "./words.ts";

/**
 * The role that the title of a list gives to all its entries, e.g. `# Title: Phishing domains`. Looks only at
 * comment lines (`#`, `!`, `;`) that begin with "Title", "Name", "Description" or "Source"; `undefined` when they name
 * no role.
 */
export function roleOfTitle(comments: string): ThreatRole | undefined {
  for (const [, label = "", title = ""] of comments
    .slice(0, 8192)
    .matchAll(/^[#!;: ]{1,4}(title|name|description|source):[ \t]*(.{3,200})$/gim)) {
    // URLhaus lists only places that serve malware; titles of its offspring say "malicious" and no more.
    if (/\burlhaus\b/i.test(title)) return "malware-distribution";
    const role = label.toLowerCase() === "source" ? undefined : threatRoleOf(title);
    if (role !== undefined) return role;
  }
  return undefined;
}
