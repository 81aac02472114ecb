import { domainToASCII } from "node:url";

/** Either the normal form or a sentence for the officer that says why there is none. */
export type HostName =
  | { readonly ok: true; readonly value: string }
  | { readonly ok: false; readonly reason: string };

/**
 * The normal form of a host name: lower case, A-labels (UTS 46, non-transitional, as browsers do), without trailing dot and
 * leading `*.` or `.`. At least two labels, the last one alphabetic; underscores and hyphens anywhere are let through because
 * real names carry them. The last label need not be a known one, so that `.example` and `.test` pass. `www.a.example` and
 * `a.example` are two hosts here; counting decides (C-4).
 */
export function normaliseHostName(text: string): HostName {
  const bare = text.replace(/^(?:\*\.|\.)+/, "").replace(/\.$/, "");
  const ascii = /^[\x21-\x7e]*$/.test(bare) ? bare.toLowerCase() : asciiForm(bare);
  const reason = ascii === "" ? "The name holds characters that no host name can carry." : faultOf(ascii);
  return reason === null ? { ok: true, value: ascii } : { ok: false, reason };
}

/** What is wrong with a lower-case ASCII host name, as a sentence; null when nothing is. */
function faultOf(name: string): string | null {
  if (!/^[a-z0-9._-]+$/.test(name)) return "The name holds characters that no host name can carry.";
  if (name.length > 253) return "The name is longer than the 253 characters a host name can have.";
  const labels = name.split(".");
  if (labels.length < 2)
    return "A single word is not a host name on the internet: at least two labels are needed.";
  if (labels.some((label) => label === "")) return "The name has two dots in a row.";
  if (labels.some((label) => label.length > 63)) return "A label of the name is longer than 63 characters.";
  const top = labels.at(-1) ?? "";
  if (/^\d+$/.test(top))
    return "It looks like an IPv4 address but is not four numbers from 0 to 255 without leading zeros.";
  if (!/^(?:[a-z]{2,}|xn--[a-z0-9-]+)$/.test(top))
    return `The last label "${top}" cannot be a top-level domain.`;
  return null;
}

/** Percent signs are refused before: `domainToASCII` would decode them and so invent a host. */
function asciiForm(name: string): string {
  return name.includes("%") ? "" : domainToASCII(name).replace(/\.$/, "");
}
