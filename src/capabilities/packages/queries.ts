import type pg from "pg";
import type { KeyFigures } from "./model/report.ts";

type Db = pg.ClientBase | pg.Pool;

/** A composed package as stored. `released` is null until the signer has read and signed it. */
export interface CountryPackage {
  readonly id: number;
  readonly reference: string;
  readonly version: number;
  readonly country: string;
  readonly subject: string;
  readonly duty: "act" | "notify";
  readonly language: string;
  readonly tlp: string;
  /** Instants in milliseconds since the epoch, UTC. */
  readonly asOf: number;
  readonly composedAt: number;
  readonly manifestSha256: string;
  readonly keyFigures: KeyFigures | null;
  /** An officer ordered its release: from then on it is never replaced. Told to the desk and the programs. */
  readonly isOrdered: boolean;
  readonly signature: string | null;
  readonly releasedAt: number | null;
  /** It told of what was deleted since; whoever has it must destroy it, and its files are gone here. */
  readonly isRecalled: boolean;
}

const PACKAGE = `country_package.id, country_package.reference, country_package.version, country_package.country,
  country_package.subject, country_package.duty, country_package.language, country_package.tlp,
  (extract(epoch from country_package.as_of) * 1000)::float8 as "asOf",
  (extract(epoch from country_package.composed_at) * 1000)::float8 as "composedAt",
  country_package.key_figures as "keyFigures",
  exists (select from packages.release_order where release_order.package = country_package.id) as "isOrdered",
  (extract(epoch from release.released_at) * 1000)::float8 as "releasedAt",
  country_package.manifest_sha256 as "manifestSha256", release.signature,
  exists (select from packages.recall where recall.package = country_package.id) as "isRecalled"`;

/** The latest version of every reference of an operation, in the order of references. */
export async function listLatestPackages(db: Db, operation: number): Promise<CountryPackage[]> {
  const found = await db.query<CountryPackage>(
    `/* packages.listLatestPackages */
     select distinct on (country_package.reference) ${PACKAGE}
       from packages.country_package left join packages.release on release.package = country_package.id
      where country_package.operation = $1
      order by country_package.reference, country_package.version desc`,
    [operation],
  );
  return found.rows;
}

export async function findPackage(db: Db, id: number): Promise<CountryPackage | null> {
  const found = await db.query<CountryPackage>(
    `/* packages.findPackage */
     select ${PACKAGE} from packages.country_package left join packages.release on release.package = country_package.id
      where country_package.id = $1`,
    [id],
  );
  return found.rows[0] ?? null;
}

/** One page of the latest versions, in the order of references. @param after reference of the last one shown */
export async function listPackagePage(
  db: Db,
  operation: number,
  page: { readonly country: string | null; readonly after: string | null; readonly size: number },
): Promise<CountryPackage[]> {
  const found = await db.query<CountryPackage>(
    `/* packages.listPackagePage */
     select distinct on (country_package.reference) ${PACKAGE}
       from packages.country_package left join packages.release on release.package = country_package.id
      where country_package.operation = $1 and ($2::text is null or country_package.country = $2)
        and ($3::text is null or country_package.reference > $3)
      order by country_package.reference, country_package.version desc limit $4`,
    [operation, page.country, page.after, page.size],
  );
  return found.rows;
}

export async function findPackageNamed(
  db: Db,
  operation: number,
  reference: string,
  version: number,
): Promise<CountryPackage | null> {
  const found = await db.query<CountryPackage>(
    `/* packages.findPackageNamed */
     select ${PACKAGE} from packages.country_package left join packages.release on release.package = country_package.id
      where country_package.operation = $1 and country_package.reference = $2 and country_package.version = $3`,
    [operation, reference, version],
  );
  return found.rows[0] ?? null;
}

/** Orders that a package be signed, once. @param officer his public id */
export async function insertReleaseOrder(
  db: pg.ClientBase,
  packageId: number,
  officer: string,
): Promise<void> {
  await db.query(
    `/* packages.insertReleaseOrder */
     insert into packages.release_order (package, ordered_by) values ($1, $2) on conflict do nothing`,
    [packageId, officer],
  );
}

