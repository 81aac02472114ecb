import { once } from "node:events";
import type { ClientBase, Connection, Submittable } from "pg";

/**
 * Sends rows in PostgreSQL's binary COPY format into `target`, e.g. `threats.assertion (id, value)`, a text constant of
 * `queries.ts`. `chunks` are the pieces of one such file, as `BinaryRowEncoder` makes them, cut anywhere. Waits
 * while the server is behind, so memory stays at about one chunk. Gives the number of rows.
 *
 * Rejects with the server's error (then the transaction must be rolled back) or with the error of `chunks`.
 */
export function copyBinary(
  client: ClientBase,
  target: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  return copyIn(client, `copy ${target} from stdin (format binary)`, chunks);
}

/** The same for any `copy ... from stdin` statement; measurements send the text of a file with it. */
export function copyIn(
  client: ClientBase,
  statement: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  return new Promise((settle, fail) => {
    client.query(new CopyIn(statement, chunks, settle, fail));
  });
}

/** The driver's side of a running COPY. The driver calls these methods by name as the server's messages arrive. */
class CopyIn implements Submittable {
  readonly #statement: string;
  readonly #chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly #settle: (rows: number) => void;
  readonly #fail: (error: unknown) => void;
  #error: unknown;
  #rows = 0;
  #over = false;

  constructor(
    statement: string,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    settle: (rows: number) => void,
    fail: (error: unknown) => void,
  ) {
    this.#statement = statement;
    this.#chunks = chunks;
    this.#settle = settle;
    this.#fail = fail;
  }

  submit(connection: Connection): void {
    connection.query(this.#statement);
  }

  handleCopyInResponse(connection: Connection): void {
    this.#send(connection).then(
      () => {
        if (!this.#over) connection.stream.write(COPY_DONE);
      },
      (error: unknown) => {
        // The source broke off: tell the server to forget what it got. Its own error then ends the statement.
        this.#error ??= error;
        if (!this.#over) connection.stream.write(COPY_FAIL);
      },
    );
  }

  async #send(connection: Connection): Promise<void> {
    for await (const chunk of this.#chunks) {
      if (this.#over) return;
      if (chunk.length > 0 && !writeCopyData(connection, chunk)) await drained(connection, () => this.#over);
    }
  }

  handleCommandComplete(message: { text: string }): void {
    this.#over = true;
    this.#rows = Number(/^COPY (\d+)$/.exec(message.text)?.[1] ?? 0);
  }

  handleReadyForQuery(): void {
    this.#over = true;
    if (this.#error === undefined) this.#settle(this.#rows);
    else this.#fail(this.#error);
  }

  /** From the server the connection goes on (ready for query follows); from a lost connection nothing follows. */
  handleError(error: unknown): void {
    this.#over = true;
    this.#error ??= error;
    this.#fail(this.#error);
  }
}

/** Messages of the protocol: a letter, the length including itself, the content. */
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);
const COPY_FAIL = Buffer.from([0x66, 0, 0, 0, 5, 0]);

/** Not by the driver's own `sendCopyFromChunk`, which copies each chunk once more. False when the socket is full. */
function writeCopyData(connection: Connection, chunk: Uint8Array): boolean {
  const head = Buffer.allocUnsafe(5);
  head[0] = 0x64;
  head.writeUInt32BE(chunk.length + 4, 1);
  connection.stream.cork();
  connection.stream.write(head);
  const hasRoom = connection.stream.write(chunk);
  connection.stream.uncork();
  return hasRoom;
}

/** Waits for the socket to empty, or to close: then "drain" never comes. */
async function drained(connection: Connection, isOver: () => boolean): Promise<void> {
  if (isOver() || connection.stream.destroyed) return;
  const stop = new AbortController();
  try {
    await Promise.race([
      once(connection.stream, "drain", { signal: stop.signal }),
      once(connection.stream, "close", { signal: stop.signal }),
    ]);
  } finally {
    stop.abort();
  }
}
