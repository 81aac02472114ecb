/** A value that a pattern asserts: that it be seen is what the indicator means. */
export interface AssertedValue {
  /** Object type and path without indexes and quotes: `ipv4-addr:value`, `file:hashes.SHA-256`. */
  readonly property: string;
  readonly text: string;
  /** The port that the same conjunction asks for. */
  port: number | undefined;
}

/** Parentheses inside parentheses beyond this are refused: no author writes them, and each costs stack. */
const MAX_DEPTH = 64;

/**
 * Reads a STIX pattern (STIX 2.1 section 9, which includes the patterns of 2.0) and returns the values it asserts, in
 * order: those compared with `=`, `IN`, `ISSUBSET`, or `LIKE` without a wildcard. What is negated (`NOT`, `!=`), ordered
 * (`<`), matched by expression or merely exists is read and left out: none of these is a value.
 * Which of the values must come together (AND, FOLLOWEDBY, WITHIN ...) does not matter to fusion, except that a
 * `dst_port` belongs to the values of its own conjunction. One pass, linear in the length of the pattern.
 * Throws `SyntaxError` that says what is wrong and where.
 */
export function readPattern(pattern: string): AssertedValue[] {
  const [, property, text] = SIMPLE.exec(pattern) ?? [];
  if (property !== undefined && text !== undefined) return [{ property, text, port: undefined }];
  const reader = new PatternReader(pattern);
  reader.observations(0);
  reader.end();
  return reader.values;
}

class PatternReader {
  readonly values: AssertedValue[] = [];
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  observations(depth: number): void {
    this.#checkDepth(depth);
    do {
      if (this.#sign("(")) {
        this.observations(depth + 1);
        this.#need(")");
      } else {
        this.#need("[");
        this.#comparisons(depth + 1);
        this.#need("]");
      }
      while (this.#qualifier());
    } while (this.#word("AND") || this.#word("OR") || this.#word("FOLLOWEDBY"));
  }

  end(): void {
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#fail("the end");
  }

  #qualifier(): boolean {
    if (this.#word("WITHIN")) {
      this.#literal();
      this.#needWord("SECONDS");
    } else if (this.#word("REPEATS")) {
      this.#literal();
      this.#needWord("TIMES");
    } else if (this.#word("START")) {
      this.#literal();
      this.#needWord("STOP");
      this.#literal();
    } else return false;
    return true;
  }

  /** Alternatives of conjunctions. Returns the only port asked for, when there is one conjunction with one port. */
  #comparisons(depth: number): number | undefined {
    this.#checkDepth(depth);
    let port = this.#conjunction(depth);
    while (this.#word("OR")) {
      this.#conjunction(depth);
      port = undefined;
    }
    return port;
  }

  #conjunction(depth: number): number | undefined {
    const first = this.values.length;
    let port: number | undefined;
    let ports = 0;
    do {
      let found: number | undefined;
      if (this.#sign("(")) {
        found = this.#comparisons(depth + 1);
        this.#need(")");
      } else found = this.#comparison();
      if (found !== undefined && found !== port) {
        port = found;
        ports++;
      }
    } while (this.#word("AND"));
    if (ports !== 1) return undefined;
    for (let index = first; index < this.values.length; index++) {
      const value = this.values[index];
      if (value !== undefined) value.port ??= port;
    }
    return port;
  }

