import type { Random } from "./random.ts";

/** An IPv4 block as first address (a number) and prefix length. */
interface Block {
  readonly start: number;
  readonly prefix: number;
  readonly country: string;
}

// The benchmark range of RFC 2544, dealt out as a registry might have done it: uneven, with second helpings.
const REGISTRY: readonly Block[] = [
  block("198.18.0.0", 18, "SG"),
  block("198.18.64.0", 18, "MY"),
  block("198.18.128.0", 18, "VN"),
  block("198.18.192.0", 19, "ID"),
  block("198.18.224.0", 20, "CN"),
  block("198.18.240.0", 20, "TH"),
  block("198.19.0.0", 19, "ID"),
  block("198.19.32.0", 20, "PH"),
  block("198.19.48.0", 22, "MM"),
  block("198.19.52.0", 22, "SG"),
  block("198.19.56.0", 21, "PH"),
  block("198.19.64.0", 18, "SG"),
  block("198.19.128.0", 19, "TH"),
  block("198.19.160.0", 19, "CN"),
  block("198.19.192.0", 20, "MY"),
  block("198.19.208.0", 21, "VN"),
];

/** Where the second table names another country than the registry; the registry's word and the source's own agree. */
const DISPUTED: readonly Block[] = [
  block("198.18.96.0", 26, "SG"),
  block("198.18.200.64", 26, "SG"),
  block("198.18.241.128", 26, "MY"),
];

/** IPv6: one block of the documentation prefix for each country. */
const IPV6_GROUPS: Readonly<Record<string, string>> = {
  SG: "1",
  MY: "2",
  VN: "3",
  ID: "4",
  TH: "5",
  PH: "6",
  CN: "7",
  MM: "8",
};

/** CSV `cidr,CC` of the exercise's registry: disjoint, sorted. */
export function writeRegistryTable(): string {
  const ipv6 = Object.entries(IPV6_GROUPS).map(([country, group]) => `2001:db8:${group}000::/36,${country}`);
  return `${[...REGISTRY.map(line), ...ipv6].join("\n")}\n`;
}

/** The independent second table: finer blocks, some gaps, and three small blocks where it says another country. */
export function writeSecondTable(): string {
  const lines: string[] = [];
  REGISTRY.forEach((whole, index) => {
    for (const [quarter, part] of quarters(whole).entries()) {
      if (index % 3 === 0 && quarter === 3) continue;
      lines.push(...carve(part).map(line));
    }
  });
  for (const [country, group] of Object.entries(IPV6_GROUPS)) {
    lines.push(`2001:db8:${group}000::/37,${country}`, `2001:db8:${group}800::/37,${country}`);
  }
  return `${lines.join("\n")}\n`;
}

export interface AddressBook {
  /** An address of the country that was not given out before. */
  ipv4(country: string): string;
  ipv6(country: string): string;
  /** An address of the country (by the registry) on which the tables disagree; null when all are given out. */
  disputed(country: string): string | null;
}

/** Deals out each address once, so that what is planted is what is counted. */
export function openAddressBook(random: Random): AddressBook {
  const taken = new Set<string>();
  const unused = (draw: () => string): string => {
    for (;;) {
      const address = draw();
      if (!taken.has(address)) {
        taken.add(address);
        return address;
      }
    }
  };
  const contested = DISPUTED.flatMap((part) =>
    [9, 21, 38, 57].map((offset) => ({
      address: dotted(part.start + offset),
      country: registryCountry(part.start),
    })),
  );
  return {
    ipv4: (country) =>
      unused(() => {
        const blocks = REGISTRY.filter((part) => part.country === country);
        const part = random.pickWeighted(blocks.map((item) => ({ item, weight: size(item) })));
        // The first and last address of a /24 look like network and broadcast: left out, as in real lists.
        const address = part.start + random.below(size(part) / 256) * 256 + 1 + random.below(254);
        const inDispute = DISPUTED.some(
          (other) => address >= other.start && address < other.start + size(other),
        );
        return dotted(inDispute ? address - 64 * 2 : address);
      }),
    ipv6: (country) =>
      unused(() => {
        const hex = (digits: number) => (1 + random.below(16 ** digits - 1)).toString(16);
        return `2001:db8:${IPV6_GROUPS[country]}${random.below(4096).toString(16).padStart(3, "0")}::${hex(4)}:${hex(3)}`;
      }),
    disputed: (country) => {
      const found = contested.find((item) => item.country === country && !taken.has(item.address));
      if (found === undefined) return null;
      taken.add(found.address);
      return found.address;
    },
  };
}

function registryCountry(address: number): string {
  const part = REGISTRY.find((item) => address >= item.start && address < item.start + size(item));
  if (part === undefined) throw new Error("the exercise disputes an address that nobody holds");
  return part.country;
}

/** The block without the disputed part, which is named for the other country instead. */
function carve(part: Block): Block[] {
  const other = DISPUTED.find((item) => item.start >= part.start && item.start < part.start + size(part));
  if (other === undefined) return [part];
  if (other.prefix === part.prefix) return [other];
  return halves(part).flatMap(carve);
}

function quarters(part: Block): Block[] {
  return halves(part).flatMap(halves);
}

function halves(part: Block): Block[] {
  const prefix = part.prefix + 1;
  return [
    { ...part, prefix },
    { ...part, prefix, start: part.start + size(part) / 2 },
  ];
}

function block(first: string, prefix: number, country: string): Block {
  const start = first.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { start, prefix, country };
}

function size(part: Block): number {
  return 2 ** (32 - part.prefix);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

function line(part: Block): string {
  return `${dotted(part.start)}/${part.prefix},${part.country}`;
}
