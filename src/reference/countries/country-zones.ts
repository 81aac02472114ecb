import { countryOfName } from "./country-domains.ts";
import { SuffixTrie } from "./suffix-trie.ts";

/** A name that stands for a country although it is no country-code domain, e.g. `id.example` in an exercise. */
export interface CountryZone {
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** Lower case, A-labels. */
  readonly suffix: string;
}

/** Country of a host name in normal form, by its last labels; null when they name none. */
export type CountryOfHost = (host: string) => string | null;

/** Country-code domains with further zones looked up first; without zones, the country-code domains alone. */
export function countryZones(zones: readonly CountryZone[]): CountryOfHost {
  if (zones.length === 0) return countryOfName;
  const trie = new SuffixTrie();
  for (const [index, { suffix }] of zones.entries()) trie.add(suffix, index);
  return (host) => {
    const index = trie.find(host);
    return (index < 0 ? undefined : zones[index]?.country) ?? countryOfName(host);
  };
}
