import { createReadStream, createWriteStream, existsSync, rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { type Browser, chromium } from "playwright-core";
import { extract } from "tar-stream";

const require = createRequire(import.meta.url);

/** Where a machine keeps its own. */
const INSTALLED = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/**
 * A browser without a window: the machine's own, or the one that came with `npm ci`, unpacked at first use (3 s, 200 MB
 * below node_modules/.cache). Where neither can be had, why.
 */
export async function openBrowser(): Promise<Browser | { readonly missing: string }> {
  const installed = INSTALLED.find((path) => existsSync(path));
  if (installed !== undefined) {
    const own = await launch(installed, process.env.LD_LIBRARY_PATH ?? "").catch(() => null);
    if (own !== null) return own;
  }
  if (process.platform !== "linux" || process.arch !== "x64")
    return { missing: `npm brings no Chromium for ${process.platform} ${process.arch}; install one` };
  try {
    const folder = await unpacked();
    return await launch(join(folder, "chromium"), join(folder, "lib"));
  } catch (error) {
    return { missing: `the Chromium that npm brings does not start here: ${String(error)}` };
  }
}

function launch(executablePath: string, libraries: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    env: { ...definedVariables(), LD_LIBRARY_PATH: libraries },
    // Its sandbox needs rights that containers do not give, and the only page it opens is ours.
    args: ["--no-sandbox", "--headless=new", "--disable-gpu"],
  });
}

async function unpacked(): Promise<string> {
  const found = require.resolve("@sparticuz/chromium");
  const packed = join(dirname(dirname(found)), "bin");
  const cache = join(import.meta.dirname, "..", "..", "node_modules", ".cache");
  const folder = join(cache, "muster-chromium");
  if (existsSync(join(folder, "chromium"))) return folder;
  await mkdir(cache, { recursive: true }).catch(() => undefined);
  // Whoever runs the tests may be somebody else than who installed them.
  const making = await mkdtemp(join(cache, "making-")).catch(() =>
    mkdtemp(join(tmpdir(), "muster-chromium-")),
  );
  await pipeline(
    createReadStream(join(packed, "chromium.br")),
    createBrotliDecompress(),
    createWriteStream(join(making, "chromium"), { mode: 0o755 }),
  );
  await unpackLibraries(join(packed, "al2023.tar.br"), making);
  if (!making.startsWith(cache)) {
    process.once("exit", () => rmSync(making, { recursive: true, force: true }));
    return making;
  }
  await chmod(making, 0o755);
  // Another test may have been faster.
  await rename(making, folder).catch(() => rm(making, { recursive: true }));
  return folder;
}

/** The few libraries that not every machine has. */
async function unpackLibraries(archive: string, folder: string): Promise<void> {
  await mkdir(join(folder, "lib"));
  const entries = extract();
  entries.on("entry", (header, stream, next) => {
    const name = /^(?:\.\/)?lib\/([\w.+-]+)$/.exec(header.name)?.[1];
    if (header.type !== "file" || name === undefined) {
      stream.resume().on("end", next);
      return;
    }
    const written = createWriteStream(join(folder, "lib", name), { mode: 0o755 });
    stream
      .pipe(written)
      .on("finish", () => next())
      .on("error", next);
  });
  await pipeline(createReadStream(archive), createBrotliDecompress(), entries);
}

function definedVariables(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
