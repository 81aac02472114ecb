import type pg from "pg";
import type { ProfileChange } from "./contract.ts";

export interface CountryProfile extends ProfileChange {
  readonly country: string;
  readonly changedAt: Date;
  readonly changedBy: string;
}

/** The versions that the caller may read, the newest first. Asked as `muster_app`. */
export async function listProfiles(app: pg.Pool, country: string): Promise<CountryProfile[]> {
  const found = await app.query<CountryProfile>(
    `/* people.listProfiles */
     select country, country_profile.version, contacts, languages, treaties,
            case when freeze_length is not null then json_build_object('length', freeze_length, 'unit', freeze_unit) end as freeze,
            notice_rules as "noticeRules", changed_at as "changedAt", officer.name as "changedBy"
       from people.country_profile join people.officer on officer.id = changed_by
      where country = $1 order by country_profile.version desc`,
    [country],
  );
  return found.rows;
}

/** False when there is another version by now. Written as `muster_app`: the policy lets national officers of the country. */
export async function insertProfile(app: pg.Pool, country: string, change: ProfileChange): Promise<boolean> {
  const inserted = await app.query(
    `/* people.insertProfile */
     insert into people.country_profile (country, version, contacts, languages, treaties, freeze_length, freeze_unit, notice_rules)
     select $1::text, $2::integer + 1, $3::jsonb, $4::text[], $5::jsonb, $6::integer, $7::text, $8::text
      where $2::integer = (select coalesce(max(version), 0) from people.country_profile where country = $1)
     on conflict (country, version) do nothing`,
    [
      country,
      change.version,
      JSON.stringify(change.contacts),
      change.languages,
      JSON.stringify(change.treaties),
      change.freeze?.length ?? null,
      change.freeze?.unit ?? null,
      change.noticeRules,
    ],
  );
  return inserted.rowCount === 1;
}
