/**
 * Failures that go without a wait, and for how long they count: an account's officer mistypes; a network may have a whole
 * house of officers behind one address.
 */
export const LIMITS = { account: { free: 5, hours: 24 }, network: { free: 50, hours: 1 } } as const;

const FIRST_WAIT_SECONDS = 30;
const LONGEST_WAIT_SECONDS = 3600;

/**
 * Seconds from the last failure until the next attempt is looked at. Doubles with each failure, up to an hour: at most
 * some thirty guesses a day, while whoever forgot is never shut out for good.
 * @param free see `LIMITS`
 */
export function waitAfter(failures: number, free: number): number {
  if (failures < free) return 0;
  return Math.min(FIRST_WAIT_SECONDS * 2 ** Math.min(failures - free, 20), LONGEST_WAIT_SECONDS);
}

/**
 * What failures of an address are counted under: an IPv4 address, or the /64 of an IPv6 address, of which one
 * subscriber has all.
 */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped?.[1] !== undefined) return mapped[1];
  if (!address.includes(":")) return address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
