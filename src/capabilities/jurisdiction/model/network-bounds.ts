import ipaddr from "ipaddr.js";

/** First and last address of a network in `address/prefix` form, as text; null when it is none. */
export function networkBounds(network: string): readonly [first: string, last: string] | null {
  if (!ipaddr.isValidCIDR(network)) return null;
  const [address, prefix] = ipaddr.parseCIDR(network);
  const bytes = address.toByteArray();
  const bound = (hostBit: 0 | 1) =>
    ipaddr.fromByteArray(
      bytes.map((byte, index) => {
        const hostBits = Math.min(8, Math.max(0, (index + 1) * 8 - prefix));
        const mask = 2 ** hostBits - 1;
        return hostBit === 1 ? byte | mask : byte & ~mask;
      }),
    );
  return [bound(0).toString(), bound(1).toString()];
}
