import type { ObservableType } from "#standards/observable/types.ts";
import type { ThreatRole } from "#standards/threat-role.ts";
import { threatRoleOf } from "./words.ts";

/**
 * The role that a heading, a column title or a remark gives to the values it speaks of ("1. Command-and-control servers",
 * "Sites compromis", "Distribution server."), or `undefined`. Read like a threat type, and beyond that with the plural
 * and the phrases of reports. Longer than 160 characters it is a sentence and says too much to be a title.
 */
export function sectionRole(text: string): ThreatRole | undefined {
  const title = titleOf(text);
  if (title.length < 2 || title.length > 160) return undefined;
  const role = threatRoleOf(title) ?? PHRASES.find(([pattern]) => pattern.test(title))?.[1];
  // "Unknown" in a cell speaks of that cell.
  return role === "unknown" ? undefined : role;
}

/** What a section's role means for one value in it: a file is malware whatever it is used for, and no server is a malware sample. */
export function roleForType(role: ThreatRole | undefined, type: ObservableType): ThreatRole | undefined {
  if (type.startsWith("file-")) return "malware";
  return role === "malware" ? undefined : role;
}

/** Sections and labels whose values point to people and publications and are no indicators: contact, references, credits. */
export function isAside(text: string): boolean {
  return ASIDE.test(titleOf(text));
}

/** The source itself calls the thing harmless. */
export function isCalledHarmless(text: string): boolean {
  return HARMLESS.test(text);
}

/** Without numbering, markup and the colon at the end. */
function titleOf(text: string): string {
  return text
    .replace(/^[\s#=*_|>-]+/, "")
    .replace(/^(?:\d{1,3}[.)]?)+\s+/, "")
    .replace(/[\s:*_=#.|—–-]+$/, "")
    .trim();
}

const PHRASES: readonly (readonly [RegExp, ThreatRole])[] = [
  [
    /\bc(?:2|&c|nc)s?\b|command[ -]and[ -]control|commande et (?:de )?contr[oô]le|(?:comando|mando) y control/i,
    "c2",
  ],
  [/\bphish|hame[cç]onnage|suplantaci[oó]n|تصيد/i, "phishing"],
  [
    /\bvictims?\b|\bvictimes?\b|\bv[ií]ctimas?\b|\binfected\b|\binfect[ée]e?s?\b|\binfectad[oa]s?\b|الضحايا|مصاب/i,
    "victim",
  ],
  [
    /\bcompromised\b|\bcompromis(?:es)?\b|\bcomprometid[oa]s?\b|\bhacked\b|\bdefaced\b|\bpirat[ée]s?\b|مخترق/i,
    "compromised",
  ],
  [
    /\b(?:distribution|download|delivery|staging|dropper|payload) (?:servers?|sites?|urls?|domains?|locations?|points?|ips?|hosts?)\b|\bhosting (?:the )?(?:\w+ ){0,3}(?:dll|malware|payload|sample|installer)s?\b|\bmalware (?:distribution|urls?|hosting|downloads?)\b|\bexploit kits?\b|\bserveurs? de (?:distribution|t[ée]l[ée]chargement)\b|\bservidor(?:es)? de (?:distribuci[oó]n|descarga)\b|\bdiffusion de (?:malware|logiciels)|\bdistribuci[oó]n de malware\b|توزيع/i,
    "malware-distribution",
  ],
  [/\bscam|\bfraud|\barnaque|\bescroquerie|\bestafa|احتيال/i, "scam"],
  [/\bbrute[ -]?forc|\bscanning (?:hosts|ips)|\battacking (?:hosts|ips)/i, "attacker"],
];

const ASIDE =
  /^(?:(?:external |further |additional |useful |related )?(?:references?|links?|reading|resources?)|sources?|bibliography|contacts?(?: us| details| information)?|about(?: us| the authors?)?|authors?|credits?|acknowledge?ments?|disclaimer|copyright|licen[cs]e|imprint|r[ée]f[ée]rences?|liens(?: utiles)?|contactez|bibliographie|remerciements|auteurs?|mentions l[ée]gales|contactos?|cont[aá]ctenos|referencias?|fuentes?|enlaces(?: de inter[eé]s)?|agradecimientos|autores|bibliograf[ií]a|المراجع|المصادر|روابط|اتصل بنا|جهات? الاتصال|شكر|related autofocus tags)(?: (?:and|et|y|&) \w+)?$/i;

const HARMLESS =
  /\b(?:clean file|benign|legitimate|false positive|not malicious|l[ée]gitime|faux positif|leg[ií]tim[oa]|falso positivo|b[ée]nign[eo]?)\b|حميد|مشروع/i;
