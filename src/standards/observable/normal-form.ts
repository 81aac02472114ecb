import type { ObservableType } from "./types.ts";

/**
 * A value as it was understood. `host` is the host part of a URL, host name or e-mail address, or the address itself; null
 * where there is none (networks, hashes, accounts). `port` is the port that stood beside an address or name, or in a URL when
 * it is not the scheme's default. `changed` tells whether the value differs from the raw text, so that a screen can show both.
 */
export interface NormalForm {
  readonly ok: true;
  readonly type: ObservableType;
  readonly value: string;
  readonly host: string | null;
  readonly port: number | null;
  readonly changed: boolean;
}

export type RefusalCode = "malformed" | "empty" | "unsupported" | "too-long";

/** Why a value has no normal form: a code for counting and one plain sentence for the officer. */
export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly reason: string;
}

/** The one maker of normal forms, so that all have one shape in memory. `changed` is set right by `normaliseObservable`. */
export function normalForm(
  type: ObservableType,
  value: string,
  host: string | null = null,
  port: number | null = null,
  changed = true,
): NormalForm {
  return { ok: true, type, value, host, port, changed };
}

export function refuse(reason: string, code: RefusalCode = "malformed"): Refusal {
  return { ok: false, code, reason };
}
