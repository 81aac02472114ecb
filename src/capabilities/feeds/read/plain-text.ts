/** Running text with every defanging mark undone, and the way back from each of its characters to the original. */
export interface PlainText {
  /** The text without marks and without invisible characters. */
  readonly text: string;
  /** Where the character at `at` (0 to `text.length - 1`) begins in the original. */
  startOf(at: number): number;
  /** Where the original of the character at `at` ends. */
  endOf(at: number): number;
  /** How many marks were undone between two places of `text`. */
  marksIn(from: number, to: number): number;
  /** How many of these were words between blanks (`evil dot example`), which ordinary sentences hold too. */
  spokenIn(from: number, to: number): number;
}

/**
 * Undoes `[.]`, `(.)`, `{.}`, `[dot]`, ` dot `, `\.`, half brackets, `[:]`, `[://]`, `[@]`, `[at]` and `http[s]` anywhere in running text and leaves out
 * zero-width characters, so that observables can be found by plain rules. Schemes (`hxxp`) stay as they are. One pass; every look ahead is bounded, so the time grows
 * with the length of the text whatever it holds. For one value that is already cut out there is `refang`.
 */
export function plainText(original: string): PlainText {
  if (!MAY_HOLD_MARKS.test(original)) return unchanged(original);
  const out: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  const marks: number[] = [0];
  const spoken: number[] = [0];
  const emit = (text: string, start: number, end: number, isMark: boolean, isSpoken: boolean) => {
    for (const char of text) {
      out.push(char);
      starts.push(start);
      ends.push(end);
      marks.push((marks.at(-1) ?? 0) + (isMark ? 1 : 0));
      spoken.push((spoken.at(-1) ?? 0) + (isSpoken ? 1 : 0));
    }
  };
  for (let at = 0; at < original.length; ) {
    const char = original.charAt(at);
    if (INVISIBLE.test(char)) {
      at++;
      continue;
    }
    const mark = MARK_STARTS.has(char) ? readMark(original, at, out.at(-1) ?? "") : null;
    if (mark === null) {
      emit(char, at, at + 1, false, false);
      at++;
    } else {
      emit(mark.text, at, mark.end, true, mark.spoken);
      at = mark.end;
    }
  }
  return {
    text: out.join(""),
    startOf: (at) => starts[at] ?? original.length,
    endOf: (at) => ends[at] ?? original.length,
    marksIn: (from, to) => (marks[to] ?? 0) - (marks[from] ?? 0),
    spokenIn: (from, to) => (spoken[to] ?? 0) - (spoken[from] ?? 0),
  };
}

function unchanged(text: string): PlainText {
  return { text, startOf: (at) => at, endOf: (at) => at + 1, marksIn: () => 0, spokenIn: () => 0 };
}

const INVISIBLE = /[\u00AD\u200B-\u200F\u061C\u2060\u2066-\u2069\u202A-\u202E\uFEFF]/;
const MAY_HOLD_MARKS = /[[({\]\\\u00AD\u200B-\u200F\u061C\u2060\u2066-\u2069\u202A-\u202E\uFEFF]|\sdot\s/i;
const MARK_STARTS = new Set(["[", "(", "{", ".", "\\", " ", "\t"]);

interface Mark {
  readonly text: string;
  readonly end: number;
  readonly spoken: boolean;
}

/** What stands between the brackets, and what it means. */
const BRACKETED =
  /([ \t]{0,2})[[({]{1,3}[ \t]{0,2}(\.|dot|punto|ponto|point|:\/\/|:\/|::|:|\/\/|\/|@|at|s)[ \t]{0,2}[\])}]{1,3}([ \t]{0,2})/iy;
const HALF_BRACKETED = /[[({]\.|\.[\])}]|\\\./y;
const SPOKEN = /[ \t]{1,3}dot[ \t]{1,3}/iy;
const LABEL = /[\p{L}\p{N}_-]/u;

function readMark(text: string, at: number, before: string): Mark | null {
  return (
    readBracketed(text, at, before) ??
    readBetweenLabels(HALF_BRACKETED, text, at, before, false) ??
    readBetweenLabels(SPOKEN, text, at, before, true)
  );
}

function readBracketed(text: string, at: number, before: string): Mark | null {
  BRACKETED.lastIndex = at;
  const match = BRACKETED.exec(text);
  if (match === null) return null;
  const [whole, left = "", word = "", right = ""] = match;
  const plain = meaningOf(word);
  // Blanks belong to the mark only between two labels, `evil [.] example`; else they separate words.
  const joins = plain === "." && LABEL.test(before) && LABEL.test(text.charAt(at + whole.length));
  if (left !== "" && !joins) return null;
  const end = joins ? at + whole.length : at + whole.length - right.length;
  if (plain === "s")
    return /[pP]/.test(before) && /[:[]/.test(text.charAt(end)) ? { text: "s", end, spoken: false } : null;
  if (plain === "@" && !(LABEL.test(before) && LABEL.test(text.charAt(end)))) return null;
  return { text: plain, end, spoken: false };
}

function meaningOf(word: string): string {
  const lower = word.toLowerCase();
  if (lower === "at") return "@";
  return /^(?:dot|punto|ponto|point)$/.test(lower) ? "." : lower;
}

function readBetweenLabels(
  pattern: RegExp,
  text: string,
  at: number,
  before: string,
  spoken: boolean,
): Mark | null {
  if (!LABEL.test(before)) return null;
  pattern.lastIndex = at;
  const match = pattern.exec(text);
  if (match === null) return null;
  const end = at + match[0].length;
  return LABEL.test(text.charAt(end)) ? { text: ".", end, spoken } : null;
}
