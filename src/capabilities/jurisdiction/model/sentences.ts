import type { Language } from "#reference/countries/country-names.ts";
import type { Basis, CountryRole, UnassignedReason } from "./evidence.ts";

/** The words of one language from which reasons are made. Values from outside are put in as they are. */
export interface Sentences {
  readonly roles: Readonly<Record<CountryRole, string>>;
  /** Names a piece of evidence: `by` is a table, a suffix, a label or a source's code. */
  readonly bases: Readonly<Record<Basis, (by: string, asOf: string | null) => string>>;
  decided(role: string, country: string, evidence: string): string;
  agrees(evidence: string, country: string): string;
  disagrees(evidence: string, country: string): string;
  readonly reasons: Readonly<Record<UnassignedReason, string>>;
  hint(country: string): string;
  readonly usedWorldwide: string;
  readonly onlyDomain: string;
}

const en: Sentences = {
  roles: { hosting: "Hosting", owner: "Owner", money: "Money", victim: "Victim", suspect: "Suspect" },
  bases: {
    "address-allocation": (by, asOf) => `the address allocation table “${by}”${dated(" of ", asOf)}`,
    "second-allocation": (by, asOf) =>
      `the second, independent allocation table “${by}”${dated(" of ", asOf)}`,
    "country-code-domain": (by) => `the country-code domain “.${by}”`,
    "government-suffix": (by) => `the government suffix “${by}”`,
    "source-word": (by, asOf) => `the word of source ${by}${dated(" of ", asOf)}`,
    registrar: (by, asOf) => `the seat of the registrar, according to ${by}${dated(" of ", asOf)}`,
    owner: (by, asOf) => `the owner, according to ${by}${dated(" of ", asOf)}`,
    victim: (by, asOf) => `the victim, according to ${by}${dated(" of ", asOf)}`,
    suspect: (by, asOf) => `the suspect, according to ${by}${dated(" of ", asOf)}`,
    bank: (by) => `the country of the bank (${by})`,
  },
  decided: (role, country, evidence) => `${role}: ${country}, by ${evidence}.`,
  agrees: (evidence, country) => `Agrees: ${evidence} also says ${country}.`,
  disagrees: (evidence, country) => `Disagrees: ${evidence} says ${country}.`,
  reasons: {
    "nothing-to-locate": "No country: nothing in this observable stands anywhere.",
    "no-country-in-name": "No country: the name belongs to no country-code domain and nothing else is known.",
    unallocated: "No country: the address is in none of the allocation tables.",
    "shared-infrastructure":
      "No country: the address is a front shared by many; its registration does not say where the threat is.",
    anycast: "No country: the address is announced from many places at once.",
    "spans-countries": "No country: the network covers more than one country.",
    "no-evidence": "No country: there is no evidence.",
    "evidence-disagrees": "No country: equally good evidence names different countries.",
  },
  hint: (country) => `A hint only: ${country}.`,
  usedWorldwide: "This country-code domain is used all over the world; the owner may be anywhere.",
  onlyDomain: "The country stands on the name alone; the server may be elsewhere.",
};

const fr: Sentences = {
  roles: {
    hosting: "Hébergement",
    owner: "Propriétaire",
    money: "Fonds",
    victim: "Victime",
    suspect: "Suspect",
  },
  bases: {
    "address-allocation": (by, asOf) => `la table d’attribution des adresses « ${by} »${dated(" du ", asOf)}`,
    "second-allocation": (by, asOf) =>
      `la seconde table d’attribution, indépendante, « ${by} »${dated(" du ", asOf)}`,
    "country-code-domain": (by) => `le domaine national « .${by} »`,
    "government-suffix": (by) => `le suffixe gouvernemental « ${by} »`,
    "source-word": (by, asOf) => `la déclaration de la source ${by}${dated(" du ", asOf)}`,
    registrar: (by, asOf) => `le siège du bureau d’enregistrement, selon ${by}${dated(" du ", asOf)}`,
    owner: (by, asOf) => `le propriétaire, selon ${by}${dated(" du ", asOf)}`,
    victim: (by, asOf) => `la victime, selon ${by}${dated(" du ", asOf)}`,
    suspect: (by, asOf) => `le suspect, selon ${by}${dated(" du ", asOf)}`,
    bank: (by) => `le pays de la banque (${by})`,
  },
  decided: (role, country, evidence) => `${role} : ${country}, d’après ${evidence}.`,
  agrees: (evidence, country) => `Concorde : ${evidence} indique aussi ${country}.`,
  disagrees: (evidence, country) => `Diverge : ${evidence} indique ${country}.`,
  reasons: {
    "nothing-to-locate": "Aucun pays : rien dans cet élément n’est situé quelque part.",
    "no-country-in-name":
      "Aucun pays : le nom ne relève d’aucun domaine national et rien d’autre n’est connu.",
    unallocated: "Aucun pays : l’adresse ne figure dans aucune table d’attribution.",
    "shared-infrastructure":
      "Aucun pays : l’adresse est une façade partagée ; son enregistrement ne dit pas où se trouve la menace.",
    anycast: "Aucun pays : l’adresse est annoncée depuis plusieurs lieux à la fois.",
    "spans-countries": "Aucun pays : le réseau couvre plus d’un pays.",
    "no-evidence": "Aucun pays : il n’y a aucun élément de preuve.",
    "evidence-disagrees": "Aucun pays : des éléments de même valeur désignent des pays différents.",
  },
  hint: (country) => `Simple indice : ${country}.`,
  usedWorldwide:
    "Ce domaine national est utilisé dans le monde entier ; le propriétaire peut être n’importe où.",
  onlyDomain: "Le pays ne repose que sur le nom ; le serveur peut se trouver ailleurs.",
};

