import { isThreatRole, THREAT_ROLE_NAMES, THREAT_ROLES, type ThreatRole } from "#standards/threat-role.ts";
import { foldName } from "./field-names.ts";
import { createWordMemo } from "./word-memo.ts";

/**
 * The role that a partner's word for a threat type means (`botnet_cc`, `C&C`, `hameçonnage`, `suplantación`, `تصيد`),
 * or `undefined`: an unknown word never falls into a role by default. The whole text is looked up first, then its
 * parts between separators (`phishing;credential theft`), first hit wins. Answers are remembered: a column of a
 * million rows has few different words.
 */
export function threatRoleOf(text: string): ThreatRole | undefined {
  if (text.length === 0 || text.length > 200 || text.includes("://")) return undefined;
  return rememberedRole(text);
}

/** Whether a status word says that the thing answers; `undefined` for unknown words. */
export function statusOf(text: string): "online" | "offline" | undefined {
  if (text.length === 0 || text.length > 60) return undefined;
  return rememberedStatus(text);
}

const rememberedRole = createWordMemo(findRole);
const rememberedStatus = createWordMemo(findStatus);

function findRole(text: string): ThreatRole | undefined {
  const lower = text.trim().toLowerCase();
  if (lower === "unknown") return undefined; // our own word for a role that nobody told
  if (isThreatRole(lower)) return lower;
  const whole = roleOfPhrase(lower);
  if (whole !== undefined) return whole;
  for (const part of lower.split(/[,;|/+#]+/)) {
    const role = roleOfPhrase(part);
    if (role !== undefined) return role;
  }
  return undefined;
}

function roleOfPhrase(phrase: string): ThreatRole | undefined {
  const folded = foldName(phrase.replaceAll("c&c", "c2"));
  if (folded.length === 0) return undefined;
  const exact = ROLE_BY_WORD.get(folded) ?? ROLE_BY_RSIT.get(folded);
  if (exact !== undefined) return exact;
  return ROLE_PARTS.find(([pattern]) => pattern.test(folded))?.[1];
}

function findStatus(text: string): "online" | "offline" | undefined {
  const folded = foldName(text);
  if (ONLINE.has(folded)) return "online";
  return OFFLINE.has(folded) ? "offline" : undefined;
}

/** The types of the Reference Security Incident Taxonomy, as MISP tags and n6 write them; the first role of a type stands. */
const ROLE_BY_RSIT = new Map(
  THREAT_ROLE_NAMES.filter((role) => role !== "unknown" && role !== "actor-group")
    .toReversed()
    .map((role) => [foldName(THREAT_ROLES[role].rsit.split("/")[1] ?? ""), role]),
);

/** Words in the form that `foldName` gives: English and the names of feeds, French, Spanish, Portuguese, Arabic, German. */
const ROLE_WORDS: Readonly<Partial<Record<ThreatRole, string>>> = {
  c2: `c2|cc|c c|cnc|c2 server|c2server|c2 ip|c2 domain|botnet cc|botnet c2|botnet cnc|botnet controller|command and control|command control|controller|
    cnc server|cobaltstrike c2|c2 panel|commande et controle|serveur de commande|serveur c2|serveur de commande et de controle|comando y control|mando y control|
    servidor de comando y control|servidor c2|comando e controle|servidor de comando|القياده والسيطره|التحكم والسيطره|خادم التحكم|خادم القياده والسيطره|التحكم والقياده|
    steuerserver|kontrollserver|botnet drone controller`,
  phishing: `phishing|phish|phishing url|phishing site|phishing kit|credential phishing|spear phishing|smishing|vishing|social engineering|hameconnage|filoutage|hameconnage cible|
    suplantacion|suplantacion de identidad|pesca de datos|sitio de phishing|تصيد|التصيد|تصيد احتيالي|التصيد الاحتيالي|تصيد الكتروني|صفحه تصيد`,
  "malware-distribution": `malware download|malware distribution|malware url|malware hosting|payload delivery|payload url|malware delivery|dropper|dropper url|download|
    exploit kit|distribution|distribution de malware|distribution de logiciels malveillants|telechargement malveillant|diffusion de malware|distribucion de malware|
    descarga de malware|distribucion|distribuicao de malware|توزيع البرمجيات الخبيثه|نشر البرمجيات الخبيثه|توزيع برمجيات خبيثه|verteilung von schadsoftware|malware c d`,
  malware: `payload|malware|malware sample|malicious file|file hash|trojan|ransomware|stealer|infostealer|rat|backdoor|virus|worm|sample|logiciel malveillant|programme malveillant|
    codigo malicioso|programa malicioso|برمجيه خبيثه|برمجيات خبيثه|برنامج خبيث|schadsoftware`,
  scam: `scam|fraud|scam site|fake shop|investment fraud|investment scam|bec|romance scam|advance fee|arnaque|escroquerie|fraude|estafa|fraude electronico|golpe|احتيال|نصب|betrug|
    business email compromise|counterfeit`,
  spam: "spam|spammer|spam source|unsolicited mail|pourriel|courrier indesirable|correo no deseado|رسائل مزعجه|بريد مزعج|malspam source",
  attacker: `attacker|attack|scanner|scan|scanning|brute force|bruteforce|brute forcing|ssh brute force|ids alert|intrusion attempt|exploit|exploitation|ddos|dos|attaquant|attaque|
    force brute|balayage|atacante|ataque|fuerza bruta|escaneo|forca bruta|مهاجم|هجوم|القوه الغاشمه|مسح|angreifer`,
  compromised: `compromised|compromised website|compromised site|compromised server|compromised host|hacked|hacked website|hacked webserver|defacement|defaced|webshell|web shell|
    injected code|site compromis|site pirate|serveur compromis|defiguration|defacage|compromis|sitio comprometido|sitio hackeado|servidor comprometido|comprometido|desfiguracion|
    site comprometido|موقع مخترق|مخترق|اختراق|تشويه المواقع|kompromittiert`,
  victim: `victim|infected|infected system|infected host|bot|bots|botnet drone|drone|zombie|victime|systeme infecte|machine infectee|infecte|victima|infectado|equipo infectado|
    sistema infectado|vitima|ضحيه|الضحيه|جهاز مصاب|مصاب|infiziert|opfer`,
  vulnerable: `vulnerable|vulnerable system|vulnerable service|vulnerability|exposed service|open proxy|proxy|open resolver|openresolver|openresolvers|open service|potentially unwanted accessible|systeme vulnerable|
    vulnerabilite|vulnerabilidad|sistema vulnerable|vulnerabilidade|ثغره|نظام ضعيف|verwundbar`,
};

const ROLE_BY_WORD: ReadonlyMap<string, ThreatRole> = new Map(
  Object.entries(ROLE_WORDS).flatMap(([role, words]) =>
    isThreatRole(role) ? words.split("|").map((word) => [word.trim(), role] as const) : [],
  ),
);

/** Phrases around a known word, e.g. "Emotet C2 server", "phishing page against a bank". Narrow on purpose. */
const ROLE_PARTS: readonly (readonly [RegExp, ThreatRole])[] = [
  [/\b(?:c2|cnc|command and control|botnet c ?c)\b/, "c2"],
  [/\b(?:phish|phishing|hameconnage|suplantacion|smishing)\b|تصيد/, "phishing"],
  [/\bmalware (?:distribution|download|delivery|hosting|url)\b/, "malware-distribution"],
  [/\b(?:compromised|hacked|defaced)\b/, "compromised"],
  [/\bbrute force\b/, "attacker"],
  [/\bopen resolvers?\b/, "vulnerable"],
];

const ONLINE = new Set(
  `online|up|active|alive|live|yes|y|true|1|valid|open|running|responding|en ligne|actif|active|oui|vivant|en linea|activo|activa|si|abierto|ativo|ativa|sim|
    متصل|نشط|فعال|نعم|aktiv|ja`
    .split("|")
    .map((word) => word.trim()),
);
const OFFLINE = new Set(
  `offline|down|inactive|dead|no|n|false|0|taken down|takedown|closed|not responding|removed|suspended|hors ligne|inactif|inactive|non|ferme|fuera de linea|inactivo|inactiva|
    caido|cerrado|inativo|inativa|nao|غير متصل|غير نشط|معطل|متوقف|لا|inaktiv|nein`
    .split("|")
    .map((word) => word.trim()),
);
