import { domainToASCII } from "node:url";
import { isCountry } from "./countries.ts";

/** Labels whose country is not spelt like the label: older than the code, a part of a state, or of a state that is gone. */
const OTHER_LETTERS: Readonly<Record<string, string>> = { uk: "GB", ac: "SH", su: "RU", tp: "TL", zr: "CD" };

/** Labels of no country: the European Union's, and those whose state and registry are both gone. */
const NO_COUNTRY = ["eu", "an", "yu", "cs", "dd"];

/** Country-code domains in national scripts, as people write them; kept as U-labels because those can be proof-read. */
const NATIONAL_SCRIPTS: Readonly<Record<string, string>> = {
  AE: "امارات",
  AM: "հայ",
  BD: "বাংলা",
  BG: "бг",
  BH: "البحرين",
  BY: "бел",
  CN: "中国 中國",
  DZ: "الجزائر",
  EG: "مصر",
  GE: "გე",
  GR: "ελ",
  HK: "香港",
  IL: "ישראל",
  IN: "भारत భారత్ ભારત ਭਾਰਤ இந்தியா ভারত بھارت ಭಾರತ ഭാരതം ভাৰত ଭାରତ भारतम् भारोत بارت ڀارت",
  IQ: "عراق",
  IR: "ایران",
  JO: "الاردن",
  KR: "한국",
  KZ: "қаз",
  LA: "ລາວ",
  LK: "ලංකා இலங்கை",
  MA: "المغرب",
  MK: "мкд",
  MN: "мон",
  MO: "澳門 澳门",
  MR: "موريتانيا",
  MY: "مليسيا",
  OM: "عمان",
  PK: "پاکستان",
  PS: "فلسطين",
  QA: "قطر",
  RS: "срб",
  RU: "рф",
  SA: "السعودية",
  SD: "سودان",
  SG: "新加坡 சிங்கப்பூர்",
  SY: "سورية",
  TH: "ไทย",
  TN: "تونس",
  TW: "台湾 台灣",
  UA: "укр",
  YE: "اليمن",
};

/** Country-code domains sold to the whole world: the name says little about where its owner is. */
const WORLDWIDE_LABELS =
  "ac ag ai am as be bz cc cd ch co cx dj fm gd gg gl gs im io is la lc li ly me mn ms mu nu pm pn pw re sc sh sx tc tk tl to tt tv vc vg vu wf ws yt ga cf gq ml";

const TWO_LETTERS: readonly (string | null)[] = twoLetterTable();
const SCRIPTS: ReadonlyMap<string, string> = new Map(
  Object.entries(NATIONAL_SCRIPTS).flatMap(([country, labels]) =>
    labels.split(" ").map((label) => [domainToASCII(label), country] as const),
  ),
);
const WORLDWIDE: ReadonlySet<string> = new Set(
  WORLDWIDE_LABELS.split(" ").map((label) => TWO_LETTERS[slotOf(label, 0)] ?? ""),
);

/** Country of a last label (lower case, A-label): `uk` is GB, `xn--p1ai` is RU, `eu` and `com` are nobody's (null). */
export function cctldCountry(label: string): string | null {
  return countryOfName(label);
}

/** Country of the last label of a host name in normal form. Allocates nothing for two-letter labels. */
export function countryOfName(host: string): string | null {
  const length = host.length;
  if (length >= 2 && (length === 2 || host.charCodeAt(length - 3) === 46)) {
    const slot = slotOf(host, length - 2);
    return slot < 0 ? null : (TWO_LETTERS[slot] ?? null);
  }
  const dot = host.lastIndexOf(".");
  // "xn--" is 120 110: anything else of more than two letters is a generic domain.
  if (host.charCodeAt(dot + 1) !== 120 || host.charCodeAt(dot + 2) !== 110) return null;
  return SCRIPTS.get(host.slice(dot + 1)) ?? null;
}

/** Whether this country's domain is commonly used all over the world (.co, .ai, .tk ...): a caveat, not a refusal. */
export function isUsedWorldwide(country: string): boolean {
  return WORLDWIDE.has(country);
}

function twoLetterTable(): (string | null)[] {
  const table = Array.from<string | null>({ length: 26 * 26 }).fill(null);
  for (let slot = 0; slot < table.length; slot++) {
    const label = String.fromCharCode(97 + Math.floor(slot / 26), 97 + (slot % 26));
    const code = OTHER_LETTERS[label] ?? label.toUpperCase();
    table[slot] = isCountry(code) && !NO_COUNTRY.includes(label) ? code : null;
  }
  return table;
}

function slotOf(text: string, at: number): number {
  const a = text.charCodeAt(at) - 97;
  const b = text.charCodeAt(at + 1) - 97;
  return a < 0 || a > 25 || b < 0 || b > 25 ? -1 : a * 26 + b;
}
