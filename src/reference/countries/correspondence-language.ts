import type { Language } from "./country-names.ts";

/**
 * Countries whose national police expects something else than English, by first choice. Two letters after a colon
 * are the second choice. Where none of the four languages is official, the nearest working language is taken:
 * Spanish for Brazil (the region's operations are run in Spanish, and a Portuguese reader can follow it), English
 * for Portugal and Portuguese-speaking Africa. The Maghreb, Mauritania, Chad, Djibouti and the Comoros get French
 * first, because their police files and mutual legal assistance are largely in French, and Arabic second; Lebanon
 * the other way round.
 */
const FIRST_CHOICE: Readonly<Record<Exclude<Language, "en">, string>> = {
  fr:
    "BE:en BF BI BJ BL CD CF CG CH:en CI CM:en DJ:ar DZ:ar FR GA GF GN GP HT KM:ar LU MA:ar MC MF MG ML MQ MR:ar NC NE " +
    "PF PM RE SN TD:ar TF TG TN:ar WF YT",
  es: "AD:fr AR BO BR:en CL CO CR CU DO EC ES GQ:fr GT HN MX NI PA PE PR:en PY SV UY VE",
  ar: "AE BH EG EH:fr IQ JO KW LB:fr LY OM PS QA SA SD SO:en SY YE",
};
const ENGLISH_FIRST = "CA:fr CV:fr GW:fr IL:ar MU:fr RW:fr SC:fr SS:ar ST:fr TL:es VU:fr";

const CHOICES = new Map<string, readonly Language[]>();
for (const language of ["fr", "es", "ar"] as const) addChoices(language, FIRST_CHOICE[language]);
addChoices("en", ENGLISH_FIRST);

/** Language among en, fr, es and ar in which a package for this country is written when it has not chosen one. */
export function correspondenceLanguage(country: string): Language {
  return correspondenceLanguages(country)[0] ?? "en";
}

/** The same with the second choice behind it, where the country has one. */
export function correspondenceLanguages(country: string): readonly Language[] {
  return CHOICES.get(country) ?? ["en"];
}

function addChoices(first: Language, list: string): void {
  for (const item of list.split(" ")) {
    const [country = "", second] = item.split(":");
    CHOICES.set(
      country,
      second === "en" || second === "fr" || second === "es" || second === "ar" ? [first, second] : [first],
    );
  }
}
