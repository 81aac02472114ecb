import { z } from "zod";
import { isNetwork } from "../reserved-ranges/range-table.ts";
import type { ShieldEntry, ShieldKind } from "./shield-kinds.ts";

/**
 * Reads a MISP warning list as shields of the given kind. Hosts stand for the names below them, as in MISP; `string` entries
 * are compared with the whole value or its host. Lists of type `regex` are refused: a stranger's expression can be made to run
 * for ever. Never throws.
 */
export function parseWarninglist(
  json: string,
  kind: ShieldKind,
): { ok: true; entries: ShieldEntry[] } | { ok: false; reason: string } {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch (cause) {
    return { ok: false, reason: `It is not JSON: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
  const list = Warninglist.safeParse(content);
  if (!list.success) return { ok: false, reason: `It is not a warning list: ${z.prettifyError(list.error)}` };
  const { name, type, list: values } = list.data;
  const entries = values.filter((value) => value !== "").map((value) => entryOf(kind, type, value, name));
  const wrong = entries.find((entry) => entry.match === "range" && !isNetwork(entry.value));
  return wrong ? { ok: false, reason: `"${wrong.value}" is not a network.` } : { ok: true, entries };
}

const Warninglist = z.object({
  name: z.string().min(1),
  type: z.enum(["cidr", "hostname", "string", "substring"]),
  list: z.array(z.string().trim().max(4096)).max(5_000_000),
});

type ListType = z.infer<typeof Warninglist>["type"];

function entryOf(kind: ShieldKind, type: ListType, value: string, name: string): ShieldEntry {
  const lower = value.toLowerCase();
  if (type === "cidr") return { kind, name, value: lower, match: "range" };
  if (type === "hostname") return { kind, name, value: lower.replace(/^\.|\.$/g, ""), match: "host" };
  return { kind, name, value: lower, match: type === "string" ? "exact" : "substring" };
}
