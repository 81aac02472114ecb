// Writes docs/openapi.json from the contracts of all routes; with --check only compares.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describeApi } from "../src/main/describe-api.ts";
import { ROUTES } from "../src/main/routes.ts";
import { writeOrCheck } from "./write-or-check.ts";

const PATH = "docs/openapi.json";
const description = JSON.stringify(describeApi(ROUTES.map(({ route }) => route)));
writeOrCheck(PATH, formatted(description));

/** As the formatter of the repository writes it, so that its check agrees. */
function formatted(json: string): string {
  const biome = join(import.meta.dirname, "..", "node_modules", ".bin", "biome");
  const { status, stdout, stderr } = spawnSync(biome, ["format", `--stdin-file-path=${PATH}`], {
    input: json,
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`biome: ${stderr}`);
  return stdout;
}
