import type { ThreatRole } from "#standards/threat-role.ts";
import { defineFeedFormat } from "../../format.ts";
import { cellText, createListMemo } from "../../read/cells.ts";
import { parseDate } from "../../read/dates.ts";
import { readTable } from "../../read/table.ts";
import { threatRoleOf } from "../../read/words.ts";

/**
 * The national report of Team Cymru (CAP): `report|ip|asn|timestamp|comments|asn_name`. The first column says what
 * the address does; the comments name the malware (`mwtype Conficker`). Addresses in comments (`destaddr`) are the
 * other end of a conversation and stay out.
 */
export default defineFeedFormat({
  id: "cymru",
  title: "Team Cymru report",

  recognise(head) {
    const text = head.text.slice(0, 4096);
    return /^#.*\breport\|ip\|asn\|timestamp\|comments/m.test(text) ? 92 : 0;
  },

  async read(part, sink, options) {
    const hints = { timeZone: options.timeZone };
    const listOf = createListMemo();
    await readTable(part.text(), { separator: "|", width: 6, hasHeader: false }, sink, (fields, row) => {
      const [report = "", , , time = "", comment = ""] = fields;
      const address = cellText(fields[1]);
      const url = /^https?:\/\/\S+$/.test(comment.trim()) ? comment.trim() : undefined;
      const value = url ?? address;
      if (value.length === 0) {
        sink.refuse({
          row,
          code: "empty",
          reason: "The row has no address.",
          raw: fields.join("|").slice(0, 4096),
        });
        return;
      }
      const role = REPORTS.get(report.trim()) ?? threatRoleOf(report);
      const family = /\bmwtype (\S{2,60})/.exec(comment)?.[1];
      const families = family === undefined ? undefined : listOf(family);
      const seen = parseDate(time, hints) ?? undefined;
      sink.claim({ row, value, role, families, firstSeen: seen, lastSeen: seen, reference: "Team Cymru" });
    });
  },
});

const REPORTS: ReadonlyMap<string, ThreatRole> = new Map([
  ["beagle", "victim"],
  ["blaster", "victim"],
  ["bots", "victim"],
  ["conficker", "victim"],
  ["bruteforce", "attacker"],
  ["darknet", "attacker"],
  ["honeypot", "attacker"],
  ["scanners", "attacker"],
  ["controller", "c2"],
  ["defacement", "compromised"],
  ["malwareurl", "malware-distribution"],
  ["openresolvers", "vulnerable"],
  ["proxy", "vulnerable"],
  ["phishing", "phishing"],
  ["spam", "spam"],
]);
