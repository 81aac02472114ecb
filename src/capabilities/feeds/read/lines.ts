/** Longest line that is read, in UTF-16 units. Above it a line is no longer data: it would only fill memory. */
export const MAX_LINE_LENGTH = 1024 * 1024;

/** How much of a line that is too long is kept to show what it was. */
export const KEPT_OF_TOO_LONG = 200;

export interface LineVisitor {
  /** One line without its end; `number` is 1-based. Blank lines are visited too. */
  line(text: string, number: number): void;
  /** A line beyond the limit: only its first 200 characters were kept. */
  tooLong(beginning: string, number: number): void;
}

/**
 * Cuts text chunks into lines at LF, CRLF and CR, also mixed in one file. U+2028, U+0085 and form feed are not line
 * ends: they occur inside values. Memory stays within one chunk and one line of `maxLength` (default 1 MiB).
 */
export async function readLines(
  text: AsyncIterable<string>,
  visitor: LineVisitor,
  maxLength: number = MAX_LINE_LENGTH,
): Promise<void> {
  const reader = createLineReader(visitor, maxLength);
  for await (const chunk of text) reader.write(chunk);
  reader.end();
}

/** The same for callers that hold the text already. */
export function eachLine(text: string, visit: (line: string, number: number) => void): void {
  const reader = createLineReader({ line: visit, tooLong: visit }, Number.POSITIVE_INFINITY);
  reader.write(text);
  reader.end();
}

/** The beginning of a head, at most `length` characters, without a line that is cut. */
export function wholeLines(head: { text: string; complete: boolean }, length: number): string {
  if (head.complete && head.text.length <= length) return head.text;
  const beginning = head.text.slice(0, length);
  return beginning.slice(0, Math.max(beginning.lastIndexOf("\n"), beginning.lastIndexOf("\r")) + 1);
}

function createLineReader(visitor: LineVisitor, maxLength: number) {
  let number = 1;
  let carry = "";
  let tooLong = false;
  let skipLf = false; // the CR of a CRLF ended the previous chunk

  function finish(piece: string): void {
    const length = carry.length + piece.length;
    if (tooLong || length > maxLength) {
      visitor.tooLong((carry + piece.slice(0, KEPT_OF_TOO_LONG)).slice(0, KEPT_OF_TOO_LONG), number);
    } else {
      visitor.line(carry.length === 0 ? piece : carry + piece, number);
    }
    number++;
    carry = "";
    tooLong = false;
  }

  function keep(piece: string): void {
    if (tooLong) return;
    carry += piece;
    if (carry.length <= maxLength) return;
    tooLong = true;
    carry = carry.slice(0, KEPT_OF_TOO_LONG);
  }

  return {
    write(chunk: string): void {
      let at = 0;
      if (skipLf && chunk.length > 0) {
        skipLf = false;
        if (chunk.charCodeAt(0) === LF) at = 1;
      }
      let lf = indexOrEnd(chunk, "\n", at);
      let cr = indexOrEnd(chunk, "\r", at);
      while (at < chunk.length) {
        const end = Math.min(lf, cr);
        if (end === chunk.length) {
          keep(chunk.slice(at));
          return;
        }
        finish(chunk.slice(at, end));
        at = end + 1;
        if (end === cr) {
          if (at === chunk.length) skipLf = true;
          else if (at === lf) at++;
        }
        if (lf < at) lf = indexOrEnd(chunk, "\n", at);
        if (cr < at) cr = indexOrEnd(chunk, "\r", at);
      }
    },
    end(): void {
      if (carry.length > 0 || tooLong) finish("");
    },
  };
}

const LF = 10;

function indexOrEnd(text: string, char: string, from: number): number {
  const index = text.indexOf(char, from);
  return index === -1 ? text.length : index;
}
