const LEFT_TO_RIGHT_ISOLATE = "\u2066";
const POP_DIRECTIONAL_ISOLATE = "\u2069";

/**
 * Wraps a date, address, hash, phone number or any other identifier so that a right-to-left sentence does not reorder
 * it: without the marks Unicode shows 2026-11-01 as 01-11-2026 and moves the plus of a phone number to its end.
 * The identifier itself is first made harmless with `visibleText`.
 */
export function isolate(identifier: string): string {
  return `${LEFT_TO_RIGHT_ISOLATE}${visibleText(identifier)}${POP_DIRECTIONAL_ISOLATE}`;
}

/** Takes the marks of `isolate` out again: what a reader copies must equal the identifier byte for byte. */
export function withoutIsolates(text: string): string {
  return text.replaceAll(LEFT_TO_RIGHT_ISOLATE, "").replaceAll(POP_DIRECTIONAL_ISOLATE, "");
}

/**
 * Text of strangers as it may be printed: control characters, bidirectional marks, other invisible format characters
 * and lone surrogates are written out as `\u{...}`, so that nothing can hide, reorder or end an isolate early.
 */
export function visibleText(text: string): string {
  return text
    .toWellFormed()
    .replace(
      /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}]/gu,
      (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`,
    );
}
