import { listOperations } from "#capabilities/operations/index.ts";
import { type Caller, officerOf, operationOf } from "#capabilities/people/index.ts";
import { bind } from "#platform/http/handler.ts";
import { Problem } from "#platform/problem.ts";
import { requestPackages } from "./acts/composePackages.ts";
import { releasePackage } from "./acts/releasePackage.ts";
import * as contract from "./contract.ts";
import { mediaTypeOf, SIGNATURE_FILE } from "./model/manifest.ts";
import { type CountryPackage, findPackageNamed, listPackageFiles, listPackagePage } from "./queries.ts";

export const routes = [
  bind(contract.listPackages, async ({ query }, caller: Caller) => {
    const found = await listPackagePage(caller.app, operationOf(caller).id, {
      country: query.country ?? null,
      after: query.after ?? null,
      size: query.size + 1,
    });
    const shown = found.slice(0, query.size);
    return {
      packages: shown.map(described),
      next: found.length > shown.length ? (shown.at(-1)?.reference ?? null) : null,
    };
  }),
  bind(contract.findPackage, async ({ params }, caller: Caller) => {
    const found = await packageNamed(caller, params);
    const manifest = found.isRecalled ? null : await caller.store.read(found.manifestSha256);
    const files = (await listPackageFiles(caller.app, found.id)).map((file) => ({
      ...file,
      mediaType: mediaTypeOf(file.name) ?? "application/octet-stream",
    }));
    return {
      ...described(found),
      composedAt: new Date(found.composedAt).toISOString(),
      manifestSha256: found.manifestSha256,
      manifest:
        manifest === null ? null : contract.PackageManifest.parse(JSON.parse(manifest.toString("utf8"))),
      files,
      keyFigures: found.keyFigures,
    };
  }),
  bind(contract.readPackageFile, async ({ params, reply }, caller: Caller) => {
    const found = await packageNamed(caller, params);
    const type = mediaTypeOf(params.name);
    if (type === null || found.isRecalled) throw notFound();
    const chunks = await chunksOf(caller, found, params.name);
    reply.header("content-type", type);
    reply.header("x-content-type-options", "nosniff");
    // Names of packages and of their files have no letter that would need quoting.
    reply.header(
      "content-disposition",
      `attachment; filename="${found.reference}-v${found.version}-${params.name}"`,
    );
    return chunks;
  }),
  bind(contract.composePackages, async ({ body }, caller: Caller) => {
    const { id } = operationOf(caller);
    const operation = (await listOperations(caller.app)).find((each) => each.id === id);
    if (operation === undefined) throw new Error("the operation was visible a moment ago");
    const asOf = body.asOf === undefined ? (operation.asOf ?? caller.clock.now()) : Date.parse(body.asOf);
    const asked = await requestPackages(caller.app, operation, asOf, body.countries);
    return { asked: [...asked], asOf: new Date(asOf).toISOString() };
  }),
  bind(contract.releasePackage, async ({ params, body }, caller: Caller) => {
    const { reference, version } = params;
    await releasePackage(caller.app, {
      operation: operationOf(caller).id,
      reference,
      version,
      manifestSha256: body.manifestSha256,
      officer: officerOf(caller).publicId,
    });
    return described(await packageNamed(caller, params));
  }),
];

async function packageNamed(
  caller: Caller,
  { reference, version }: { readonly reference: string; readonly version: number },
): Promise<CountryPackage> {
  const found = await findPackageNamed(caller.app, operationOf(caller).id, reference, version);
  if (found === null) throw notFound();
  return found;
}

async function chunksOf(
  caller: Caller,
  found: CountryPackage,
  name: string,
): Promise<AsyncIterable<Uint8Array | string>> {
  if (name === SIGNATURE_FILE) {
    if (found.signature === null) throw notFound();
    return only(found.signature);
  }
  const file = (await listPackageFiles(caller.app, found.id)).find((each) => each.name === name);
  if (file === undefined) throw notFound();
  return caller.store.open(file.sha256);
}

async function* only(text: string): AsyncGenerator<string> {
  yield text;
}

function described(found: CountryPackage) {
  const { reference, version, country, subject, duty, language, tlp, asOf, releasedAt } = found;
  return {
    reference,
    version,
    country,
    subject,
    duty,
    language,
    tlp,
    asOf: new Date(asOf).toISOString(),
    state: stateOf(found),
    releasedAt: releasedAt === null ? null : new Date(releasedAt).toISOString(),
  };
}

function stateOf({ isRecalled, signature, isOrdered }: CountryPackage) {
  if (isRecalled) return "recalled" as const;
  if (signature !== null) return "released" as const;
  return isOrdered ? ("releasing" as const) : ("composed" as const);
}

function notFound(): Problem {
  return new Problem("not-found", { code: "packages.not_found", say: "There is no such package." });
}
