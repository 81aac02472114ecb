// Writes db/schema.sql, the schema as the migrations leave it, for reading and review; with --check only compares.
// The embedded server brings no pg_dump, so this asks the catalogue. Not meant to be run.
import { withFreshDatabase } from "./fresh-database.ts";
import { describeSchema } from "./schema-text.ts";
import { writeOrCheck } from "./write-or-check.ts";

writeOrCheck("db/schema.sql", await withFreshDatabase((database) => describeSchema(database.pool("owner"))));
