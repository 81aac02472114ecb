import type { Random } from "../random.ts";
import type { Row, Statement } from "../statements.ts";
import type { Role } from "../world.ts";

const HEADINGS: Readonly<Record<Role, string>> = {
  c2: "Command-and-control servers",
  phishing: "Phishing",
  compromised: "Compromised websites",
  victim: "Infected systems",
};

/** A plain list whose comments divide it into sections; CRLF, an occasional indent, some lines twice. */
export function writeSectionedList(rows: readonly Row[], random: Random): Buffer {
  const lines = [
    "# Palisade Lists: regional extract",
    "# one value per line, ip or ip:port, url, host name",
    "",
  ];
  for (const [role, section] of byRole(rows)) {
    lines.push(`# --- ${HEADINGS[role]} ---`, "");
    for (const said of section) {
      const indent = random.chance(0.05) ? "  " : "";
      lines.push(
        indent +
          (said.port === null || said.written.includes(":") ? said.written : `${said.written}:${said.port}`),
      );
    }
    lines.push("");
  }
  return Buffer.from(lines.map((line) => `${line}\r\n`).join(""));
}

/** An analyst's report: prose, headings that give the role, values defanged in the styles that analysts use. */
export function writeAnalystReport(rows: readonly Row[], random: Random): Buffer {
  const lines = [
    "REGIONAL SURGE – ANALYST REPORT",
    "TLP:AMBER+STRICT  •  Indicators are defanged. Do not open them.",
    "",
    "We looked at command-and-control, phishing and compromised web sites in eight countries.",
    "",
  ];
  let number = 1;
  for (const [role, section] of byRole(rows)) {
    lines.push(`${number++}. ${HEADINGS[role]}`, "");
    for (const said of section)
      lines.push(`${random.pick(["•\t", "   – ", "- "])}${defang(said.written, random)}`);
    lines.push("");
  }
  lines.push("Conclusion", "", "Most servers are rented. We expect them to move.", "");
  return Buffer.from(lines.join("\n"));
}

function defang(value: string, random: Random): string {
  if (value.includes("::")) return value;
  const dot = random.pick(["[.]", "[dot]", "(.)"]);
  const [scheme, rest] = value.split("://");
  if (rest === undefined) return value.replaceAll(".", dot);
  const [host = "", ...path] = rest.split("/");
  return `${(scheme ?? "").replace("tt", "xx")}://${[host.replaceAll(".", dot), ...path].join("/")}`;
}

/** A block list in the form of a hosts file. */
export function writeHostsFile(rows: readonly Row[]): Buffer {
  const names = rows.flatMap((row) => row.statements.map((said) => `0.0.0.0 ${said.written}`));
  return Buffer.from(`${["# Phishing names, for national resolvers", "", ...names].join("\n")}\n`);
}

function byRole(rows: readonly Row[]): Map<Role, Statement[]> {
  return Map.groupBy(
    rows.flatMap((row) => row.statements),
    (said) => said.thing.role,
  );
}
