import type { Language } from "./country-names.ts";

const BORDER_NOTE: Readonly<Record<Language, string>> = {
  en: "Names, codes and boundaries follow the list configured for this operation. They serve to route information and imply no opinion on the legal status of any country or territory, of its authorities, or on its frontiers.",
  fr: "Les noms, codes et limites suivent la liste configurée pour cette opération. Ils servent à acheminer l’information et n’impliquent aucune prise de position quant au statut juridique d’un pays ou territoire, de ses autorités, ni quant à ses frontières.",
  es: "Los nombres, códigos y límites siguen la lista configurada para esta operación. Sirven para encaminar la información y no implican juicio alguno sobre la condición jurídica de ningún país o territorio, de sus autoridades, ni sobre sus fronteras.",
  ar: "تتبع الأسماء والرموز والحدود القائمة المعتمدة لهذه العملية. والغرض منها توجيه المعلومات، ولا تنطوي على أي رأي بشأن الوضع القانوني لأي بلد أو إقليم أو سلطاته أو بشأن حدوده.",
};

/** The neutral sentence that stands beside every map and list of countries that leaves the house (JU-7). */
export function borderNote(language: Language): string {
  return BORDER_NOTE[language];
}
