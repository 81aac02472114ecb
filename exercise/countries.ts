/** How much of each thing is planted in a country at scale 1. The sums are the truth that the issue states. */
export interface CountryPlan {
  readonly country: string;
  readonly c2: number;
  readonly c2Names: number;
  readonly phishingSites: number;
  readonly phishingUrls: number;
  /** Phishing hosts that are known by name only. */
  readonly phishingNamesOnly: number;
  /** Hosts of phishing URLs that some source also lists by name. */
  readonly phishingNamesToo: number;
  readonly compromisedSites: number;
  readonly governmentSites: number;
  readonly victims: number;
  /** Addresses that are a victim and a C2 server at once: one threat, and one victim. */
  readonly victimsThatAreC2: number;
}

// Seven countries take part; CN does not, but sends intelligence and has findings. C2 in 8 countries, compromised sites
// in 7, phishing in 5 and victims in 3 make 23 reports.
const PLAN = [
  ["ID", 1240, 44, 206, 598, 20, 32, 97, 26, 720, 0],
  ["MY", 1360, 52, 96, 279, 14, 24, 30, 5, 760, 9],
  ["MM", 96, 6, 0, 0, 0, 0, 0, 0, 0, 0],
  ["PH", 520, 22, 0, 0, 0, 0, 24, 6, 0, 0],
  ["SG", 2310, 84, 118, 342, 16, 26, 21, 1, 1120, 6],
  ["TH", 1050, 38, 58, 168, 10, 12, 34, 9, 0, 0],
  ["VN", 1404, 46, 120, 349, 30, 36, 37, 8, 0, 0],
  ["CN", 820, 28, 0, 0, 0, 0, 27, 6, 0, 0],
] as const;

/** Names without any sign of a country: they must end in the queue of what is unassigned. */
export const COUNTRYLESS = { c2Names: 36, phishingSites: 12, phishingUrls: 24 } as const;

export const COUNTRIES: readonly string[] = PLAN.map(([country]) => country);
export const PARTICIPANTS: readonly string[] = COUNTRIES.filter((country) => country !== "CN");

/** The plan at a scale; nothing planted at scale 1 vanishes at a small scale. */
export function planCountries(scale: number): CountryPlan[] {
  const of = (count: number) => scaled(count, scale);
  return PLAN.map(
    ([country, c2, c2Names, sites, urls, namesOnly, namesToo, compromised, government, victims, both]) => ({
      country,
      c2: of(c2),
      c2Names: of(c2Names),
      phishingSites: of(sites),
      phishingUrls: Math.max(of(urls), of(sites)),
      phishingNamesOnly: of(namesOnly),
      phishingNamesToo: Math.min(of(namesToo), of(sites)),
      compromisedSites: Math.max(of(compromised), of(government)),
      governmentSites: of(government),
      victims: Math.max(of(victims), of(both)),
      victimsThatAreC2: of(both),
    }),
  );
}

export function scaled(count: number, scale: number): number {
  return count === 0 ? 0 : Math.max(1, Math.round(count * scale));
}

/** Government suffixes of the exercise: label below the country's own suffix, level. */
export const GOVERNMENT_LABELS: Readonly<
  Record<string, readonly (readonly [label: string, level: string])[]>
> = {
  ID: [
    ["go", "national"],
    ["desa", "local"],
    ["mil", "military"],
  ],
  MY: [
    ["gov", "national"],
    ["mil", "military"],
  ],
  MM: [["gov", "national"]],
  PH: [
    ["gov", "national"],
    ["mil", "military"],
  ],
  SG: [["gov", "national"]],
  TH: [
    ["go", "national"],
    ["mi", "military"],
  ],
  VN: [["gov", "national"]],
  CN: [
    ["gov", "national"],
    ["mil", "military"],
  ],
};

/** CSV `country,suffix,level,kind`: `government` suffixes, and the `country-code` suffix that stands in for a ccTLD. */
export function writeSuffixTable(): string {
  const lines = COUNTRIES.flatMap((country) => {
    const zone = `${country.toLowerCase()}.example`;
    const labels = GOVERNMENT_LABELS[country] ?? [];
    return [
      `${country},${zone},,country-code`,
      ...labels.map(([label, level]) => `${country},${label}.${zone},${level},government`),
    ];
  });
  return `${["country,suffix,level,kind", ...lines].join("\n")}\n`;
}
