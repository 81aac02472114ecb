import type pg from "pg";

/** A package that names some of the threats asked for. */
export interface TellingPackage {
  readonly id: number;
  readonly country: string;
  /** Milliseconds since the epoch, UTC. */
  readonly asOf: number;
  readonly threats: readonly string[];
}

/** Packages of the operation, composed since an instant and not recalled yet, that tell of these threats. */
export async function listTellingPackages(
  db: pg.ClientBase,
  operation: number,
  since: number,
  threats: readonly string[],
): Promise<TellingPackage[]> {
  const found = await db.query<TellingPackage>(
    `/* packages.listTellingPackages */
     select country_package.id, country_package.country,
            (extract(epoch from country_package.as_of) * 1000)::float8 as "asOf",
            array_agg(package_threat.threat::text) as threats
       from packages.country_package join packages.package_threat on package_threat.package = country_package.id
      where country_package.operation = $1 and country_package.composed_at >= to_timestamp($2::float8 / 1000)
        and package_threat.threat = any($3::uuid[])
        and not exists (select from packages.recall where recall.package = country_package.id)
      group by country_package.id order by country_package.id`,
    [operation, since, threats],
  );
  return found.rows;
}

export async function insertRecalls(
  db: pg.ClientBase,
  packages: readonly number[],
  deletion: string,
): Promise<void> {
  await db.query(
    `/* packages.insertRecalls */
     insert into packages.recall (package, deletion) select unnest($1::integer[]), $2 on conflict do nothing`,
    [packages, deletion],
  );
}

/** Names in the file store of what these packages consist of. */
export async function listFilesOfPackages(db: pg.ClientBase, packages: readonly number[]): Promise<string[]> {
  const found = await db.query<{ sha256: string }>(
    `/* packages.listFilesOfPackages */
     select distinct sha256 from packages.package_file where package = any($1::integer[]) order by sha256`,
    [packages],
  );
  return found.rows.map(({ sha256 }) => sha256);
}

/** An id is a hash of the value: whoever guesses the value would find it here. */
export async function deleteToldThreats(
  db: pg.ClientBase,
  operation: number,
  threats: readonly string[],
): Promise<void> {
  await db.query(
    `/* packages.deleteToldThreats */
     delete from packages.package_threat
      where threat = any($2::uuid[]) and package in (select id from packages.country_package where operation = $1)`,
    [operation, threats],
  );
}

/** Whether a package that is not recalled consists of the file. */
export async function isFileOfPackage(db: pg.ClientBase | pg.Pool, sha256: string): Promise<boolean> {
  const found = await db.query<{ used: boolean }>(
    `/* packages.isFileOfPackage */
     select exists (select from packages.package_file where sha256 = $1
       and not exists (select from packages.recall where recall.package = package_file.package)) as used`,
    [sha256],
  );
  return found.rows[0]?.used ?? false;
}