const es: Sentences = {
  roles: {
    hosting: "Alojamiento",
    owner: "Titular",
    money: "Fondos",
    victim: "Víctima",
    suspect: "Sospechoso",
  },
  bases: {
    "address-allocation": (by, asOf) => `la tabla de asignación de direcciones «${by}»${dated(" de ", asOf)}`,
    "second-allocation": (by, asOf) =>
      `la segunda tabla de asignación, independiente, «${by}»${dated(" de ", asOf)}`,
    "country-code-domain": (by) => `el dominio nacional «.${by}»`,
    "government-suffix": (by) => `el sufijo gubernamental «${by}»`,
    "source-word": (by, asOf) => `lo dicho por la fuente ${by}${dated(" el ", asOf)}`,
    registrar: (by, asOf) => `la sede del registrador, según ${by}${dated(" el ", asOf)}`,
    owner: (by, asOf) => `el titular, según ${by}${dated(" el ", asOf)}`,
    victim: (by, asOf) => `la víctima, según ${by}${dated(" el ", asOf)}`,
    suspect: (by, asOf) => `el sospechoso, según ${by}${dated(" el ", asOf)}`,
    bank: (by) => `el país del banco (${by})`,
  },
  decided: (role, country, evidence) => `${role}: ${country}, según ${evidence}.`,
  agrees: (evidence, country) => `Coincide: ${evidence} indica también ${country}.`,
  disagrees: (evidence, country) => `Discrepa: ${evidence} indica ${country}.`,
  reasons: {
    "nothing-to-locate": "Sin país: nada en este elemento se encuentra en un lugar.",
    "no-country-in-name": "Sin país: el nombre no pertenece a ningún dominio nacional y no se sabe nada más.",
    unallocated: "Sin país: la dirección no figura en ninguna tabla de asignación.",
    "shared-infrastructure":
      "Sin país: la dirección es una fachada compartida por muchos; su registro no dice dónde está la amenaza.",
    anycast: "Sin país: la dirección se anuncia desde muchos lugares a la vez.",
    "spans-countries": "Sin país: la red abarca más de un país.",
    "no-evidence": "Sin país: no hay indicios.",
    "evidence-disagrees": "Sin país: indicios de igual valor señalan países distintos.",
  },
  hint: (country) => `Solo un indicio: ${country}.`,
  usedWorldwide: "Este dominio nacional se usa en todo el mundo; el titular puede estar en cualquier lugar.",
  onlyDomain: "El país se apoya solo en el nombre; el servidor puede estar en otro lugar.",
};

const ar: Sentences = {
  roles: {
    hosting: "الاستضافة",
    owner: "المالك",
    money: "الأموال",
    victim: "الضحية",
    suspect: "المشتبه فيه",
  },
  bases: {
    "address-allocation": (by, asOf) => `جدول تخصيص العناوين «${by}»${dated(" بتاريخ ", asOf)}`,
    "second-allocation": (by, asOf) => `جدول التخصيص الثاني المستقل «${by}»${dated(" بتاريخ ", asOf)}`,
    "country-code-domain": (by) => `النطاق الوطني «.${by}»`,
    "government-suffix": (by) => `اللاحقة الحكومية «${by}»`,
    "source-word": (by, asOf) => `إفادة المصدر ${by}${dated(" بتاريخ ", asOf)}`,
    registrar: (by, asOf) => `مقر مسجِّل النطاق وفقًا لـ ${by}${dated(" بتاريخ ", asOf)}`,
    owner: (by, asOf) => `المالك وفقًا لـ ${by}${dated(" بتاريخ ", asOf)}`,
    victim: (by, asOf) => `الضحية وفقًا لـ ${by}${dated(" بتاريخ ", asOf)}`,
    suspect: (by, asOf) => `المشتبه فيه وفقًا لـ ${by}${dated(" بتاريخ ", asOf)}`,
    bank: (by) => `بلد المصرف (${by})`,
  },
  decided: (role, country, evidence) => `${role}: ${country}، استنادًا إلى ${evidence}.`,
  agrees: (evidence, country) => `موافق: ${evidence} يشير أيضًا إلى ${country}.`,
  disagrees: (evidence, country) => `مخالف: ${evidence} يشير إلى ${country}.`,
  reasons: {
    "nothing-to-locate": "لا بلد: لا شيء في هذا العنصر له مكان.",
    "no-country-in-name": "لا بلد: الاسم لا ينتمي إلى أي نطاق وطني ولا يُعرف شيء آخر.",
    unallocated: "لا بلد: العنوان غير وارد في أي من جداول التخصيص.",
    "shared-infrastructure": "لا بلد: العنوان واجهة يتشاركها كثيرون، وتسجيله لا يدل على مكان التهديد.",
    anycast: "لا بلد: يُعلَن عن العنوان من أماكن عدة في آن واحد.",
    "spans-countries": "لا بلد: تغطي الشبكة أكثر من بلد واحد.",
    "no-evidence": "لا بلد: لا توجد أي قرينة.",
    "evidence-disagrees": "لا بلد: قرائن متساوية القوة تشير إلى بلدان مختلفة.",
  },
  hint: (country) => `مجرد إشارة: ${country}.`,
  usedWorldwide: "يُستخدم هذا النطاق الوطني في العالم كله، وقد يكون المالك في أي مكان.",
  onlyDomain: "يستند البلد إلى الاسم وحده، وقد يكون الخادم في مكان آخر.",
};

/** The sentences of the four working languages. */
export const SENTENCES: Readonly<Record<Language, Sentences>> = { en, fr, es, ar };

function dated(word: string, asOf: string | null): string {
  return asOf === null ? "" : `${word}${asOf}`;
}
