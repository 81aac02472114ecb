import { isIPv6 } from "node:net";
import { ipv4Number, readIpv6 } from "./address.ts";

type Node = [Node | number | null, Node | number | null];

/**
 * Writes a small MaxMind DB file for tests: format 2.0, IPv6 tree with IPv4 under ::/96, records
 * `{country: {iso_code}}` (or no country for ""). Networks must not lie inside each other.
 */
export function mmdbOf(
  networks: readonly (readonly [network: string, country: string])[],
  recordSize: 24 | 28 | 32,
): Buffer {
  const root: Node = [null, null];
  const data: Buffer[] = [];
  let dataBytes = 0;
  for (const [network, country] of networks) {
    const record = country === "" ? map([]) : map([["country", map([["iso_code", text(country)]])]]);
    place(root, bitsOf(network), dataBytes);
    data.push(record);
    dataBytes += record.length;
  }
  const nodes = collect(root);
  const tree = Buffer.concat(nodes.map((node) => nodeBytes(node, nodes, recordSize)));
  const metadata = map([
    ["node_count", uint(nodes.length)],
    ["record_size", uint(recordSize)],
    ["ip_version", uint(6)],
    ["binary_format_major_version", uint(2)],
    ["binary_format_minor_version", uint(0)],
    ["build_epoch", uint(1_760_000_000)],
    ["database_type", text("Test-Country")],
    ["languages", Buffer.from([0x00, 0x04])],
    ["description", map([])],
  ]);
  return Buffer.concat([
    tree,
    Buffer.alloc(16),
    ...data,
    Buffer.from("\xAB\xCD\xEFMaxMind.com", "latin1"),
    metadata,
  ]);
}

function bitsOf(network: string): number[] {
  const [address = "", prefix = ""] = network.split("/");
  const words = new Uint32Array(4);
  const six = isIPv6(address);
  if (six) readIpv6(address, words);
  else words[3] = ipv4Number(address);
  const bits = Array.from({ length: 128 }, (_, bit) => ((words[bit >> 5] ?? 0) >>> (31 - (bit & 31))) & 1);
  return bits.slice(0, Number(prefix) + (six ? 0 : 96));
}

function place(root: Node, bits: readonly number[], offset: number): void {
  let node = root;
  for (const [index, bit] of bits.entries()) {
    const side = bit === 0 ? 0 : 1;
    if (index === bits.length - 1) {
      node[side] = offset;
      return;
    }
    const below = node[side];
    const next: Node = Array.isArray(below) ? below : [null, null];
    node[side] = next;
    node = next;
  }
}

function collect(root: Node): Node[] {
  const nodes = [root];
  for (const node of nodes) for (const side of node) if (Array.isArray(side)) nodes.push(side);
  return nodes;
}

function nodeBytes(node: Node, nodes: readonly Node[], recordSize: 24 | 28 | 32): Buffer {
  const [left = 0, right = 0] = node.map((side) => {
    if (side === null) return nodes.length;
    return typeof side === "number" ? nodes.length + 16 + side : nodes.indexOf(side);
  });
  const bytes = Buffer.alloc(recordSize / 4);
  if (recordSize === 32) {
    bytes.writeUInt32BE(left, 0);
    bytes.writeUInt32BE(right, 4);
  } else {
    bytes.writeUIntBE(left & 0xffffff, 0, 3);
    bytes.writeUIntBE(right & 0xffffff, recordSize === 28 ? 4 : 3, 3);
    if (recordSize === 28) bytes[3] = ((left >>> 24) << 4) | (right >>> 24);
  }
  return bytes;
}

function map(entries: readonly (readonly [string, Buffer])[]): Buffer {
  return Buffer.concat([
    Buffer.from([0xe0 | entries.length]),
    ...entries.flatMap(([key, value]) => [text(key), value]),
  ]);
}

function text(value: string): Buffer {
  if (value.length >= 29)
    return Buffer.concat([Buffer.from([0x40 | 29, value.length - 29]), Buffer.from(value)]);
  return Buffer.concat([Buffer.from([0x40 | value.length]), Buffer.from(value)]);
}

function uint(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return Buffer.concat([Buffer.from([0xc4]), bytes]);
}
