/**
 * Takes the beginning of a stream of text apart: enough chunks for `length` characters, and an iterable that gives
 * these chunks and the rest. For readers that must look before they read, without opening the part twice.
 */
export async function headFirst(
  text: AsyncIterable<string>,
  length: number,
): Promise<{ head: string; complete: boolean; all: AsyncIterable<string> }> {
  const iterator = text[Symbol.asyncIterator]();
  const chunks: string[] = [];
  let size = 0;
  let complete = false;
  while (size < length) {
    const next = await iterator.next();
    if (next.done === true) {
      complete = true;
      break;
    }
    chunks.push(next.value);
    size += next.value.length;
  }
  async function* all(): AsyncIterable<string> {
    try {
      yield* chunks;
      if (complete) return;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next())
        yield next.value;
      complete = true;
    } finally {
      if (!complete) await iterator.return?.();
    }
  }
  return { head: chunks.join(""), complete, all: all() };
}
