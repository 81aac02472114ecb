import type { ThreatRole } from "#standards/threat-role.ts";
import { defineFeedFormat, type Head, UnreadablePart } from "../../format.ts";
import { cellText, portAfterColon, portOf } from "../../read/cells.ts";
import { inferFields, OBSERVABLE_FIELDS } from "../../read/field-names.ts";
import { headFirst } from "../../read/head-first.ts";
import { eachLine, readLines, wholeLines } from "../../read/lines.ts";
import { shapeOf } from "../../read/shape.ts";
import { roleOfTitle } from "../../read/titles.ts";
import { threatRoleOf } from "../../read/words.ts";
import { readComment } from "./comments.ts";

/**
 * One indicator per line: block lists of addresses, URL lists, trail files. Comments after `#`, `;`, `//` or `!`;
 * a comment that is a heading ("--- C2 ---", "Phishing") gives the role of the lines below it, `Reference:` their
 * origin, `Aliases:` the family. A word behind the value names the family.
 */
export default defineFeedFormat({
  id: "plain-list",
  title: "Plain list (one indicator per line)",

  recognise(head) {
    const { values, paths, others, tabular } = countLines(head);
    if (values === 0) return others === 0 && paths > 4 ? 40 : 0;
    if (tabular * 2 > values) return 30;
    if (others === 0) return 60;
    return values + paths >= others * 8 ? 56 : values + paths >= others * 2 ? 20 : 0;
  },

  async read(part, sink) {
    const { head, all } = await headFirst(part.text(), 16 * 1024);
    if (
      head.trim().length > 0 &&
      !/[\r\n]/.test(head) &&
      !isValue(firstToken(head)) &&
      !isPath(head) &&
      !isComment(head)
    ) {
      throw new UnreadablePart("no-indicators", "The file holds no list of indicators. Write one per line.");
    }
    const about: {
      role: ThreatRole | undefined;
      reference?: string | undefined;
      families?: readonly string[] | undefined;
    } = {
      role: roleOfTitle(head),
    };
    let blockHasValues = true;
    let seenValue = false;
    await readLines(all, {
      line(text, row) {
        const line = text.trim();
        if (line.length === 0) return;
        if (isComment(line)) {
          const comment = readComment(line);
          if (comment.section !== undefined) about.role = comment.section.role;
          if (comment.families !== undefined) about.families = comment.families;
          // Several references above one block: the first one is where the block comes from.
          if (comment.reference !== undefined && blockHasValues) {
            about.reference = comment.reference;
            blockHasValues = false;
          }
          return;
        }
        const cut = endOfValue(line);
        const value = cut === line.length ? line : line.slice(0, cut);
        if (!seenValue) {
          seenValue = true;
          if (isColumnName(line)) return;
        }
        blockHasValues = true;
        sink.row();
        if (isPath(value)) {
          sink.refuse({ row, code: "unsupported", reason: PATH_ONLY, raw: text.slice(0, 4096) });
          return;
        }
        const note = cut === line.length ? NO_NOTE : readNote(line.slice(cut));
        if (note === null) {
          sink.refuse({ row, code: "malformed", reason: MORE_THAN_ONE, raw: text.slice(0, 4096) });
          return;
        }
        sink.claim({
          row,
          value,
          // "# stealer" behind an address in a section of C2 servers names the malware, not another role.
          role:
            note.role === undefined || (note.role === "malware" && about.role !== undefined)
              ? about.role
              : note.role,
          families: note.families ?? about.families,
          port: note.port ?? portAfterColon(value),
          reference: about.reference,
        });
      },
      tooLong(beginning, row) {
        sink.row();
        sink.refuse({
          row,
          code: "too-long",
          reason: "This line is longer than one million characters.",
          raw: beginning,
        });
      },
    });
  },
});

const PATH_ONLY = "A path without a host names no place. Send the full URL.";
const MORE_THAN_ONE =
  "More than one value stands in this line. Write one indicator per line, remarks after #.";

interface Note {
  readonly role?: ThreatRole | undefined;
  readonly families?: readonly string[] | undefined;
  readonly port?: number | undefined;
}

const NO_NOTE: Note = {};

/** What follows the value: a remark after `#`, `;` or `//`, or a port. `null` when it is none of these. */
function readNote(rest: string): Note | null {
  const text = rest.trim();
  const mark = /^(#|;|\/\/)+\s*/.exec(text);
  if (mark === null) {
    const port = portOf(text);
    return port === undefined ? null : { port };
  }
  const remark = text.slice(mark[0].length);
  const role = threatRoleOf(remark);
  if (role !== undefined) return { role };
  return mark[1] === "#" && FAMILY.test(cellText(remark)) ? { families: [remark] } : NO_NOTE;
}

/** One word that is no list number (SBL123, AS64500): in lists of C2 servers the remark is the family. */
const FAMILY = /^(?!(?:AS|SBL)\d)[a-z][\w.-]{2,39}$/i;

function isComment(line: string): boolean {
  const first = line.charCodeAt(0);
  return first === 35 || first === 59 || first === 33 || line.startsWith("//");
}

function isPath(value: string): boolean {
  return value.charCodeAt(0) === 47;
}

function isValue(token: string): boolean {
  return shapeOf(token) !== null;
}

/** `indicator` or `Adresse IP` above the list. */
function isColumnName(line: string): boolean {
  if (line.length > 60 || isValue(firstToken(line))) return false;
  const fields = inferFields([line]);
  return OBSERVABLE_FIELDS.some((field) => fields.has(field));
}

/** Blanks end a value: no indicator has any. */
function endOfValue(line: string): number {
  const blank = line.indexOf(" ");
  const tab = line.indexOf("\t");
  if (blank === -1) return tab === -1 ? line.length : tab;
  return tab === -1 || blank < tab ? blank : tab;
}

function firstToken(text: string): string {
  const line = text.trim();
  return line.slice(0, endOfValue(line));
}

function countLines(head: Head) {
  const counts = { values: 0, paths: 0, others: 0, tabular: 0 };
  let first = true;
  eachLine(wholeLines(head, 32 * 1024), (raw) => {
    const line = raw.trim();
    if (line.length === 0 || isComment(line)) return;
    const cut = endOfValue(line);
    const value = line.slice(0, cut);
    if (isValue(value) && (cut === line.length || readNote(line.slice(cut)) !== null)) {
      counts.values++;
      if (/[,;|]/.test(value)) counts.tabular++;
    } else if (isPath(value) && cut === line.length) counts.paths++;
    else if (!(first && isColumnName(line))) counts.others++;
    first = false;
  });
  return counts;
}