  /** One comparison. Its values are kept; when it asks for a port, that is returned. */
  #comparison(): number | undefined {
    if (this.#word("NOT")) {
      this.#needWord("EXISTS");
      this.#property();
      return undefined;
    }
    if (this.#word("EXISTS")) {
      this.#property();
      return undefined;
    }
    const property = this.#property();
    const negated = this.#word("NOT");
    const operator = this.#operator();
    const first = this.values.length;
    if (operator === "IN") this.#list(property);
    else {
      const text = this.#literal();
      const asserted =
        operator === "=" || operator === "ISSUBSET" || (operator === "LIKE" && !/[%_]/.test(text));
      if (asserted) this.values.push({ property, text, port: undefined });
    }
    if (negated) this.values.length = first;
    if (!property.endsWith(":dst_port")) return undefined;
    const asked = this.values.splice(first);
    const port = Number(asked[0]?.text);
    return asked.length === 1 && Number.isInteger(port) ? port : undefined;
  }

  #list(property: string): void {
    this.#need("(");
    do this.values.push({ property, text: this.#literal(), port: undefined });
    while (this.#sign(","));
    this.#need(")");
  }

  #operator(): string {
    this.#skipBlanks();
    OPERATOR.lastIndex = this.#at;
    const found = OPERATOR.exec(this.#text)?.[0];
    if (found === undefined) return this.#fail("a comparison operator");
    this.#at += found.length;
    return found === "==" ? "=" : found.toUpperCase();
  }

  #property(): string {
    this.#skipBlanks();
    OBJECT_TYPE.lastIndex = this.#at;
    const type = OBJECT_TYPE.exec(this.#text)?.[0];
    if (type === undefined) return this.#fail("an object path");
    this.#at += type.length;
    let property = type + this.#step();
    for (;;) {
      if (this.#text[this.#at] === ".") {
        this.#at++;
        property += `.${this.#step()}`;
      } else if (this.#text[this.#at] === "[") {
        INDEX.lastIndex = this.#at;
        const index = INDEX.exec(this.#text)?.[0];
        if (index === undefined) return this.#fail("an index");
        this.#at += index.length;
      } else return property;
    }
  }

  #step(): string {
    if (this.#text[this.#at] === "'") return this.#string();
    STEP.lastIndex = this.#at;
    const step = STEP.exec(this.#text)?.[0];
    if (step === undefined) return this.#fail("a property name");
    this.#at += step.length;
    return step;
  }

  /** A literal as text: strings without their quotes, binary and hexadecimal ones as written. */
  #literal(): string {
    this.#skipBlanks();
    const char = this.#text[this.#at];
    if (char === "'") return this.#string();
    if ((char === "t" || char === "b" || char === "h") && this.#text[this.#at + 1] === "'") {
      this.#at++;
      return this.#string();
    }
    WORD_LITERAL.lastIndex = this.#at;
    const found = WORD_LITERAL.exec(this.#text)?.[0];
    if (found === undefined) return this.#fail("a value");
    this.#at += found.length;
    return found;
  }

  #string(): string {
    const from = this.#at + 1;
    let at = from;
    let escapes = false;
    for (; at < this.#text.length; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === QUOTE) break;
      if (code === BACKSLASH) {
        escapes = true;
        at++;
      }
    }
    if (at >= this.#text.length) return this.#fail("a closing quote");
    this.#at = at + 1;
    const text = this.#text.slice(from, at);
    return escapes ? text.replace(/\\(.)/gs, "$1") : text;
  }

  #sign(sign: string): boolean {
    this.#skipBlanks();
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #need(sign: string): void {
    if (!this.#sign(sign)) this.#fail(sign);
  }

  /** Keywords are upper case in the standard; some producers write them small. */
  #word(word: string): boolean {
    this.#skipBlanks();
    const end = this.#at + word.length;
    if (this.#text.slice(this.#at, end).toUpperCase() !== word) return false;
    if (isWordCode(this.#text.charCodeAt(end))) return false;
    this.#at = end;
    return true;
  }

  #needWord(word: string): void {
    if (!this.#word(word)) this.#fail(word);
  }

  #skipBlanks(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && (code < 9 || code > 13) && code !== 0xa0) return;
      if (Number.isNaN(code)) return;
      this.#at++;
    }
  }

  #checkDepth(depth: number): void {
    if (depth > MAX_DEPTH) throw new SyntaxError(`more than ${MAX_DEPTH} parentheses inside one another`);
  }

  #fail(expected: string): never {
    const found = this.#text.slice(this.#at, this.#at + 20);
    throw new SyntaxError(
      `expected ${expected} at character ${this.#at + 1}, found ${found === "" ? "the end" : `"${found}"`}`,
    );
  }
}

/** What nearly all patterns are: one comparison with a string without escapes. */
const SIMPLE = /^\[([a-z0-9-]+:(?:value|hashes\.MD5)) ?= ?'([^'\\]*)'\]$/;
const OPERATOR = /==?|!=|<>|<=|>=|<|>|(?:IN|LIKE|MATCHES|ISSUBSET|ISSUPERSET)\b/iy;
const OBJECT_TYPE = /[A-Za-z][A-Za-z0-9_-]*:/y;
const STEP = /[A-Za-z0-9_-]+/y;
const INDEX = /\[(?:\d+|\*)\]/y;
const WORD_LITERAL = /[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true\b|false\b/iy;
const QUOTE = 39;
const BACKSLASH = 92;

/** Letters, digits, underscore: what would make a keyword the beginning of a longer word. */
function isWordCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 95
  );
}
