const TOKEN =
  /\s+|(?<string>'(?:[^'\\]|\\.)*')|(?<typed>[tbh]'(?:[^'\\]|\\.)*')|(?<number>[+-]?\d+(?:\.\d+)?)|(?<path>[A-Za-z][A-Za-z0-9-]*:[A-Za-z_][\w-]*(?:\.(?:[A-Za-z_][\w-]*|'(?:[^'\\]|\\.)*')|\[(?:\d+|\*)\])*)|(?<word>[A-Za-z]+)|(?<sign><=|>=|!=|<>|[[\]()=<>,])/y;

interface Token {
  readonly kind: "string" | "number" | "path" | "word" | "sign";
  readonly text: string;
}

const OPERATORS = new Set(["=", "!=", "<>", "<", ">", "<=", ">="]);
const WORD_OPERATORS = new Set(["LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET"]);

/**
 * Whether a text is a STIX 2.1 pattern (section 9): null when it is, else the reason in words. A recursive descent over
 * the whole grammar; it checks the form only, what a pattern finds is the business of those who read feeds.
 */
export function patternFault(pattern: string): string | null {
  try {
    const reader = new Reader(tokens(pattern));
    observationExpressions(reader);
    reader.end();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function tokens(pattern: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < pattern.length) {
    const at = TOKEN.lastIndex;
    const groups = TOKEN.exec(pattern)?.groups;
    if (TOKEN.lastIndex <= at) throw new SyntaxError(`unexpected "${pattern.slice(at, at + 12)}" at ${at}`);
    if (groups?.string ?? groups?.typed)
      found.push({ kind: "string", text: groups?.string ?? groups?.typed ?? "" });
    else if (groups?.number) found.push({ kind: "number", text: groups.number });
    else if (groups?.path) found.push({ kind: "path", text: groups.path });
    else if (groups?.word) found.push({ kind: "word", text: groups.word });
    else if (groups?.sign) found.push({ kind: "sign", text: groups.sign });
  }
  return found;
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(list: readonly Token[]) {
    this.#tokens = list;
  }

  take(text: string): boolean {
    if (this.#tokens[this.#at]?.text !== text || this.#tokens[this.#at]?.kind === "string") return false;
    this.#at += 1;
    return true;
  }

  takeKind(kind: Token["kind"]): string | null {
    const token = this.#tokens[this.#at];
    if (token?.kind !== kind) return null;
    this.#at += 1;
    return token.text;
  }

  takeOneOf(words: ReadonlySet<string>): boolean {
    const token = this.#tokens[this.#at];
    if (!token || token.kind === "string" || !words.has(token.text)) return false;
    this.#at += 1;
    return true;
  }

  need(ok: boolean | string | null, what: string): void {
    if (ok === false || ok === null) {
      throw new SyntaxError(`expected ${what} but found ${this.#tokens[this.#at]?.text ?? "the end"}`);
    }
  }

  end(): void {
    this.need(this.#at === this.#tokens.length, "the end");
  }
}

const OBSERVATION_JOINS = new Set(["AND", "OR", "FOLLOWEDBY"]);
const COMPARISON_JOINS = new Set(["AND", "OR"]);

function observationExpressions(reader: Reader): void {
  do {
    if (reader.take("(")) {
      observationExpressions(reader);
      reader.need(reader.take(")"), ")");
    } else {
      reader.need(reader.take("["), "[");
      comparisonExpressions(reader);
      reader.need(reader.take("]"), "]");
    }
    while (qualifier(reader));
  } while (reader.takeOneOf(OBSERVATION_JOINS));
}

function qualifier(reader: Reader): boolean {
  if (reader.take("WITHIN")) {
    reader.need(reader.takeKind("number"), "a number of seconds");
    reader.need(reader.take("SECONDS"), "SECONDS");
    return true;
  }
  if (reader.take("REPEATS")) {
    reader.need(reader.takeKind("number"), "a number");
    reader.need(reader.take("TIMES"), "TIMES");
    return true;
  }
  if (reader.take("START")) {
    reader.need(reader.takeKind("string"), "a timestamp");
    reader.need(reader.take("STOP"), "STOP");
    reader.need(reader.takeKind("string"), "a timestamp");
    return true;
  }
  return false;
}

function comparisonExpressions(reader: Reader): void {
  do {
    if (reader.take("(")) {
      comparisonExpressions(reader);
      reader.need(reader.take(")"), ")");
    } else comparison(reader);
  } while (reader.takeOneOf(COMPARISON_JOINS));
}

function comparison(reader: Reader): void {
  const exists = reader.take("EXISTS");
  reader.need(reader.takeKind("path"), "an object path");
  if (exists) return;
  reader.take("NOT");
  if (reader.take("IN")) list(reader);
  else if (reader.takeOneOf(WORD_OPERATORS)) reader.need(reader.takeKind("string"), "a string");
  else {
    reader.need(reader.takeOneOf(OPERATORS), "a comparison operator");
    literal(reader);
  }
}

function list(reader: Reader): void {
  reader.need(reader.take("("), "(");
  do literal(reader);
  while (reader.take(","));
  reader.need(reader.take(")"), ")");
}

function literal(reader: Reader): void {
  const found = reader.takeKind("string") ?? reader.takeKind("number");
  reader.need(found !== null || reader.take("true") || reader.take("false"), "a literal");
}