/** Takes a draft away so that another stands in its place. Of one whose release is ordered the database keeps every row. */
export async function deleteDraft(db: pg.ClientBase, packageId: number): Promise<void> {
  for (const part of ["package_file", "package_threat"])
    await db.query(`/* packages.deleteDraft */ delete from packages.${part} where package = $1`, [packageId]);
  await db.query("/* packages.deleteDraft */ delete from packages.country_package where id = $1", [
    packageId,
  ]);
}

/** Holds the country's packages for this transaction, so that two composers cannot make the same version. */
export async function lockCountryPackages(
  db: pg.ClientBase,
  operation: number,
  country: string,
): Promise<void> {
  await db.query(
    "/* packages.lockCountryPackages */ select pg_advisory_xact_lock(hashtextextended('packages.' || $1::text || '.' || $2, 0))",
    [operation, country],
  );
}

export interface NewPackage {
  readonly operation: number;
  readonly reference: string;
  readonly version: number;
  readonly country: string;
  readonly subject: string;
  readonly duty: string;
  readonly language: string;
  readonly asOf: string;
  readonly tlp: string;
  readonly manifestSha256: string;
  readonly keyFigures: KeyFigures;
  readonly files: readonly { readonly name: string; readonly sha256: string; readonly sizeBytes: number }[];
  readonly threats: readonly string[];
}

/** Stores a package with its files and threats; returns its number. */
export async function insertPackage(db: pg.ClientBase, made: NewPackage): Promise<number> {
  const inserted = await db.query<{ id: number }>(
    `/* packages.insertPackage */
     insert into packages.country_package (operation, reference, version, country, subject, duty, language, as_of, tlp, manifest_sha256,
       key_figures)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id`,
    [
      made.operation,
      made.reference,
      made.version,
      made.country,
      made.subject,
      made.duty,
      made.language,
      made.asOf,
      made.tlp,
      made.manifestSha256,
      JSON.stringify(made.keyFigures),
    ],
  );
  const id = inserted.rows[0]?.id;
  if (id === undefined) throw new Error("packages.insertPackage returned no row");
  await db.query(
    `/* packages.insertPackageFiles */
     insert into packages.package_file (package, name, sha256, size_bytes)
     select $1, * from unnest($2::text[], $3::text[], $4::bigint[])`,
    [
      id,
      made.files.map(({ name }) => name),
      made.files.map(({ sha256 }) => sha256),
      made.files.map(({ sizeBytes }) => sizeBytes),
    ],
  );
  await db.query(
    `/* packages.insertPackageThreats */
     insert into packages.package_threat (package, threat) select $1, unnest($2::uuid[])`,
    [id, made.threats],
  );
  return id;
}

export interface PackageFile {
  readonly name: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

export async function listPackageFiles(db: Db, packageId: number): Promise<PackageFile[]> {
  const found = await db.query<PackageFile>(
    `/* packages.listPackageFiles */
     select name, sha256, size_bytes::float8 as "sizeBytes" from packages.package_file where package = $1 order by name`,
    [packageId],
  );
  return found.rows;
}

/** Threats of the latest released version of every report of the operation, by reference. */
export async function listSharedThreats(
  db: Db,
  operation: number,
): Promise<{ reference: string; country: string; threats: string[] }[]> {
  const found = await db.query<{ reference: string; country: string; threats: string[] }>(
    `/* packages.listSharedThreats */
     select latest.reference, latest.country, array_agg(package_threat.threat::text order by package_threat.threat) as threats
       from (select distinct on (reference) id, reference, country from packages.country_package
               join packages.release on release.package = country_package.id
              where operation = $1 order by reference, version desc) latest
       join packages.package_threat on package_threat.package = latest.id
      group by latest.reference, latest.country order by latest.reference`,
    [operation],
  );
  return found.rows;
}

/** Does nothing when the package is released already: a release happens once. */
export async function insertRelease(
  db: Db,
  release: { readonly package: number; readonly signature: string; readonly keyFingerprint: string },
): Promise<void> {
  await db.query(
    `/* packages.insertRelease */
     insert into packages.release (package, signature, key_fingerprint) values ($1, $2, $3) on conflict do nothing`,
    [release.package, release.signature, release.keyFingerprint],
  );
}
