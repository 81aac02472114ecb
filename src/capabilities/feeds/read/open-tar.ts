import { pipeline, Readable } from "node:stream";
import { extract } from "tar-stream";
import { UnreadablePart } from "../format.ts";
import { brokenContainer, type Entry, type Opening } from "./container.ts";
import { isSystemLitter, nameFault, shownName } from "./entry-name.ts";

/**
 * Gives the files of a tar one after the other while it streams by. Links, devices, pipes and names that lead elsewhere or come twice are refused one
 * by one; folders and the litter of operating systems are passed over. Throws `UnreadablePart("broken")` where the tar is damaged or ends
 * too early, after the files that were complete, and `too-big` beyond the allowance.
 */
export async function* openTar(bytes: AsyncIterable<Uint8Array>, opening: Opening): AsyncGenerator<Entry> {
  const { allowance, name } = opening;
  const unpacker = extract();
  const source = Readable.from(bytes, { objectMode: false });
  // Errors come out of the iteration below; this only carries them there.
  pipeline(source, unpacker, () => {});
  const seen = new Set<string>();
  try {
    for await (const entry of unpacker) {
      const { header } = entry;
      allowance.takeEntry(name);
      const refusal = header.type === "directory" ? null : faultOf(header, seen, allowance.limits.nameBytes);
      if (refusal !== null) yield { name: header.name, refusal };
      else if (header.type !== "directory" && !isSystemLitter(header.name)) {
        allowance.expect(header.size ?? 0, `${name} > ${shownName(header.name)}`);
        seen.add(header.name);
        yield { name: header.name, bytes: chunksOf(entry) };
      }
      entry.resume();
    }
  } catch (error) {
    const isOurs = error instanceof UnreadablePart || (error instanceof Error && "syscall" in error);
    throw isOurs ? error : brokenContainer(name, error);
  } finally {
    unpacker.destroy();
    source.destroy();
  }
}

/** The declarations of the library lag behind: its streams can be iterated, and give Buffers. */
function chunksOf(entry: object): AsyncIterable<Uint8Array> {
  return entry as AsyncIterable<Uint8Array>;
}

const FILE_TYPES = new Set(["file", "contiguous-file"]);

function faultOf(
  header: { name: string; type?: string | null },
  seen: ReadonlySet<string>,
  nameBytes: number,
): UnreadablePart | null {
  const fault = nameFault(header.name, nameBytes);
  if (fault !== null) return fault;
  const shown = shownName(header.name);
  if (!FILE_TYPES.has(header.type ?? "file")) {
    return new UnreadablePart("unsafe", `${shown}: a ${header.type}, not a file. Pack the file itself.`);
  }
  return seen.has(header.name)
    ? new UnreadablePart("unsafe", `${shown}: a second entry of the same name. Give each file its own name.`)
    : null;
}
