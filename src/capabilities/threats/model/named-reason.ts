/**
 * The reason of a refusal with the whole way to the part in front (`surge.zip > lists/a.csv: ...`), because a receipt
 * lists many. Formats know the part by its own name or by none.
 */
export function namedReason(part: string, reason: string): string {
  if (reason.startsWith(part)) return reason;
  const own = part.split(" > ").at(-1) ?? part;
  return reason.startsWith(`${own}:`) ? `${part}${reason.slice(own.length)}` : `${part}: ${reason}`;
}
